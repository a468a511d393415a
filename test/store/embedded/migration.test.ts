import { expect } from 'chai';
import { cp, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS, type Migration } from '../../../src/store/embedded/schema.ts';
import { creation, newId, newTenant, record } from '../../contract/store/records.ts';
import { newFolder, openStore, rejection, removeFolder } from './folder.ts';

const TRIAL: Migration = {
  version: 2,
  name: 'trial',
  sql: `ALTER TABLE entity ADD COLUMN trial TEXT;
        CREATE TABLE trial (id INTEGER PRIMARY KEY) STRICT;
        UPDATE entity SET trial = kind;`,
};
const FIRST = MIGRATIONS.slice(0, 1);

describe('embedded: migrations', () => {
  let folder: string;
  const kept = record({ tenant: newTenant(), title: 'from before', state: 'draft' });
  const series = { tenant: kept.tenant, collector: newId(), channel: 'net.reachable', vantage: 'here' };

  /** A folder as an older version leaves it. */
  beforeEach(async () => {
    folder = await newFolder();
    const store = await openStore(folder, { migrations: FIRST });
    expect(store.schemaVersion).to.equal(1);
    await store.entities.write([creation(kept, { event: 'org.parley.cfp.draft' })]);
    await store.values.set('space', 'key', 'value');
    const id = await store.samples.series(series);
    await store.samples.append([{ series: id, samples: [{ at: 1, value: 2 }] }]);
    await store.close();
  });
  afterEach(() => removeFolder(folder));

  const expectData = async (where: string, migrations: readonly Migration[]): Promise<void> => {
    const store = await openStore(where, { migrations });
    expect(store.schemaVersion).to.equal(migrations.length);
    expect(await store.entities.get(kept.id)).to.deep.equal(kept);
    expect(await store.entities.events({ tenant: kept.tenant, after: 0, limit: 9 })).to.have.lengthOf(1);
    expect(await store.values.get('space', 'key')).to.equal('value');
    const block = await store.samples.read(await store.samples.series(series), 0, 10);
    expect([...block.values]).to.deep.equal([2]);
    expect(await store.entities.write([creation(record())])).to.deep.equal({ ok: true });
    await store.close();
  };

  it('are numbered in order, from one', () => {
    expect(MIGRATIONS.map(({ version }) => version)).to.deep.equal(MIGRATIONS.map((_, index) => index + 1));
  });

  it('bring a copy of an older folder up to date, and keep the data as it was beside it', async () => {
    const copy = await newFolder();
    await cp(folder, copy, { recursive: true });
    await expectData(copy, [...FIRST, TRIAL]);
    expect(await readdir(join(copy, 'backup'))).to.deep.equal(['parley-v1.db']);
    const restored = join(copy, 'restored');
    await mkdir(restored);
    await copyFile(join(copy, 'backup', 'parley-v1.db'), join(restored, 'parley.db'));
    await expectData(restored, FIRST);
    await removeFolder(copy);
  });

  it('bring the first version up to the shipped one', () => expectData(folder, MIGRATIONS));

  it('are not tried again', async () => {
    await expectData(folder, [...FIRST, TRIAL]);
    await expectData(folder, [...FIRST, TRIAL]);
  });

  it('leave the data alone when one fails, and say which store cannot be opened', async () => {
    const broken: Migration = {
      version: 2,
      name: 'broken',
      sql: 'ALTER TABLE entity ADD COLUMN x TEXT; SELECT nonsense;',
    };
    const error = await rejection(openStore(folder, { migrations: [...FIRST, broken] }));
    expect(error).to.have.property('code', 'store_failed');
    expect(error).to.have.property('message').that.includes('nonsense');
    await expectData(folder, FIRST);
    await expectData(folder, [...FIRST, TRIAL]);
  });

  it('refuse data of a later version, and do not touch it', async () => {
    await expectData(folder, [...FIRST, TRIAL]);
    const error = await rejection(openStore(folder, { migrations: FIRST }));
    expect(error).to.have.property('code', 'store_too_new');
    expect(error)
      .to.have.property('message')
      .that.matches(/version 2.* 1 /);
    await expectData(folder, [...FIRST, TRIAL]);
  });
});
