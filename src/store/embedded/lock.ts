import { join } from 'node:path';
import { StoreInUse } from '../errors.ts';
import { openDatabase, resultCode, SQLITE_BUSY } from './sqlite.ts';

/**
 * Takes the folder for this process, until released or until the process ends in whatever way: the
 * operating system drops the lock with it.
 *
 * The lock is a transaction on a file of its own, because a closed connection may leave statements
 * open and would keep a lock on the main file.
 * @throws StoreInUse at once when another holds it
 */
export async function takeFolder(folder: string): Promise<() => void> {
  const database = await openDatabase(join(folder, 'lock.db'));
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (resultCode(error) === SQLITE_BUSY) throw new StoreInUse(folder, { cause: error });
    throw error;
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}
