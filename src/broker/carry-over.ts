import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { sameJson } from '../terms/constraints.ts';
import type { Commitment, Level } from '../terms/level.ts';
import type { Price, Quote } from '../terms/price.ts';
import type { Offer, Reason } from '../vendor-kit/types.ts';
import { closeInvitations, tellVendor, writeEach } from './cleanup.ts';
import { expand } from './compact.ts';
import { invitationRows, isOfNow } from './invitation.ts';
import { answersNow, asJson, cfpKept, proposalKept, takesPart } from './kept.ts';
import { proposalAttr } from './names.ts';
import { proposalsOf, type BrokerTools } from './tools.ts';

const CHUNK = 200;
const MOST_TRIES = 10;
const OPEN = ['acceptable', 'advisory', 'solicited'];

const REVISED: Reason = { code: 'superseded', final: true, detail: 'The call was revised' };

/**
 * C14, after the revision is stored and before anybody is asked anew: proposals of older revisions are
 * superseded, or kept where the call says `keepvalid` and they meet it as it is now. Which revision a
 * proposal takes part in stands in the proposal, so this is safe to run again after a restart.
 */
export async function carryOver(cfp: EntityRecord, tools: BrokerTools): Promise<void> {
  if (cfpKept(cfp).revision === 1) return;
  const { store } = tools.deps;
  const stale = (await invitationRows(cfp, store)).filter((row) => !isOfNow(cfp, row));
  await closeInvitations(cfp, stale, REVISED, tools, (proposal) => !answersNow(cfp, proposal));
  const next = carrier(cfp, tools);
  // What changes in between, such as a withdrawal, is looked at again.
  for (let tries = 1; ; tries += 1) {
    const older = (await proposalsOf(store, cfp.id, OPEN)).filter((proposal) => !takesPart(cfp, proposal));
    if (older.length === 0) return;
    if (tries > MOST_TRIES) throw new Error(`the proposals of ${cfp.id} keep changing`);
    for (let at = 0; at < older.length; at += CHUNK) await writeEach(older.slice(at, at + CHUNK).map(next), tools);
  }
}

/** What becomes of one proposal of an older revision. */
function carrier(cfp: EntityRecord, tools: BrokerTools): (proposal: EntityRecord) => Write {
  const { former, revision } = cfpKept(cfp);
  const again = former === undefined ? undefined : offerAgain(cfp, former, tools);
  const superseded = (proposal: EntityRecord, detail: string, checks: readonly string[] = []): Write => {
    tellVendor(proposal, REVISED, tools);
    return tools.proposalChange(
      proposal,
      {
        to: 'superseded',
        due: null,
        attributes: {
          [proposalAttr.reason]: { code: REVISED.code, detail, ...(checks.length === 0 ? {} : { checks }) },
        },
      },
      { actor: 'broker', code: REVISED.code, detail },
    );
  };
  return (proposal) => {
    if (again === undefined) return superseded(proposal, REVISED.detail);
    if (typeof again === 'string') return superseded(proposal, again);
    const made = again(proposal);
    const { facts, checks = [] } = proposalKept(made);
    if (made.state !== proposal.state || facts === undefined)
      return superseded(
        proposal,
        'It does not meet the revised call',
        checks.map(({ id }) => id),
      );
    return tools.proposalChange(
      proposal,
      {
        attributes: {
          [proposalAttr.levels]: made.attributes[proposalAttr.levels] ?? [],
          [proposalAttr.price]: made.attributes[proposalAttr.price] ?? {},
        },
        kept: asJson({ facts, keptFor: revision }),
      },
      { actor: 'broker', code: 'kept' },
    );
  };
}

/**
 * Makes a stored proposal once more of what its vendor offered, against the call as it is now. A text: why no
 * offer can be kept. What was quoted for another period or use is no quote for this one.
 */
function offerAgain(
  cfp: EntityRecord,
  former: NonNullable<ReturnType<typeof cfpKept>['former']>,
  tools: BrokerTools,
): string | ((proposal: EntityRecord) => EntityRecord) {
  const { terms } = cfpKept(cfp);
  if (!sameJson(asJson(former.period), asJson(terms.period))) return 'It was made for another period';
  if (!sameJson(asJson(former.usage), asJson(terms.usage))) return 'It was made for another use';
  const make = tools.maker(cfp);
  const now = tools.now();
  return (proposal) => {
    const { validUntil, resources, handle, terms: own } = proposalKept(proposal);
    const { attributes, vendor } = proposal;
    if (vendor === undefined) throw new Error(`proposal ${proposal.id} has no vendor`);
    const whyNot = attributes[proposalAttr.whynot];
    const variant = attributes[proposalAttr.variant];
    const offer: Offer = {
      variant: typeof variant === 'string' ? variant : '',
      validUntil,
      binding: attributes[proposalAttr.binding] === true,
      awardable: proposal.state === 'acceptable',
      ...(typeof whyNot === 'string' ? { whyNot } : {}),
      resources: expand(resources),
      levels: commitmentsNow(
        attributes[proposalAttr.levels] as unknown as readonly Commitment[],
        former.levels,
        terms.levels,
      ),
      price: quoteOf(attributes[proposalAttr.price] as unknown as Price),
      ...(handle === undefined ? {} : { handle }),
      ...(own === undefined ? {} : { terms: own }),
    };
    // Whether the vendor sells it was settled when it came.
    return make(offer, { id: vendor, provisions: true }, now);
  };
}

/** A vendor that committed to a level as asked committed to it as it was asked then. */
function commitmentsNow(
  made: readonly Commitment[],
  former: readonly Level[],
  asked: readonly Level[],
): readonly Commitment[] {
  return made.flatMap((commitment): Commitment[] => {
    const now = asked.find(({ id }) => id === commitment.for);
    if (now === undefined) return [];
    const then = former.find(({ id }) => id === commitment.for);
    if (commitment.commit !== 'asked' || (then !== undefined && sameLevel(then, now))) return [commitment];
    return [
      then === undefined
        ? { for: commitment.for, commit: 'none' }
        : { for: commitment.for, commit: 'other', level: { ...then, need: now.need } },
    ];
  });
}

/** How much the customer needs a level is no part of what is promised. */
function sameLevel(a: Level, b: Level): boolean {
  return sameJson(asJson({ ...a, need: b.need }), asJson(b));
}

const SUMS: ReadonlySet<string> = new Set<Exclude<keyof Price, keyof Quote>>([
  'hour',
  'month',
  'once',
  'total',
  'compare',
]);

/** What the vendor stated; the sums are the broker's, and made again. */
function quoteOf(price: Price): Quote {
  return Object.fromEntries(Object.entries(price).filter(([name]) => !SUMS.has(name))) as unknown as Quote;
}
