import { expect } from 'chai';
import type { EntityStore, Write } from '../../../src/occi/store.ts';
import { change, creation, newId, newTenant, next, note, record, type StoreUnderTest } from './records.ts';

export function describeEventsAndHistory(open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe('events and history', () => {
    let store: EntityStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    it('keeps what happened to an entity, oldest first', async () => {
      const first = record({ state: 'draft' });
      const second = next(first, { state: 'open' });
      const third = next(second, { title: 'new' });
      await store.write([creation(first, {})]);
      await store.write([change(first, second, { from: 'draft', to: 'open', code: 'published', detail: 'by hand' })]);
      await store.write([change(second, third)]);
      const history = await store.history(first.id);
      const [at1, at2] = history.map(({ at }) => at);
      expect(history).to.deep.equal([
        { at: at1, rev: 1, from: null, to: 'draft', actor: 'customer' },
        { at: at2, rev: 2, from: 'draft', to: 'open', actor: 'customer', code: 'published', detail: 'by hand' },
      ]);
      expect(at1).to.be.a('number');
      expect(at2).to.be.a('number');
    });

    it('keeps the history of what was removed', async () => {
      const gone = record();
      await store.write([creation(gone, {})]);
      await store.write([{ op: 'remove', id: gone.id, note: note(gone, { to: null, code: 'deleted' }) }]);
      const history = await store.history(gone.id);
      expect(history.map(({ code }) => code)).to.deep.equal([undefined, 'deleted']);
    });

    it('gives a tenant its events in a sequence that rises by one', async () => {
      const [tenant, other] = [newTenant(), newTenant()];
      for (let i = 0; i < 3; i++) {
        await store.write([creation(record({ tenant, state: 'draft' }), { event: 'org.parley.cfp.draft' })]);
        await store.write([creation(record({ tenant: other }), { event: 'org.parley.cfp.draft' })]);
        await store.write([creation(record({ tenant }), {})]);
      }
      const events = await store.events({ tenant, after: 0, limit: 10 });
      expect(events.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3]);
      expect(new Set(events.map(({ id }) => id)).size).to.equal(3);
      expect((await store.events({ tenant: other, after: 0, limit: 10 })).map((each) => each.sequence)).to.deep.equal([
        1, 2, 3,
      ]);
    });

    it('tells in an event what changed', async () => {
      const tenant = newTenant();
      const first = record({ tenant, state: 'draft' });
      const second = next(first, { state: 'open' });
      await store.write([creation(first)]);
      await store.write([
        change(first, second, { from: 'draft', to: 'open', actor: 'broker', event: 'org.parley.cfp.open', code: 'go' }),
      ]);
      const [event, ...others] = await store.events({ tenant, after: 0, limit: 10 });
      expect(others).to.deep.equal([]);
      expect(event).to.deep.equal({
        id: event!.id,
        at: event!.at,
        sequence: 1,
        tenant,
        type: 'org.parley.cfp.open',
        subject: `/cfp/${first.id}`,
        data: { entity: first.id, rev: 2, from: 'draft', to: 'open', actor: 'broker', code: 'go' },
      });
    });

    it('goes on after a sequence, a few at a time', async () => {
      const tenant = newTenant();
      const many = Array.from({ length: 7 }, () => creation(record({ tenant }), { event: 'org.parley.cfp.draft' }));
      await store.write(many);
      const after = async (sequence: number): Promise<number[]> =>
        (await store.events({ tenant, after: sequence, limit: 3 })).map((event) => event.sequence);
      expect(await after(0)).to.deep.equal([1, 2, 3]);
      expect(await after(3)).to.deep.equal([4, 5, 6]);
      expect(await after(6)).to.deep.equal([7]);
      expect(await after(7)).to.deep.equal([]);
    });

    it('finds events by subject or what it begins with', async () => {
      const tenant = newTenant();
      const [cfp, sla] = [record({ tenant }), record({ tenant })];
      await store.write([creation(cfp, { event: 'org.parley.cfp.draft' })]);
      await store.write([creation(sla, { event: 'org.parley.sla.active', subject: `/sla/${sla.id}` })]);
      await store.write([change(cfp, next(cfp), { event: 'org.parley.cfp.open' })]);
      const of = async (subject: string): Promise<number[]> =>
        (await store.events({ tenant, after: 0, limit: 10, subject })).map((event) => event.sequence);
      expect(await of(`/cfp/${cfp.id}`)).to.deep.equal([1, 3]);
      expect(await of('/cfp/')).to.deep.equal([1, 3]);
      expect(await of('/sla/')).to.deep.equal([2]);
      expect(await of(`/cfp/${newId()}`)).to.deep.equal([]);
      expect((await store.events({ tenant, after: 1, limit: 1, subject: '/' })).map((e) => e.sequence)).to.deep.equal([
        2,
      ]);
    });

    it('leaves no gap where writes miss, and counts in the order of commits', async () => {
      const tenant = newTenant();
      const taken = record({ tenant });
      await store.write([creation(taken)]);
      const told: string[] = [];
      const stop = store.subscribe(({ id }) => told.push(id));
      const calls = Array.from({ length: 60 }, (_, index): Write[] => {
        const fresh = creation(record({ tenant }), { event: 'org.parley.cfp.draft' });
        return index % 3 === 0 ? [fresh, creation(taken, { event: 'org.parley.cfp.never' })] : [fresh];
      });
      const results = await Promise.all(calls.map((call) => store.write(call)));
      stop();
      expect(results.filter((result) => !result.ok)).to.have.lengthOf(20);
      const events = await store.events({ tenant, after: 0, limit: 100 });
      expect(events.map((event) => event.sequence)).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
      expect(events.map((event) => event.data.entity)).to.deep.equal(told);
    });
  });
}
