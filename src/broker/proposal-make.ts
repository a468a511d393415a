import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { LevelInput, ProposalInput } from '../rules/facts.ts';
import type { RuleBook } from '../rules/port.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import type { IdSource, VendorId } from '../shared/ids.ts';
import { urn } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { instanceCounts } from '../terms/instances.ts';
import { isAtLeastAsGood } from '../terms/level-compare.ts';
import type { Commitment, Level } from '../terms/level.ts';
import { checkQuote } from '../terms/price-check.ts';
import { comparerOf, type Comparer, type RateTable } from '../terms/price-compare.ts';
import { sumQuote } from '../terms/price-sums.ts';
import type { Price, Sums } from '../terms/price.ts';
import type { Offer } from '../vendor-kit/types.ts';
import { asJson, cfpKept, type ProposalKept } from './kept.ts';
import { proposalAttr, proposalType } from './names.ts';
import { offerCheck } from './offer-check.ts';
import { offeredReader } from './offered.ts';
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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_MIXINS: readonly TypeId[] = [];
const NO_PRICE = { currency: '' };

/** Turns the offers of one call into proposals: checked against the call, priced, and with their facts frozen. */
export function proposalMaker(cfp: EntityRecord, deps: MakerDeps): ProposalMaker {
  const { terms, revision, round, publishedAt } = cfpKept(cfp);
  const check = offerCheck(terms, deps.requiredOf);
  const read = offeredReader((resources) => check.resources(resources));
  const counts = instanceCounts(terms.wanted);
  const length = periodLength(terms.period, publishedAt);
  const cfpUrn = urn(cfp.id);
  const asked = terms.levels.filter(({ need }) => need !== 'measure');
  const quoteContext = { counts, usage: terms.usage };
  const comparers = new Map<string, Comparer | undefined>();
  /** Offers of one round often end together. */
  let lastUntil: { readonly at: Instant; readonly text: string } | undefined;
  const untilText = (at: Instant): string => {
    if (lastUntil?.at !== at) lastUntil = { at, text: isoInstant(at) };
    return lastUntil.text;
  };

  // Written out plainly: a market of a thousand vendors comes through here at once.
  return (offer, vendor, now, late = false) => {
    const { failed, resources, instances } = read(offer.resources);
    const checks = [...failed, ...check.levels(offer.levels)];
    const quote = checkQuote(offer.price as unknown as Json, quoteContext);
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
    const sound = checks.length === 0;
    const price = quote.quote === undefined ? undefined : priced(quote.quote);
    if (price !== undefined && price.compare === undefined && price.unpriced.length === 0)
      checks.push({
        id: 'rate_missing',
        pass: false,
        actual: price.currency,
        wanted: `a rate to ${terms.currency}`,
        miss: null,
      });
    const whyNot = whyNotAwardable(offer, vendor, price);
    const state: ProposalState = late ? 'rejected' : !sound ? 'void' : whyNot === undefined ? 'acceptable' : 'advisory';

    // Names in full: a literal of them is made at once, one of looked-up names member by member.
    const attributes: Record<string, Json> = {
      'org.parley.proposal.cfp': cfpUrn,
      'org.parley.proposal.vendor': vendor.id,
      'org.parley.proposal.state': state,
      'org.parley.proposal.round': round,
      'org.parley.proposal.variant': offer.variant,
      'org.parley.proposal.validuntil': untilText(offer.validUntil),
      'org.parley.proposal.binding': offer.binding,
      'org.parley.proposal.awardable': state === 'acceptable',
      'org.parley.proposal.levels': offer.levels as unknown as readonly Json[],
      'org.parley.proposal.price': (price ?? offer.price) as unknown as JsonObject,
    } satisfies Partial<Record<(typeof proposalAttr)[keyof typeof proposalAttr], Json>>;
    if (whyNot !== undefined) attributes[proposalAttr.whynot] = whyNot;
    if (late) attributes[proposalAttr.reason] = { code: 'late', detail: 'It came when the call was no longer open' };
    else if (!sound)
      attributes[proposalAttr.reason] = {
        code: 'not_as_called',
        detail: 'It does not meet the call',
        checks: checks.map(({ id }) => id),
      };

    const kept: Writable<ProposalKept> = { validUntil: offer.validUntil, resources };
    if (revision > 1) kept.revision = revision;
    if (!late) kept.facts = factsOf(offer, instances, vendor, price, whyNot === undefined);
    if (checks.length > 0) kept.checks = checks;
    if (offer.handle !== undefined) kept.handle = offer.handle;
    if (offer.terms !== undefined) kept.terms = offer.terms;

    const record: Writable<EntityRecord> = {
      id: deps.newId(),
      kind: proposalType,
      mixins: NO_MIXINS,
      tenant: cfp.tenant,
      owner: cfp.owner,
      rev: 1,
      attributes,
      state,
      parent: cfp.id,
      vendor: vendor.id,
      internal: asJson(kept),
      hidden: false,
      created: now,
      updated: now,
    };
    if (cfp.title !== undefined) record.title = cfp.title;
    if (state === 'acceptable' || state === 'advisory') record.due = { at: offer.validUntil, action: 'expire' };
    return record;
  };

  function factsOf(
    offer: Offer,
    instances: ProposalInput['instances'],
    vendor: ProposingVendor,
    price: Price | undefined,
    awardable: boolean,
  ): NonNullable<ProposalKept['facts']> {
    return deps.rules.factsOf({
      vendor: vendor.id,
      variant: offer.variant,
      awardable,
      binding: offer.binding,
      validUntil: offer.validUntil,
      instances,
      // Prices are judged in the currency of comparison only: without a rate there is none.
      price: price?.compare === undefined ? NO_PRICE : judged(price.currency, price.compare),
      levels: asked.map((level) => levelInput(level, offer.levels)),
    }) as NonNullable<ProposalKept['facts']>;
  }

  function priced(quote: NonNullable<ReturnType<typeof checkQuote>['quote']>): Price {
    const sums = sumQuote(quote, terms.usage, counts, length);
    const { currency, tax, source, asof, items, unpriced, open } = quote;
    const price: Writable<Price> = { currency, tax, source, asof, items, unpriced, open };
    if (quote.fixeduntil !== undefined) price.fixeduntil = quote.fixeduntil;
    if (quote.minimum !== undefined) price.minimum = quote.minimum;
    if (sums.hour !== undefined) price.hour = sums.hour;
    if (sums.month !== undefined) price.month = sums.month;
    if (sums.once !== undefined) price.once = sums.once;
    if (sums.total !== undefined) price.total = sums.total;
    const compare = sums.month === undefined ? undefined : comparerFrom(quote.currency)?.(sums);
    if (compare !== undefined) price.compare = compare;
    return price;
  }

  function comparerFrom(currency: string): Comparer | undefined {
    if (comparers.has(currency)) return comparers.get(currency);
    const comparer = comparerOf(currency, terms.currency, deps.rates);
    comparers.set(currency, comparer);
    return comparer;
  }
}

function judged(currency: string, { hour, month, once, total }: Sums): ProposalInput['price'] {
  const sums: Writable<ProposalInput['price']> = { currency };
  if (hour !== undefined) sums.hour = hour;
  if (month !== undefined) sums.month = month;
  if (once !== undefined) sums.once = once;
  if (total !== undefined) sums.total = total;
  return sums;
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
