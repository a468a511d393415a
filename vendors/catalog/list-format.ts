/**
 * A price list of this plugin: CSV in UTF-8, gzip-compressed or not, with exactly this header. One
 * row is one offer: a machine type in a region, on demand, Linux, for an hour.
 *
 * | column | meaning |
 * | --- | --- |
 * | type | the provider's name of the machine type |
 * | cores | virtual cores, a whole number |
 * | memory | GiB, a decimal; 0 where the provider's list does not say |
 * | accelerators | number of GPUs or the like; 0: none |
 * | architecture | x64 or arm64 |
 * | region | the provider's name of the region |
 * | currency | ISO 4217 |
 * | price | a decimal of at most nine decimals, for one hour; 0 or empty is no price |
 *
 * Fields are not quoted and hold no comma. `#` begins a comment line.
 */
export const COLUMNS = [
  'type',
  'cores',
  'memory',
  'accelerators',
  'architecture',
  'region',
  'currency',
  'price',
] as const;

export const HEADER = COLUMNS.join(',');

export type Architecture = 'x64' | 'arm64';

/** Prices are kept as whole billionths: exact, and small. */
export const BILLION = 1_000_000_000;
const PRICE = /^\d{1,6}(?:\.\d{1,9})?$/;

/** Billionths of the currency; undefined where the text is no price. Nobody sells a machine for nothing. */
export function parsePrice(text: string): number | undefined {
  if (!PRICE.test(text)) return undefined;
  const billionths = Math.round(Number(text) * BILLION);
  return billionths > 0 ? billionths : undefined;
}
