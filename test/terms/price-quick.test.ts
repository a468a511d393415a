import { expect } from 'chai';
import fc from 'fast-check';
import { quickSums } from '../../src/terms/price-quick.ts';
import { sumQuote } from '../../src/terms/price-sums.ts';
import type { PriceItem, Quote } from '../../src/terms/price.ts';

const counts = new Map([
  ['web', 3],
  ['data', 2],
]);

const amount = fc.oneof(
  fc
    .tuple(fc.nat(1_200_000), fc.stringMatching(/^\d{0,9}$/))
    .map(([whole, decimals]) => (decimals === '' ? String(whole) : `${whole}.${decimals}`)),
  fc.constantFrom('0', '0.00', '007', '0.000000001', '999999.999999999', '999999999999999'),
);
const item = fc.record(
  {
    id: fc.uuid(),
    for: fc.constantFrom('web', 'data'),
    index: fc.constantFrom([0], [0, 1]),
    what: fc.constant('compute'),
    amount,
    per: fc.constantFrom('second', 'hour', 'day', 'month', 'year', 'once', 'unit'),
  },
  { requiredKeys: ['id', 'what', 'amount', 'per'] },
) as fc.Arbitrary<PriceItem>;

const quoteOf = (items: readonly PriceItem[], currency: string): Quote => ({
  currency,
  tax: 'excluded',
  source: 'list',
  asof: '2026-06-18',
  items,
  unpriced: [],
  open: [],
});

describe('sums of a quote, the quick way', () => {
  it('are those of the long way, for every period', () => {
    let quick = 0;
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 5 }),
        fc.constantFrom('EUR', 'JPY', 'KWD'),
        fc.constantFrom(undefined, 'P1Y', 'P1M', 'P30D', 'P3Y6M', 'PT36H', 'P1Y2M3DT4H5M6S'),
        (items, currency, length) => {
          // A quantity of one changes nothing, and needs the long way.
          const long = sumQuote(
            quoteOf(
              items.map((one) => (one.per === 'unit' ? one : { ...one, quantity: '1' })),
              currency,
            ),
            [],
            counts,
            length,
          );
          expect(sumQuote(quoteOf(items, currency), [], counts, length)).to.deep.equal(long);
          if (quickSums(quoteOf(items, currency), counts, [12, 1]) !== undefined) quick += 1;
        },
      ),
      { numRuns: 1000 },
    );
    expect(quick).to.be.greaterThan(100);
  });

  it('leave to the long way what plain numbers do not hold exactly', () => {
    const large: PriceItem = { id: 'a', what: 'compute', amount: '999999.999999999', per: 'second' };
    expect(quickSums(quoteOf([large], 'EUR'), counts, undefined)).to.equal(undefined);
  });
});
