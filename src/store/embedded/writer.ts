import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ParleyError } from '../../shared/errors.ts';
import { PAGES_AT_MOST, checkpoints } from './checkpoints.ts';
import { takeFolder } from './lock.ts';
import { migrate } from './migrate.ts';
import type { Call, Failure, Reply, Started, WriterCalls, WriterStart } from './protocol.ts';
import { isFatal, openDatabase, type Database } from './sqlite.ts';
import { UnknownSeries } from './tails.ts';
import { entityCalls } from './writer-entities.ts';
import { sampleCalls } from './writer-samples.ts';
import { valueCalls } from './writer-values.ts';

/** The thread that owns the folder and writes: one message of calls, one transaction. */

/** Whoever was answered goes on first: with few processors, sorting in would take his from him. */
const SETTLE_MS = 2;
const SETTLE_AGAIN_MS = 250;
const LOG_BYTES = 64 * 1024 * 1024;

async function start(port: MessagePort, { folder, migrations, now }: WriterStart): Promise<void> {
  const release = await takeFolder(folder);
  const database = await openDatabase(join(folder, 'parley.db'), { timeoutMs: 5000 });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = ${LOG_BYTES};
    PRAGMA wal_autocheckpoint = ${PAGES_AT_MOST};
    PRAGMA cache_size = -16000;
    PRAGMA temp_store = MEMORY;
  `);
  const migrated = migrate(database, folder, migrations, now);
  serve(port, database, folder, release);
  const started: Started = {
    ready: true,
    schemaVersion: migrated.version,
    migratedFrom: migrated.from,
    backup: migrated.backup,
  };
  port.postMessage(started);
}

function serve(port: MessagePort, database: Database, folder: string, release: () => void): void {
  const entities = entityCalls(database);
  const values = valueCalls(database);
  const samples = sampleCalls(database);
  const calls: WriterCalls = {
    write: entities.write,
    writeMany: entities.writeMany,
    claimDue: entities.claimDue,
    claim: entities.claim,
    release: entities.release,
    ...values,
    series: samples.series,
    append: samples.append,
    settle: samples.settle,
    deleteSamples: samples.deleteSamples,
    finish() {
      entities.settle();
      samples.settleAll();
      return null;
    },
  };

  const moves = checkpoints(database, folder);
  let again: NodeJS.Timeout | undefined;

  /** Brings what was only logged to where readers see it; whoever waited for it has his answer. */
  function settle(): void {
    clearTimeout(again);
    again = undefined;
    if (!entities.unsettled) return;
    try {
      inTransaction(() => {
        entities.settle();
      });
    } catch (error) {
      if (isFatal(error)) throw error;
      // A full disk, perhaps: it stays in the log, and readers wait.
      settleIn(SETTLE_AGAIN_MS);
    }
  }

  function settleIn(ms: number): void {
    again ??= setTimeout(settleNow, ms);
  }

  function settleNow(): void {
    settle();
    moves.committed();
  }

  function run([name, ...given]: Call): unknown {
    return (calls[name as keyof WriterCalls] as (...values: unknown[]) => unknown)(...given);
  }

  function inTransaction<T>(work: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    try {
      const results = work();
      entities.beforeCommit();
      samples.beforeCommit();
      database.exec('COMMIT');
      return results;
    } catch (error) {
      rollBack(database);
      entities.forget();
      samples.forget();
      throw error;
    }
  }

  /** Finds the call that spoils the transaction: each has one of its own, in the same order. */
  function oneByOne(batch: readonly Call[]): Reply {
    const results: unknown[] = [];
    const failures: Failure[] = [];
    batch.forEach((call, index) => {
      try {
        results[index] = inTransaction(() => run(call));
      } catch (error) {
        if (isFatal(error)) throw error;
        results[index] = null;
        failures.push({ index, code: codeOf(error), message: messageOf(error) });
      }
    });
    return { results, failures };
  }

  function answer(batch: readonly Call[]): Reply {
    try {
      return { results: inTransaction(() => batch.map(run)), failures: [] };
    } catch (error) {
      return isFatal(error) ? lost(batch, error) : answerOneByOne(batch);
    }
  }

  function answerOneByOne(batch: readonly Call[]): Reply {
    try {
      return oneByOne(batch);
    } catch (error) {
      return lost(batch, error);
    }
  }

  settle();
  port.on('message', (batch: readonly Call[]) => {
    const reply = answer(batch);
    if (batch.some(([name]) => name === 'finish')) {
      clearTimeout(again);
      void moves.close().then(() => {
        end(reply);
      });
      return;
    }
    port.postMessage(reply);
    if (reply.fatal !== undefined) return;
    moves.committed();
    if (entities.unsettled) settleIn(SETTLE_MS);
  });

  function end(reply: Reply): void {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    release();
    port.postMessage(reply);
    // What was said last still arrives, and then nothing keeps the thread.
    port.unref();
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself: the first error is the one to tell.
  }
}

function lost(batch: readonly Call[], error: unknown): Reply {
  const message = messageOf(error);
  const failures = batch.map((_, index) => ({ index, code: 'store_failed', message }));
  return { results: [], failures, fatal: message };
}

function codeOf(error: unknown): string {
  return error instanceof UnknownSeries ? error.code : 'store_failed';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (parentPort !== null) {
  const port = parentPort;
  start(port, workerData as WriterStart).catch((error: unknown) => {
    const refused: Started = {
      ready: false,
      code: error instanceof ParleyError ? error.code : 'store_failed',
      message: messageOf(error),
    };
    port.postMessage(refused);
  });
}
