import type { Clock } from '../../shared/clock.ts';
import type { EntityId } from '../../shared/ids.ts';
import type { EntityRecord } from '../entity.ts';
import type { Change, EntityStore } from '../store.ts';

/** Waits for entities to come to rest, told by the store's commits: nothing is polled. */
export interface Watch {
  /** Resolves when `done` holds or the entity is gone (true), or when the time is over or the client left (false). */
  until(id: EntityId, done: (record: EntityRecord) => boolean, ms: number, signal: AbortSignal): Promise<boolean>;
}

type Listener = (change: Change) => void;

/** One subscription for all who wait, held only while somebody does. */
export function createWatch(store: EntityStore, clock: Clock): Watch {
  const listeners = new Map<EntityId, Set<Listener>>();
  let stop: (() => void) | undefined;

  const listen = (id: EntityId, listener: Listener): (() => void) => {
    const those = listeners.get(id) ?? new Set<Listener>();
    listeners.set(id, those.add(listener));
    stop ??= store.subscribe((change) => {
      for (const each of listeners.get(change.id) ?? []) each(change);
    });
    return () => {
      those.delete(listener);
      if (those.size === 0 && listeners.get(id) === those) listeners.delete(id);
      if (listeners.size === 0) {
        stop?.();
        stop = undefined;
      }
    };
  };

  return {
    until(id, done, ms, signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise<boolean>((resolve, reject) => {
        const finish = (answer: boolean): void => {
          leave();
          cancel();
          signal.removeEventListener('abort', gone);
          resolve(answer);
        };
        const gone = (): void => {
          finish(false);
        };
        const look = (record: EntityRecord | undefined): void => {
          if (record === undefined || done(record)) finish(true);
        };
        // Listening begins before reading, so that no change falls between the two.
        const leave = listen(id, (change) => {
          look(change.record);
        });
        const cancel = clock.after(ms, gone);
        signal.addEventListener('abort', gone, { once: true });
        store.get(id).then(look, (error: unknown) => {
          finish(false);
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      });
    },
  };
}
