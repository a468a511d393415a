import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../src/shared/json.ts';
import { isAtLeastAsGood } from '../../src/terms/level-compare.ts';
import { parseLevel } from '../../src/terms/level-parse.ts';
import { covers, satisfies } from '../../src/terms/threshold.ts';
import type { Comparison, Level } from '../../src/terms/level.ts';

function level(changes: Readonly<Record<string, Json>> = {}): Level {
  const parsed = parseLevel(
    {
      id: 'up',
      of: ['web'],
      indicator: { metric: 'load', statistic: 'mean', op: '<=', value: 5 },
      target: 0.99,
      window: { calendar: 'month' },
      ...changes,
    },
    { path: '' },
  );
  if (parsed.level === undefined) throw new Error(JSON.stringify(parsed.problems));
  return parsed.level;
}

const tiers = (...steps: readonly (readonly [number, number])[]): Json => ({
  tiers: steps.map(([below, credit]) => ({ below, credit })),
});
const indicator = (changes: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> => ({
  indicator: { metric: 'load', statistic: 'mean', op: '<=', value: 5, ...changes },
});

describe('a level of the vendor against the asked one', () => {
  const better: readonly (readonly [string, Level, Level])[] = [
    ['itself', level(), level()],
    ['a higher target', level({ target: 0.999 }), level()],
    ['a tighter threshold', level(indicator({ value: 4 })), level()],
    ['a strict threshold', level(indicator({ op: '<' })), level()],
    ['shorter slices', level({ slice: 'PT30S' }), level()],
    ['counting time in force only', level({ count: 'inforce' }), level()],
    ['stricter silence', level({ nodata: 'bad' }), level()],
    ['less maintenance', level({ maintenance: { notice: 'P1D', max: 'PT1H', per: 'month' } }), level({ maintenance: { notice: 'P5D', max: 'PT4H', per: 'month' } })],
    ['the same maintenance in a longer time', level({ maintenance: { notice: 'P1D', max: 'PT4H', per: 'year' } }), level({ maintenance: { notice: 'P5D', max: 'PT4H', per: 'month' } })],
    ['a credit where none was asked', level({ remedy: tiers([0.99, 0.1]) }), level()],
    ['a higher credit everywhere', level({ remedy: tiers([0.99, 0.2], [0.9, 1]) }), level({ remedy: tiers([0.99, 0.1], [0.9, 0.5]) })],
    ['another way of measuring', level(indicator({ period: 'PT10S', from: ['a', 'b'], quorum: 2 })), level()],
    ['the same window in other words', level({ window: { rolling: 'P1D' } }), level({ window: { rolling: 'PT24H' } })],
  ]; // prettier-ignore
  for (const [what, other, asked] of better)
    it(`is good enough with ${what}`, () => {
      expect(isAtLeastAsGood(other, asked)).to.deep.equal({ ok: true });
    });

  const worse: readonly (readonly [string, Level, Level])[] = [
    ['a lower target', level({ target: 0.98 }), level()],
    ['a looser threshold', level(indicator({ value: 6 })), level()],
    ['another metric', level({ indicator: { metric: 'net.reachable' }, nodata: 'exclude' }), level({ indicator: { metric: 'http.up' }, nodata: 'exclude' })],
    ['another statistic', level(indicator({ statistic: 'p95' })), level()],
    ['another scope', level({ scope: 'any' }), level()],
    ['another window', level({ window: { calendar: 'week' } }), level()],
    ['another time zone', level({ window: { calendar: 'month', timezone: 'Europe/Berlin' } }), level()],
    ['longer slices', level({ slice: 'PT5M' }), level()],
    ['longer runs', level({ minrun: 2 }), level()],
    ['laxer silence', level({ nodata: 'good' }), level()],
    ['counting all time where force was asked', level(), level({ count: 'inforce' })],
    ['maintenance where none was asked', level({ maintenance: { notice: 'P5D', max: 'PT1M', per: 'year' } }), level()],
    ['an hour each day for thirty a month', level({ maintenance: { notice: 'P5D', max: 'PT1H', per: 'day' } }), level({ maintenance: { notice: 'P5D', max: 'PT30H', per: 'month' } })],
    ['no credit', level(), level({ remedy: tiers([0.99, 0.1]) })],
    ['a credit that is lower in between', level({ remedy: tiers([0.99, 0.1], [0.9, 1]) }), level({ remedy: tiers([0.99, 0.1], [0.95, 0.5]) })],
    ['a credit that begins lower', level({ remedy: tiers([0.98, 0.5]) }), level({ remedy: tiers([0.99, 0.1]) })],
    ['a smaller base', level({ remedy: tiers([0.99, 0.1]) }), level({ remedy: { ...(tiers([0.99, 0.1]) as object), base: 'sla' } as Json })],
    ['a cap below the credit', level({ remedy: { ...(tiers([0.99, 0.5]) as object), cap: 0.2 } as Json }), level({ remedy: tiers([0.99, 0.5]) })],
    ['a smallest amount', level({ remedy: { ...(tiers([0.99, 0.5]) as object), min: '1.00' } as Json }), level({ remedy: tiers([0.99, 0.5]) })],
  ]; // prettier-ignore
  for (const [what, other, asked] of worse)
    it(`is not good enough with ${what}`, () => {
      const result = isAtLeastAsGood(other, asked);
      expect(result.ok).to.equal(false);
      if (!result.ok) expect(result.why).to.have.lengthOf(1);
    });

  it('compares credits at every attainment', () => {
    const steps = fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 100 })), {
        minLength: 1,
        maxLength: 4,
        selector: ([below]) => below,
      })
      .map((list) =>
        tiers(...list.toSorted(([a], [b]) => b - a).map(([below, credit]) => [below / 100, credit / 100] as const)),
      );
    const paid = (of: Level, attainment: number): number => {
      if (attainment >= of.target) return 0;
      return of.remedy?.tiers.findLast((tier) => attainment < tier.below)?.credit ?? 0;
    };
    fc.assert(
      fc.property(steps, steps, (a, b) => {
        const other = level({ remedy: a });
        const asked = level({ remedy: b });
        const everywhere = Array.from({ length: 401 }, (_, i) => i / 400).every(
          (at) => paid(other, at) >= paid(asked, at),
        );
        expect(isAtLeastAsGood(other, asked).ok).to.equal(everywhere);
      }),
    );
  });

  it('knows which thresholds cover which', () => {
    const comparison = fc.constantFrom<Comparison>('=', '!=', '<', '<=', '>', '>=');
    const bound = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(comparison, bound, comparison, bound, (op, value, wideOp, wideValue) => {
        const wide = { metric: 'load', statistic: 'mean' as const, op: wideOp, value: wideValue };
        const narrow = { metric: 'load', statistic: 'mean' as const, op, value };
        const points = Array.from({ length: 29 }, (_, i) => i / 4 - 1.5);
        const all = points.every((at) => !satisfies(at, op, value) || satisfies(at, wideOp, wideValue));
        expect(covers(wide, narrow)).to.equal(all);
      }),
    );
  });
});
