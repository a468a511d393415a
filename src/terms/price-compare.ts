import { BILLION, billionths, billionthsText, halfEven } from './billionths.ts';
import type { Price, Sums } from './price.ts';

/** Decimals of a rate: so many that no sum of a deal differs from what the exact rate gives. */
const RATE_PLACES = 18;
const RATE_UNIT = 10n ** BigInt(RATE_PLACES);

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

/** What one unit of `from` is worth in `to`, in units of the last place; undefined: no rate, never 1:1. */
function rateBetween(from: string, to: string, table: RateTable | undefined): bigint | undefined {
  if (from === to) return RATE_UNIT;
  const worth = (currency: string): bigint | undefined => {
    if (currency === table?.base) return BILLION;
    const rate = table !== undefined && Object.hasOwn(table.rates, currency) ? table.rates[currency] : undefined;
    return rate === undefined ? undefined : billionths(rate);
  };
  const [numerator, denominator] = [worth(from), worth(to)];
  return numerator === undefined || denominator === undefined || denominator <= 0n
    ? undefined
    : halfEven(numerator * RATE_UNIT, denominator);
}

/** The rate as it is shown: as the table states it, or crossed over the base. */
export function rateText(from: string, to: string, table: RateTable | undefined): string | undefined {
  const rate = rateBetween(from, to, table);
  return rate === undefined ? undefined : textOf(rate);
}

function textOf(rate: bigint): string {
  const decimals = (rate % RATE_UNIT).toString().padStart(RATE_PLACES, '0').replace(/0+$/, '');
  const whole = (rate / RATE_UNIT).toString();
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

type Compared = NonNullable<Price['compare']>;

/** Sums of quotes in one currency, in another. */
export type Comparer = (sums: Sums) => Compared;

/** Converted amounts that are remembered: a market names the same prices over and over. */
const MOST_KEPT = 1000;

/**
 * Sums in another currency, for ranking and budget only (api.md, What comes back): by the rate that
 * is shown and no other, so that anybody can compute them again; each is rounded half-even to nine
 * places. Undefined where the table has no rate (`rate_missing`).
 */
export function comparerOf(from: string, to: string, table?: RateTable): Comparer | undefined {
  const rate = rateBetween(from, to, table);
  if (rate === undefined) return undefined;
  const known = new Map<string, string>();
  const inOther = (text: string): string => {
    if (from === to) return text;
    let other = known.get(text);
    if (other === undefined) {
      other = billionthsText(halfEven(billionths(text) * rate, RATE_UNIT), to);
      if (known.size >= MOST_KEPT) known.clear();
      known.set(text, other);
    }
    return other;
  };
  const shown = rate === RATE_UNIT ? '1' : textOf(rate);
  const date = table?.date ?? '';
  const source = table?.source ?? (from === to ? 'same currency' : '');
  return ({ hour, month, once, total }) => {
    const compared: { -readonly [Name in keyof Compared]: Compared[Name] } = {
      currency: to,
      rate: shown,
      date,
      source,
    };
    if (hour !== undefined) compared.hour = inOther(hour);
    if (month !== undefined) compared.month = inOther(month);
    if (once !== undefined) compared.once = inOther(once);
    if (total !== undefined) compared.total = inOther(total);
    return compared;
  };
}

/** As `comparerOf`, of one quote. */
export function compareIn(sums: Sums, from: string, to: string, table?: RateTable): Price['compare'] {
  return comparerOf(from, to, table)?.(sums);
}
