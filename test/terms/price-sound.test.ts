import { expect } from 'chai';
import fc from 'fast-check';
import { checkQuote } from '../../src/terms/price-sums.ts';
import { isSoundQuote } from '../../src/terms/price-sound.ts';
import type { Json } from '../../src/shared/json.ts';
import { billionths, billionthsText, halfEven } from '../../src/terms/billionths.ts';
import { decimal, decimalText, rounded } from '../../src/shared/decimal.ts';

const counts = new Map([
  ['web', 2],
  ['data', 1],
]);

const odd = fc.oneof(
  fc.constantFrom<Json>('', 'x', '-1', '1.5', 0, -1, 1.5, null, true, [], {}, 'P1M', '2026-01-01', 'nowhere'),
  fc.jsonValue() as fc.Arbitrary<Json>,
);
const item = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c'),
    for: fc.constantFrom('web', 'data', 'other'),
    index: fc.constantFrom<Json>([0], [1], [0, 1], [2], [0, 0], []),
    what: fc.constantFrom('compute', ''),
    amount: fc.constantFrom('1', '0', '0.000000001', '-1', '1.0000000001'),
    per: fc.constantFrom('hour', 'month', 'once', 'unit', 'week'),
    while: fc.constantFrom('allocated', 'running', 'dreaming'),
    increment: fc.constantFrom('PT1S', 'often'),
    unit: fc.constantFrom('GB'),
    quantity: fc.constantFrom('2', '-2', 'two'),
  },
  { requiredKeys: ['id', 'what', 'amount', 'per'] },
);
const quote = fc.record(
  {
    currency: fc.constantFrom('EUR', 'euro'),
    tax: fc.constantFrom('excluded', 'included', 'maybe'),
    source: fc.constantFrom('list', 'quote', 'guess'),
    asof: fc.constantFrom('2026-06-18', '2026', 'today'),
    fixeduntil: fc.constantFrom('2027-11-20T00:00:00Z', 'then'),
    minimum: fc.constantFrom<Json>({ period: 'P1M', notice: 'P30D', exit: '0.00' }, { period: 'P1M' }),
    items: fc.array(item, { maxLength: 4 }),
    unpriced: fc.constantFrom<Json>([], ['web'], [1]),
    open: fc.constantFrom<Json>([], ['traffic.out'], [1]),
    extra: odd,
  },
  { requiredKeys: ['currency', 'tax', 'source', 'asof', 'items', 'unpriced', 'open'] },
);

const right = {
  currency: 'EUR',
  tax: 'excluded',
  source: 'list',
  asof: '2026-06-18',
  items: [
    { id: 'c', for: 'web', index: [0, 1], what: 'compute', amount: '0.04', per: 'hour', while: 'allocated' },
    { id: 'd', for: 'data', what: 'storage', amount: '0.1', per: 'month', unit: 'GiB', quantity: '3' },
    { id: 's', what: 'setup', amount: '25.00', per: 'once' },
  ],
  unpriced: [],
  open: [],
} satisfies Json;

/** A quote that is right but for what is taken over from another one. */
const nearly = fc
  .tuple(quote, fc.subarray(Object.keys(right) as (keyof typeof right)[], { maxLength: 2 }), item, fc.boolean())
  .map(([other, names, one, more]): Json => {
    const taken = Object.fromEntries(names.map((name) => [name, (other as Record<string, Json>)[name] ?? null]));
    return { ...right, ...taken, ...(more ? { items: [...right.items, one] } : {}) };
  });

describe('the quick look at a quote', () => {
  it('takes for sound only what the thorough check finds nothing wrong with (property)', () => {
    let sound = 0;
    let unsound = 0;
    fc.assert(
      fc.property(fc.oneof(nearly, odd), (value) => {
        if (!isSoundQuote(value, counts)) {
          unsound += 1;
          return;
        }
        sound += 1;
        // A member that is unknown sends it to the thorough check, which must agree about the rest.
        const thorough = checkQuote({ ...(value as object), extra: 1 }, { counts, usage: [] });
        expect(thorough.problems.map(({ path }) => path)).to.deep.equal(['/extra']);
      }),
      { numRuns: 3000, seed: 3 },
    );
    expect(sound).to.be.greaterThan(100);
    expect(unsound).to.be.greaterThan(100);
  });
});

describe('billionths', () => {
  const amount = fc
    .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 9 }))
    .map(([value, places]) => {
      const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
      const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
      return value < 0n ? `-${text}` : text;
    });

  it('read and show money exactly (property)', () => {
    fc.assert(
      fc.property(amount, (text) => {
        const shown = billionthsText(billionths(text), 'EUR');
        expect(decimal(shown).eq(decimal(text))).to.equal(true);
        expect(shown).to.match(/^-?\d+\.\d{2,9}$/);
      }),
    );
  });

  it('read sums that are longer than what a document may state', () => {
    for (const text of ['1000000000000000', '-123456789012345678901234.000000001'])
      expect(decimal(billionthsText(billionths(text), 'EUR')).eq(decimal(text)), text).to.equal(true);
    expect(() => billionths('1e3')).to.throw(TypeError);
  });

  it('round half to even as decimals do (property)', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 10_000 }), (text, by) => {
        const mine = billionthsText(halfEven(billionths(text), BigInt(by)), 'JPY');
        const theirs = decimalText(rounded(decimal(text).div(decimal(by)), 9));
        expect(decimal(mine).eq(decimal(theirs)), `${text} / ${by}`).to.equal(true);
      }),
    );
  });
});
