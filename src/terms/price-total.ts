import { ZERO, decimal, decimalText, minorUnit, parseMoney, rounded } from '../shared/decimal.ts';
import type { Decimal } from '../shared/decimal.ts';
import { nominalMonths } from '../shared/duration.ts';
import type { IsoDuration } from '../shared/duration.ts';
import type { Per, PriceItem, Quote, Sums, Usage } from './price.ts';

const PLACES = 9;
const MONTHS_A_YEAR = 12;
const HOURS_A_YEAR = 8760;

/**
 * How often a period of an item falls into a nominal year. Everything recurring is added up for a
 * year, where each factor is a whole number (a month has 365/12 days), and divided only once.
 */
const TIMES_A_YEAR: Readonly<Record<Exclude<Per, 'once' | 'unit'>, number>> = {
  second: 31_536_000,
  hour: HOURS_A_YEAR,
  day: 365,
  month: MONTHS_A_YEAR,
  year: 1,
};

/** How many instances each wanted resource or link has. */
export type WantedCounts = ReadonlyMap<string, number>;

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
  const { year, once } = exactSums(quote, usage, counts);
  const text = (value: Decimal): string => moneyText(value, quote.currency);
  const sums = {
    hour: text(year.div(HOURS_A_YEAR)),
    month: text(year.div(MONTHS_A_YEAR)),
    once: text(once),
  };
  if (periodLength === undefined) return sums;
  const [numerator, denominator] = nominalMonths(periodLength);
  return { ...sums, total: text(once.plus(year.times(numerator).div(decimal(denominator).times(MONTHS_A_YEAR)))) };
}

/**
 * Plain notation rounded half-even to nine places, without trailing zeros beyond the currency's
 * minor unit: `59.768`, `25.00`.
 */
export function moneyText(value: Decimal, currency: string): string {
  const short = decimalText(rounded(value, PLACES));
  const decimals = short.includes('.') ? short.length - short.indexOf('.') - 1 : 0;
  const least = minorUnit(currency);
  return decimals >= least ? short : decimalText(value, least);
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

function exactSums(
  quote: Quote,
  usage: readonly Usage[],
  counts: WantedCounts,
): { readonly year: Decimal; readonly once: Decimal } {
  let year = ZERO;
  let once = ZERO;
  for (const item of quote.items) {
    if (item.per === 'unit') continue;
    const value = money(item.amount).times(quantity(item.quantity)).times(instancesOf(item, counts));
    if (item.per === 'once') once = once.plus(value);
    else year = year.plus(value.times(TIMES_A_YEAR[item.per]));
  }
  for (const stated of usage) {
    const value = usageValue(stated, quote.items, counts);
    if (stated.per === 'once') once = once.plus(value);
    else year = year.plus(value.times(TIMES_A_YEAR[stated.per]));
  }
  return { year, once };
}

/**
 * What a stated use costs in its own period. Several items with different prices for instances of
 * one id share a use that is stated for all of them, by their numbers of instances.
 */
function usageValue(usage: Usage, items: readonly PriceItem[], counts: WantedCounts): Decimal {
  const pricing = items.filter((item) => pricesUsage(item, usage));
  const shares = pricing.map((item) => instancesOf(item, counts));
  const all = shares.reduce((total, share) => total + share, 0);
  let value = ZERO;
  pricing.forEach((item, at) => {
    const share = shares[at] ?? 0;
    const cost = money(item.amount).times(money(usage.quantity));
    if (usage.each === true) {
      const each = item.for === undefined && usage.of !== undefined ? (counts.get(usage.of) ?? 1) : share;
      value = value.plus(cost.times(each));
    } else if (all > 0) value = value.plus(share === all ? cost : cost.times(share).div(all));
  });
  return value;
}

function instancesOf(item: PriceItem, counts: WantedCounts): number {
  if (item.index !== undefined) return item.index.length;
  return item.for === undefined ? 1 : (counts.get(item.for) ?? 1);
}

function quantity(text: string | undefined): Decimal {
  return text === undefined ? decimal(1) : money(text);
}

function money(text: string): Decimal {
  const value = parseMoney(text);
  if (value === undefined) throw new TypeError(`not a decimal string: ${text}`);
  return value;
}
