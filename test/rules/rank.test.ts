import { expect } from 'chai';
import type { Check } from '../../src/rules/types.ts';
import type { Json } from '../../src/shared/json.ts';
import { candidate, candidates, compiled, document } from './book-for-tests.ts';

const must = (id: string, attr: string, op: string, value: Json, more: Readonly<Record<string, Json>> = {}): Json => ({
  id,
  attr,
  op,
  value,
  ...more,
});

describe('ranking', () => {
  it('decides every operation, for each instance where they differ', async () => {
    const rules = await compiled(
      document({
        must: [
          must('like', 'region', 'like', 'eu-*-1'),
          must('not', 'country', 'not in', ['US', 'CN']),
          must('memory', 'memory', '>=', 2048, { unit: 'MiB' }),
          must('between', 'cores', 'between', [2, 8]),
          must('until', 'validUntil', '>=', '2026-01-01T00:00:00Z'),
          must('zone', 'zone', 'exists', false),
        ],
      }),
    );
    const good = {
      region: 'eu-west-1',
      country: ['DE', 'FR'],
      memory: 2,
      cores: 8,
      validUntil: Date.parse('2026-01-01T01:00:00+01:00'),
    };
    const ranking = rules.rank(
      candidates({
        good,
        like: { ...good, region: ['eu-west-1', 'us-east-1'] },
        not: { ...good, country: ['DE', 'US'] },
        memory: { ...good, memory: 1.99 },
        between: { ...good, cores: 9 },
        until: { ...good, validUntil: Date.parse('2025-12-31T23:59:59Z') },
        zone: { ...good, zone: 'a' },
      }),
    );
    expect(ranking.ranked.map(({ id }) => id)).to.deep.equal(['good']);
    expect(Object.fromEntries(ranking.eliminated.map(({ rule, ids }) => [rule, ids]))).to.deep.equal({
      like: ['like'],
      not: ['not'],
      memory: ['memory'],
      between: ['between'],
      until: ['until'],
      zone: ['zone'],
    });
    const { checks } = ranking.explain('between');
    expect(checks.find(({ pass }) => !pass)).to.deep.equal({
      id: 'between',
      pass: false,
      actual: 9,
      wanted: 'cores between 2 and 8',
      miss: 0.125,
    });
  });

  it('treats what is absent as told', async () => {
    const rules = await compiled(
      document({
        must: [must('strict', 'region', '=', 'x'), must('lax', 'zone', '=', 'z', { missing: 'neutral' })],
        prefer: [
          {
            id: 'record',
            attr: 'vendor.confirmRate',
            weight: 1,
            missing: 'neutral',
            utility: { type: 'linear', best: 1, worst: 0 },
          },
          { id: 'drift', attr: 'vendor.priceDrift', weight: 1, utility: { type: 'linear', best: 0, worst: 1 } },
          {
            id: 'needed',
            attr: 'price.month',
            weight: 2,
            missing: 'reject',
            utility: { type: 'linear', best: 0, worst: 10 },
          },
        ],
      }),
    );
    const ranking = rules.rank(
      candidates({
        bare: { region: 'x', 'price.month': 0 },
        placeless: { 'price.month': 0 },
        priceless: { region: 'x' },
      }),
    );
    expect(ranking.ranked).to.deep.equal([{ id: 'bare', score: 0.25 * 0.5 + 0.5, rank: 1 }]);
    expect(ranking.eliminated.map(({ rule }) => rule)).to.have.members(['strict', 'needed.stated']);
  });

  it('puts scores on a grid, then goes through the ties', async () => {
    const rules = await compiled(
      document({
        prefer: [{ id: 'p', attr: 'price.month', weight: 1, utility: { type: 'linear', best: 0, worst: 100 } }],
        rank: { tie: { within: 0.1, by: ['vendor.confirmRate desc', 'variant asc', 'hash desc'] } },
      }),
    );
    const ranking = rules.rank([
      { id: 'a', hash: '1', facts: { 'price.month': 50, 'vendor.confirmRate': 0.5 } },
      { id: 'b', hash: '2', facts: { 'price.month': 54, 'vendor.confirmRate': 0.9 } },
      { id: 'c', hash: '3', facts: { 'price.month': 50, variant: 'x' } },
      { id: 'd', hash: '4', facts: { 'price.month': 50 } },
      { id: 'e', hash: '5', facts: { 'price.month': 50 } },
      { id: 'f', hash: '6', facts: { 'price.month': 10 } },
    ]);
    expect(ranking.ranked.map(({ id }) => id)).to.deep.equal(['f', 'b', 'a', 'c', 'e', 'd']);
    expect(['f', 'b', 'a', 'c', 'e', 'd'].map((id) => ranking.explain(id).decidedBy)).to.deep.equal([
      'score',
      'score',
      'vendor.confirmRate desc',
      'vendor.confirmRate desc',
      'variant asc',
      'hash desc',
    ]);
  });

  it('counts what the broker judged itself like any rule', async () => {
    const rules = await compiled('cheapest@1', {
      must: [{ id: 'cfp.level.up', attr: 'level.up.kept', op: '=', value: true }],
    });
    const failed: Check = { id: 'cfp.fits', pass: false, actual: 4, wanted: 'occi.compute.cores >= 8', miss: 0.5 };
    const ranking = rules.rank([
      candidate('good', { 'price.month': 9, 'level.up.kept': true }),
      { ...candidate('small', { 'price.month': 1, 'level.up.kept': true }), checks: [failed] },
      candidate('unkept', { 'price.month': 1, 'level.up.kept': false }),
    ]);
    expect(ranking.ranked.map(({ id }) => id)).to.deep.equal(['good']);
    expect(ranking.eliminated).to.deep.equal([
      { rule: 'cfp.fits', count: 1, ids: ['small'] },
      { rule: 'cfp.level.up', count: 1, ids: ['unkept'] },
    ]);
    expect(ranking.nearest.map(({ id, needs }) => [id, needs])).to.deep.equal([
      ['small', 'occi.compute.cores >= 8 (is 4)'],
      ['unkept', 'level.up.kept = true (is false)'],
    ]);
    expect(ranking.explain('unkept').counterfactuals).to.deep.equal([
      { attr: 'level.up.kept', text: 'feasible if level.up.kept = true', op: '=', value: true, reaches: 'feasible' },
    ]);
    expect(ranking.explain('small').counterfactuals).to.deep.equal([]);
  });

  it('tells near misses, nearest first, and what relaxing one rule would admit', async () => {
    const rules = await compiled(
      document({
        must: [
          must('budget', 'price.month', '<=', 100, { unit: 'EUR', relax: { upTo: 110 } }),
          must('cores', 'cores', '>=', 4),
        ],
      }),
    );
    const ranking = rules.rank(
      candidates({
        far: { 'price.month': 200, cores: 4 },
        near: { 'price.month': 105, cores: 4 },
        nearer: { 'price.month': 101, cores: 8 },
        both: { 'price.month': 101, cores: 2 },
      }),
    );
    expect(ranking.nearest.map(({ id }) => id)).to.deep.equal(['nearer', 'near', 'both', 'far']);
    expect(ranking.nearest[2]?.needs).to.equal('price.month <= 100 EUR (is 101) and cores >= 4 (is 2)');
    expect(ranking.relaxations.map(({ text }) => text)).to.deep.equal([
      'price.month <= 200 EUR would admit 3',
      'price.month <= 110 EUR, as far as the rule would go, would admit 2',
      'price.month <= 101 EUR would admit 1',
    ]);
  });

  it('evaluates guarded expressions, in conditions and as attributes of their own', async () => {
    const rules = await compiled(
      document({
        derived: { 'price.firstYear': 'price.month * 12.0 + price.once', 'price.half': 'price.firstYear / 2.0' },
        must: [
          { id: 'lic', cel: "vendor != 'dear' || price.month <= 40.0" },
          { id: 'zones', cel: "!has(zone) || zone.startsWith('z')" },
        ],
        prefer: [{ id: 'half', attr: 'price.half', weight: 1, utility: { type: 'linear', best: 0, worst: 1000 } }],
      }),
    );
    const ranking = rules.rank(
      candidates({
        a: { vendor: 'cheap', 'price.month': 100, 'price.once': 200 },
        b: { vendor: 'dear', 'price.month': 41, 'price.once': 0, zone: 'z1' },
        c: { vendor: 'dear', 'price.month': 40, 'price.once': 0, zone: 'a1' },
        d: { vendor: 'dear', 'price.month': 40 },
      }),
    );
    expect(ranking.ranked.map(({ id, score }) => [id, score])).to.deep.equal([
      ['a', 0.3],
      ['d', 0],
    ]);
    expect(Object.fromEntries(ranking.eliminated.map(({ rule, ids }) => [rule, ids]))).to.deep.equal({
      lic: ['b'],
      zones: ['c'],
    });
  });

  it('ranks nothing, and one, without stumbling', async () => {
    const rules = await compiled('balanced@1');
    expect(rules.rank([]).ranked).to.deep.equal([]);
    const ranking = rules.rank(candidates({ only: { 'price.month': 10 } }));
    expect(ranking.explain('only')).to.deep.include({ rank: 1, decidedBy: 'score', counterfactuals: [], pareto: true });
    expect(() => ranking.explain('nobody')).to.throw(RangeError);
  });

  it('survives being written as JSON', async () => {
    const rules = await compiled('balanced@1', {
      must: [{ id: 'cfp.budget', attr: 'price.month', op: '<=', value: 50 }],
    });
    const text = JSON.stringify(rules.rank(candidates({ a: { 'price.month': 10 }, b: { 'price.month': 60 } })));
    expect(JSON.parse(text)).to.have.nested.property('eliminated[0].rule', 'cfp.budget');
    expect(JSON.parse(text)).to.have.nested.property('nearest[0].id', 'b');
  });
});
