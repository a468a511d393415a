import { expect } from 'chai';
import fc from 'fast-check';
import type { Utility } from '../../src/rules/document.ts';
import { glob } from '../../src/rules/must.ts';
import type { AttributeEntry } from '../../src/rules/types.ts';
import { compileUtility } from '../../src/rules/utility.ts';
import type { NumericUtility } from '../../src/rules/utility-types.ts';
import { Problems } from '../../src/shared/errors.ts';

const entry: AttributeEntry = {
  name: 'price.month',
  path: '/price/month',
  combine: 'none',
  type: 'number',
  source: 'proposal',
  description: '',
};

function numeric(utility: Utility): NumericUtility {
  const problems = new Problems();
  const made = compileUtility(utility, { entry, cfpFacts: { 'budget.month': 200 }, path: '', problems });
  expect(problems.list).to.deep.equal([]);
  if (made?.kind !== 'numeric') throw new Error('not a utility of a number');
  return made;
}

const near = (actual: number, wanted: number): void => {
  expect(actual).to.be.closeTo(wanted, 1e-9);
};

describe('utilities', () => {
  it('are 1 at the best anchor, 0 at the worst, and never leave [0, 1]', () => {
    for (const type of ['linear', 'log', 'exp'] as const) {
      const price = numeric({ type, best: 10, worst: 1000 });
      near(price.of(10), 1);
      near(price.of(1000), 0);
      expect([price.of(0), price.of(-5), price.of(1e9)]).to.deep.equal([1, 1, 0]);
      expect(price.direction).to.equal(-1);
    }
    near(numeric({ type: 'log', best: 10, worst: 1000 }).of(100), 0.5);
    near(numeric({ type: 'linear', best: 10, worst: 1010 }).of(510), 0.5);
    expect(numeric({ type: 'exp', best: 100, worst: 0, curve: 3 }).of(50)).to.be.greaterThan(0.8);
    near(numeric({ type: 'exp', best: 100, worst: 0, curve: 0 }).of(50), 0.5);
  });

  it('count nines', () => {
    const target = numeric({ type: 'nines', best: 4, worst: 2 });
    near(target.of(0.999), 0.5);
    expect([target.of(0.99), target.of(0.9), target.of(1)]).to.deep.equal([0, 0, 1]);
    near(target.reach(0.5, 0) ?? 0, 0.999);
  });

  it('take anchors from the CFP', () => {
    const price = numeric({ type: 'linear', best: { of: 'budget', times: 0.1 }, worst: { of: 'budget', times: 1 } });
    near(price.of(110), 0.5);
  });

  it('know the half-way point of a logistic, both sides of a target, steps and points', () => {
    near(numeric({ type: 'logistic', mid: 0.97, slope: 120 }).of(0.97), 0.5);
    const target = numeric({ type: 'target', value: 8, under: 4, over: 8 });
    expect([target.of(8), target.of(6), target.of(12), target.of(3), target.of(20)]).to.deep.equal([1, 0.5, 0.5, 0, 0]);
    const atLeast = numeric({ type: 'target', value: 8, under: 4 });
    expect([atLeast.of(100), atLeast.direction]).to.deep.equal([1, 1]);
    const steps = numeric({
      type: 'step',
      steps: [
        [10, 0.5],
        [20, 1],
      ],
      below: 0.1,
    });
    expect([steps.of(9), steps.of(10), steps.of(19.9), steps.of(20)]).to.deep.equal([0.1, 0.5, 0.5, 1]);
    const points = numeric({
      type: 'points',
      points: [
        [20, 1],
        [60, 0.6],
        [150, 0],
      ],
    });
    expect([points.of(0), points.of(40), points.of(200)]).to.deep.equal([1, 0.8, 0]);
  });

  const utilities: fc.Arbitrary<Utility> = fc.oneof(
    fc.record({
      type: fc.constantFrom('linear' as const, 'log' as const),
      best: fc.integer({ min: 1, max: 50 }),
      worst: fc.integer({ min: 51, max: 500 }),
    }),
    fc.record({
      type: fc.constant('exp' as const),
      best: fc.integer({ min: 51, max: 500 }),
      worst: fc.integer({ min: 0, max: 50 }),
      curve: fc.double({ min: -5, max: 5, noNaN: true }),
    }),
    fc.record({
      type: fc.constant('logistic' as const),
      mid: fc.integer({ min: 0, max: 100 }),
      slope: fc.constantFrom(-0.3, 0.02, 2),
    }),
    fc.record({
      type: fc.constant('target' as const),
      value: fc.integer({ min: 0, max: 100 }),
      under: fc.integer({ min: 1, max: 50 }),
      over: fc.integer({ min: 1, max: 50 }),
    }),
    fc.constant<Utility>({
      type: 'points',
      points: [
        [0, 0.2],
        [50, 0.9],
        [100, 0.1],
      ],
    }),
    fc.constant<Utility>({
      type: 'step',
      steps: [
        [0, 0.9],
        [50, 0.4],
        [100, 1],
      ],
      below: 0.2,
    }),
  );

  it('are inverted: what is reached is as good as asked, and as near as it can be', () => {
    fc.assert(
      fc.property(
        utilities,
        // A hair's breadth above a step is beyond what doubles tell apart after an inversion.
        fc.integer({ min: 10, max: 990 }).map((thousandths) => thousandths / 1000),
        fc.integer({ min: 0, max: 200 }),
        (utility, wanted, from) => {
          const made = numeric(utility);
          const reached = made.reach(wanted, from);
          if (reached === undefined) return;
          expect(made.of(reached)).to.be.greaterThan(wanted - 1e-7);
          // Of a step that falls there is no nearest value below it: its other end is told.
          if (made.of(from) >= wanted + 1e-7 || utility.type === 'step') return;
          for (const share of [0.25, 0.5, 0.75])
            expect(made.of(from + (reached - from) * share)).to.be.lessThan(wanted + 1e-7);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('glob', () => {
  it('matches like a person would', () => {
    const match = (pattern: string, text: string): boolean => glob(pattern.split('*'), text);
    expect(match('eu-*', 'eu-west-1')).to.equal(true);
    expect(match('*-1', 'eu-west-1')).to.equal(true);
    expect(match('e*w*1', 'eu-west-1')).to.equal(true);
    expect(match('eu', 'eu-west-1')).to.equal(false);
    expect(match('ab*ba', 'aba')).to.equal(false);
    expect(match('*', '')).to.equal(true);
  });

  it('agrees with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(
        text,
        text.map((some) => some.replaceAll('*', 'a')),
        (pattern, subject) => {
          const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
          expect(glob(pattern.split('*'), subject)).to.equal(regex.test(subject));
        },
      ),
    );
  });
});
