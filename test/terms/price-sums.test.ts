import { expect } from 'chai';
import fc from 'fast-check';
import { decimal, decimalText, rounded } from '../../src/shared/decimal.ts';
import { checkQuote, compareIn, comparerOf, sumQuote } from '../../src/terms/price-sums.ts';
import type { Quote } from '../../src/terms/price.ts';

const counts = new Map([
  ['web', 2],
  ['data', 2],
  ['mount', 2],
]);

const example: Quote = {
  currency: 'USD',
  tax: 'excluded',
  source: 'list',
  asof: '2026-06-18',
  fixeduntil: '2027-11-20T00:00:00Z',
  minimum: { period: 'P1M', notice: 'P30D', exit: '0.00' },
  items: [
    {
      id: 'c',
      for: 'web',
      index: [0, 1],
      what: 'compute',
      amount: '0.0408',
      per: 'hour',
      while: 'allocated',
      increment: 'PT1S',
    },
    {
      id: 'd',
      for: 'data',
      index: [0, 1],
      what: 'storage',
      amount: '0.10',
      per: 'month',
      unit: 'GiB',
      quantity: '1',
    },
    { id: 'm', for: 'mount', index: [0, 1], what: 'attachment', amount: '0', per: 'month' },
    { id: 's', what: 'setup', amount: '25.00', per: 'once' },
  ],
  unpriced: [],
  open: [],
};

const quoteOf = (items: Quote['items'], currency = 'EUR'): Quote => ({
  ...example,
  currency,
  items,
});

describe('the sums of a quote', () => {
  it('are those of the published example, to the last digit', () => {
    expect(sumQuote(example, [], counts, 'P1Y')).to.deep.equal({
      hour: '0.081873973',
      month: '59.768',
      once: '25.00',
      total: '742.216',
    });
  });

  it('compare in another currency as in the published example', () => {
    const table = { base: 'EUR', date: '2026-11-20', source: 'test', rates: { USD: '0.92' } };
    expect(compareIn(sumQuote(example, [], counts, 'P1Y'), 'USD', 'EUR', table)).to.deep.equal({
      currency: 'EUR',
      rate: '0.92',
      date: '2026-11-20',
      source: 'test',
      hour: '0.075324055',
      month: '54.98656',
      once: '23.00',
      total: '682.83872',
    });
  });

  it('have no total while the period is open, and none at all while something is unpriced', () => {
    expect(sumQuote(example, [], counts)).to.not.have.property('total');
    expect(sumQuote({ ...example, unpriced: ['data'] }, [], counts, 'P1Y')).to.deep.equal({});
  });

  it('turn every period into a nominal month', () => {
    const month = (amount: string, per: 'second' | 'day' | 'year' | 'hour'): string | undefined =>
      sumQuote(quoteOf([{ id: 'x', what: 'compute', amount, per }]), [], counts).month;
    expect(month('0.000001', 'second')).to.equal('2.628');
    expect(month('1', 'hour')).to.equal('730.00');
    expect(month('1', 'day')).to.equal('30.416666667');
    expect(month('1', 'year')).to.equal('0.083333333');
  });

  it('divide once, so that a year of twelfths is whole again', () => {
    const sums = sumQuote(quoteOf([{ id: 'x', what: 'licence', amount: '1', per: 'year' }]), [], counts, 'P1Y');
    expect(sums.total).to.equal('1.00');
  });

  it('round half to even', () => {
    const month = (amount: string): string | undefined =>
      sumQuote(quoteOf([{ id: 'x', what: 'a', amount, per: 'year' }]), [], counts).month;
    expect(month('0.000000006')).to.equal('0.00');
    expect(month('0.000000018')).to.equal('0.000000002');
  });

  it('take the days of a period at 12/365 of a month', () => {
    const sums = sumQuote(quoteOf([{ id: 'x', what: 'a', amount: '1', per: 'day' }]), [], counts, 'P30D');
    expect(sums.total).to.equal('30.00');
  });

  it('add stated usage, for all together or for each instance', () => {
    const traffic = quoteOf([{ id: 't', for: 'web', what: 'traffic.out', amount: '0.09', per: 'unit', unit: 'GB' }]);
    const usage = { of: 'web', what: 'traffic.out', quantity: '200', unit: 'GB', per: 'month' } as const;
    expect(sumQuote(traffic, [usage], counts).month).to.equal('18.00');
    expect(sumQuote(traffic, [{ ...usage, each: true }], counts).month).to.equal('36.00');
    expect(sumQuote(traffic, [{ ...usage, per: 'once' }], counts)).to.include({ month: '0.00', once: '18.00' });
    expect(sumQuote(traffic, [{ ...usage, unit: 'TB' }], counts).month).to.equal('0.00');
  });

  it('keep to the minor unit of the currency', () => {
    expect(sumQuote(quoteOf([{ id: 'x', what: 'a', amount: '5', per: 'month' }], 'JPY'), [], counts).month).to.equal(
      '5',
    );
  });

  it('never lose a billionth, however many items there are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 ** 12 }), { maxLength: 40 }), (billionths) => {
        const items = billionths.map((value, at) => ({
          id: `i${at}`,
          what: 'a',
          amount: `${Math.floor(value / 1e9)}.${String(value % 1e9).padStart(9, '0')}`,
          per: 'month' as const,
        }));
        const total = billionths.reduce((sum, value) => sum + BigInt(value), 0n);
        const [whole, fraction = ''] = (sumQuote(quoteOf(items), [], counts).month ?? '').split('.');
        expect(BigInt((whole ?? '') + fraction.padEnd(9, '0'))).to.equal(total);
      }),
    );
  });
});

