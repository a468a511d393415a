import type { EntityRecord } from '../occi/entity.ts';
import type { Change, EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import { parseEntityId, type EntityId } from '../shared/ids.ts';

/** Another process may have written meanwhile. */
const FRESH_MS = 30_000;

/** The id in a path of ours such as `/compute/UUID`; undefined for what lies outside. */
export function idOfPath(location: string): EntityId | undefined {
  return location.startsWith('/') ? parseEntityId(location.slice(location.lastIndexOf('/') + 1)) : undefined;
}

/** The records of what is measured, remembered between measurements. */
export interface Targets {
  get(id: EntityId): Promise<EntityRecord | undefined>;
  /** What is remembered follows the store's changes, so that a new endpoint counts at once. */
  changed(change: Change): void;
}

export function createTargets(store: EntityStore, clock: Clock): Targets {
  const known = new Map<EntityId, { readonly record: Promise<EntityRecord | undefined>; readonly until: number }>();
  return {
    get(id) {
      const now = clock.elapsed();
      const found = known.get(id);
      if (found !== undefined && found.until > now) return found.record;
      const record = store.get(id);
      known.set(id, { record, until: now + FRESH_MS });
      record.catch(() => known.delete(id));
      return record;
    },
    changed({ id, record }) {
      if (!known.has(id)) return;
      if (record === undefined || record.hidden) known.delete(id);
      else known.set(id, { record: Promise.resolve(record), until: clock.elapsed() + FRESH_MS });
    },
  };
}
