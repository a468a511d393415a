import { expect } from 'chai';
import type { Explanation, Facts } from '../../src/rules/types.ts';
import { candidates, compiled, document } from './book-for-tests.ts';

/** What a second proposal is told about a criterion's weight. */
async function stabilityOf(
  weights: Readonly<Record<'price' | 'up', number>>,
  facts: Readonly<Record<'first' | 'second', Facts>>,
): Promise<Explanation['weightStability']> {
  const rules = await compiled(
    document({
      prefer: [
        { id: 'price', attr: 'price.month', weight: weights.price, utility: { type: 'linear', best: 0, worst: 1 } },
        { id: 'up', attr: 'level.up.target', weight: weights.up, utility: { type: 'linear', best: 1, worst: 0 } },
      ],
      rank: { tie: { within: 0 } },
    }),
  );
  const ranking = rules.rank(candidates(facts));
  expect(ranking.ranked.map(({ id }) => id)).to.deep.equal(['first', 'second']);
  return ranking.explain('second').weightStability;
}

describe('weight stability', () => {
  it('tells the weight at which the order flips, and the side', async () => {
    // 3 × 0.2 + u × 0.8 against 3 × 0.7 + u × 0.2: even at u = 2.5.
    const [price, up] = await stabilityOf(
      { price: 3, up: 4 },
      { first: { 'price.month': 0.8, 'level.up.target': 0.8 }, second: { 'price.month': 0.3, 'level.up.target': 0.2 } },
    );
    expect(up).to.deep.equal({
      id: 'up',
      text: 'order to the leader flips when the weight of up falls under 2.5',
      flipsAt: 2.5,
    });
    expect(price).to.deep.equal({
      id: 'price',
      text: 'order to the leader flips when the weight of price rises over 4.8',
      flipsAt: 4.8,
    });
  });

  it('never rounds the flip to the weight that already is: the side would be lost', async () => {
    const [price, up] = await stabilityOf(
      { price: 2, up: 2 },
      { first: { 'price.month': 1, 'level.up.target': 1 }, second: { 'price.month': 2e-7, 'level.up.target': 0 } },
    );
    expect(up?.flipsAt).to.equal(1.999999);
    expect(up?.text).to.contain('falls under 1.999999');
    expect(price?.flipsAt).to.equal(2.000001);
    expect(price?.text).to.contain('rises over 2.000001');
  });

  it('tells the side where the lead is a hair of a logistic tail', async () => {
    const rules = await compiled(
      document({
        prefer: [
          { id: 'price', attr: 'price.month', weight: 1, utility: { type: 'exp', best: 1, worst: 2, curve: 0 } },
          {
            id: 'once',
            attr: 'price.once',
            weight: 4,
            missing: 'neutral',
            utility: { type: 'logistic', mid: 20, slope: -0.5 },
          },
          { id: 'up', attr: 'level.up.target', weight: 2, utility: { type: 'nines', best: 4, worst: 1 } },
          { id: 'where', attr: 'region', weight: 1, utility: { type: 'map', values: { a: 1, b: 0.4 } } },
        ],
        rank: { tie: { within: 0, by: ['hash asc'] } },
      }),
    );
    const ranking = rules.rank([
      { id: 'p0', hash: '0', facts: { 'price.month': 2, region: 'a' } },
      { id: 'p1', hash: '7', facts: { 'price.month': 2, 'price.once': 51.79, 'level.up.target': 1, region: 'a' } },
      { id: 'p2', hash: '1', facts: { 'price.month': 0, 'price.once': 20.82, region: 'b' } },
    ]);
    expect(ranking.ranked.map(({ id }) => id)).to.deep.equal(['p1', 'p0', 'p2']);
    const flips = Object.fromEntries(ranking.explain('p0').weightStability.map(({ id, flipsAt }) => [id, flipsAt]));
    expect(flips).to.deep.include({ price: null, up: 1.999999, where: null });
  });

  it('never rounds the flip to 0, under which no weight falls', async () => {
    const few = await stabilityOf(
      { price: 1, up: 5 },
      {
        first: { 'price.month': 0.4, 'level.up.target': 0.9 },
        second: { 'price.month': 0.398, 'level.up.target': 0.2 },
      },
    );
    expect(few[1]?.flipsAt).to.equal(0.002857);
    expect(few[1]?.text).to.contain('falls under 0.0029');
    const next = await stabilityOf(
      { price: 1, up: 5 },
      { first: { 'price.month': 2e-8, 'level.up.target': 1 }, second: { 'price.month': 0, 'level.up.target': 0 } },
    );
    expect(next[1]?.flipsAt).to.be.closeTo(2e-8, 1e-15);
  });

  it('tells none where the order is the same at every weight', async () => {
    const told = await stabilityOf(
      { price: 1, up: 1 },
      { first: { 'price.month': 0, 'level.up.target': 1 }, second: { 'price.month': 0.5, 'level.up.target': 0.5 } },
    );
    expect(told.map(({ flipsAt }) => flipsAt)).to.deep.equal([null, null]);
    expect(told[0]?.text).to.equal('no weight of price changes the order to the leader');
  });
});
