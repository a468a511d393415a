import { expect } from 'chai';
import type { EntityRecord } from '../../../src/occi/entity.ts';
import type { EntityQuery, EntityStore } from '../../../src/occi/store.ts';
import { principalId, typeId, vendorId, type EntityId } from '../../../src/shared/ids.ts';
import type { Json } from '../../../src/shared/json.ts';
import {
  CFP,
  change,
  creation,
  newId,
  newTenant,
  next,
  PROPOSAL,
  record,
  RULESET,
  SMALL,
  TAGGED,
  type StoreUnderTest,
} from './records.ts';

type Filter = Omit<EntityQuery, 'limit' | 'after' | 'page'>;

export function describeLists(open: () => Promise<StoreUnderTest<EntityStore>>): void {
  describe('lists', () => {
    let store: EntityStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    const save = async (...records: EntityRecord[]): Promise<void> => {
      await store.write(records.map((each) => creation(each)));
    };
    /** What a filter finds; its count must say the same. */
    const found = async (filter: Filter): Promise<EntityId[]> => {
      const { items } = await store.list({ ...filter, limit: 100 });
      expect(await store.count(filter)).to.equal(items.length);
      return items.map(({ id }) => id);
    };
    const idsOf = (records: readonly (EntityRecord | undefined)[]): (EntityId | undefined)[] =>
      records.map((each) => each?.id);

    it('finds by kind, kinds, and both with a tenant', async () => {
      const [tenant, other] = [newTenant(), newTenant()];
      const cfp = record({ tenant });
      const proposal = record({ tenant, kind: PROPOSAL });
      const foreign = record({ tenant: other });
      await save(cfp, proposal, foreign);
      expect(await found({ tenant })).to.deep.equal(idsOf([cfp, proposal]));
      expect(await found({ tenant, kinds: [CFP] })).to.deep.equal([cfp.id]);
      expect(await found({ tenant, kinds: [CFP, PROPOSAL] })).to.deep.equal(idsOf([cfp, proposal]));
      expect(await found({ tenant, kinds: [PROPOSAL, CFP, PROPOSAL] })).to.deep.equal(idsOf([cfp, proposal]));
      expect(await found({ tenant, kinds: [] })).to.deep.equal([]);
      expect(await found({ kinds: [CFP], order: 'desc' })).to.include(foreign.id);
    });

    it('finds the shared kinds of other tenants too', async () => {
      const [tenant, other] = [newTenant(), newTenant()];
      const [mine, theirs] = [record({ tenant }), record({ tenant: other })];
      const rules = record({ tenant: other, kind: RULESET, mixins: [TAGGED] });
      await save(mine, theirs, rules);
      const shared = [RULESET];
      expect(await found({ tenant, shared, kinds: [CFP, RULESET] })).to.deep.equal(idsOf([mine, rules]));
      expect(await found({ tenant, shared, kinds: [CFP] })).to.deep.equal([mine.id]);
      expect(await found({ tenant, shared, kinds: [RULESET] })).to.include(rules.id);
      expect(await found({ tenant, shared, mixin: TAGGED })).to.include(rules.id);
      expect(await found({ tenant, mixin: TAGGED })).to.deep.equal([]);
    });

    it('finds by owner, state, parent, vendor, and the ends of a link', async () => {
      const tenant = newTenant();
      const parent = newId();
      const path = `/compute/${parent}`;
      const owned = record({ tenant, owner: principalId('bob') });
      const stated = record({ tenant, state: 'open' });
      const child = record({ tenant, parent, state: 'ranked' });
      const sold = record({ tenant, vendor: vendorId('local') });
      const from = record({ tenant, source: { location: path } });
      const to = record({ tenant, target: { location: path } });
      await save(owned, stated, child, sold, from, to);
      expect(await found({ tenant, owner: principalId('bob') })).to.deep.equal([owned.id]);
      expect(await found({ tenant, states: ['open'] })).to.deep.equal([stated.id]);
      expect(await found({ tenant, states: ['ranked', 'open'] })).to.deep.equal(idsOf([stated, child]));
      expect(await found({ tenant, states: [] })).to.deep.equal([]);
      expect(await found({ parent })).to.deep.equal([child.id]);
      expect(await found({ parent, kinds: [PROPOSAL] })).to.deep.equal([]);
      expect(await found({ tenant, vendor: vendorId('local') })).to.deep.equal([sold.id]);
      expect(await found({ source: path })).to.deep.equal([from.id]);
      expect(await found({ target: path, tenant })).to.deep.equal([to.id]);
      expect(await found({ target: `${path}\u0000` })).to.deep.equal([]);
    });

    it('finds by mixin, and follows the mixins as they change', async () => {
      const tenant = newTenant();
      const parent = newId();
      const both = record({ tenant, mixins: [SMALL, TAGGED], parent });
      const small = record({ tenant, mixins: [SMALL], kind: PROPOSAL });
      await save(both, small);
      expect(await found({ tenant, mixin: SMALL })).to.deep.equal(idsOf([both, small]));
      expect(await found({ tenant, mixin: SMALL, kinds: [PROPOSAL] })).to.deep.equal([small.id]);
      expect(await found({ mixin: SMALL, parent })).to.deep.equal([both.id]);
      await store.write([change(both, next(both, { mixins: [TAGGED] }))]);
      expect(await found({ tenant, mixin: SMALL })).to.deep.equal([small.id]);
      expect(await found({ tenant, mixin: TAGGED })).to.deep.equal([both.id]);
      await store.write([{ op: 'remove', id: both.id }]);
      expect(await found({ tenant, mixin: TAGGED })).to.deep.equal([]);
    });

    it('finds by the value of attributes', async () => {
      const tenant = newTenant();
      const values: Record<string, Json> = { text: 'a"b\\c 🖥', number: 4, fraction: 0.1, yes: true, none: null };
      const full = record({
        tenant,
        attributes: Object.fromEntries(Object.entries(values).map(([name, value]) => [`com.example.${name}`, value])),
      });
      const bare = record({ tenant, attributes: { 'com.example.number': '4', 'com.example.yes': 1 } });
      await save(full, bare);
      for (const [name, value] of Object.entries(values)) {
        expect(await found({ tenant, attributes: { [`com.example.${name}`]: value } }), name).to.deep.equal([full.id]);
      }
      expect(await found({ tenant, attributes: { 'com.example.number': 5 } })).to.deep.equal([]);
      expect(await found({ tenant, attributes: { 'com.example.absent': null } })).to.deep.equal([]);
      expect(await found({ tenant, attributes: { 'com.example.number': 4, 'com.example.yes': false } })).to.deep.equal(
        [],
      );
      expect(await found({ tenant, attributes: { com: 'example' } })).to.deep.equal([]);
    });

    it('hides what is hidden unless it is asked for', async () => {
      const tenant = newTenant();
      const [shown, hidden] = [record({ tenant }), record({ tenant, hidden: true })];
      await save(shown, hidden);
      expect(await found({ tenant })).to.deep.equal([shown.id]);
      expect(await found({ tenant, hidden: 'without' })).to.deep.equal([shown.id]);
      expect(await found({ tenant, hidden: 'with' })).to.deep.equal(idsOf([shown, hidden]));
      expect((await store.get(hidden.id))?.id).to.equal(hidden.id);
    });

    it('orders by id, up or down, whatever the order of creation', async () => {
      const tenant = newTenant();
      const records = [record({ tenant }), record({ tenant }), record({ tenant, kind: PROPOSAL })];
      await save(...[...records].reverse());
      expect(await found({ tenant })).to.deep.equal(idsOf(records));
      expect(await found({ tenant, order: 'desc' })).to.deep.equal(idsOf([...records].reverse()));
      const kinds = [CFP, PROPOSAL];
      expect(await found({ tenant, kinds, order: 'desc' })).to.deep.equal(idsOf([...records].reverse()));
    });

    for (const order of ['asc', 'desc'] as const) {
      it(`pages by cursor without gaps or repeats while others write (${order})`, async () => {
        const tenant = newTenant();
        const old = Array.from({ length: 25 }, (_, index) =>
          record({ tenant, kind: index % 2 === 0 ? CFP : PROPOSAL }),
        );
        await save(...old);
        const seen: EntityId[] = [];
        let after: string | undefined;
        do {
          const query: EntityQuery = { tenant, kinds: [CFP, PROPOSAL], order, limit: 4 };
          const [page] = await Promise.all([
            store.list(after === undefined ? query : { ...query, after }),
            save(record({ tenant })),
          ]);
          expect(page.items.length).to.be.at.most(4);
          seen.push(...page.items.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        const known = new Set(old.map(({ id }) => id));
        const wanted = order === 'asc' ? old : [...old].reverse();
        expect(new Set(seen).size).to.equal(seen.length);
        expect(seen.filter((id) => known.has(id))).to.deep.equal(idsOf(wanted));
      });
    }

    it('ends a list that fills its last page exactly', async () => {
      const tenant = newTenant();
      await save(record({ tenant }), record({ tenant }));
      const page = await store.list({ tenant, limit: 2 });
      expect(page.items).to.have.lengthOf(2);
      expect(page.next).to.equal(undefined);
    });

    it('goes on after what a page ended with was removed', async () => {
      const tenant = newTenant();
      const [a, b] = [record({ tenant }), record({ tenant })];
      await save(a, b);
      const page = await store.list({ tenant, limit: 1 });
      await store.write([{ op: 'remove', id: a.id }]);
      const rest = await store.list({ tenant, limit: 1, after: page.next! });
      expect(idsOf(rest.items)).to.deep.equal([b.id]);
    });

    it('pages by number, from one, and is empty past the end', async () => {
      const tenant = newTenant();
      const records = Array.from({ length: 5 }, () => record({ tenant }));
      await save(...records);
      const page = async (number: number, kinds?: EntityQuery['kinds']): Promise<(EntityId | undefined)[]> =>
        idsOf((await store.list({ tenant, limit: 2, page: number, ...(kinds === undefined ? {} : { kinds }) })).items);
      expect(await page(1)).to.deep.equal(idsOf(records.slice(0, 2)));
      expect(await page(3)).to.deep.equal(idsOf(records.slice(4)));
      expect(await page(4)).to.deep.equal([]);
      expect(await page(2, [CFP, PROPOSAL])).to.deep.equal(idsOf(records.slice(2, 4)));
    });

    it('finds nothing for types and names that nobody uses', async () => {
      const tenant = newTenant();
      await save(record({ tenant }));
      const nowhere = typeId('http://example.org/none#none');
      expect(await found({ kinds: [nowhere] })).to.deep.equal([]);
      expect(await found({ mixin: nowhere })).to.deep.equal([]);
      expect(await found({ tenant: newTenant() })).to.deep.equal([]);
    });
  });
}
