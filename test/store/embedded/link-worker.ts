import { parentPort, workerData } from 'node:worker_threads';
import type { Call, Failure, Reply, Started } from '../../../src/store/embedded/protocol.ts';

/** A worker that fails on demand. */
const port = parentPort;
if (port !== null) {
  let messages = 0;
  port.on('message', (batch: readonly Call[]) => {
    messages++;
    const failures: Failure[] = [];
    let fatal: string | undefined;
    const results = batch.map(([name, value], index) => {
      if (name === 'throwError') throw new Error('as asked');
      if (name === 'exit') process.exit(3);
      if (name === 'finish') port.unref();
      if (name === 'fatal') fatal = 'the disk is gone';
      if (name === 'refuse') failures.push({ index, code: 'refused', message: 'no' });
      return name === 'messages' ? messages : (value ?? null);
    });
    if (fatal !== undefined) {
      batch.forEach((_, index) => failures.push({ index, code: 'store_failed', message: 'the disk is gone' }));
    }
    const reply: Reply = fatal === undefined ? { results, failures } : { results: [], failures, fatal };
    port.postMessage(reply);
  });
  const { start } = workerData as { start?: string };
  if (start === 'throw') throw new Error('as asked');
  const started: Started =
    start === 'refuse'
      ? { ready: false, code: 'store_in_use', message: 'in use' }
      : { ready: true, schemaVersion: 1, migratedFrom: null, backup: null };
  port.postMessage(started);
}
