import { expect } from 'chai';
import { join } from 'node:path';
import type { EntityQuery } from '../../../src/occi/store.ts';
import { principalId, vendorId } from '../../../src/shared/ids.ts';
import { eventsSql, listSql, type Sql } from '../../../src/store/embedded/query.ts';
import { openDatabase, type Database } from '../../../src/store/embedded/sqlite.ts';
import { CFP, creation, newId, newTenant, PROPOSAL, record, SMALL } from '../../contract/store/records.ts';
import { newFolder, openStore, removeFolder } from './folder.ts';

describe('embedded: queries', () => {
  const tenant = newTenant();
  const limit = 10;

  describe('walk along an index', () => {
    let folder: string;
    let database: Database;

    before(async () => {
      folder = await newFolder();
      await (await openStore(folder)).close();
      database = await openDatabase(join(folder, 'parley.db'));
    });
    after(async () => {
      database.close();
      await removeFolder(folder);
    });

    const plan = ({ text, values }: Sql): string =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all(...values)
        .map((row) => row['detail'])
        .join('\n');

    const queries: Record<string, EntityQuery> = {
      'a kind': { kinds: [CFP], limit },
      'a kind of a tenant': { kinds: [CFP], tenant, limit },
      'a kind of a tenant, downwards': { kinds: [CFP], tenant, limit, order: 'desc', after: newId() },
      'a kind in a state': { kinds: [CFP], states: ['open'], limit },
      'a mixin': { mixin: SMALL, limit },
      'a mixin of a tenant': { mixin: SMALL, tenant, kinds: [CFP], limit, after: newId() },
      'what a vendor has of a kind': { vendor: vendorId('local'), kinds: [PROPOSAL], limit },
      'the links from a path': { source: '/compute/1', limit },
      'the links to a path': { target: '/compute/1', limit },
      'the children of a kind': { parent: newId(), kinds: [PROPOSAL], limit },
    };
    for (const [name, query] of Object.entries(queries)) {
      it(`${name}: neither scans nor sorts`, () => {
        expect(plan(listSql(query))).to.not.match(/SCAN|TEMP B-TREE/);
      });
    }

    for (const end of ['source', 'target'] as const) {
      it(`the links of many by their ${end}: found by it, however many they are`, () => {
        const paths = Array.from({ length: 1000 }, (_, index) => `/compute/${index}`);
        for (const some of [paths.slice(0, 2), paths])
          expect(plan(listSql({ [`${end}s`]: some, limit }))).to.match(new RegExp(`USING INDEX entity_${end}`));
      });
    }

    it('the events of a tenant: neither scans nor sorts', () => {
      expect(plan(eventsSql({ tenant, after: 5, limit, subject: undefined }))).to.not.match(/SCAN|TEMP B-TREE/);
      expect(plan(eventsSql({ tenant, after: 5, limit, subject: '/cfp/' }))).to.not.match(/SCAN|TEMP B-TREE/);
    });

    it('the events of an entity: found by the entity', () => {
      const subject = `/cfp/${newId()}`;
      expect(plan(eventsSql({ tenant, after: 5, limit, subject }))).to.include('journal_entity');
    });

    it('several kinds of a tenant: each along its own index', () => {
      const text = plan(listSql({ kinds: [CFP, PROPOSAL], tenant, limit, owner: principalId('alice') }));
      expect(text.match(/SEARCH e USING INDEX entity_tenant/g)).to.have.lengthOf(2);
    });
  });

  it('compares lists and objects by value, whatever the order of members', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    const value = { b: [1, { d: null, c: 'x\u0000' }], a: 0.5 };
    const one = record({ tenant, attributes: { 'com.example.value': value, 'odd "name" \\ [0]': 7 } });
    await store.entities.write([creation(one)]);
    const found = async (attributes: EntityQuery['attributes']): Promise<number> =>
      store.entities.count({ tenant, ...(attributes === undefined ? {} : { attributes }) });
    expect(await found({ 'com.example.value': { a: 0.5, b: [1, { c: 'x\u0000', d: null }] } })).to.equal(1);
    expect(await found({ 'com.example.value': { a: 0.5, b: [{ c: 'x\u0000', d: null }, 1] } })).to.equal(0);
    expect(await found({ 'odd "name" \\ [0]': 7 })).to.equal(1);
    expect(await found({ 'odd "name" \\ [0]': 8 })).to.equal(0);
    expect(await found({ toString: 8 })).to.equal(0);
    await store.close();
    await removeFolder(folder);
  });
});
