import {
  attributes,
  decimal,
  decimalText,
  eligible,
  ineligible,
  instanceCounts,
  kinds,
  linkEnds,
  placeFits,
  placement,
  pricesUsage,
  readWants,
  reason,
  refusal,
  satisfies,
  smallestThatFits,
} from '../../src/vendor-kit/index.ts';
import type {
  CfpView,
  Eligibility,
  Json,
  Level,
  Offer,
  OfferedInstance,
  PriceItem,
  Quote,
  Reason,
  Understanding,
  Want,
  WantedResource,
} from '../../src/vendor-kit/index.ts';
import { infrastructure } from '../../src/vendor-kit/index.ts';
import { architecture } from './capacity.ts';
import type { Capacity } from './capacity.ts';
import type { LocalSettings } from './settings.ts';

/** The runtime does not start with less. */
const LEAST_MEMORY = 0.125;
export const USUAL_MEMORY = 0.5;

const KINDS: ReadonlySet<string> = new Set([kinds.compute, kinds.storage, kinds.storagelink]);

function understanding(settings: LocalSettings): Understanding {
  return {
    kinds: Object.fromEntries(Object.entries(infrastructure).filter(([kind]) => KINDS.has(kind))),
    mixins: new Set(settings.templates.map(({ mixin }) => mixin)),
  };
}

export function placeOf(settings: LocalSettings): Readonly<Record<string, Json>> {
  return {
    [placement.provider]: 'local',
    [placement.region]: settings.region,
    [placement.country]: settings.country,
    [placement.zone]: settings.zone,
  };
}

/** What the resources of an offer take of the machine. */
export function takenBy(resources: readonly OfferedInstance[]): Capacity {
  const sum = (name: string): number =>
    resources.reduce((total, { attributes: has }) => {
      const value = has[name];
      return typeof value === 'number' ? total + value : total;
    }, 0);
  return { cores: sum(attributes.cores), memory: sum(attributes.memory), disk: sum(attributes.size) };
}

export function exceeds(taken: Capacity, left: Capacity): string | undefined {
  if (taken.cores > left.cores) return `${taken.cores} cores are wanted, ${left.cores} are left`;
  if (taken.memory > left.memory) return `${taken.memory} GiB of memory are wanted, ${left.memory.toFixed(1)} are left`;
  if (taken.disk > left.disk) return `${taken.disk} GiB of disk are wanted, ${left.disk} are left`;
  return undefined;
}

/** May an offer come of it? What is left of the machine is not looked at: that may change until the offer is made. */
export function canOffer(cfp: CfpView, settings: LocalSettings): Eligibility {
  const read = readWants(cfp, understanding(settings));
  if (!read.ok) return ineligible(read.why);
  const place = placeOf(settings);
  const fits = [...read.wants.resources, ...read.wants.links].every((want) => placeFits(want, place));
  return fits ? eligible : ineligible(reason(refusal.placement, `this machine stands in ${settings.country}`));
}

/** The one offer of this machine: the smallest sizes that meet what is wanted; or why there is none. */
export function makeOffer(cfp: CfpView, settings: LocalSettings, left: Capacity, now: number): Offer | Reason {
  const read = readWants(cfp, understanding(settings));
  if (!read.ok) return read.why;
  const place = placeOf(settings);
  const { resources, links } = read.wants;
  const misplaced = [...resources, ...links].find((want) => !placeFits(want, place));
  if (misplaced !== undefined)
    return reason(refusal.placement, `this machine stands elsewhere (${settings.region}, ${settings.country})`, {
      attr: misplaced.wanted.id,
    });
  const counts = instanceCounts(cfp.wanted);
  const offered: OfferedInstance[] = [];
  for (const want of resources) {
    const sizes = sizesOf(want, left);
    if ('code' in sizes) return sizes;
    const stated = { ...place, ...sizes.values, ...want.stated };
    for (let index = 0; index < want.wanted.count; index++)
      offered.push({ for: want.wanted.id, index, kind: want.wanted.kind, mixins: want.mixins, attributes: stated });
  }
  for (const { wanted, mixins, stated } of links)
    for (const ends of linkEnds(wanted, counts))
      offered.push({
        for: wanted.id,
        kind: wanted.kind,
        mixins,
        attributes: { [attributes.deviceId]: `volume-${ends.index}`, ...stated },
        ...ends,
      });
  const over = exceeds(takenBy(offered), left);
  if (over !== undefined) return reason(refusal.capacity, over, { final: false });
  return {
    variant: settings.region,
    validUntil: Math.max(now, cfp.replyBy) + settings.validHours * 3_600_000,
    binding: true,
    awardable: true,
    resources: offered,
    levels: cfp.levels.map((level) => ({ for: level.id, commit: commits(level, cfp, settings) ? 'asked' : 'none' })),
    price: quoteOf(cfp, offered, counts, settings, now),
    handle: `${cfp.id}/${cfp.revision}/${cfp.round}`,
  };
}

