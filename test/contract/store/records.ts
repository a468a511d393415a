import type { EntityRecord } from '../../../src/occi/entity.ts';
import type { TransitionNote, Write } from '../../../src/occi/store.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { idSource, principalId, tenantId, typeId, type TenantId } from '../../../src/shared/ids.ts';
import { systemRandom } from '../../../src/shared/random.ts';

/** What a suite is given: the port over a new, empty store. */
export interface StoreUnderTest<Port> {
  readonly port: Port;
  readonly close: () => Promise<void>;
}

export const newId = idSource(systemClock, systemRandom);

export const CFP = typeId('http://schemas.parley.org/occi/broker#cfp');
export const PROPOSAL = typeId('http://schemas.parley.org/occi/broker#proposal');
export const RULESET = typeId('http://schemas.parley.org/occi/broker#ruleset');
export const SMALL = typeId('http://example.org/occi/tpl#small');
export const TAGGED = typeId('http://example.org/occi/tags#tagged');

let tenants = 0;
/** A tenant that no other test uses. */
export function newTenant(): TenantId {
  return tenantId(`tenant-${process.pid}-${++tenants}`);
}

export function record(members: Partial<EntityRecord> = {}): EntityRecord {
  return {
    id: newId(),
    kind: CFP,
    mixins: [],
    tenant: tenantId('acme'),
    owner: principalId('alice'),
    rev: 1,
    attributes: {},
    internal: {},
    hidden: false,
    created: 1_700_000_000_000,
    updated: 1_700_000_000_000,
    ...members,
  };
}

/** The record's next revision. */
export function next(before: EntityRecord, members: Partial<EntityRecord> = {}): EntityRecord {
  return { ...before, ...members, rev: before.rev + 1 };
}

export function note(of: EntityRecord, members: Partial<TransitionNote> = {}): TransitionNote {
  return { from: null, to: of.state ?? null, actor: 'customer', subject: `/cfp/${of.id}`, ...members };
}

export function creation(of: EntityRecord, members?: Partial<TransitionNote>): Write {
  return members === undefined ? { op: 'create', record: of } : { op: 'create', record: of, note: note(of, members) };
}

export function change(before: EntityRecord, after: EntityRecord, members?: Partial<TransitionNote>): Write {
  const update = { op: 'update', record: after, expect: { rev: before.rev } } as const;
  return members === undefined ? update : { ...update, note: note(after, members) };
}
