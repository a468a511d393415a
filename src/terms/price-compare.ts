import { decimal, decimalText, rounded } from '../shared/decimal.ts';
import type { Decimal } from '../shared/decimal.ts';
import { moneyText } from './price-total.ts';
import type { Price, Sums } from './price.ts';

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
): readonly [numerator: Decimal, denominator: Decimal] | undefined {
  if (from === to) return [decimal(1), decimal(1)];
  const worth = (currency: string): Decimal | undefined => {
    if (currency === table?.base) return decimal(1);
    const rate = table !== undefined && Object.hasOwn(table.rates, currency) ? table.rates[currency] : undefined;
    return rate === undefined ? undefined : decimal(rate);
  };
  const [numerator, denominator] = [worth(from), worth(to)];
  return numerator === undefined || denominator === undefined || denominator.eq(0)
    ? undefined
    : [numerator, denominator];
}

/** The rate as it is shown: nine places, as stated where the table states it. */
export function rateText(from: string, to: string, table: RateTable | undefined): string | undefined {
  const rate = exactRate(from, to, table);
  return rate === undefined ? undefined : decimalText(rounded(rate[0].div(rate[1]), 9));
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
  const inOther = (text: string): string => moneyText(decimal(text).times(numerator).div(denominator), to);
  return {
    currency: to,
    rate: decimalText(rounded(numerator.div(denominator), 9)),
    date: table?.date ?? '',
    source: table?.source ?? (from === to ? 'same currency' : ''),
    ...(sums.hour === undefined ? {} : { hour: inOther(sums.hour) }),
    ...(sums.month === undefined ? {} : { month: inOther(sums.month) }),
    ...(sums.once === undefined ? {} : { once: inOther(sums.once) }),
    ...(sums.total === undefined ? {} : { total: inOther(sums.total) }),
  };
}
