import { Worker } from 'node:worker_threads';
import type { Database } from './sqlite.ts';

/** Pages of log, by a guess, after which it is moved into the main file. */
const PAGES = 1000;
/** Pages after which SQLite does so by itself, in a COMMIT: when the thread does not keep up. */
export const PAGES_AT_MOST = 8 * PAGES;
const PAGES_A_COMMIT = 5;
/** When nothing came for so long, what came during a move follows, and the log begins anew. */
const QUIET_MS = 10;

/** Has the log moved by a thread of its own, so that no COMMIT waits while megabytes are copied and synced. */
export interface Checkpoints {
  /** A transaction was committed. */
  committed(): void;
  /** Waits for what is under way, and ends the thread. */
  close(): Promise<void>;
}

interface Mover {
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

export function checkpoints(database: Database, folder: string): Checkpoints {
  const changes = database.prepare('SELECT total_changes() AS changes');
  /** Not before it is needed: a service with little to do has one thread less. */
  let mover: Mover | undefined;
  let state: 'rest' | 'moving' | 'behind' | 'closing' = 'rest';
  let changesMoved = 0;
  let commits = 0;
  let quiet: NodeJS.Timeout | undefined;

  function start(): Mover {
    const worker = new Worker(new URL('./checkpointer.js', import.meta.url), { workerData: { folder } });
    worker.on('message', (moved: boolean) => {
      if (state === 'closing') return;
      state = moved && commits > 0 ? 'behind' : 'rest';
      if (state === 'behind') look();
    });
    // Without it the log grows until SQLite moves it.
    worker.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => {
        resolve();
      });
    });
    return { worker, ended };
  }

  function move(): void {
    clearTimeout(quiet);
    state = 'moving';
    changesMoved = changed();
    commits = 0;
    mover ??= start();
    mover.worker.postMessage('move');
  }

  function look(): void {
    if (changed() - changesMoved + commits * PAGES_A_COMMIT >= PAGES) move();
    else if (state === 'behind') {
      clearTimeout(quiet);
      quiet = setTimeout(move, QUIET_MS);
    }
  }

  function changed(): number {
    return Number(changes.get()?.['changes'] ?? 0);
  }

  return {
    committed() {
      commits += 1;
      if (state === 'rest' || state === 'behind') look();
    },
    async close() {
      state = 'closing';
      clearTimeout(quiet);
      mover?.worker.postMessage('close');
      await mover?.ended;
    },
  };
}
