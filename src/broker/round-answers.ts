import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { IdSource, VendorId } from '../shared/ids.ts';
import { answered, invitationWrite, isOpen, waiting } from './invitation.ts';
import { invitationKept, type Answer } from './kept.ts';
import type { Outcome } from './outcome.ts';

interface Invited {
  readonly vendor: VendorId;
  invitation: EntityRecord;
  /** Is the answer still to come? */
  open: boolean;
  answer: Answer | undefined;
  /**
   * When it answered by proposals, in this process. The proposal is the fact that counts; that the
   * invitation is done follows from it, and is written down when the outcome is out.
   */
  proposedAt: Instant | undefined;
}

/** Who is to answer in a round, who has and how, and the rows that say so. */
export class RoundAnswers {
  readonly #newId: IdSource;
  /** In the order in which the vendors were invited. */
  readonly #invited = new Map<VendorId, Invited>();
  #open = 0;

  constructor(invitations: readonly EntityRecord[], newId: IdSource) {
    this.#newId = newId;
    for (const invitation of invitations) {
      const { vendor } = invitation;
      if (vendor === undefined) continue;
      const open = isOpen(invitation);
      this.#invited.set(vendor, {
        vendor,
        invitation,
        open,
        answer: invitationKept(invitation).answer,
        proposedAt: undefined,
      });
      if (open) this.#open += 1;
    }
  }

  /** How many are still to answer. */
  get left(): number {
    return this.#open;
  }

  /** Vendors whose answer is still to come. */
  open(): readonly VendorId[] {
    return [...this.#invited.values()].filter(({ open }) => open).map(({ vendor }) => vendor);
  }

  /** In the order in which the vendors were invited. */
  all(): readonly Answer[] {
    const all: Answer[] = [];
    for (const { answer } of this.#invited.values()) if (answer !== undefined) all.push(answer);
    return all;
  }

  invitation(vendor: VendorId): EntityRecord | undefined {
    return this.#invited.get(vendor)?.invitation;
  }

  /**
   * Takes a vendor's final outcome, and answers what is to be written of it now; `later`: that it
   * proposed is written with all others (`proposed`); undefined: it has answered before.
   */
  settle(vendor: VendorId, outcome: Outcome, at: Instant, now: Instant): Write | 'later' | undefined {
    const invited = this.#invited.get(vendor);
    if (invited?.open !== true) return undefined;
    const { invitation } = invited;
    const answer = answerOf(vendor, invitation, outcome, at);
    invited.open = false;
    invited.answer = answer;
    this.#open -= 1;
    if (outcome.state !== 'proposed')
      return invitationWrite(invitation, answered(invitation, outcome.state, answer, now, this.#newId));
    invited.proposedAt = now;
    return 'later';
  }

  /** The vendor answers later; undefined: it has answered before. */
  wait(vendor: VendorId, ticket: string, now: Instant): Write | undefined {
    const invited = this.#invited.get(vendor);
    if (invited?.open !== true) return undefined;
    const before = invited.invitation;
    invited.invitation = waiting(before, ticket, now, this.#newId);
    return invitationWrite(before, invited.invitation);
  }

  /** That vendors proposed, as rows, in the order in which they were invited. */
  proposed(): readonly Write[] {
    const writes: Write[] = [];
    for (const { invitation, answer, proposedAt } of this.#invited.values())
      if (answer !== undefined && proposedAt !== undefined)
        writes.push(invitationWrite(invitation, answered(invitation, 'proposed', answer, proposedAt, this.#newId)));
    return writes;
  }
}

function answerOf(vendor: VendorId, invitation: EntityRecord, outcome: Outcome, at: Instant): Answer {
  const waited = at - invitationKept(invitation).asked;
  const seconds = Math.max(0, Math.round(waited)) / 1000;
  // Of a thousand answers nearly all are such, and are written out plainly.
  if (outcome.state === 'proposed' && outcome.proposals !== undefined)
    return { vendor, outcome: outcome.state, proposals: outcome.proposals, seconds };
  const { state, ...told } = outcome;
  return { vendor, outcome: state, ...told, seconds };
}