describe('comparing currencies', () => {
  const table = { base: 'EUR', date: '2026-11-20', source: 'test', rates: { USD: '0.92', JPY: '0.0055' } };

  it('never takes a missing rate for 1:1', () => {
    expect(compareIn({ month: '1.00' }, 'CHF', 'EUR', table)).to.equal(undefined);
    expect(compareIn({ month: '1.00' }, 'EUR', 'CHF', table)).to.equal(undefined);
    expect(compareIn({ month: '1.00' }, 'USD', 'EUR')).to.equal(undefined);
    expect(compareIn({ month: '1.00' }, 'constructor', 'EUR', table)).to.equal(undefined);
  });

  it('needs no rate for the same currency', () => {
    expect(compareIn({ month: '1.00' }, 'CHF', 'CHF')).to.include({ rate: '1', month: '1.00' });
  });

  it('crosses over the base, by the rate that is shown', () => {
    const crossed = compareIn({ month: '55.00' }, 'USD', 'JPY', table);
    expect(crossed).to.include({ month: '9200', rate: '167.272727272727272727' });
    const back = compareIn({ month: '45.36', total: '999999999.99' }, 'EUR', 'USD', table);
    const rate = decimal(back?.rate ?? '');
    expect(back?.month).to.equal(decimalText(rounded(rate.times('45.36'), 9)));
    expect(back?.total).to.equal(decimalText(rounded(rate.times('999999999.99'), 9)));
  });
});

describe('comparing many sums', () => {
  it('says of each what comparing it alone does, also when it is asked again', () => {
    const table = { base: 'EUR', date: '2026-11-20', source: 'test', rates: { USD: '0.92' } };
    const compare = comparerOf('USD', 'EUR', table);
    const months = Array.from({ length: 1500 }, (_, at) => `${at}.${String(at % 100).padStart(2, '0')}`);
    for (const month of [...months, ...months.slice(0, 20), ...months.slice(-20)])
      expect(compare?.({ month, total: '1.00' })).to.deep.equal(
        compareIn({ month, total: '1.00' }, 'USD', 'EUR', table),
      );
    expect(comparerOf('CHF', 'EUR', table)).to.equal(undefined);
  });
});

describe('checking a quote', () => {
  const codes = (value: unknown): string[] =>
    checkQuote(JSON.parse(JSON.stringify(value)) as never, { counts, usage: [] }).problems.map(
      (problem) => `${problem.path} ${problem.code}`,
    );

  it('passes the published example', () => {
    expect(codes(example)).to.deep.equal([]);
  });

  it('tells all that is wrong at once, with its path', () => {
    expect(
      codes({
        ...example,
        currency: 'dollars',
        items: [
          { ...example.items[0], amount: 0.0408 },
          { ...example.items[1], for: 'disk', index: [0, 0] },
          { ...example.items[2], amount: '-1', per: 'fortnight', extra: true },
        ],
      }),
    ).to.deep.equal([
      '/currency value_invalid',
      '/items/0/amount money_invalid',
      '/items/1/for reference_unknown',
      '/items/1/index index_invalid',
      '/items/2/extra member_unknown',
      '/items/2/amount money_negative',
      '/items/2/per value_invalid',
    ]);
  });

  it('wants an item or a word for every wanted instance', () => {
    const items = example.items.map((item) => (item.id === 'd' ? { ...item, index: [0] } : item));
    expect(codes({ ...example, items })).to.deep.equal(['/items price_missing']);
    expect(codes({ ...example, items, unpriced: ['data'] })).to.deep.equal([]);
    expect(codes({ ...example, items, unpriced: ['data/1'] })).to.deep.equal([]);
  });

  it('puts what is priced but not stated into open', () => {
    const items = [
      ...example.items,
      { id: 't', what: 'traffic.out', amount: '0.09', per: 'unit' as const, unit: 'GB' },
    ];
    const usage = { what: 'traffic.out', quantity: '1', unit: 'GB', per: 'month' } as const;
    const value = JSON.parse(JSON.stringify({ ...example, items })) as never;
    expect(checkQuote(value, { counts, usage: [] }).quote?.open).to.deep.equal(['traffic.out']);
    expect(checkQuote(value, { counts, usage: [usage] }).quote?.open).to.deep.equal([]);
    const open = JSON.parse(JSON.stringify({ ...example, open: ['backup', 'backup'] })) as never;
    const twice = checkQuote(open, { counts, usage: [usage] });
    expect(twice.quote?.open).to.deep.equal(['backup']);
  });
});
