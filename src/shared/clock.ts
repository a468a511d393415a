import { onAbort } from './abort-relay.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** The only source of time, so that a test can hold it. */
export interface Clock {
  /** Wall time. */
  now(): Instant;
  /** Monotonic milliseconds, for measuring how long something took. */
  elapsed(): number;
  /** Calls back once, `ms` from now; the answer cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer = setTimeout(
        () => {
          if (left > LONGEST_TIMER) arm(left - LONGEST_TIMER);
          else callback();
        },
        Math.min(Math.max(left, 0), LONGEST_TIMER),
      );
    };
    arm(ms);
    return () => {
      clearTimeout(timer);
    };
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal === undefined) {
        systemClock.after(ms, resolve);
        return;
      }
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const letGo = onAbort(signal, () => {
        cancel();
        reject(reasonOf(signal));
      });
      const cancel = systemClock.after(ms, () => {
        letGo();
        resolve();
      });
    }),
};

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** ISO 8601 in UTC, without milliseconds where they are zero. */
export function isoInstant(at: Instant): string {
  const text = new Date(at).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}
