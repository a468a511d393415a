import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './sqlite.ts';

/**
 * The thread that moves SQLite's log into the main file, which writing and reading need not wait for: one
 * message, one move. Closes when it is told `close`.
 */
if (parentPort !== null) {
  const port = parentPort;
  const { folder } = workerData as { folder: string };
  const database = await openDatabase(join(folder, 'parley.db'), { timeoutMs: 5000 });
  const moved = (): boolean => {
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      return true;
    } catch {
      // A full disk, perhaps. What is wrong with the file a COMMIT or a read meets too, and tells of it.
      return false;
    }
  };
  port.on('message', (told: 'move' | 'close') => {
    if (told === 'close') {
      database.close();
      port.close();
      return;
    }
    port.postMessage(moved());
  });
}
