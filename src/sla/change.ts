import type { Attributes, Due, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { type Instant } from '../shared/clock.ts';
import { asJson, type SlaKept } from './kept.ts';
import { slaAttr } from './names.ts';
import { agreementStateOf, isSlaPhase, type SlaPhase } from './states.ts';

export interface SlaChange {
  readonly to?: SlaPhase;
  readonly attributes?: Attributes;
  readonly kept?: Partial<SlaKept>;
  /** null: nothing is due any more. Absent: as it was. */
  readonly due?: Due | null;
}

export function phaseOf(record: EntityRecord): SlaPhase {
  if (!isSlaPhase(record.state)) throw new Error(`SLA ${record.id} is in the unknown phase ${String(record.state)}`);
  return record.state;
}

/** The record after a change: a new revision, phase and state of the agreement in step. */
export function changed(record: EntityRecord, now: Instant, change: SlaChange): EntityRecord {
  const before = phaseOf(record);
  const to = change.to ?? before;
  const { due, ...rest } = record;
  const nextDue = change.due === undefined ? due : (change.due ?? undefined);
  return {
    ...rest,
    rev: record.rev + 1,
    updated: now,
    state: to,
    attributes: {
      ...record.attributes,
      [slaAttr.phase]: to,
      ...(to === before ? {} : { [slaAttr.state]: agreementStateOf(to, before) }),
      ...change.attributes,
    },
    internal:
      change.kept === undefined ? record.internal : asJson({ ...record.internal, ...withoutUndefined(change.kept) }),
    ...(nextDue === undefined ? {} : { due: nextDue }),
  };
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

export interface Told {
  readonly actor: string;
  readonly code?: string;
  readonly detail?: string;
}

/** One conditional write: the new record, with history and event where the phase changed or something is told. */
export function slaUpdate(before: EntityRecord, after: EntityRecord, path: string, told?: Told): Write {
  const entered = before.state !== after.state;
  return {
    op: 'update',
    record: after,
    expect: { rev: before.rev, ...(before.state === undefined ? {} : { state: before.state }) },
    ...(entered || told !== undefined
      ? {
          note: {
            from: before.state ?? null,
            to: after.state ?? null,
            actor: told?.actor ?? 'broker',
            ...(told?.code === undefined ? {} : { code: told.code }),
            ...(told?.detail === undefined ? {} : { detail: told.detail }),
            ...(entered ? { event: `org.parley.sla.${String(after.state)}` } : {}),
            subject: path,
          },
        }
      : {}),
  };
}
