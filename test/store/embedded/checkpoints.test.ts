import { expect } from 'chai';
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PAGES_AT_MOST, checkpoints } from '../../../src/store/embedded/checkpoints.ts';
import { openDatabase, type Database } from '../../../src/store/embedded/sqlite.ts';
import { newFolder, removeFolder } from './folder.ts';

const PAGE = 4096;
const ROWS = 1500;

describe('embedded: checkpoints', () => {
  let folder: string;
  let database: Database;

  beforeEach(async () => {
    folder = await newFolder();
    database = await openDatabase(join(folder, 'parley.db'));
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${PAGES_AT_MOST}`);
    database.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, text TEXT)');
  });
  afterEach(async () => {
    database.close();
    await removeFolder(folder);
  });

  /** A transaction that takes more pages than may wait. */
  const burst = (): void => {
    database.exec('BEGIN');
    const insert = database.prepare('INSERT INTO filler (text) VALUES (?)');
    for (let row = 0; row < ROWS; row++) insert.run('x'.repeat(3000));
    database.exec('COMMIT');
  };

  /** Rows in the main file alone. */
  const moved = async (): Promise<number> => {
    const copy = join(folder, 'copy.db');
    await copyFile(join(folder, 'parley.db'), copy);
    const alone = await openDatabase(copy);
    try {
      return Number(alone.prepare('SELECT count(*) AS n FROM filler').get()?.['n']);
    } catch {
      return -1; // It was copied in the middle of a move, or before the table was there.
    } finally {
      alone.close();
    }
  };
  const movedAtLast = async (rows: number): Promise<void> => {
    while ((await moved()) !== rows) await nextTurn();
  };
  const logBytes = async (): Promise<number> => (await stat(join(folder, 'parley.db-wal'))).size;

  it('move the log into the main file while others write', async () => {
    const moves = checkpoints(database, folder);
    burst();
    moves.committed();
    for (let round = 2; round < 6; round++) {
      burst();
      moves.committed();
      await movedAtLast(round * ROWS);
    }
    await moves.close();
  }).timeout(20_000);

  it('leave what is little where it is, and start no thread', async () => {
    const moves = checkpoints(database, folder);
    for (let commit = 0; commit < 100; commit++) {
      database.prepare('INSERT INTO filler (text) VALUES (?)').run('little');
      moves.committed();
    }
    await moves.close();
    expect(await moved()).to.equal(-1);
  });

  it('that cannot be made leave the log to SQLite', async () => {
    const moves = checkpoints(database, join(folder, 'nowhere'));
    while ((await moved()) < ROWS) {
      burst();
      moves.committed();
    }
    await moves.close();
    expect(await logBytes()).to.be.at.most(2 * PAGES_AT_MOST * PAGE);
  });

  it('are closed while one is under way, and begin no other', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await nextTurn();
    const before = timers();
    const moves = checkpoints(database, folder);
    burst();
    moves.committed();
    database.prepare('INSERT INTO filler (text) VALUES (?)').run('meanwhile');
    moves.committed();
    await moves.close();
    expect(timers()).to.equal(before);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(await moved()).to.equal(ROWS + 1);
    expect(await logBytes()).to.equal(0);
  });
});
