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

function serve(port: MessagePort, database: Database): void {
  const calls: ReaderCalls = {
    ...entityReads(database),
    ...sampleReads(database),
    finish() {
      database.close();
      port.unref();
      return null;
    },
  };

  port.on('message', (batch: readonly Call[]) => {
    const results: unknown[] = [];
    const failures: Failure[] = [];
    const moved: ArrayBuffer[] = [];
    let fatal: string | undefined;
    batch.forEach(([name, ...given], index) => {
      try {
        const result = (calls[name as keyof ReaderCalls] as (...values: unknown[]) => unknown)(...given);
        results[index] = result;
        collectBuffers(result, moved);
      } catch (error) {
        results[index] = null;
        const message = error instanceof Error ? error.message : String(error);
        failures.push({ index, code: 'store_failed', message });
        if (isFatal(error)) fatal = message;
      }
    });
    const reply: Reply = fatal === undefined ? { results, failures } : { results, failures, fatal };
    port.postMessage(reply, moved);
  });
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
