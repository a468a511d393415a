import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId, IdSource, VendorId } from '../shared/ids.ts';
import type { Vendors } from '../vendor-host/port.ts';
import { asJson, cfpKept, invitationKept, type Answer, type InvitationKept } from './kept.ts';
import { invitationType } from './names.ts';
import type { InvitationState } from './states.ts';
import { listAll } from './list-all.ts';

/** Of an invitation that is no row yet. */
const NO_ID = '' as EntityId;

/** Names a vendor's call in a round for ever: asked again after a restart, it is the same call. */
export function invitationKey(cfp: EntityRecord, vendor: VendorId): string {
  return `${roundKey(cfp)}${vendor}`;
}

function roundKey(cfp: EntityRecord): string {
  const { revision, round } = cfpKept(cfp);
  return `${cfp.id}:${revision}.${round}:`;
}

/** Was the vendor invited to the round that runs now, and not to one of an older revision? */
export function isOfNow(cfp: EntityRecord, invitation: EntityRecord): boolean {
  return invitationKept(invitation).key.startsWith(roundKey(cfp));
}

/** Reads a key back; undefined: it is none. */
export function cfpOfKey(key: string): string | undefined {
  return /^([0-9a-f-]{36}):\d+\.\d+:/.exec(key)?.[1];
}

/**
 * Makes invitations. The call itself keeps whom it invites: that is the batched intent of the round,
 * stored before any vendor is called, and keys follow from it. An invitation becomes a row of its
 * own, with an id, when there is something to say of it: an answer, or a ticket. Revision 0: no row yet.
 */
function inviter(cfp: EntityRecord): Invite {
  const { round, publishedAt } = cfpKept(cfp);
  const prefix = roundKey(cfp);
  // Written out plainly: nothing is asked before the last is invited.
  return (vendor, skipped) => {
    const key = `${prefix}${vendor}`;
    const kept: InvitationKept =
      skipped === undefined
        ? { key, round, asked: publishedAt }
        : { key, round, asked: publishedAt, answer: skipped.answer };
    const state: InvitationState = skipped === undefined ? 'sending' : 'skipped';
    return {
      id: skipped?.id ?? NO_ID,
      kind: invitationType,
      mixins: NO_MIXINS,
      tenant: cfp.tenant,
      owner: cfp.owner,
      rev: skipped === undefined ? 0 : 1,
      attributes: NO_ATTRIBUTES,
      state,
      parent: cfp.id,
      vendor,
      internal: asJson(kept),
      hidden: false,
      created: publishedAt,
      updated: publishedAt,
    };
  };
}

type Invite = (vendor: VendorId, skipped?: { readonly id: EntityId; readonly answer: Answer }) => EntityRecord;

const NO_MIXINS: EntityRecord['mixins'] = [];
const NO_ATTRIBUTES: EntityRecord['attributes'] = {};

/** Invitations for all whom the call invites. A vendor whose circuit is open is passed over, and that is its answer. */
export function invitationsFor(cfp: EntityRecord, vendors: Vendors, newId: IdSource): readonly EntityRecord[] {
  const invite = inviter(cfp);
  return cfpKept(cfp).invited.map((id) => {
    const skipped: Answer | undefined =
      vendors.get(id)?.circuit === 'open'
        ? {
            vendor: id,
            outcome: 'skipped',
            code: 'circuit_open',
            detail: 'It failed too often lately and is left alone for a while',
            final: false,
            seconds: 0,
          }
        : undefined;
    return invite(id, skipped === undefined ? undefined : { id: newId(), answer: skipped });
  });
}

/** The invitations of a call's revision as they stand: the stored ones, and those of which nothing is to be said yet. */
export async function invitationsOf(cfp: EntityRecord, store: EntityStore): Promise<readonly EntityRecord[]> {
  const rows = (await invitationRows(cfp, store)).filter((row) => isOfNow(cfp, row));
  const known = new Set(rows.map(({ vendor }) => vendor));
  const silent = cfpKept(cfp).invited.filter((vendor) => !known.has(vendor));
  const invite = inviter(cfp);
  return [...rows, ...silent.map((vendor) => invite(vendor))];
}

/** All that are stored, of older revisions too. */
export function invitationRows(cfp: EntityRecord, store: EntityStore): Promise<EntityRecord[]> {
  return listAll(store, { kinds: [invitationType], parent: cfp.id });
}

export function answered(
  invitation: EntityRecord,
  state: InvitationState,
  answer: Answer,
  now: Instant,
  newId: IdSource,
): EntityRecord {
  return {
    ...invitation,
    id: idOf(invitation, newId),
    rev: invitation.rev + 1,
    state,
    internal: asJson({ ...invitationKept(invitation), answer }),
    updated: now,
  };
}

/** The vendor answers later: the ticket is kept, so that it is polled and not asked again. */
export function waiting(invitation: EntityRecord, ticket: string, now: Instant, newId: IdSource): EntityRecord {
  return {
    ...invitation,
    id: idOf(invitation, newId),
    rev: invitation.rev + 1,
    state: 'sent' satisfies InvitationState,
    internal: asJson({ ...invitationKept(invitation), ticket }),
    updated: now,
  };
}

function idOf(invitation: EntityRecord, newId: IdSource): EntityId {
  return invitation.rev === 0 ? newId() : invitation.id;
}

/** Stores what is to be said of an invitation: its row comes into being with the first thing. */
export function invitationWrite(before: EntityRecord, after: EntityRecord): Write {
  return before.rev === 0
    ? { op: 'create', record: after }
    : { op: 'update', record: after, expect: { rev: before.rev } };
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
