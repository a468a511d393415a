import type { JsonObject } from '../shared/json.ts';
import { Unreachable } from './client.ts';
import type { Client, CloudEvent } from './client.ts';
import type { Run } from './command.ts';
import { clean } from './table.ts';

/** How often an entity is read where no event comes. */
const POLL_MS = 2000;
/** How long the service may be away, such as for a restart. */
const AWAY_MS = 30_000;

/**
 * Waits until the entity at `path` has settled, and shows its events while it waits. The event stream
 * only wakes: what counts is what is read, so a lost event costs seconds and nothing else.
 */
export async function waitFor(
  run: Run,
  path: string,
  settled: (entity: JsonObject) => boolean,
  also: readonly string[] = [],
): Promise<JsonObject> {
  const client = run.client();
  const stopper = new AbortController();
  const stop = (): void => {
    stopper.abort();
  };
  run.io.signal.addEventListener('abort', stop, { once: true });
  const bell = new Bell();
  for (const subject of [path, ...also]) void listen(client, subject, stopper.signal, run, bell);
  try {
    for (;;) {
      const entity = await patientGet(run, client, path);
      if (settled(entity)) return entity;
      await Promise.race([bell.rung(), run.io.clock.sleep(POLL_MS, stopper.signal)]);
    }
  } finally {
    run.io.signal.removeEventListener('abort', stop);
    stop();
  }
}

async function listen(client: Client, subject: string, signal: AbortSignal, run: Run, bell: Bell): Promise<void> {
  const seen = new Set<string>();
  try {
    for await (const event of client.events(subject, signal)) {
      // At least once: the same event may come again after a broken connection.
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      run.progress(eventLine(event));
      bell.ring();
    }
  } catch {
    // No event stream: what is read now and then tells as well.
  }
}

function eventLine({ type, time, subject }: CloudEvent): string {
  const [kind = '', state = ''] = type.replace('org.parley.', '').split('.');
  return clean(`${time}  ${kind.padEnd(9)} ${state}  ${subject}`);
}

async function patientGet(run: Run, client: Client, path: string): Promise<JsonObject> {
  const since = run.io.clock.elapsed();
  for (;;) {
    try {
      return await client.get(path);
    } catch (error) {
      if (!(error instanceof Unreachable) || run.io.clock.elapsed() - since > AWAY_MS) throw error;
      run.progress(`${error.message}; trying again`);
      await run.io.clock.sleep(POLL_MS, run.io.signal);
    }
  }
}

/** Wakes whoever waits; a ring that nobody waited for is kept. */
class Bell {
  #kept = false;
  #wake: (() => void) | undefined;

  ring(): void {
    if (this.#wake === undefined) this.#kept = true;
    else this.#wake();
  }

  rung(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#kept) resolve();
      else
        this.#wake = () => {
          this.#wake = undefined;
          resolve();
        };
      this.#kept = false;
    });
  }
}
