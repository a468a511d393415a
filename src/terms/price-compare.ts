import { BILLION, billionths, billionthsText, halfEven } from './billionths.ts';
import type { Price, Sums } from './price.ts';

/** A currency whose amounts are shown without zeros at the end, as rates are. */
const WITHOUT_MINOR_UNIT = 'JPY';

/**
 * Dated exchange rates from the configuration. `rates` says what one unit of a currency is worth in
 * `base`: with base EUR, `{ "USD": "0.92" }`. The base itself is worth 1 and need not be listed.
 */
export interface RateTable {
  readonly base: string;
  readonly date: string;
  readonly source: string;
  readonly rates: Readonly<Record<string, string>>;
}

/** What one unit of `from` is worth in `to`, exactly as a fraction; undefined: no rate, never 1:1. */
function exactRate(
  from: string,
  to: string,
  table: RateTable | undefined,
): readonly [numerator: bigint, denominator: bigint] | undefined {
  if (from === to) return [1n, 1n];
  const worth = (currency: string): bigint | undefined => {
    if (currency === table?.base) return BILLION;
    const rate = table !== undefined && Object.hasOwn(table.rates, currency) ? table.rates[currency] : undefined;
    return rate === undefined ? undefined : billionths(rate);
  };
  const [numerator, denominator] = [worth(from), worth(to)];
  return numerator === undefined || denominator === undefined || denominator <= 0n
    ? undefined
    : [numerator, denominator];
}

/** The rate as it is shown: nine places, as stated where the table states it. */
export function rateText(from: string, to: string, table: RateTable | undefined): string | undefined {
  const rate = exactRate(from, to, table);
  return rate === undefined ? undefined : shownRate(rate[0], rate[1]);
}

function shownRate(numerator: bigint, denominator: bigint): string {
  return billionthsText(halfEven(numerator * BILLION, denominator), WITHOUT_MINOR_UNIT);
}

/**
 * Sums in another currency, for ranking and budget only (api.md, What comes back). Cross rates are
 * exact; each sum is rounded half-even to nine places. Undefined where the table has no rate
 * (`rate_missing`).
 */
export function compareIn(sums: Sums, from: string, to: string, table?: RateTable): Price['compare'] {
  const rate = exactRate(from, to, table);
  if (rate === undefined) return undefined;
  const [numerator, denominator] = rate;
  const inOther = (text: string): string =>
    from === to ? text : billionthsText(halfEven(billionths(text) * numerator, denominator), to);
  return {
    currency: to,
    rate: shownRate(numerator, denominator),
    date: table?.date ?? '',
    source: table?.source ?? (from === to ? 'same currency' : ''),
    ...(sums.hour === undefined ? {} : { hour: inOther(sums.hour) }),
    ...(sums.month === undefined ? {} : { month: inOther(sums.month) }),
    ...(sums.once === undefined ? {} : { once: inOther(sums.once) }),
    ...(sums.total === undefined ? {} : { total: inOther(sums.total) }),
  };
}
