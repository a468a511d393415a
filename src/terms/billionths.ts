import { minorUnit } from '../shared/decimal.ts';

/**
 * Money in whole billionths, as big integers: exact like decimals, and fast enough for a market of
 * offers at once.
 */

const MONEY = /^-?\d{1,15}(?:\.\d{1,9})?$/;
/** Sums of money may be longer than what a document may state. */
const DECIMAL = /^-?\d{1,80}(?:\.\d{1,9})?$/;
const PLACES = 9;

export const BILLION = 1_000_000_000n;

/** A decimal string of at most nine decimals (api.md, Money). */
export function isMoney(text: unknown): text is string {
  return typeof text === 'string' && MONEY.test(text);
}

export function isNegative(money: string): boolean {
  return money.startsWith('-') && /[1-9]/.test(money);
}

/**
 * Of money, or of a sum of it.
 * @throws TypeError if the text is no decimal string of at most nine decimals
 */
export function billionths(text: string): bigint {
  if (!DECIMAL.test(text)) throw new TypeError(`not a decimal string: ${text}`);
  const dot = text.indexOf('.');
  return BigInt(dot < 0 ? `${text}000000000` : text.slice(0, dot) + text.slice(dot + 1).padEnd(PLACES, '0'));
}

/** `numerator / denominator` to a whole number, halves to the even one. The denominator is positive. */
export function halfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const value = negative ? -numerator : numerator;
  const whole = value / denominator;
  const twice = (value % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && whole % 2n === 1n);
  const rounded = up ? whole + 1n : whole;
  return negative ? -rounded : rounded;
}

/** Plain notation without trailing zeros beyond the currency's minor unit: `59.768`, `25.00`. */
export function billionthsText(value: bigint, currency: string): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(PLACES + 1, '0');
  const whole = digits.slice(0, -PLACES);
  let end = digits.length;
  const least = digits.length - PLACES + minorUnit(currency);
  while (end > least && digits.charCodeAt(end - 1) === 48) end -= 1;
  const decimals = digits.slice(digits.length - PLACES, end);
  const text = decimals === '' ? whole : `${whole}.${decimals}`;
  return negative ? `-${text}` : text;
}
