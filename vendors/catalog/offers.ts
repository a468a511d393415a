import {
  attributes,
  decimal,
  decimalText,
  instanceCounts,
  kinds,
  linkEnds,
  pricesUsage,
  sumQuote,
} from '../../src/vendor-kit/index.ts';
import type {
  CfpView,
  Commitment,
  Json,
  Offer,
  OfferedInstance,
  PriceItem,
  Quote,
  Wants,
} from '../../src/vendor-kit/index.ts';
import type { Market, RegionChoice } from './market.ts';
import { priceText } from './price-list.ts';
import type { CatalogSettings } from './settings.ts';

export const WHY_NOT = 'a price list without an account: it shows the market and cannot be bought from here';

/** The type of machine behind an offer, in the provider's own words. */
const MACHINE_TYPE = 'org.parley.catalog.type';
const PRODUCT = 'org.parley.catalog.product';

interface Priced {
  readonly choice: RegionChoice;
  readonly quote: Quote;
  /** The monthly sum, or what is known of it. */
  readonly month: number;
}

/** Offers of the cheapest regions, complete prices before incomplete ones. */
export function makeOffers(
  cfp: CfpView,
  wants: Wants,
  market: Market,
  settings: CatalogSettings,
  levels: readonly Commitment[],
  validUntil: number,
): Offer[] {
  const counts = instanceCounts(cfp.wanted);
  const priced = market.choices(wants).map((choice): Priced => {
    const quote = quoteOf(cfp, wants, choice, settings, market.list.currency, counts);
    const known = sumQuote({ ...quote, unpriced: [] }, cfp.usage, counts).month;
    return { choice, quote, month: Number(known) };
  });
  priced.sort(
    (a, b) =>
      Math.sign(a.quote.unpriced.length) - Math.sign(b.quote.unpriced.length) ||
      a.month - b.month ||
      (a.choice.region < b.choice.region ? -1 : 1),
  );
  return priced.slice(0, cfp.perVendor).map(({ choice, quote }) => ({
    variant: choice.region,
    validUntil,
    binding: false,
    awardable: false,
    whyNot: WHY_NOT,
    resources: resourcesOf(wants, choice, market, counts),
    levels,
    price: quote,
    handle: `${cfp.id}/${choice.region}`,
  }));
}

function resourcesOf(
  wants: Wants,
  choice: RegionChoice,
  market: Market,
  counts: ReadonlyMap<string, number>,
): OfferedInstance[] {
  const place = market.placeOf(choice.region);
  const resources = wants.resources.flatMap(({ wanted, mixins, stated }) => {
    const own = { ...place, ...sizesOf(choice, wanted.id), ...stated };
    return Array.from({ length: wanted.count }, (_, index) => ({
      for: wanted.id,
      index,
      kind: wanted.kind,
      mixins,
      attributes: own,
    }));
  });
  const links = wants.links.flatMap(({ wanted, mixins, stated }) =>
    linkEnds(wanted, counts).map((ends) => ({
      for: wanted.id,
      kind: wanted.kind,
      mixins,
      attributes: { ...linkDefaults(wanted.kind, ends.index), ...stated },
      ...ends,
    })),
  );
  return [...resources, ...links];
}

function sizesOf(choice: RegionChoice, id: string): Readonly<Record<string, Json>> {
  const machine = choice.machines.get(id);
  if (machine !== undefined)
    return {
      [attributes.cores]: machine.type.cores,
      [attributes.memory]: machine.type.memory,
      [attributes.architecture]: machine.type.architecture,
      [MACHINE_TYPE]: machine.type.name,
    };
  const volume = choice.volumes.get(id);
  if (volume === undefined) return {};
  return { [attributes.size]: volume.size, ...(volume.price === undefined ? {} : { [PRODUCT]: volume.price.product }) };
}

/** Stands in for what a provider assigns when the link is made, such as the address that is all zeros. */
function linkDefaults(kind: string, index: number): Readonly<Record<string, Json>> {
  if (kind === kinds.storagelink) return { [attributes.deviceId]: `volume-${index}` };
  if (kind === kinds.networkinterface) return { [attributes.interface]: 'eth0', [attributes.mac]: '00:00:00:00:00:00' };
  return {};
}

function quoteOf(
  cfp: CfpView,
  wants: Wants,
  choice: RegionChoice,
  settings: CatalogSettings,
  currency: string,
  counts: ReadonlyMap<string, number>,
): Quote {
  const items: PriceItem[] = [];
  const unpriced: string[] = [];
  for (const { wanted } of [...wants.resources, ...wants.links]) {
    const count = counts.get(wanted.id) ?? 0;
    const common = { id: wanted.id, for: wanted.id, index: Array.from({ length: count }, (_, index) => index) };
    const machine = choice.machines.get(wanted.id);
    const volume = choice.volumes.get(wanted.id);
    if (count === 0) continue;
    if (machine !== undefined)
      items.push({ ...common, what: 'compute', amount: priceText(machine.price), per: 'hour', while: 'allocated' });
    else if (volume?.price !== undefined)
      items.push({
        ...common,
        what: 'storage',
        amount: volume.price.amount,
        per: volume.price.per,
        while: 'allocated',
        unit: 'GiB',
        quantity: decimalText(decimal(volume.size)),
      });
    else if (volume === undefined && settings.free[wanted.kind] !== undefined)
      items.push({ ...common, what: wanted.type === 'link' ? 'attachment' : 'network', amount: '0', per: 'month' });
    else unpriced.push(wanted.id);
  }
  // Use that the list has no price for must not look as if it were free.
  for (const usage of cfp.usage) if (!items.some((item) => pricesUsage(item, usage))) unpriced.push(usage.what);
  return {
    currency,
    tax: 'excluded',
    source: 'list',
    asof: settings.asof,
    items,
    unpriced: [...new Set(unpriced)],
    open: [],
  };
}
