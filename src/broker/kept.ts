import type { EntityRecord } from '../occi/entity.ts';
import type { Check, FactValue } from '../rules/types.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId, VendorId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Alike } from './compact.ts';
import type { CfpTerms } from './terms.ts';

/** One attempt to turn proposals into an agreement. */
export interface AwardState {
  readonly proposal: EntityId;
  readonly sla: EntityId;
  readonly attempt: number;
  readonly by: string;
  /** Proposals that were tried and failed, with why. */
  readonly tried: readonly { readonly proposal: EntityId; readonly sla: EntityId; readonly code: string }[];
}

/** `EntityRecord.internal` of a published call. A draft has none of it. */
export interface CfpKept {
  readonly terms: CfpTerms;
  /** Resolved and frozen: ranking always goes by this copy. */
  readonly rules: { readonly document: Json; readonly sha256: string };
  readonly publishedAt: Instant;
  readonly replyBy: Instant;
  /** Milliseconds from `replyBy`; an instant where the customer named one. */
  readonly decide: { readonly after: number } | { readonly at: Instant };
  readonly revision: number;
  readonly round: number;
  /** Vendors connected when it was published: the intent of the round, from which their calls' keys follow. */
  readonly invited: readonly VendorId[];
  /** `replyby` and `decideby` as the customer wrote them: a revision counts durations anew. */
  readonly written?: Readonly<Record<string, Json>>;
  /** What the former revision asked, where its proposals may stay valid. */
  readonly former?: Pick<CfpTerms, 'levels' | 'period' | 'usage'>;
  readonly rankedAt?: Instant;
  /** Proposals whose price is too good to be true, with why. */
  readonly implausible?: Readonly<Record<string, string>>;
  readonly award?: AwardState;
}

/** `EntityRecord.internal` of a proposal. */
export interface ProposalKept {
  /** The call's revision that it answers; absent: the first. */
  readonly revision?: number;
  /** The later revision of the call that it was found to meet too. */
  readonly keptFor?: number;
  /** Frozen when it came, and again when it is kept for a later revision: what it is ranked by. Absent: late. */
  readonly facts?: Readonly<Record<string, FactValue>>;
  /** Where it does not meet the call. */
  readonly checks?: readonly Check[];
  readonly validUntil: Instant;
  /** What is offered; clients see every instance by itself (`org.parley.proposal.resources`). */
  readonly resources: readonly Alike[];
  readonly handle?: string;
  readonly terms?: { readonly name: string; readonly text: string };
}

/** `EntityRecord.internal` of an invitation. */
export interface InvitationKept {
  /** Idempotency key of the call: the same after a restart. */
  readonly key: string;
  readonly round: number;
  readonly asked: Instant;
  readonly answer?: Answer;
  readonly ticket?: string;
}

/** One vendor's answer, as `org.parley.cfp.answers` shows it. */
export interface Answer {
  readonly vendor: VendorId;
  readonly outcome: string;
  readonly code?: string;
  readonly detail?: string;
  readonly final?: boolean;
  readonly retryAfter?: number;
  readonly proposals?: number;
  readonly seconds: number;
}

export function cfpKept(record: EntityRecord): CfpKept {
  return record.internal as unknown as CfpKept;
}

export function proposalKept(record: EntityRecord): ProposalKept {
  return record.internal as unknown as ProposalKept;
}

/** Does a proposal answer the call as it is now? One that was kept answers an older revision. */
export function answersNow(cfp: EntityRecord, proposal: EntityRecord): boolean {
  return (proposalKept(proposal).revision ?? 1) === cfpKept(cfp).revision;
}

/** Does a proposal take part in the call as it is now: because it answers it, or was kept for it? */
export function takesPart(cfp: EntityRecord, proposal: EntityRecord): boolean {
  return proposalKept(proposal).keptFor === cfpKept(cfp).revision || answersNow(cfp, proposal);
}

export function invitationKept(record: EntityRecord): InvitationKept {
  return record.internal as unknown as InvitationKept;
}

/** Typed values that hold nothing but JSON, as JSON. */
export function asJson(value: object): JsonObject {
  return value as unknown as JsonObject;
}

export function isPublished(record: EntityRecord): boolean {
  return record.internal['terms'] !== undefined;
}
