import { expect } from 'chai';
import { join } from 'node:path';
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts';
import { arrivalOf } from '../../../src/store/embedded/rows.ts';
import { openDatabase } from '../../../src/store/embedded/sqlite.ts';
import { change, creation, newTenant, next, record, TAGGED } from '../../contract/store/records.ts';
import { newFolder, openStore, removeFolder } from './folder.ts';

describe('embedded: entity log', () => {
  let folder: string;
  let store: EmbeddedStore | undefined;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await removeFolder(folder);
  });

  const many = (tenant = newTenant()) =>
    Array.from({ length: 40 }, (_, at) => record({ tenant, state: 'draft', mixins: at % 2 === 0 ? [TAGGED] : [] }));

  it('is settled when the store is opened, as after a crash between the answer and what follows it', async () => {
    const [tenant, records] = [newTenant(), many()];
    const arrival = arrivalOf(
      records.map((one) => creation({ ...one, tenant }, { event: 'org.parley.cfp.draft' })),
      0,
    );
    await (await openStore(folder)).close();
    const database = await openDatabase(join(folder, 'parley.db'));
    database
      .prepare('INSERT INTO entity_log (events, data) VALUES (?, ?)')
      .run(JSON.stringify(records.map((_, at) => at + 1)), arrival?.logged ?? '');
    database.prepare('INSERT INTO event_sequence (tenant, last) VALUES (?, ?)').run(tenant, records.length);
    database.close();

    store = await openStore(folder);
    const found = await store.entities.getMany(records.map(({ id }) => id));
    expect(found).to.deep.equal(records.map((one) => ({ ...one, tenant })));
    expect(await store.entities.count({ mixin: TAGGED, tenant })).to.equal(20);
    const events = await store.entities.events({ tenant, after: 0, limit: 100 });
    expect(events.map(({ data }) => data.entity)).to.deep.equal(records.map(({ id }) => id));
    expect(events.map(({ sequence }) => sequence)).to.deep.equal(records.map((_, at) => at + 1));

    const [later] = many(tenant);
    await store.entities.write([creation(later!, { event: 'org.parley.cfp.draft' })]);
    const [event] = await store.entities.events({ tenant, after: records.length, limit: 100 });
    expect(event).to.deep.include({ sequence: records.length + 1 });
  });

  it('is empty again when it has been settled', async () => {
    store = await openStore(folder);
    const records = many();
    await store.entities.write(records.map((one) => creation(one)));
    expect(await store.entities.get(records[39]!.id)).to.deep.equal(records[39]);
    await store.close();
    store = undefined;
    const database = await openDatabase(join(folder, 'parley.db'), { readOnly: true });
    expect(database.prepare('SELECT count(*) AS n FROM entity_log').get()).to.deep.include({ n: 0 });
    database.close();
  });

  it('is not in the way of what is written in the same turn', async () => {
    store = await openStore(folder);
    const { entities } = store;
    const [first, second] = [many(), many()];
    const after = next(first[7]!, { state: 'open' });
    const results = await Promise.all([
      entities.write(first.map((one) => creation(one))),
      entities.write([change(first[7]!, after)]),
      entities.write(second.map((one) => creation(one))),
      entities.write(first.map((one) => creation(one))),
      entities.write([{ op: 'remove', id: second[0]!.id }]),
      entities.get(first[7]!.id),
    ]);
    expect(results.slice(0, 5)).to.deep.equal([
      { ok: true },
      { ok: true },
      { ok: true },
      { ok: false, at: 0, reason: 'exists' },
      { ok: true },
    ]);
    expect(await entities.get(first[7]!.id)).to.deep.equal(after);
    expect(await entities.get(second[0]!.id)).to.equal(undefined);
  });

  it('lets what is due in it be claimed at once', async () => {
    store = await openStore(folder);
    const records = many().map((one) => ({ ...one, due: { at: 5, action: 'expire' } }));
    const [, claimed] = await Promise.all([
      store.entities.write(records.map((one) => creation(one))),
      store.entities.claimDue({ now: 10, limit: 100, owner: 'me', leaseMs: 1000 }),
    ]);
    expect(claimed.map(({ id }) => id)).to.deep.equal(records.map(({ id }) => id));
  });
});