function sizesOf(want: Want<WantedResource>, left: Capacity): { readonly values: Record<string, Json> } | Reason {
  const { wanted, sizes } = want;
  const most = (all: number): number => all / Math.max(1, wanted.count);
  const refuse = (name: string): Reason =>
    reason(refusal.noFit, `this machine cannot give the wanted ${name} to ${wanted.id}`, {
      attr: `${wanted.id}.${name}`,
      final: false,
    });
  if (wanted.kind === kinds.storage) {
    const size = smallestThatFits(sizes[attributes.size], { least: 1, most: Math.floor(most(left.disk)), step: 1 });
    return size === undefined ? refuse(attributes.size) : { values: { [attributes.size]: size } };
  }
  const cores = smallestThatFits(sizes[attributes.cores], { least: 1, most: Math.floor(most(left.cores)), step: 1 });
  if (cores === undefined || !Number.isInteger(cores)) return refuse(attributes.cores);
  const memory = smallestThatFits(sizes[attributes.memory], {
    least: LEAST_MEMORY,
    most: most(left.memory),
    step: LEAST_MEMORY,
    usual: USUAL_MEMORY,
  });
  if (memory === undefined) return refuse(attributes.memory);
  const own = architecture();
  const asked = sizes[attributes.architecture];
  if (asked !== undefined && !satisfies(asked, own)) return refuse(attributes.architecture);
  return {
    values: {
      [attributes.cores]: cores,
      [attributes.memory]: memory,
      ...(own === undefined ? {} : { [attributes.architecture]: own }),
    },
  };
}

function quoteOf(
  cfp: CfpView,
  offered: readonly OfferedInstance[],
  counts: ReadonlyMap<string, number>,
  settings: LocalSettings,
  now: number,
): Quote {
  const { price } = settings;
  const items = cfp.wanted.flatMap((wanted): PriceItem[] => {
    const first = offered.find((one) => one.for === wanted.id);
    if (first === undefined) return [];
    const common = { for: wanted.id, index: Array.from({ length: counts.get(wanted.id) ?? 0 }, (_, index) => index) };
    const quantity = (name: string): string => {
      const value = first.attributes[name];
      return decimalText(decimal(typeof value === 'number' ? value : 0));
    };
    if (wanted.kind === kinds.compute)
      return [
        {
          ...common,
          id: `${wanted.id}.cores`,
          what: 'compute',
          amount: price.core,
          per: 'hour',
          while: 'allocated',
          unit: 'core',
          quantity: quantity(attributes.cores),
        },
        {
          ...common,
          id: `${wanted.id}.memory`,
          what: 'memory',
          amount: price.memory,
          per: 'hour',
          while: 'allocated',
          unit: 'GiB',
          quantity: quantity(attributes.memory),
        },
      ];
    if (wanted.kind === kinds.storage)
      return [
        {
          ...common,
          id: wanted.id,
          what: 'storage',
          amount: price.storage,
          per: 'month',
          unit: 'GiB',
          quantity: quantity(attributes.size),
        },
      ];
    return [{ ...common, id: wanted.id, what: 'attachment', amount: '0', per: 'month' }];
  });
  for (const [what, { amount, unit }] of Object.entries(settings.usage))
    if (cfp.usage.some((usage) => usage.what === what)) items.push({ id: what, what, amount, per: 'unit', unit });
  const unpriced = cfp.usage
    .filter((usage) => !items.some((item) => pricesUsage(item, usage)))
    .map((usage) => usage.what);
  return {
    currency: settings.currency,
    tax: 'excluded',
    source: 'quote',
    asof: new Date(now).toISOString().slice(0, 10),
    items,
    unpriced: [...new Set(unpriced)],
    open: [],
  };
}

/** It keeps what is asked within its own limits; otherwise it promises nothing. */
function commits(level: Level, cfp: CfpView, { commit }: LocalSettings): boolean {
  const machines = new Set(cfp.wanted.filter(({ kind }) => kind === kinds.compute).map(({ id }) => id));
  const { metric, op, value } = level.indicator;
  if (level.need === 'measure' || !level.of.every((id) => machines.has(id))) return false;
  if (!commit.metrics.includes(metric) || level.target > commit.target) return false;
  const upward = op === '=' || op === '>=';
  const reachable = metric !== 'http.response.time' && upward && value <= 1;
  const quick = metric === 'http.response.time' && (op === '<' || op === '<=') && value >= commit.response;
  if (!reachable && !quick) return false;
  const { remedy } = level;
  return remedy === null || (remedy.cap <= commit.cap && remedy.tiers.every(({ credit }) => credit <= commit.cap));
}
