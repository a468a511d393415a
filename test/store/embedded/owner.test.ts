import { expect } from 'chai';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreInUse } from '../../../src/store/errors.ts';
import { creation, record } from '../../contract/store/records.ts';
import { startChild } from './child-process.ts';
import { newFolder, openStore, rejection, removeFolder } from './folder.ts';

describe('embedded: owner of the folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => removeFolder(folder));

  it('is one store at a time, and the second is told so at once', async () => {
    const first = await openStore(folder);
    const error = await rejection(openStore(folder));
    expect(error).to.have.property('code', 'store_in_use');
    expect(error).to.have.property('message').that.includes(folder);
    await first.entities.write([creation(record())]);
    await first.close();
    await (await openStore(folder)).close();
  });

  it('is one process at a time, and a killed one gives the folder back', async () => {
    const child = startChild('hold', folder);
    await child.line();
    expect(await rejection(openStore(folder))).to.have.property('code', new StoreInUse(folder).code);
    await child.kill();
    await (await openStore(folder)).close();
  });

  it('makes the folder, for nobody else to read', async () => {
    const inner = join(folder, 'a', 'b');
    await (await openStore(inner)).close();
    expect((await stat(inner)).mode & 0o077).to.equal(0);
  });

  it('says what is wrong when the folder cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'not a folder');
    const error = await rejection(openStore(join(file, 'inner')));
    expect(error).to.have.property('code', 'store_failed');
    expect(error).to.have.property('message').that.includes(file);
  });

  it('says so when what lies there is no database', async () => {
    await writeFile(join(folder, 'parley.db'), 'this is a text'.repeat(1000));
    const error = await rejection(openStore(folder));
    expect(error).to.have.property('code', 'store_failed');
    expect(error).to.have.property('message').that.includes('not a database');
  });

  it('closes twice without harm, and once for every port', async () => {
    const store = await openStore(folder);
    await Promise.all([store.close(), store.entities.close(), store.close()]);
    for (const call of [
      () => store.entities.get(record().id),
      () => store.values.set('a', 'b', 'c'),
      () => store.samples.deleteBefore(0),
    ]) {
      expect(await rejection(call())).to.have.property('code', 'store_closed');
    }
  });

  it('finishes what was under way when it is closed', async () => {
    const store = await openStore(folder);
    const records = Array.from({ length: 200 }, () => record());
    const writes = records.map((each) => store.entities.write([creation(each)]));
    await store.close();
    expect((await Promise.all(writes)).every((result) => result.ok)).to.equal(true);
    const again = await openStore(folder);
    expect((await again.entities.getMany(records.map(({ id }) => id))).every((each) => each !== undefined)).to.equal(
      true,
    );
    await again.close();
  });
});
