import { minorUnit } from '../shared/decimal.ts';
import type { Quote, Sums } from './price.ts';

/**
 * The quick way to the sums of a quote: in plain numbers, as long as everything stays a whole number
 * that they hold exactly. What does not goes the long way (price-total.ts), and both come to the same.
 */

const UNIT = 1_000_000_000;
const PLACES = 9;
const HOURS_A_YEAR = 8760;
const MONTHS_A_YEAR = 12;
const SIMPLE = /^\d{1,6}(?:\.\d{1,9})?$/;
const MOST_KEPT = 10_000;

/** Amounts in billionths. A market names the same prices over and over. */
const known = new Map<string, number>();

/** Billionths of a decimal string with at most six digits before its point; undefined: another. */
function simple(text: string): number | undefined {
  let value = known.get(text);
  if (value !== undefined || !SIMPLE.test(text)) return value;
  const dot = text.indexOf('.');
  value =
    dot < 0 ? Number(text) * UNIT : Number(text.slice(0, dot)) * UNIT + Number(text.slice(dot + 1).padEnd(PLACES, '0'));
  if (known.size >= MOST_KEPT) known.clear();
  known.set(text, value);
  return value;
}

const TIMES_A_YEAR: Readonly<Record<string, number>> = {
  second: 31_536_000,
  hour: HOURS_A_YEAR,
  day: 365,
  month: MONTHS_A_YEAR,
  year: 1,
};

/**
 * The sums of a quote whose items have simple amounts and no quantities, with no stated use;
 * undefined: the long way is needed.
 * @param months nominal months of the period, as a whole fraction; absent: no total
 */
export function quickSums(
  quote: Quote,
  counts: ReadonlyMap<string, number>,
  months: readonly [numerator: number, denominator: number] | undefined,
): Sums | undefined {
  let year = 0;
  let once = 0;
  for (const item of quote.items) {
    if (item.per === 'unit') continue;
    const amount = item.quantity === undefined ? simple(item.amount) : undefined;
    if (amount === undefined) return undefined;
    const instances = item.index?.length ?? (item.for === undefined ? 1 : (counts.get(item.for) ?? 1));
    if (item.per === 'once') once += amount * instances;
    else year += amount * instances * (TIMES_A_YEAR[item.per] ?? Number.NaN);
  }
  // A sum of whole numbers that never left this range was exact at every step.
  if (!(year <= Number.MAX_SAFE_INTEGER && once <= Number.MAX_SAFE_INTEGER)) return undefined;
  const { currency } = quote;
  const hour = text(halfEven(year, HOURS_A_YEAR), currency);
  const month = text(halfEven(year, MONTHS_A_YEAR), currency);
  if (months === undefined) return { hour, month, once: text(once, currency) };
  const [numerator, denominator] = months;
  const over = denominator * MONTHS_A_YEAR;
  const total = once * over + year * numerator;
  if (!Number.isInteger(numerator) || !(total <= Number.MAX_SAFE_INTEGER)) return undefined;
  return { hour, month, once: text(once, currency), total: text(halfEven(total, over), currency) };
}

/** Both are whole and exact, so the rest is, and what is left divides without one. */
function halfEven(numerator: number, denominator: number): number {
  const rest = numerator % denominator;
  const whole = (numerator - rest) / denominator;
  const twice = rest * 2;
  return twice > denominator || (twice === denominator && whole % 2 === 1) ? whole + 1 : whole;
}

/** As `billionthsText` writes it. */
function text(value: number, currency: string): string {
  const rest = value % UNIT;
  const whole = String((value - rest) / UNIT);
  const minor = minorUnit(currency);
  // A digit before them keeps the zeros that they begin with.
  let decimals = String(UNIT + rest).slice(1);
  let end = PLACES;
  while (end > minor && decimals.charCodeAt(end - 1) === 48) end -= 1;
  decimals = decimals.slice(0, end);
  return decimals === '' ? whole : `${whole}.${decimals}`;
}
