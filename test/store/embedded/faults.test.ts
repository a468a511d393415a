import { expect } from 'chai';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts';
import { MIGRATIONS, type Migration } from '../../../src/store/embedded/schema.ts';
import { creation, newTenant, record } from '../../contract/store/records.ts';
import { newFolder, openStore, rejection, removeFolder } from './folder.ts';

describe('embedded: faults', () => {
  let folder: string;
  let store: EmbeddedStore;
  const failures: Error[] = [];

  /** The store with one more step of schema, which plants the fault. */
  const openWith = async (sql: string): Promise<void> => {
    const fault: Migration = { version: MIGRATIONS.length + 1, name: 'fault', sql };
    store = await openStore(folder, { migrations: [...MIGRATIONS, fault], onFailure: (why) => failures.push(why) });
  };

  beforeEach(async () => {
    failures.length = 0;
    folder = await newFolder();
  });
  afterEach(async () => {
    await store.close();
    await removeFolder(folder);
  });

  it('rejects the write that fails, whole, and keeps the others of its turn and their sequence', async () => {
    await openWith(
      `CREATE TRIGGER fault BEFORE INSERT ON journal WHEN new.code = 'bad' BEGIN SELECT RAISE(ABORT, 'as planned'); END`,
    );
    const tenant = newTenant();
    const event = 'org.parley.cfp.draft';
    const records = Array.from({ length: 5 }, () => record({ tenant }));
    const results = await Promise.allSettled(
      records.map((each, index) =>
        store.entities.write([creation(each, index === 2 ? { event, code: 'bad' } : { event })]),
      ),
    );
    expect(results.map(({ status }) => status)).to.deep.equal(
      records.map((_, i) => (i === 2 ? 'rejected' : 'fulfilled')),
    );
    expect(results[2]).to.have.nested.property('reason.code', 'store_failed');
    const there = await store.entities.getMany(records.map(({ id }) => id));
    expect(there.map((each) => each !== undefined)).to.deep.equal([true, true, false, true, true]);
    const events = await store.entities.events({ tenant, after: 0, limit: 10 });
    expect(events.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4]);
    expect(failures).to.deep.equal([]);
  });

  it('rejects writes while the disk is full, reads on, and writes again when there is room', async () => {
    await openWith('PRAGMA max_page_count = 150');
    const kept = record();
    await store.entities.write([creation(kept)]);
    const big = (): ReturnType<typeof creation>[] => [creation(record({ summary: 'x'.repeat(100_000) }))];
    const error = await rejection(
      (async () => {
        for (;;) await store.entities.write(big());
      })(),
    );
    expect(error).to.have.property('code', 'store_failed');
    expect(error).to.have.property('message').that.matches(/full/);
    expect(await store.entities.get(kept.id)).to.deep.equal(kept);
    const { items } = await store.entities.list({ limit: 100 });
    await store.entities.write(items.map(({ id }) => ({ op: 'remove', id })));
    expect(await store.entities.write(big())).to.deep.equal({ ok: true });
    expect(failures).to.deep.equal([]);
  });

  it('stops with a reason when the file is spoilt', async () => {
    await openWith('SELECT 1');
    for (let index = 0; index < 50; index++) await store.values.set('space', `key ${index}`, 'x'.repeat(10_000));
    truncateSync(join(folder, 'parley.db'), 0);
    truncateSync(join(folder, 'parley.db-wal'), 0);
    const errors = await Promise.all([
      rejection(store.values.get('space', 'key 1')),
      rejection(store.values.get('space', 'key 2')),
    ]);
    for (const error of errors) expect(error).to.have.property('code', 'store_failed');
    expect(await rejection(store.values.set('space', 'key', 'value'))).to.have.property('code', 'store_failed');
    expect(failures).to.have.lengthOf(1);
    expect(failures[0]).to.have.property('code', 'store_failed');
  });
});
