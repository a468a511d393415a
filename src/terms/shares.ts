/** Shares are compared as whole billionths: doubles misjudge exact boundaries. */
export const BILLION = 1_000_000_000;
const NINE_PLACES = /^-?\d+(?:\.\d{1,9})?$/;

/** A share as whole billionths; undefined where it has more than nine decimals. */
export function billionths(share: number): number | undefined {
  if (!Number.isFinite(share)) return undefined;
  const scaled = Math.round(share * BILLION);
  if (!Number.isSafeInteger(scaled)) return undefined;
  const text = String(share);
  if (NINE_PLACES.test(text)) return scaled;
  // Very small numbers are written with an exponent.
  return text.includes('e-') && scaled / BILLION === share ? scaled : undefined;
}

/** The same, of a share that was checked before. */
export function exactBillionths(share: number): bigint {
  const scaled = billionths(share);
  if (scaled === undefined) throw new RangeError(`${share} has more than nine decimals`);
  return BigInt(scaled);
}
