import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { IdSource, VendorId } from '../shared/ids.ts';
import { answered, invitationWrite, isOpen, waiting } from './invitation.ts';
import { invitationKept, type Answer } from './kept.ts';
import type { Outcome } from './outcome.ts';

/** Who is to answer in a round, who has and how, and the rows that say so. */
export class RoundAnswers {
  readonly #newId: IdSource;
  readonly #invitations = new Map<VendorId, EntityRecord>();
  readonly #open = new Set<VendorId>();
  readonly #answers = new Map<VendorId, Answer>();
  /**
   * Vendors that answered by proposals, and when. The proposal is the fact that counts; that the
   * invitation is done follows from it, and is written down when the outcome is out.
   */
  readonly #proposed: { readonly vendor: VendorId; readonly at: Instant }[] = [];

  constructor(invitations: readonly EntityRecord[], newId: IdSource) {
    this.#newId = newId;
    for (const invitation of invitations) {
      if (invitation.vendor === undefined) continue;
      this.#invitations.set(invitation.vendor, invitation);
      const { answer } = invitationKept(invitation);
      if (answer !== undefined) this.#answers.set(invitation.vendor, answer);
      if (isOpen(invitation)) this.#open.add(invitation.vendor);
    }
  }

  /** Vendors whose answer is still to come. */
  get open(): ReadonlySet<VendorId> {
    return this.#open;
  }

  /** In the order in which the vendors were invited. */
  get all(): readonly Answer[] {
    const all: Answer[] = [];
    for (const vendor of this.#invitations.keys()) {
      const answer = this.#answers.get(vendor);
      if (answer !== undefined) all.push(answer);
    }
    return all;
  }

  invitation(vendor: VendorId): EntityRecord | undefined {
    return this.#invitations.get(vendor);
  }

  /** Takes a vendor's final outcome, and answers what is to be written of it now; undefined: it has answered before. */
  settle(vendor: VendorId, outcome: Outcome, at: Instant, now: Instant): readonly Write[] | undefined {
    const before = this.#invitations.get(vendor);
    if (before === undefined || !this.#open.delete(vendor)) return undefined;
    const answer = answerOf(vendor, before, outcome, at);
    this.#answers.set(vendor, answer);
    if (outcome.state !== 'proposed')
      return [invitationWrite(before, answered(before, outcome.state, answer, now, this.#newId))];
    this.#proposed.push({ vendor, at: now });
    return [];
  }

  /** The vendor answers later; undefined: it has answered before. */
  wait(vendor: VendorId, ticket: string, now: Instant): Write | undefined {
    const before = this.#invitations.get(vendor);
    if (before === undefined || !this.#open.has(vendor)) return undefined;
    const after = waiting(before, ticket, now, this.#newId);
    this.#invitations.set(vendor, after);
    return invitationWrite(before, after);
  }

  /** That vendors proposed, as rows. */
  proposed(): readonly Write[] {
    return this.#proposed.flatMap(({ vendor, at }) => {
      const before = this.#invitations.get(vendor);
      const answer = this.#answers.get(vendor);
      if (before === undefined || answer === undefined) return [];
      return [invitationWrite(before, answered(before, 'proposed', answer, at, this.#newId))];
    });
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
