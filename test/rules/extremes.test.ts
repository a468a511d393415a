import { expect } from 'chai';
import type { Candidate } from '../../src/rules/types.ts';
import type { Json } from '../../src/shared/json.ts';
import { candidates, compiled, document, refusal } from './book-for-tests.ts';

/** Candidates whose hashes rise with their place. */
function listed(...facts: readonly Candidate['facts'][]): Candidate[] {
  return facts.map((one, index) => ({ id: `p${index}`, hash: String(index), facts: one }));
}

const prefer = (attr: string, utility: Json, weight = 1): Json => ({ id: attr, attr, weight, utility });

describe('ranking at the ends of numbers', () => {
  it('gives every proposal a score, however far apart the anchors of a log are', async () => {
    const rules = await compiled(
      document({
        prefer: [
          prefer('price.once', { type: 'log', best: 1, worst: 5e-324 }),
          prefer('price.month', { type: 'log', best: 5e-324, worst: 1e300 }),
        ],
      }),
    );
    const ranking = rules.rank(listed({ 'price.once': 0.01, 'price.month': 1 }, { 'price.once': 0, 'price.month': 0 }));
    expect(ranking.ranked.map(({ score }) => score)).to.satisfy((scores: number[]) =>
      scores.every((score) => score > 0 && score <= 1),
    );
    const [, worst] = ranking.ranked;
    expect(worst?.id).to.equal('p1');
  });

  it('refuses anchors further apart than numbers go', async () => {
    const { status, problems } = await refusal(
      document({ prefer: [prefer('price.month', { type: 'linear', best: -1e308, worst: 1e308 })] }),
    );
    expect(status).to.equal(400);
    expect(problems.map(({ path, code }) => [path, code])).to.deep.equal([['/rules/prefer/0/utility', 'value_wrong']]);
  });

  it('explains instants that no date can hold', async () => {
    const rules = await compiled(
      document({
        must: [
          { id: 'until', attr: 'validUntil', op: '<', value: 1e21, relax: { upTo: 1e22 } },
          { id: 'stated', attr: 'validUntil', op: 'exists' },
        ],
        prefer: [
          prefer('validUntil', { type: 'linear', best: -1e17, worst: 0 }),
          prefer('price.month', { type: 'linear', best: 0, worst: 10 }),
        ],
      }),
    );
    const ranking = rules.rank(
      listed({ validUntil: 1e12, 'price.month': 9 }, { validUntil: 1e12, 'price.month': 0 }, {}),
    );
    expect(ranking.explain('p0').counterfactuals.map(({ attr }) => attr)).to.deep.equal(['price.month']);
    expect(ranking.explain('p2').checks.map(({ wanted }) => wanted)).to.deep.equal([
      'validUntil < 1e+21',
      'validUntil stated',
    ]);
  });

  it('knows what makes first where nothing is left to round: eleven nines', async () => {
    const rules = await compiled(
      document({
        prefer: [prefer('level.up.target', { type: 'nines', best: 12, worst: 0 })],
        rank: { tie: { within: 0.5 } },
      }),
    );
    const ranking = rules.rank(listed({ 'level.up.target': 0.99999 }, { 'level.up.target': 0.99999 }));
    expect(ranking.explain('p1').counterfactuals).to.deep.equal([
      {
        attr: 'level.up.target',
        text: 'first if level.up.target >= 1',
        op: '>=',
        value: 1,
        reaches: 'first',
      },
    ]);
  });
});

describe('what would make a proposal feasible', () => {
  const feasible = async (must: Json, facts: Candidate['facts'], more: Readonly<Record<string, Json>> = {}) => {
    const rules = await compiled(document({ must, ...more }));
    const list = candidates({ one: facts });
    const { status, counterfactuals } = rules.rank(list).explain('one');
    expect(status).to.equal('eliminated');
    return counterfactuals.map(({ attr, text, op, value }) => ({ attr, text, op, value }));
  };

  it('is told by the tighter of two bounds on one attribute', async () => {
    const must = [
      { id: 'tight', attr: 'price.month', op: '<', value: 80 },
      { id: 'loose', attr: 'price.month', op: '<=', value: 90 },
    ];
    const told = [{ attr: 'price.month', text: 'feasible if price.month <= 79.99 EUR', op: '<=', value: 79.99 }];
    expect(await feasible(must, { 'price.month': 100 })).to.deep.equal(told);
    expect(await feasible(must.toReversed(), { 'price.month': 100 })).to.deep.equal(told);
  });

  it('names both sides of what is not stated', async () => {
    const told = await feasible(
      [
        { id: 'least', attr: 'price.month', op: '>=', value: 10 },
        { id: 'most', attr: 'price.month', op: '<=', value: 90 },
      ],
      {},
    );
    expect(told.map(({ text, value }) => [text, value])).to.deep.equal([
      ['feasible if price.month >= 10 EUR and price.month <= 90 EUR', 10],
    ]);
  });

  it('stays within what the attribute can be', async () => {
    const share = await feasible([{ id: 'm', attr: 'level.up.target', op: '>', value: 0.9999999 }], {
      'level.up.target': 0.9,
    });
    expect(share[0]?.value).to.equal(1);
    const price = await feasible([{ id: 'm', attr: 'price.once', op: '<', value: 0.005 }], { 'price.once': 1 });
    expect(price[0]?.value).to.equal(0);
    const cores = await feasible([{ id: 'm', attr: 'cores', op: '<', value: 2.5 }], { cores: 3 });
    expect(cores[0]?.value).to.equal(2);
    const dear = await feasible([{ id: 'm', attr: 'price.once', op: '<', value: 1e17 }], { 'price.once': 1e18 });
    expect(dear[0]?.value).to.be.lessThan(1e17).and.greaterThan(0.99e17);
  });

  it('is not told where the change would break another condition', async () => {
    const told = await feasible(
      [
        { id: 'few', attr: 'cores', op: 'in', value: [2, 4], missing: 'neutral' },
        { id: 'least', attr: 'cores', op: '>=', value: 3 },
      ],
      {},
    );
    expect(told).to.deep.equal([]);
    const broken = await feasible(
      [
        { id: 'sum', cel: 'price.month + price.once <= 50.0', missing: 'neutral' },
        { id: 'exact', attr: 'price.month', op: '=', value: 60 },
      ],
      { 'price.once': 0 },
    );
    expect(broken).to.deep.equal([]);
  });

  it('lets derived values follow, and sets last those that must change themselves', async () => {
    const told = await feasible(
      [
        { id: 'sum', attr: 'price.sum', op: '<=', value: 100 },
        { id: 'month', attr: 'price.month', op: '<=', value: 60 },
      ],
      { 'price.month': 70, 'price.once': 80 },
      { derived: { 'price.sum': 'price.month + price.once' } },
    );
    expect(told.map(({ attr, value }) => [attr, value])).to.deep.equal([
      ['price.sum', 100],
      ['price.month', 60],
    ]);
  });
});
