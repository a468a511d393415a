import type { Attributes, Due, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import { type Json, type JsonObject } from '../shared/json.ts';
import {
  creditAttr,
  creditType,
  exclusionAttr,
  exclusionType,
  reportAttr,
  reportType,
  violationAttr,
  violationType,
} from './names.ts';

const KINDS: Readonly<Record<string, { readonly term: string; readonly state: string }>> = {
  [violationType]: { term: 'violation', state: violationAttr.state },
  [creditType]: { term: 'credit', state: creditAttr.state },
  [exclusionType]: { term: 'exclusion', state: exclusionAttr.state },
  [reportType]: { term: 'report', state: reportAttr.status },
};

function kindOf(type: TypeId): { readonly term: string; readonly state: string } {
  const kind = KINDS[type];
  if (kind === undefined) throw new RangeError(`${type} is not ours`);
  return kind;
}

/** Why something changed, for history and event. */
export interface Told {
  readonly actor: string;
  readonly code?: string;
  readonly detail?: string;
}

/** Plain data that holds nothing but JSON, as JSON. */
export function asJson(value: object): JsonObject {
  return value as unknown as JsonObject;
}

export function pathOf(record: Pick<EntityRecord, 'id' | 'kind'>): string {
  return `/${kindOf(record.kind).term}/${record.id}`;
}

/** A new entity that belongs to an SLA: its tenant, owner and vendor are the SLA's. */
export function entityOf(
  sla: EntityRecord,
  kind: TypeId,
  id: EntityId,
  state: string,
  now: Instant,
  attributes: Readonly<Record<string, Json | undefined>>,
  more: { readonly due?: Due; readonly internal?: JsonObject; readonly title?: string } = {},
): EntityRecord {
  return {
    id,
    kind,
    mixins: [],
    tenant: sla.tenant,
    owner: sla.owner,
    rev: 1,
    ...(more.title === undefined ? {} : { title: more.title }),
    attributes: { ...defined(attributes), [kindOf(kind).state]: state },
    state,
    parent: sla.id,
    ...(sla.vendor === undefined ? {} : { vendor: sla.vendor }),
    internal: more.internal ?? {},
    ...(more.due === undefined ? {} : { due: more.due }),
    hidden: false,
    created: now,
    updated: now,
  };
}

/** A string, or nothing where there is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A copy without some members. */
export function without<T extends object>(object: T, ...names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as Partial<T>;
}

/** The attributes that have a value. */
export function defined(attributes: Readonly<Record<string, Json | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

export function createWrite(record: EntityRecord, told: Told): Write {
  const { term } = kindOf(record.kind);
  return {
    op: 'create',
    record,
    note: {
      from: null,
      to: record.state ?? null,
      ...told,
      event: `org.parley.${term}.${record.state ?? ''}`,
      subject: pathOf(record),
    },
  };
}

export interface Change {
  readonly to?: string;
  readonly attributes?: Readonly<Record<string, Json | undefined>>;
  readonly internal?: JsonObject;
  /** null: nothing is due any more. Absent: as it was. */
  readonly due?: Due | null;
}

/** The record after a change, a revision on. */
export function changed(record: EntityRecord, now: Instant, change: Change): EntityRecord {
  const { due: before, ...rest } = record;
  const due = change.due === undefined ? before : (change.due ?? undefined);
  const state = change.to ?? record.state;
  return {
    ...rest,
    rev: record.rev + 1,
    updated: now,
    attributes: {
      ...record.attributes,
      ...defined(change.attributes ?? {}),
      ...(state === undefined ? {} : { [kindOf(record.kind).state]: state }),
    },
    ...(state === undefined ? {} : { state }),
    internal: change.internal ?? record.internal,
    ...(due === undefined ? {} : { due }),
  };
}

/** One conditional write; history where something is told, an event where a state is entered. */
export function updateWrite(before: EntityRecord, after: EntityRecord, told?: Told): Write {
  const entered = before.state !== after.state;
  return {
    op: 'update',
    record: after,
    expect: { rev: before.rev, ...(before.state === undefined ? {} : { state: before.state }) },
    ...(told === undefined
      ? {}
      : {
          note: {
            from: before.state ?? null,
            to: after.state ?? null,
            ...told,
            ...(entered ? { event: `org.parley.${kindOf(after.kind).term}.${after.state ?? ''}` } : {}),
            subject: pathOf(after),
          },
        }),
  };
}
