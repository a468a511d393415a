import type { Decimal } from '../shared/decimal.ts';
import { decimalText } from '../shared/decimal.ts';
import { nominalMonths } from '../shared/duration.ts';
import type { IsoDuration } from '../shared/duration.ts';
import { BILLION, billionths, billionthsText, halfEven } from './billionths.ts';
import { quickSums } from './price-quick.ts';
import type { Per, PriceItem, Quote, Sums, Usage } from './price.ts';

const MONTHS_A_YEAR = 12n;
const HOURS_A_YEAR = 8760n;

/**
 * How often a period of an item falls into a nominal year. Everything recurring is added up for a
 * year, where each factor is a whole number (a month has 365/12 days), and divided only once.
 */
const TIMES_A_YEAR: Readonly<Record<Exclude<Per, 'once' | 'unit'>, bigint>> = {
  second: 31_536_000n,
  hour: HOURS_A_YEAR,
  day: 365n,
  month: MONTHS_A_YEAR,
  year: 1n,
};

/** How many instances each wanted resource or link has. */
export type WantedCounts = ReadonlyMap<string, number>;

/** An exact sum: `value` in billionths of billionths, over a denominator where a use was shared. */
interface Exact {
  readonly value: bigint;
  readonly over: bigint;
}

const NOTHING: Exact = { value: 0n, over: 1n };

/**
 * The sums of a quote (api.md, What comes back): exact, rounded half-even to nine places at the end
 * of each sum. `month` is all that recurs plus the stated usage; `hour` = month ÷ 730; `once` = Σ once;
 * `total` = once + month × nominal months, only with a period of a length.
 *
 * Answers no sums at all while something wanted stands in `unpriced`. The quote must have passed
 * `checkQuote`.
 *
 * @throws TypeError if an amount or quantity is not a decimal string
 */
export function sumQuote(
  quote: Quote,
  usage: readonly Usage[],
  counts: WantedCounts,
  periodLength?: IsoDuration,
): Sums {
  if (quote.unpriced.length > 0) return {};
  const months = periodLength === undefined ? undefined : monthsOf(periodLength);
  if (usage.length === 0) {
    const quick = quickSums(quote, counts, months);
    if (quick !== undefined) return quick;
  }
  const { year, once } = exactSums(quote, usage, counts);
  const text = ({ value, over }: Exact, by: bigint): string =>
    billionthsText(halfEven(value, over * by * BILLION), quote.currency);
  const sums = {
    hour: text(year, HOURS_A_YEAR),
    month: text(year, MONTHS_A_YEAR),
    once: text(once, 1n),
  };
  if (months === undefined) return sums;
  const [numerator, denominator] = months;
  const scale = 1000n;
  // Whole seconds and thousandths of them: the numerator may carry three decimals.
  const scaled = BigInt(Math.round(numerator * Number(scale)));
  const share = BigInt(denominator) * scale * MONTHS_A_YEAR;
  return { ...sums, total: text(plus({ value: once.value * share, over: once.over }, times(year, scaled)), share) };
}

const MOST_KEPT = 1000;
const periods = new Map<IsoDuration, readonly [numerator: number, denominator: number]>();

/** Nominal months in lowest terms; all proposals of a call ask for the same few. */
function monthsOf(period: IsoDuration): readonly [numerator: number, denominator: number] {
  let months = periods.get(period);
  if (months === undefined) {
    const [numerator, denominator] = nominalMonths(period);
    let [a, b] = [numerator, denominator];
    while (Number.isInteger(a) && b > 0) [a, b] = [b, a % b];
    months = Number.isInteger(numerator) ? [numerator / a, denominator / a] : [numerator, denominator];
    if (periods.size >= MOST_KEPT) periods.clear();
    periods.set(period, months);
  }
  return months;
}

/**
 * Plain notation rounded half-even to nine places, without trailing zeros beyond the currency's
 * minor unit: `59.768`, `25.00`.
 */
export function moneyText(value: Decimal, currency: string): string {
  return billionthsText(billionths(decimalText(value, 9)), currency);
}

/** Does this item price this stated use? */
export function pricesUsage(item: PriceItem, usage: Usage): boolean {
  return (
    item.per === 'unit' &&
    item.what === usage.what &&
    (item.unit === undefined || item.unit === usage.unit) &&
    (item.for === undefined || usage.of === undefined || item.for === usage.of)
  );
}

function plus(a: Exact, b: Exact): Exact {
  return a.over === b.over
    ? { value: a.value + b.value, over: a.over }
    : { value: a.value * b.over + b.value * a.over, over: a.over * b.over };
}

function times({ value, over }: Exact, factor: bigint): Exact {
  return { value: value * factor, over };
}

function exactSums(
  quote: Quote,
  usage: readonly Usage[],
  counts: WantedCounts,
): { readonly year: Exact; readonly once: Exact } {
  let yearly = 0n;
  let single = 0n;
  for (const item of quote.items) {
    if (item.per === 'unit') continue;
    const quantity = item.quantity === undefined ? BILLION : billionths(item.quantity);
    const value = billionths(item.amount) * quantity * BigInt(instancesOf(item, counts));
    if (item.per === 'once') single += value;
    else yearly += value * TIMES_A_YEAR[item.per];
  }
  let year: Exact = { value: yearly, over: 1n };
  let once: Exact = { value: single, over: 1n };
  for (const stated of usage) {
    const value = usageValue(stated, quote.items, counts);
    if (stated.per === 'once') once = plus(once, value);
    else year = plus(year, times(value, TIMES_A_YEAR[stated.per]));
  }
  return { year, once };
}

/**
 * What a stated use costs in its own period. Several items with different prices for instances of
 * one id share a use that is stated for all of them, by their numbers of instances.
 */
function usageValue(usage: Usage, items: readonly PriceItem[], counts: WantedCounts): Exact {
  const pricing = items.filter((item) => pricesUsage(item, usage));
  const shares = pricing.map((item) => instancesOf(item, counts));
  const all = shares.reduce((total, share) => total + share, 0);
  let value = NOTHING;
  pricing.forEach((item, at) => {
    const share = shares[at] ?? 0;
    const cost = billionths(item.amount) * billionths(usage.quantity);
    if (usage.each === true) {
      const each = item.for === undefined && usage.of !== undefined ? (counts.get(usage.of) ?? 1) : share;
      value = plus(value, { value: cost * BigInt(each), over: 1n });
    } else if (all > 0)
      value = plus(
        value,
        share === all ? { value: cost, over: 1n } : { value: cost * BigInt(share), over: BigInt(all) },
      );
  });
  return value;
}

function instancesOf(item: PriceItem, counts: WantedCounts): number {
  if (item.index !== undefined) return item.index.length;
  return item.for === undefined ? 1 : (counts.get(item.for) ?? 1);
}
