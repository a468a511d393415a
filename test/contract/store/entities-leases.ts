import { expect } from 'chai';
import type { EntityRecord } from '../../../src/occi/entity.ts';
import type { EntityStore } from '../../../src/occi/store.ts';
import type { EntityId } from '../../../src/shared/ids.ts';
import { change, creation, newId, next, record, type StoreUnderTest } from './records.ts';

export function describeLeases(open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe('leases', () => {
    let store: EntityStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());
    afterEach(async () => {
      const left = await store.claimDue({ now: Number.MAX_SAFE_INTEGER, limit: 1000, owner: 'sweep', leaseMs: 0 });
      await store.write(left.map(({ id }) => ({ op: 'remove', id })));
    });

    const due = async (...times: number[]): Promise<EntityRecord[]> => {
      const records = times.map((at) => record({ due: { at, action: 'expire' } }));
      await store.write(records.map((each) => creation(each)));
      return records;
    };
    const claim = async (now: number, owner = 'one', limit = 10, leaseMs = 100): Promise<EntityId[]> =>
      (await store.claimDue({ now, limit, owner, leaseMs })).map(({ id }) => id);

    it('gives out what is due, the earliest first, as many as asked for', async () => {
      const [late, early, middle, notYet] = await due(30, 10, 20, 40);
      await store.write([creation(record())]);
      expect(await claim(30, 'one', 2)).to.deep.equal([early!.id, middle!.id]);
      expect(await claim(30, 'one', 2)).to.deep.equal([late!.id]);
      expect(await claim(30)).to.deep.equal([]);
      expect(await claim(40)).to.deep.equal([notYet!.id]);
    });

    it('gives out what is due between two milliseconds at the later one', async () => {
      const [one] = await due(10.4);
      expect(await claim(10)).to.deep.equal([]);
      expect(await claim(11)).to.deep.equal([one!.id]);
    });

    it('gives a record to nobody while it is leased, and again when the lease has lapsed', async () => {
      const [one] = await due(10);
      expect(await claim(10, 'one')).to.deep.equal([one!.id]);
      expect(await claim(109, 'two')).to.deep.equal([]);
      expect(await claim(109, 'one')).to.deep.equal([]);
      expect(await claim(110, 'two')).to.deep.equal([one!.id]);
    });

    it('shares the work out among many that ask at once', async () => {
      const records = await due(...Array.from({ length: 40 }, (_, index) => index));
      const shares = await Promise.all(Array.from({ length: 10 }, (_, index) => claim(100, `owner-${index}`, 7)));
      const all = shares.flat();
      expect(all).to.have.lengthOf(40);
      expect(new Set(all)).to.deep.equal(new Set(records.map(({ id }) => id)));
    });

    it('ends the lease when a write changes what is due, and keeps it when not', async () => {
      const [one] = await due(10);
      await claim(10);
      const titled = next(one!, { title: 'new' });
      await store.write([change(one!, titled)]);
      expect(await claim(20, 'two')).to.deep.equal([]);
      const later = next(titled, { due: { at: 15, action: 'expire' } });
      await store.write([change(titled, later)]);
      expect(await claim(20, 'two')).to.deep.equal([one!.id]);
      const other = next(later, { due: { at: 15, action: 'close' } });
      await store.write([change(later, other)]);
      expect(await claim(20, 'three')).to.deep.equal([one!.id]);
    });

    it('gives out nothing for a record whose due was taken away', async () => {
      const [one] = await due(10);
      const done: Partial<EntityRecord> = next(one!);
      delete (done as { due?: unknown }).due;
      await store.write([change(one!, done as EntityRecord)]);
      expect(await claim(1000)).to.deep.equal([]);
      await store.write([{ op: 'remove', id: one!.id }]);
    });

    it('gives the record as it is, and leaves its revision alone', async () => {
      const [one] = await due(10);
      const [claimed] = await store.claimDue({ now: 10, limit: 1, owner: 'one', leaseMs: 10 });
      expect(claimed).to.deep.equal(one);
      expect(await store.get(one!.id)).to.deep.equal(one);
    });

    it('gives hidden records out too', async () => {
      const hidden = record({ hidden: true, due: { at: 5, action: 'erase' } });
      await store.write([creation(hidden)]);
      expect(await claim(5)).to.deep.equal([hidden.id]);
    });

    it('leases one record, due or not, to one owner at a time', async () => {
      const one = record();
      await store.write([creation(one)]);
      const take = async (owner: string, now: number): Promise<EntityId | undefined> =>
        (await store.claim(one.id, { now, owner, leaseMs: 100 }))?.id;
      expect(await take('one', 0)).to.equal(one.id);
      expect(await take('two', 50)).to.equal(undefined);
      expect(await take('one', 50)).to.equal(one.id);
      expect(await take('two', 149)).to.equal(undefined);
      expect(await take('two', 150)).to.equal(one.id);
      expect(await store.claim(newId(), { now: 0, owner: 'one', leaseMs: 1 })).to.equal(undefined);
    });

    it('gives a lease back to its owner only', async () => {
      const [one] = await due(10);
      await claim(10, 'one');
      await store.release(one!.id, 'two');
      expect(await claim(20, 'two')).to.deep.equal([]);
      await store.release(one!.id, 'one');
      expect(await claim(20, 'two')).to.deep.equal([one!.id]);
      await store.release(newId(), 'one');
    });
  });
}
