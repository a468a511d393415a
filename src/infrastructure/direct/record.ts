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

/** The record with nothing left to be done about it. */
export function atRest(record: EntityRecord): EntityRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'due')) as unknown as EntityRecord;
}

export function withDirect(record: EntityRecord, direct: Direct): JsonObject {
  return { ...record.internal, direct: direct as unknown as JsonObject };
}
