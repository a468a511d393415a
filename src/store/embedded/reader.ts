import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Call, Failure, ReaderCalls, Reply } from './protocol.ts';
import { entityReads } from './reader-entities.ts';
import { sampleReads } from './reader-samples.ts';
import { isFatal, openDatabase, type Database } from './sqlite.ts';

/** The thread that reads, so that a long scan stops neither the service nor a write. */

async function open(folder: string): Promise<Database> {
  const database = await openDatabase(join(folder, 'parley.db'), { readOnly: true, timeoutMs: 5000 });
  database.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY');
  return database;
}

/** So long a reader waits for entities that are in the log only, and so often it looks. */
const LONGEST_WAIT_MS = 10_000;
const LOOK_EVERY_MS = 1;
const nobody = new Int32Array(new SharedArrayBuffer(4));

function serve(port: MessagePort, database: Database): void {
  const logged = database.prepare('SELECT 1 FROM entity_log LIMIT 1');

  /** Begins to read from one state of the data, in which all that is acknowledged can be seen. */
  function begin(): void {
    for (let waited = 0; waited < LONGEST_WAIT_MS; waited += LOOK_EVERY_MS) {
      database.exec('BEGIN');
      if (logged.get() === undefined) return;
      database.exec('COMMIT');
      Atomics.wait(nobody, 0, 0, LOOK_EVERY_MS);
    }
    throw new Error('what was written last cannot be read yet');
  }

  /** Answers each call by itself, so that one that fails spoils no other. */
  function answer(batch: readonly Call[], moved: ArrayBuffer[]): Reply {
    const results: unknown[] = [];
    const failures: Failure[] = [];
    let fatal: string | undefined;
    batch.forEach(([name, ...given], index) => {
      try {
        const result = (calls[name as keyof ReaderCalls] as (...values: unknown[]) => unknown)(...given);
        results[index] = result;
        collectBuffers(result, moved);
      } catch (error) {
        results[index] = null;
        failures.push({ index, code: 'store_failed', message: messageOf(error) });
        if (isFatal(error)) fatal = messageOf(error);
      }
    });
    return fatal === undefined ? { results, failures } : { results, failures, fatal };
  }

  function answerFromOneState(batch: readonly Call[], moved: ArrayBuffer[]): Reply {
    try {
      begin();
    } catch (error) {
      const failures = batch.map((_, index) => ({ index, code: 'store_failed', message: messageOf(error) }));
      return { results: [], failures, ...(isFatal(error) ? { fatal: messageOf(error) } : {}) };
    }
    const reply = answer(batch, moved);
    database.exec('COMMIT');
    return reply;
  }

  const calls: ReaderCalls = {
    ...entityReads(database),
    ...sampleReads(database),
    finish: () => null,
  };

  port.on('message', (batch: readonly Call[]) => {
    const moved: ArrayBuffer[] = [];
    const reply = answerFromOneState(batch, moved);
    if (batch.some(([name]) => name === 'finish')) {
      database.close();
      port.unref();
    }
    port.postMessage(reply, moved);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Arrays of doubles are handed over, not copied. */
function collectBuffers(result: unknown, moved: ArrayBuffer[]): void {
  if (result instanceof Float64Array) {
    if (result.buffer instanceof ArrayBuffer) moved.push(result.buffer);
  } else if (typeof result === 'object' && result !== null && 'times' in result && 'values' in result) {
    collectBuffers(result.times, moved);
    collectBuffers(result.values, moved);
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const database = await open((workerData as { folder: string }).folder);
  serve(port, database);
  port.postMessage({ ready: true });
}
