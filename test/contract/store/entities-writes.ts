import { expect } from 'chai';
import fc from 'fast-check';
import type { EntityRecord } from '../../../src/occi/entity.ts';
import type { Change, EntityStore, Write, WriteResult } from '../../../src/occi/store.ts';
import { vendorId, type EntityId } from '../../../src/shared/ids.ts';
import { change, creation, newId, newTenant, next, record, SMALL, type StoreUnderTest } from './records.ts';

export function describeWrites(open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe('writes', () => {
    let store: EntityStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    const save = async (...records: EntityRecord[]): Promise<void> => {
      expect(await store.write(records.map((each) => creation(each)))).to.deep.equal({ ok: true });
    };

    it('gives a record back as it was written', async () => {
      const full = record({
        mixins: [SMALL],
        title: 'Zwei „kleine“ Server 🖥 \u2028',
        summary: 'line\nbreak\ttab \\ "quoted" \u0000 end',
        attributes: {
          'occi.compute.memory': 0.1,
          'org.parley.big': 9_007_199_254_740_991,
          'org.parley.tiny': 5e-324,
          'org.parley.none': null,
          'org.parley.list': [1, 'two', { three: [true, false, null] }],
          'org.parley.empty': '',
        },
        source: { location: '/compute/a', kind: SMALL },
        target: { location: 'https://example.org/x?y=1#z' },
        state: 'draft',
        parent: newId(),
        vendor: vendorId('acme'),
        internal: { nested: { deep: ['x'] } },
        due: { at: 1_800_000_000_123, action: 'expire' },
        hidden: true,
      });
      await save(full);
      expect(await store.get(full.id)).to.deep.equal(full);
    });

    it('keeps many creates of one write together with its other writes, or none of them', async () => {
      const tenant = newTenant();
      const event = { event: 'org.parley.cfp.draft' };
      const parent = record({ tenant, state: 'draft' });
      await save(parent);
      const opened = next(parent, { state: 'open' });
      const ranked = next(opened, { state: 'ranked' });
      const many = Array.from({ length: 100 }, () => record({ tenant, parent: parent.id }));
      const writes = [
        ...many.slice(0, 50).map((one) => creation(one, event)),
        change(parent, opened, event),
        ...many.slice(50).map((one) => creation(one, event)),
        change(opened, ranked, event),
      ];
      expect(await store.write([...writes, change(parent, opened, event)])).to.deep.equal({
        ok: false,
        at: 102,
        reason: 'changed',
      });
      expect(await store.count({ parent: parent.id })).to.equal(0);
      expect(await store.get(parent.id)).to.deep.equal(parent);

      expect(await store.write(writes)).to.deep.equal({ ok: true });
      expect(await store.getMany(many.map(({ id }) => id))).to.deep.equal(many);
      expect(await store.get(parent.id)).to.deep.equal(ranked);
      const events = await store.events({ tenant, after: 0, limit: 200 });
      const order = writes.flatMap((write) => (write.op === 'remove' ? [] : [write.record.id]));
      expect(events.map(({ sequence, data }) => [sequence, data.entity])).to.deep.equal(
        order.map((id, at) => [at + 1, id]),
      );
    });

    it('tells which of many creates is there already, and keeps none of them', async () => {
      const many = Array.from({ length: 60 }, () => record());
      await save(many[41]!);
      expect(await store.write(many.map((one) => creation(one)))).to.deep.equal({
        ok: false,
        at: 41,
        reason: 'exists',
      });
      expect((await store.getMany(many.map(({ id }) => id))).filter((one) => one !== undefined)).to.have.lengthOf(1);
      const twice = Array.from({ length: 60 }, () => record());
      expect(await store.write([...twice, twice[3]!].map((one) => creation(one)))).to.deep.equal({
        ok: false,
        at: 60,
        reason: 'exists',
      });
      expect(await store.get(twice[0]!.id)).to.equal(undefined);
    });

    for (const many of [3, 100, 300, 1000])
      it(`writes ${many} and what comes after them at once, or neither`, async () => {
        const [parent, records] = [record({ state: 'open' }), Array.from({ length: many }, () => record())];
        await save(parent);
        const ranked = next(parent, { state: 'ranked' });
        const write = (expected: Write): Promise<WriteResult> =>
          store.write([...records.map((one) => creation(one)), expected, creation(record({ parent: parent.id }))]);
        const stale = change(next(ranked, { state: 'ranked' }), next(ranked, { state: 'open' }));
        expect(await write(stale)).to.deep.equal({ ok: false, at: many, reason: 'changed' });
        expect(await store.get(records[1]!.id)).to.equal(undefined);
        expect(await store.count({ parent: parent.id })).to.equal(0);
        expect(await write(change(parent, ranked))).to.deep.equal({ ok: true });
        expect(await store.getMany(records.map(({ id }) => id))).to.deep.equal(records);
        expect(await store.get(parent.id)).to.deep.equal(ranked);
        expect(await store.count({ parent: parent.id })).to.equal(1);
        // Once more, they miss by what is there.
        expect(await write(change(ranked, next(ranked, {})))).to.deep.equal({ ok: false, at: 0, reason: 'exists' });
      });

    it('lets a write change and remove what it creates', async () => {
      for (const many of [3, 300, 900]) {
        const records = Array.from({ length: many }, () => record({ state: 'open' }));
        const [changed, removed] = [next(records[1]!, { state: 'closed' }), records[2]!];
        const result = await store.write([
          ...records.map((one) => creation(one)),
          change(records[1]!, changed),
          { op: 'remove', id: removed.id },
        ]);
        expect(result).to.deep.equal({ ok: true });
        expect(await store.getMany([changed.id, removed.id, records[0]!.id])).to.deep.equal([
          changed,
          undefined,
          records[0],
        ]);
      }
    });

    it('finds what a write creates twice, however far apart', async () => {
      for (const many of [3, 300, 900]) {
        const records = Array.from({ length: many }, () => record());
        expect(await store.write([...records, records[1]!].map((one) => creation(one)))).to.deep.equal({
          ok: false,
          at: many,
          reason: 'exists',
        });
        expect(await store.get(records[0]!.id)).to.equal(undefined);
      }
    });

    it('numbers the events of a large write in its order', async () => {
      const tenant = newTenant();
      const records = Array.from({ length: 901 }, () => record({ tenant }));
      const event = 'org.parley.proposal.acceptable';
      await store.write(
        records.map((one, at) => (at < 900 && at % 3 === 0 ? creation(one) : creation(one, { event }))),
      );
      const events = await store.events({ tenant, after: 0, limit: 1000 });
      expect(events.map(({ data }) => data.entity)).to.deep.equal(
        records.filter((_, at) => at === 900 || at % 3 !== 0).map(({ id }) => id),
      );
      expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, at) => at + 1));
    });

    it('keeps apart what is created in any order of ids, and in one that was passed already', async () => {
      const [early, mixed, late] = [60, 60, 60].map((length) => Array.from({ length }, () => record()));
      const results = await Promise.all(
        [late!, [...mixed!].reverse(), early!].map((some) => store.write(some.map((one) => creation(one)))),
      );
      expect(results).to.deep.equal([{ ok: true }, { ok: true }, { ok: true }]);
      for (const some of [early!, mixed!, late!])
        expect(await store.getMany(some.map(({ id }) => id))).to.deep.equal(some);
      expect(await store.write([...early!, mixed![5]!].map((one) => creation(one)))).to.include({ ok: false, at: 0 });
    });

    it('answers undefined for what is not there', async () => {
      expect(await store.get(newId())).to.equal(undefined);
    });

    it('gives many in the order asked for, with gaps and repeats', async () => {
      const [a, b] = [record(), record()];
      await save(a, b);
      const found = await store.getMany([b.id, newId(), a.id, b.id]);
      expect(found.map((each) => each?.id)).to.deep.equal([b.id, undefined, a.id, b.id]);
      expect(await store.getMany([])).to.deep.equal([]);
    });

    it('creates an id once', async () => {
      const first = record({ title: 'first' });
      await save(first);
      const again = await store.write([creation({ ...first, title: 'second' })]);
      expect(again).to.deep.equal({ ok: false, at: 0, reason: 'exists' });
      expect((await store.get(first.id))?.title).to.equal('first');
    });

    it('updates the revision that was expected, and no other', async () => {
      const first = record({ state: 'draft' });
      const second = next(first, { state: 'open' });
      await save(first);
      expect(await store.write([change(first, second)])).to.deep.equal({ ok: true });
      expect(await store.write([change(first, second)])).to.deep.equal({ ok: false, at: 0, reason: 'changed' });
      expect(await store.get(first.id)).to.deep.equal(second);
    });

    it('updates from the state that was expected, and no other', async () => {
      const first = record({ state: 'draft' });
      await save(first);
      const to = (state: string): Write => ({
        op: 'update',
        record: next(first, { state: 'open' }),
        expect: { rev: 1, state },
      });
      expect(await store.write([to('ranked')])).to.deep.equal({ ok: false, at: 0, reason: 'changed' });
      expect(await store.write([to('draft')])).to.deep.equal({ ok: true });
    });

    it('tells what is gone from what has changed', async () => {
      const first = record();
      expect(await store.write([change(first, next(first))])).to.deep.equal({ ok: false, at: 0, reason: 'gone' });
      expect(await store.write([{ op: 'remove', id: first.id }])).to.deep.equal({ ok: false, at: 0, reason: 'gone' });
      await save(first);
      const removal: Write = { op: 'remove', id: first.id, expect: { rev: 2 } };
      expect(await store.write([removal])).to.deep.equal({ ok: false, at: 0, reason: 'changed' });
    });

    it('removes, and lets the id be used again', async () => {
      const first = record();
      await save(first);
      expect(await store.write([{ op: 'remove', id: first.id, expect: { rev: 1 } }])).to.deep.equal({ ok: true });
      expect(await store.get(first.id)).to.equal(undefined);
      await save({ ...first, title: 'again' });
      expect((await store.get(first.id))?.title).to.equal('again');
    });

    it('writes all of a call or nothing, and names the write that missed', async () => {
      const tenant = newTenant();
      const there = record({ tenant });
      const fresh = record({ tenant });
      await save(there);
      const result = await store.write([
        creation(fresh, { event: 'org.parley.cfp.draft' }),
        change(there, next(there, { title: 'new' }), { event: 'org.parley.cfp.open' }),
        creation(there),
      ]);
      expect(result).to.deep.equal({ ok: false, at: 2, reason: 'exists' });
      expect(await store.get(fresh.id)).to.equal(undefined);
      expect(await store.get(there.id)).to.deep.equal(there);
      expect(await store.history(there.id)).to.deep.equal([]);
      expect(await store.history(fresh.id)).to.deep.equal([]);
      expect(await store.events({ tenant, after: 0, limit: 10 })).to.deep.equal([]);
    });

    it('lets a write of a call see those before it', async () => {
      const first = record();
      const second = next(first, { title: 'second' });
      expect(await store.write([creation(first), change(first, second)])).to.deep.equal({ ok: true });
      expect((await store.get(first.id))?.title).to.equal('second');
      const removal: Write = { op: 'remove', id: first.id };
      const result = await store.write([removal, change(second, next(second))]);
      expect(result).to.deep.equal({ ok: false, at: 1, reason: 'gone' });
      expect((await store.get(first.id))?.rev).to.equal(2);
    });

    it('lets one of many win the same revision', async () => {
      const first = record();
      await save(first);
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.write([change(first, next(first, { title: String(index) }))])),
      );
      expect(results.filter((result) => result.ok)).to.have.lengthOf(1);
      const winner = results.findIndex((result) => result.ok);
      expect((await store.get(first.id))?.title).to.equal(String(winner));
    });

    it('takes a thousand records in one call', async () => {
      const parent = newId();
      const many = Array.from({ length: 1000 }, () => record({ parent }));
      await save(...many);
      expect(await store.count({ parent })).to.equal(1000);
    });

    it('accepts a call without writes', async () => {
      expect(await store.write([])).to.deep.equal({ ok: true });
    });

    it('tells its listeners what was written, in the order it was, and of misses nothing', async () => {
      const changes: Change[] = [];
      const stop = store.subscribe((each) => changes.push(each));
      const [a, b] = [record(), record()];
      const results = await Promise.all([
        store.write([creation(a), creation(b)]),
        store.write([creation(a)]),
        store.write([change(a, next(a))]),
        store.write([{ op: 'remove', id: b.id }]),
      ]);
      expect(results.map((result) => result.ok)).to.deep.equal([true, false, true, true]);
      stop();
      await save(record());
      expect(changes).to.deep.equal([
        { id: a.id, record: a },
        { id: b.id, record: b },
        { id: a.id, record: next(a) },
        { id: b.id, record: undefined },
      ]);
    });

    it('agrees with a model on any mix of writes', async () => {
      const step = fc.record({
        slot: fc.nat(2),
        op: fc.constantFrom('create' as const, 'update' as const, 'remove' as const),
        rev: fc.integer({ min: 1, max: 3 }),
        state: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
        to: fc.constantFrom('a', 'b'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 12 }), async (calls) => {
          const ids = [newId(), newId(), newId()];
          const model = new Map<EntityId, EntityRecord>();
          for (const call of calls) {
            const writes = call.map(({ slot, op, rev, state, to }): Write => {
              const id = ids[slot] ?? newId();
              if (op === 'create') return { op, record: record({ id, state: to }) };
              if (op === 'remove') return { op, id, expect: { rev } };
              return {
                op,
                record: record({ id, state: to, rev: rev + 1 }),
                expect: state === undefined ? { rev } : { rev, state },
              };
            });
            expect(await store.write(writes)).to.deep.equal(applyToModel(model, writes));
          }
          expect(await store.getMany(ids)).to.deep.equal(ids.map((id) => model.get(id)));
        }),
        { numRuns: 25 },
      );
    });
  });

  it('refuses calls when it is closed', async () => {
    const { port, close } = await open();
    await port.write([creation(record())]);
    await close();
    const error = await port.get(newId()).then(
      () => undefined,
      (why: unknown) => why,
    );
    expect(error).to.be.instanceOf(Error);
  });
}

function applyToModel(model: Map<EntityId, EntityRecord>, writes: readonly Write[]): WriteResult {
  const staged = new Map(model);
  for (const [at, write] of writes.entries()) {
    const id = write.op === 'remove' ? write.id : write.record.id;
    const there = staged.get(id);
    if (write.op === 'create') {
      if (there !== undefined) return { ok: false, at, reason: 'exists' };
      staged.set(id, write.record);
      continue;
    }
    if (there === undefined) return { ok: false, at, reason: 'gone' };
    const state = write.op === 'update' ? write.expect.state : undefined;
    if (there.rev !== write.expect?.rev || (state !== undefined && state !== there.state)) {
      return { ok: false, at, reason: 'changed' };
    }
    if (write.op === 'remove') staged.delete(id);
    else staged.set(id, write.record);
  }
  model.clear();
  for (const [id, each] of staged) model.set(id, each);
  return { ok: true };
}
