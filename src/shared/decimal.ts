import Big from 'big.js';
import type { Problems } from './errors.ts';

/** Exact decimals. Sums and products are exact; only `rounded` and `divided` round. */
export type Decimal = Big;

const HALF_EVEN = 2;
const ExactBig = Big();
ExactBig.DP = 40;
ExactBig.RM = HALF_EVEN;
ExactBig.strict = false;
ExactBig.NE = -40;
ExactBig.PE = 60;

const MONEY = /^-?\d{1,15}(?:\.\d{1,9})?$/;

export const ZERO: Decimal = new ExactBig(0);

export function decimal(value: string | number): Decimal {
  return new ExactBig(value);
}

/** A decimal string of at most nine decimals (api.md, Money); undefined if it is not one. */
export function parseMoney(text: unknown): Decimal | undefined {
  return typeof text === 'string' && MONEY.test(text) ? new ExactBig(text) : undefined;
}

/** Like `parseMoney`, telling what is wrong under `path`. */
export function readMoney(text: unknown, path: string, problems: Problems): Decimal | undefined {
  const value = parseMoney(text);
  if (value === undefined)
    problems.add(path, 'money_invalid', 'money is a decimal string of at most nine decimals', 'such as "90.00"');
  return value;
}

/** Rounded half-even. */
export function rounded(value: Decimal, places: number): Decimal {
  return value.round(places, HALF_EVEN);
}

/** Plain notation, never an exponent. */
export function decimalText(value: Decimal, places?: number): string {
  return places === undefined ? value.toFixed() : value.toFixed(places, HALF_EVEN);
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.plus(value);
  return total;
}

const MINOR_UNITS: Readonly<Record<string, number>> = {
  JPY: 0,
  KRW: 0,
  CLP: 0,
  ISK: 0,
  VND: 0,
  BHD: 3,
  KWD: 3,
  TND: 3,
};

/** Decimals of a currency's minor unit (ISO 4217): 2 unless it is one of the known others. */
export function minorUnit(currency: string): number {
  return MINOR_UNITS[currency] ?? 2;
}
