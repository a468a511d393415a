import { expect } from 'chai';
import type { EntityStore, IdempotencyEntry } from '../../../src/occi/store.ts';
import { creation, newId, record, type StoreUnderTest } from './records.ts';

export function describeIdempotency(open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe('idempotency keys', () => {
    let store: EntityStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    const entry = (members: Partial<IdempotencyEntry> = {}): IdempotencyEntry => ({
      scope: newId(),
      bodyHash: 'abc',
      began: 1000,
      owner: 'here',
      ...members,
    });

    it('is taken once, and tells the second what the first is doing', async () => {
      const first = entry();
      expect(await store.idempotency(first.scope)).to.equal(undefined);
      expect(await store.beginIdempotent(first)).to.equal(undefined);
      expect(await store.beginIdempotent({ ...first, bodyHash: 'other', began: 2000 })).to.deep.equal(first);
      expect(await store.idempotency(first.scope)).to.deep.equal(first);
    });

    it('is taken by one of many at once', async () => {
      const first = entry();
      const before = await Promise.all(Array.from({ length: 20 }, () => store.beginIdempotent(first)));
      expect(before.filter((there) => there === undefined)).to.have.lengthOf(1);
    });

    it('keeps the answer', async () => {
      const first = entry();
      const answer = { status: 201, headers: { Location: '/cfp/1' }, body: ['é', null] };
      await store.beginIdempotent(first);
      await store.finishIdempotent(first.scope, answer);
      expect(await store.beginIdempotent(first)).to.deep.equal({ ...first, answer });
    });

    it('keeps the answer in the same write as the records', async () => {
      const [hit, missed] = [entry(), entry()];
      const one = record();
      await store.beginIdempotent(hit);
      await store.beginIdempotent(missed);
      const answer = { status: 201 };
      await store.write([creation(one)], { idempotent: { scope: hit.scope, answer } });
      const result = await store.write([creation(one)], { idempotent: { scope: missed.scope, answer } });
      expect(result.ok).to.equal(false);
      expect((await store.idempotency(hit.scope))?.answer).to.deep.equal(answer);
      expect((await store.idempotency(missed.scope))?.answer).to.equal(undefined);
    });

    it('can be dropped and taken again', async () => {
      const first = entry();
      await store.beginIdempotent(first);
      await store.dropIdempotent(first.scope);
      expect(await store.beginIdempotent(first)).to.equal(undefined);
    });

    it('is forgotten when it is old', async () => {
      const [old, young] = [entry({ began: 10 }), entry({ began: 20 })];
      await store.beginIdempotent(old);
      await store.beginIdempotent(young);
      expect(await store.expireIdempotent(20)).to.equal(1);
      expect(await store.idempotency(old.scope)).to.equal(undefined);
      expect(await store.idempotency(young.scope)).to.deep.equal(young);
    });
  });
}
