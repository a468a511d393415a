import { expect } from 'chai';
import fc from 'fast-check';
import type { Candidate, CompiledRules, FactValue } from '../../src/rules/types.ts';
import type { Json } from '../../src/shared/json.ts';
import { compiled, document } from './book-for-tests.ts';

const anchors = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }))
  .filter(([best, worst]) => best !== worst);

const steps = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 10 })), {
    minLength: 2,
    maxLength: 5,
    selector: ([x]) => x,
  })
  .map((list) => list.map(([x, u]): [number, number] => [x, u / 10]).sort(([a], [b]) => a - b));

/** Any utility of a number. */
const numeric: fc.Arbitrary<Json> = fc.oneof(
  fc.tuple(fc.constantFrom('linear', 'log'), anchors).map(([type, [best, worst]]) => ({ type, best, worst })),
  fc
    .tuple(anchors, fc.double({ min: -4, max: 4, noNaN: true }))
    .map(([[best, worst], curve]) => ({ type: 'exp', best, worst, curve })),
  fc
    .tuple(fc.integer({ min: 20, max: 150 }), fc.constantFrom(-0.05, 0.1, -0.5))
    .map(([mid, slope]) => ({ type: 'logistic', mid, slope })),
  fc
    .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }))
    .map(([value, under, over]) => ({ type: 'target', value, under, over })),
  steps.map((list) => ({ type: 'step', steps: list, below: 0.3 })),
  steps.filter((list) => new Set(list.map(([, u]) => u)).size > 1).map((points) => ({ type: 'points', points })),
);

const rulesOf = fc
  .record({
    price: numeric,
    once: numeric,
    weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
    within: fc.constantFrom(0, 0.001, 0.02, 0.1),
    by: fc.constantFrom(['hash asc'], ['price.month asc', 'hash asc'], ['price.once desc', 'vendor asc']),
    cap: fc.option(fc.integer({ min: 30, max: 200 }), { nil: undefined }),
    floor: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  })
  .map(({ price, once, weights, within, by, cap, floor }) =>
    document({
      must: [
        ...(cap === undefined ? [] : [{ id: 'cap', attr: 'price.month', op: '<', value: cap }]),
        ...(floor === undefined ? [] : [{ id: 'floor', attr: 'price.month', op: '>=', value: floor }]),
        { id: 'where', attr: 'region', op: 'in', value: ['a', 'b'] },
      ],
      prefer: [
        { id: 'price', attr: 'price.month', weight: weights[0] ?? 1, utility: price },
        { id: 'once', attr: 'price.once', weight: weights[1] ?? 1, missing: 'neutral', utility: once },
        { id: 'up', attr: 'level.up.target', weight: weights[2] ?? 1, utility: { type: 'nines', best: 4, worst: 1 } },
        {
          id: 'where',
          attr: 'region',
          weight: weights[3] ?? 1,
          utility: { type: 'map', values: { a: 1, b: 0.4 } },
        },
      ],
      rank: { tie: { within, by } },
    }),
  );

const amount = fc.integer({ min: 0, max: 22_000 }).map((cents) => cents / 100);

const factsOf = fc.record(
  {
    'price.month': amount,
    'price.once': amount,
    'level.up.target': fc.constantFrom(0.9, 0.99, 0.995, 0.999, 1),
    region: fc.constantFrom('a', 'b', 'c'),
    vendor: fc.constantFrom('x', 'y'),
  },
  { requiredKeys: ['price.month', 'region', 'vendor'] },
);

const market: fc.Arbitrary<Candidate[]> = fc
  .array(factsOf, { minLength: 1, maxLength: 12 })
  .map((list) => list.map((facts, index) => ({ id: `p${index}`, hash: String((index * 7) % 13), facts })));

function changed(
  list: readonly Candidate[],
  id: string,
  changes: readonly (readonly [string, FactValue])[],
): Candidate[] {
  return list.map((one) => (one.id === id ? { ...one, facts: { ...one.facts, ...Object.fromEntries(changes) } } : one));
}

const onAny = async (
  property: (rules: CompiledRules, list: Candidate[], document: Json) => void | Promise<void>,
  numRuns = 300,
): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(rulesOf, market, async (rules, list) => {
      await property(await compiled(rules), list, rules);
    }),
    { numRuns },
  );
};

