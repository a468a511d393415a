import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { LevelInput } from '../rules/facts.ts';
import type { RuleBook } from '../rules/port.ts';
import type { Check } from '../rules/types.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import type { EntityId, IdSource, VendorId } from '../shared/ids.ts';
import { urn } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { instanceCounts } from '../terms/instances.ts';
import { isAtLeastAsGood } from '../terms/level-compare.ts';
import type { Commitment, Level } from '../terms/level.ts';
import { checkQuote } from '../terms/price-check.ts';
import { compareIn, type RateTable } from '../terms/price-compare.ts';
import { sumQuote } from '../terms/price-sums.ts';
import type { Price } from '../terms/price.ts';
import type { Offer } from '../vendor-kit/types.ts';
import { asJson, cfpKept, type ProposalKept } from './kept.ts';
import { proposalAttr, proposalType } from './names.ts';
import { offerCheck } from './offer-check.ts';
import type { ProposalState } from './states.ts';
import { periodLength } from './terms.ts';
import type { TypeId } from '../shared/ids.ts';

export interface ProposalMaker {
  /** The proposal that an offer becomes; `late`: it came when the call was no longer open. */
  (offer: Offer, vendor: ProposingVendor, now: Instant, late?: boolean): EntityRecord;
}

export interface ProposingVendor {
  readonly id: VendorId;
  /** False: nothing of it can be awarded. */
  readonly provisions: boolean;
  readonly whyNot?: string;
}

export interface MakerDeps {
  readonly rules: Pick<RuleBook, 'factsOf'>;
  readonly rates?: RateTable;
  readonly newId: IdSource;
  /** Attributes of a kind that an instance must state. */
  readonly requiredOf: (kind: TypeId) => readonly string[];
}

