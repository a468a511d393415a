/** Everything about prices that is computed and not only named: checks, sums, comparison. */
export { checkQuote } from './price-check.ts';
export type { CheckedQuote, QuoteContext } from './price-check.ts';
export { compareIn, comparerOf, rateText } from './price-compare.ts';
export type { RateTable } from './price-compare.ts';
export { moneyText, pricesUsage, sumQuote } from './price-total.ts';
export type { WantedCounts } from './price-total.ts';