describe('ranking, whatever the rules and proposals', () => {
  it('does not depend on the order in which proposals came', () =>
    onAny((rules, list) => {
      const ids = (some: readonly Candidate[]): string[] => rules.rank(some).ranked.map(({ id }) => id);
      const shuffled = [...list].sort((left, right) => (left.hash < right.hash ? -1 : 1));
      expect(ids(shuffled)).to.deep.equal(ids(list));
    }));

  it('never swaps two proposals because a third comes or goes', () =>
    onAny((rules, list) => {
      const all = rules.rank(list).ranked.map(({ id }) => id);
      const [gone] = list;
      const fewer = rules.rank(list.slice(1)).ranked.map(({ id }) => id);
      expect(fewer).to.deep.equal(all.filter((id) => id !== gone?.id));
    }));

  it('keeps the promise of every counterfactual', () =>
    onAny((rules, list) => {
      const ranking = rules.rank(list);
      for (const { id } of list) {
        const explanation = ranking.explain(id);
        const promises = explanation.counterfactuals;
        if (explanation.status === 'eliminated') {
          const after = rules.rank(
            changed(
              list,
              id,
              promises.map(({ attr, value }) => [attr, value]),
            ),
          );
          if (promises.length > 0) expect(after.explain(id).status, promises[0]?.text).to.equal('ranked');
          continue;
        }
        for (const { attr, value, text } of promises)
          expect(rules.rank(changed(list, id, [[attr, value]])).ranked[0]?.id, `${id} ${text}`).to.equal(id);
      }
    }, 600));

  it('gives counterfactuals where a better value could do it', () =>
    onAny((rules, list) => {
      const ranking = rules.rank(list);
      for (const { id } of ranking.ranked.slice(1)) {
        const after = rules.rank(changed(list, id, [['level.up.target', 1]]));
        const told = ranking.explain(id).counterfactuals.some(({ attr }) => attr === 'level.up.target');
        if (after.ranked[0]?.id === id) expect(told, `${id} could be first`).to.equal(true);
      }
    }));

  it('adds contributions up to the score, exactly', () =>
    onAny((rules, list) => {
      const ranking = rules.rank(list);
      for (const { id, score } of ranking.ranked)
        expect(ranking.explain(id).contributions.reduce((sum, { points }) => sum + points, 0)).to.equal(score);
    }));

  it('calls dominated exactly those whom one other beats in everything', () =>
    onAny((rules, list) => {
      const ranking = rules.rank(list);
      const explained = ranking.ranked.map(({ id }) => ({ id, ...ranking.explain(id) }));
      const beats = (left: (typeof explained)[number], right: (typeof explained)[number]): boolean =>
        left.contributions.every(({ utility }, index) => utility >= (right.contributions[index]?.utility ?? 0)) &&
        left.contributions.some(({ utility }, index) => utility > (right.contributions[index]?.utility ?? 0));
      for (const one of explained) {
        expect(one.pareto).to.equal(!explained.some((other) => beats(other, one)));
        const dominator = explained.find(({ id }) => id === one.dominatedBy);
        expect(dominator === undefined ? one.pareto : beats(dominator, one)).to.equal(true);
      }
    }));

  it('flips the scores at the weights it tells', () =>
    onAny(async (rules, list, doc) => {
      const ranking = rules.rank(list);
      const [leader, second] = ranking.ranked;
      if (leader === undefined || second === undefined) return;
      for (const { id, flipsAt } of ranking.explain(second.id).weightStability) {
        if (flipsAt === null) continue;
        const prefer = (doc as { prefer: { id: string; weight: number }[] }).prefer;
        const now = prefer.find((one) => one.id === id)?.weight ?? 0;
        const beyond = Math.max(0, flipsAt + (flipsAt < now ? -1 : 1) * Math.max(1e-4, flipsAt * 1e-6));
        const lead = async (weight: number): Promise<number> => {
          const other = await compiled({
            ...(doc as object),
            prefer: prefer.map((one) => (one.id === id ? { ...one, weight } : one)) as unknown as Json,
          });
          const scores = new Map(other.rank(list).ranked.map((one) => [one.id, one.score]));
          return (scores.get(leader.id) ?? 0) - (scores.get(second.id) ?? 0);
        };
        const before = leader.score - second.score;
        if (Math.abs(before) < 1e-9 || flipsAt < 1e-3 || beyond > 1e6) continue;
        // Where all but the weights is alike, what is left of the lead may be the dust of its sums.
        expect((await lead(beyond)) * Math.sign(before), id).to.be.at.most(1e-15);
      }
    }, 100));

  it('compiles the resolved document to itself', () =>
    onAny(async (rules) => {
      expect((await compiled(rules.document)).sha256).to.equal(rules.sha256);
    }, 50));
});