/** Turns the offers of one call into proposals: checked against the call, priced, and with their facts frozen. */
export function proposalMaker(cfp: EntityRecord, deps: MakerDeps): ProposalMaker {
  const { terms, round, publishedAt } = cfpKept(cfp);
  const check = offerCheck(terms, deps.requiredOf);
  const counts = instanceCounts(terms.wanted);
  const length = periodLength(terms.period, publishedAt);
  const cfpUrn = urn(cfp.id);
  const asked = terms.levels.filter(({ need }) => need !== 'measure');

  return (offer, vendor, now, late = false) => {
    const checks = [...check(offer)];
    const quote = checkQuote(offer.price as unknown as Json, { counts, usage: terms.usage });
    for (const { path, detail } of quote.problems)
      checks.push({ id: 'price', pass: false, actual: path === '' ? null : path, wanted: detail, miss: null });
    if (offer.validUntil <= now)
      checks.push({
        id: 'validuntil',
        pass: false,
        actual: isoInstant(offer.validUntil),
        wanted: 'later than now',
        miss: null,
      });

    const price = quote.quote === undefined ? undefined : priced(quote.quote);
    if (price !== undefined && price.compare === undefined && price.unpriced.length === 0)
      checks.push({
        id: 'rate_missing',
        pass: false,
        actual: price.currency,
        wanted: `a rate to ${terms.currency}`,
        miss: null,
      });
    const sound = checks.every(({ id }) => id === 'rate_missing');
    const whyNot = whyNotAwardable(offer, vendor, price);
    const state: ProposalState = late ? 'rejected' : !sound ? 'void' : whyNot === undefined ? 'acceptable' : 'advisory';
    const kept: ProposalKept = {
      ...(late
        ? {}
        : {
            facts: deps.rules.factsOf({
              vendor: vendor.id,
              variant: offer.variant,
              awardable: whyNot === undefined,
              binding: offer.binding,
              validUntil: offer.validUntil,
              instances: offer.resources,
              price: { currency: price?.currency ?? '', ...price?.compare },
              levels: asked.map((level) => levelInput(level, offer.levels)),
            }) as NonNullable<ProposalKept['facts']>,
          }),
      ...(checks.length === 0 ? {} : { checks }),
      validUntil: offer.validUntil,
      ...(offer.handle === undefined ? {} : { handle: offer.handle }),
      ...(offer.terms === undefined ? {} : { terms: offer.terms }),
    };
    const reason = late
      ? { code: 'late', detail: 'It came when the call was no longer open' }
      : sound
        ? undefined
        : { code: 'not_as_called', detail: 'It does not meet the call', checks: checks.map(({ id }) => id) };
    return {
      id: deps.newId(),
      kind: proposalType,
      mixins: [],
      tenant: cfp.tenant,
      owner: cfp.owner,
      rev: 1,
      ...(cfp.title === undefined ? {} : { title: cfp.title }),
      attributes: {
        [proposalAttr.cfp]: cfpUrn,
        [proposalAttr.vendor]: vendor.id,
        [proposalAttr.state]: state,
        [proposalAttr.round]: round,
        [proposalAttr.variant]: offer.variant,
        [proposalAttr.validuntil]: isoInstant(offer.validUntil),
        [proposalAttr.binding]: offer.binding,
        [proposalAttr.awardable]: state === 'acceptable',
        ...(whyNot === undefined ? {} : { [proposalAttr.whynot]: whyNot }),
        [proposalAttr.resources]: offer.resources as unknown as readonly Json[],
        [proposalAttr.levels]: offer.levels as unknown as readonly Json[],
        [proposalAttr.price]: (price ?? offer.price) as unknown as JsonObject,
        ...(reason === undefined ? {} : { [proposalAttr.reason]: reason }),
      },
      state,
      parent: cfp.id,
      vendor: vendor.id,
      internal: asJson(kept),
      ...(state === 'acceptable' || state === 'advisory' ? { due: { at: offer.validUntil, action: 'expire' } } : {}),
      hidden: false,
      created: now,
      updated: now,
    };
  };

  function priced(quote: NonNullable<ReturnType<typeof checkQuote>['quote']>): Price {
    const sums = sumQuote(quote, terms.usage, counts, length);
    const compare = sums.month === undefined ? undefined : compareIn(sums, quote.currency, terms.currency, deps.rates);
    return { ...quote, ...sums, ...(compare === undefined ? {} : { compare }) };
  }
}

function whyNotAwardable(offer: Offer, vendor: ProposingVendor, price: Price | undefined): string | undefined {
  if (!vendor.provisions) return offer.whyNot ?? vendor.whyNot ?? 'The vendor shows its market and sells nothing here';
  if (!offer.awardable) return offer.whyNot ?? 'The vendor does not offer it for sale';
  if (price !== undefined && price.unpriced.length > 0) return `No price is stated for ${price.unpriced.join(', ')}`;
  return undefined;
}

/** How a vendor answers one asked level; a level that it passes over it does not commit to. */
function levelInput(asked: Level, commitments: readonly Commitment[]): LevelInput {
  const commitment = commitments.find((one) => one.for === asked.id);
  if (commitment === undefined || commitment.commit === 'none') return { id: asked.id, commit: 'none', kept: false };
  if (commitment.commit !== 'other') return { id: asked.id, commit: 'asked', target: asked.target, kept: true };
  return {
    id: asked.id,
    commit: 'other',
    target: commitment.level.target,
    kept: isAtLeastAsGood(commitment.level, asked).ok,
  };
}

/** The write that stores a new proposal, with its event. */
export function proposalCreate(proposal: EntityRecord, path: string, code?: string): Write {
  return {
    op: 'create',
    record: proposal,
    note: {
      from: null,
      to: proposal.state ?? null,
      actor: 'vendor',
      ...(code === undefined ? {} : { code }),
      event: `org.parley.proposal.${proposal.state ?? ''}`,
      subject: path,
    },
  };
}

/** Checks that were stored with a proposal, or none. */
export function checksOf(kept: ProposalKept): readonly Check[] {
  return kept.checks ?? [];
}

export type { EntityId };
