import type { Attributes, Due, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import { asJson } from './kept.ts';

export interface Change {
  readonly to?: string;
  readonly attributes?: Attributes;
  /** Merged into what is kept. */
  readonly kept?: object;
  /** null: nothing is due any more. Absent: as it was. */
  readonly due?: Due | null;
}

export interface Told {
  readonly actor: string;
  readonly code?: string;
  readonly detail?: string;
}

/** The record after a change: a new revision, with `stateAttribute` in step with the state. */
export function changed(record: EntityRecord, stateAttribute: string, now: Instant, change: Change): EntityRecord {
  const { due, ...rest } = record;
  const nextDue = change.due === undefined ? due : (change.due ?? undefined);
  const state = change.to ?? record.state;
  return {
    ...rest,
    rev: record.rev + 1,
    updated: now,
    ...(state === undefined ? {} : { state }),
    attributes: {
      ...record.attributes,
      ...(state === undefined ? {} : { [stateAttribute]: state }),
      ...change.attributes,
    },
    internal: change.kept === undefined ? record.internal : asJson({ ...record.internal, ...change.kept }),
    ...(nextDue === undefined ? {} : { due: nextDue }),
  };
}

/** One conditional write: the new record, its history, and its event where a state was entered. */
export function update(before: EntityRecord, after: EntityRecord, term: string, path: string, told: Told): Write {
  const entered = before.state !== after.state;
  return {
    op: 'update',
    record: after,
    expect: { rev: before.rev, ...(before.state === undefined ? {} : { state: before.state }) },
    note: {
      from: before.state ?? null,
      to: after.state ?? null,
      actor: told.actor,
      ...(told.code === undefined ? {} : { code: told.code }),
      ...(told.detail === undefined ? {} : { detail: told.detail }),
      ...(entered ? { event: `org.parley.${term}.${after.state ?? ''}` } : {}),
      subject: path,
    },
  };
}
