import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { IdSource, VendorId } from '../shared/ids.ts';
import type { Vendors } from '../vendor-host/port.ts';
import { asJson, cfpKept, invitationKept, type Answer, type InvitationKept } from './kept.ts';
import { invitationType } from './names.ts';
import type { InvitationState } from './states.ts';

/** Names a vendor's call in a round for ever: asked again after a restart, it is the same call. */
export function invitationKey(cfp: EntityRecord, vendor: VendorId): string {
  const { revision, round } = cfpKept(cfp);
  return `${cfp.id}:${revision}.${round}:${vendor}`;
}

/** Reads a key back; undefined: it is none. */
export function cfpOfKey(key: string): string | undefined {
  return /^([0-9a-f-]{36}):\d+\.\d+:/.exec(key)?.[1];
}

/** A row of the batched intent that comes before the calls. `answer`: it is passed over and never called. */
function invite(cfp: EntityRecord, vendor: VendorId, now: Instant, newId: IdSource, answer?: Answer): EntityRecord {
  const state: InvitationState = answer === undefined ? 'sending' : 'skipped';
  const kept: InvitationKept = {
    key: invitationKey(cfp, vendor),
    round: cfpKept(cfp).round,
    asked: now,
    ...(answer === undefined ? {} : { answer }),
  };
  return {
    id: newId(),
    kind: invitationType,
    mixins: [],
    tenant: cfp.tenant,
    owner: cfp.owner,
    rev: 1,
    attributes: {},
    state,
    parent: cfp.id,
    vendor,
    internal: asJson(kept),
    hidden: false,
    created: now,
    updated: now,
  };
}

/** The batched intent: one row for each connected vendor, before any of them is called. */
export function invitationsFor(
  cfp: EntityRecord,
  vendors: Vendors,
  now: Instant,
  newId: IdSource,
): readonly EntityRecord[] {
  return vendors.list().map(({ id, circuit }) => {
    const skipped: Answer | undefined =
      circuit === 'open'
        ? {
            vendor: id,
            outcome: 'skipped',
            code: 'circuit_open',
            detail: 'It failed too often lately and is left alone for a while',
            final: false,
            seconds: 0,
          }
        : undefined;
    return invite(cfp, id, now, newId, skipped);
  });
}

export function answered(invitation: EntityRecord, state: InvitationState, answer: Answer, now: Instant): EntityRecord {
  return {
    ...invitation,
    rev: invitation.rev + 1,
    state,
    internal: asJson({ ...invitationKept(invitation), answer }),
    updated: now,
  };
}

/** The vendor answers later: the ticket is kept, so that it is polled and not asked again. */
export function waiting(invitation: EntityRecord, ticket: string, now: Instant): EntityRecord {
  return {
    ...invitation,
    rev: invitation.rev + 1,
    state: 'sent' satisfies InvitationState,
    internal: asJson({ ...invitationKept(invitation), ticket }),
    updated: now,
  };
}

export function invitationUpdate(before: EntityRecord, after: EntityRecord): Write {
  return { op: 'update', record: after, expect: { rev: before.rev } };
}

/** How many proposals came of each vendor, and when the last did. */
export function proposalsBy(
  proposals: readonly EntityRecord[],
): ReadonlyMap<VendorId, { readonly count: number; readonly at: Instant }> {
  const by = new Map<VendorId, { readonly count: number; readonly at: Instant }>();
  for (const { vendor, created } of proposals) {
    if (vendor === undefined) continue;
    const known = by.get(vendor) ?? { count: 0, at: created };
    by.set(vendor, { count: known.count + 1, at: Math.max(known.at, created) });
  }
  return by;
}

export function isOpen(invitation: EntityRecord): boolean {
  return invitation.state === 'sending' || invitation.state === 'sent' || invitation.state === 'pending';
}
