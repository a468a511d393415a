import type { Registry } from '../../occi/api.ts';
import type { EntityRecord } from '../../occi/entity.ts';
import type { EntityStore, TransitionNote } from '../../occi/store.ts';
import type { Clock } from '../../shared/clock.ts';

/** Times that what a vendor answered is tried to be written beside the changes of others. */
const MOST_WRITES = 8;

export interface JournalParts {
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly registry: () => Pick<Registry, 'pathOf' | 'kind'>;
}

/** Who did it and why, for the history; `store`: that of a request, which carries its Idempotency-Key. */
export interface Told {
  readonly actor?: string;
  readonly code?: string;
  readonly detail?: string | undefined;
  readonly store?: EntityStore;
}

/** Writes down what was done about a resource: upon what it has become, with history and event. */
export class Journal {
  readonly #parts: JournalParts;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /**
   * Writes a change upon whatever the record has become in between; undefined where it is gone. A change of
   * state comes with history and event.
   */
  async change(
    first: EntityRecord,
    how: (before: EntityRecord) => EntityRecord,
    told: Told = {},
  ): Promise<EntityRecord | undefined> {
    const { clock } = this.#parts;
    const store = told.store ?? this.#parts.store;
    let before = first;
    for (let tries = 1; tries <= MOST_WRITES; tries += 1) {
      const record: EntityRecord = { ...how(before), rev: before.rev + 1, updated: clock.now() };
      const worth = before.state !== record.state || told.actor !== undefined;
      const note = worth ? this.#note(before, record, told) : undefined;
      const result = await store.write([
        { op: 'update', record, expect: { rev: before.rev }, ...(note === undefined ? {} : { note }) },
      ]);
      if (result.ok) return record;
      const now = await store.get(first.id);
      if (now === undefined) return undefined;
      // What was deleted meanwhile is not brought up any further, only taken back.
      if (now.hidden && !first.hidden) return now;
      before = now;
    }
    throw new Error(`${first.id} changes all the time`);
  }

  #note(before: EntityRecord, after: EntityRecord, { actor, code, detail }: Told): TransitionNote {
    const registry = this.#parts.registry();
    return {
      from: before.state ?? null,
      to: after.state ?? null,
      actor: actor ?? 'vendor',
      event: `org.parley.${registry.kind(after.kind)?.term ?? 'resource'}.${after.state ?? 'unknown'}`,
      subject: registry.pathOf(after),
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
    };
  }
}
