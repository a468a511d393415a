import { expect } from 'chai';
import { cp, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../../../src/store/embedded/migrate.ts';
import { MIGRATIONS, type Migration } from '../../../src/store/embedded/schema.ts';
import { openDatabase } from '../../../src/store/embedded/sqlite.ts';
import { creation, newId, newTenant, record } from '../../contract/store/records.ts';
import { newFolder, openStore, rejection, removeFolder } from './folder.ts';

const SHIPPED = MIGRATIONS.length;
const TRIAL: Migration = {
  version: SHIPPED + 1,
  name: 'trial',
  sql: `ALTER TABLE entity ADD COLUMN trial TEXT;
        CREATE TABLE trial (id INTEGER PRIMARY KEY) STRICT;
        UPDATE entity SET trial = kind;`,
};

describe('embedded: migrations', () => {
  let folder: string;
  const kept = record({ tenant: newTenant(), title: 'from before', state: 'draft' });
  const series = { tenant: kept.tenant, collector: newId(), channel: 'net.reachable', vantage: 'here' };

  /** A folder as an older version leaves it. */
  beforeEach(async () => {
    folder = await newFolder();
    const store = await openStore(folder, { migrations: MIGRATIONS });
    expect(store.schemaVersion).to.equal(SHIPPED);
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
    await expectData(copy, [...MIGRATIONS, TRIAL]);
    expect(await readdir(join(copy, 'backup'))).to.deep.equal([`parley-v${SHIPPED}.db`]);
    const restored = join(copy, 'restored');
    await mkdir(restored);
    await copyFile(join(copy, 'backup', `parley-v${SHIPPED}.db`), join(restored, 'parley.db'));
    await expectData(restored, MIGRATIONS);
    await removeFolder(copy);
  });

  it('bring an empty folder of the first version up to the shipped one', async () => {
    const old = await newFolder();
    const database = await openDatabase(join(old, 'parley.db'));
    migrate(database, old, MIGRATIONS.slice(0, 1), 0);
    database.close();
    const store = await openStore(old);
    expect(store.schemaVersion).to.equal(SHIPPED);
    const many = Array.from({ length: 50 }, () => record());
    await store.entities.write(many.map((one) => creation(one)));
    expect(await store.entities.getMany(many.map(({ id }) => id))).to.deep.equal(many);
    await store.close();
    await removeFolder(old);
  });

  it('are not tried again', async () => {
    await expectData(folder, [...MIGRATIONS, TRIAL]);
    await expectData(folder, [...MIGRATIONS, TRIAL]);
  });

  it('leave the data alone when one fails, and say which store cannot be opened', async () => {
    const broken: Migration = {
      version: SHIPPED + 1,
      name: 'broken',
      sql: 'ALTER TABLE entity ADD COLUMN x TEXT; SELECT nonsense;',
    };
    const error = await rejection(openStore(folder, { migrations: [...MIGRATIONS, broken] }));
    expect(error).to.have.property('code', 'store_failed');
    expect(error).to.have.property('message').that.includes('nonsense');
    await expectData(folder, MIGRATIONS);
    await expectData(folder, [...MIGRATIONS, TRIAL]);
  });

  it('refuse data of a later version, and do not touch it', async () => {
    await expectData(folder, [...MIGRATIONS, TRIAL]);
    const error = await rejection(openStore(folder, { migrations: MIGRATIONS }));
    expect(error).to.have.property('code', 'store_too_new');
    expect(error)
      .to.have.property('message')
      .that.matches(new RegExp(`version ${SHIPPED + 1}.* ${SHIPPED} `));
    await expectData(folder, [...MIGRATIONS, TRIAL]);
  });
});
