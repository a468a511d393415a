import type { EntityRecord } from '../../occi/entity.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Direct, ResourceInternal } from '../backend.ts';
import type { DirectCall } from './port.ts';

export function directOf(record: EntityRecord): Direct | undefined {
  return (record.internal as ResourceInternal).direct;
}

export function refOf(record: EntityRecord): string | undefined {
  return (record.internal as ResourceInternal).ref;
}

export function callOf(record: EntityRecord, of = ''): DirectCall {
  return { key: (directOf(record)?.key ?? record.id) + of, tenant: record.tenant, trace: record.id };
}

/** A client has acted on it: what came about by itself is no longer to be excused. */
export function actedOn(record: EntityRecord): JsonObject {
  const direct = directOf(record);
  if (direct?.unasked === undefined) return record.internal;
  const { key, asked } = direct;
  return withDirect(record, { key, ...(asked === undefined ? {} : { asked }) });
}

/** The record with nothing left to be done about it. */
export function atRest(record: EntityRecord): EntityRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'due')) as unknown as EntityRecord;
}

export function withDirect(record: EntityRecord, direct: Direct): JsonObject {
  return { ...record.internal, direct: direct as unknown as JsonObject };
}
