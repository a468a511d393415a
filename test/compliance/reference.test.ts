import { expect } from 'chai';
import fc from 'fast-check';
import type { SampleBlock } from '../../src/archive/store.ts';
import { evaluateLevel } from '../../src/compliance/evaluate.ts';
import type { EvaluationContext } from '../../src/compliance/types.ts';
import type { Level } from '../../src/terms/level.ts';
import { at, level } from './helpers.ts';
import { reference, type Row } from './reference.ts';

const START = at('2026-11-20T10:00:00Z');
const SLICE = 10_000;
const SPAN = 40 * SLICE;

const time = fc.integer({ min: -5, max: 45 }).map((tenths) => START + tenths * SLICE);
const moment = fc.integer({ min: -50_000, max: SPAN + 50_000 }).map((ms) => START + Math.round(ms / 1000) * 1000);
const interval = fc
  .tuple(moment, fc.option(fc.integer({ min: 0, max: 120_000 }), { nil: undefined }))
  .map(([from, length]) => (length === undefined ? { from } : { from, until: from + length }));
const closed = fc
  .tuple(moment, fc.integer({ min: 1, max: 90_000 }))
  .map(([from, length]) => ({ from, until: from + length }));
const instance = fc.constantFrom('web/0', 'web/1', 'db/0');
const vantage = fc.constantFrom('broker', 'probe', 'elsewhere');

const row: fc.Arbitrary<Row> = fc.record({
  at: fc.tuple(time, fc.integer({ min: 0, max: 9 })).map(([t, s]) => t + s * 1000),
  instance,
  vantage,
  value: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
});

const anyLevel: fc.Arbitrary<Level> = fc
  .record({
    scope: fc.constantFrom('each', 'all', 'any', { atleast: 2 }),
    vantages: fc.constantFrom(['broker'], ['broker', 'probe']),
    quorum: fc.integer({ min: 1, max: 2 }),
    statistic: fc.constantFrom('max', 'min', 'mean', 'sum', 'count', 'p50', 'p95'),
    op: fc.constantFrom('=', '>=', '<', '!='),
    value: fc.integer({ min: 0, max: 3 }),
    minsamples: fc.integer({ min: 1, max: 2 }),
    minrun: fc.integer({ min: 1, max: 3 }),
    target: fc.constantFrom(0.5, 0.75, 0.9, 0.99, 1),
    count: fc.constantFrom('window', 'inforce'),
    window: fc.constantFrom(
      { anchor: '2026-11-20T10:00:00Z', every: 'PT100S' },
      { anchor: '2026-11-20T10:00:10Z', every: 'PT4M' },
      { rolling: 'PT2M' },
    ),
    nodata: fc.constantFrom('bad', 'good', 'exclude', 'hold'),
    holdmax: fc.constantFrom('PT0S', 'PT15S', 'PT30S'),
    mincoverage: fc.constantFrom(0, 0.5, 0.9),
    settle: fc.constantFrom('PT0S', 'PT30S'),
    maintenance: fc.constantFrom(null, { notice: 'PT1M', max: 'PT40S', per: 'hour' }),
  })
  .map(({ vantages, quorum, statistic, op, value, minsamples, ...rest }) =>
    level({
      slice: 'PT10S',
      ...rest,
      indicator: {
        metric: 'load', statistic, op, value, minsamples, period: 'PT5S', from: vantages, quorum: Math.min(quorum, vantages.length),
      },
    }),
  ); // prettier-ignore

const anyContext: fc.Arbitrary<EvaluationContext> = fc
  .record({
    from: fc.constantFrom(START, START + 35_000),
    length: fc.integer({ min: 1, max: SPAN }),
    now: fc.integer({ min: 0, max: SPAN + 60_000 }).map((ms) => START + ms),
    inforce: fc.option(fc.array(interval, { maxLength: 3 }), { nil: undefined }),
    agreedend: fc.option(moment, { nil: undefined }),
    stopped: fc.array(
      fc.tuple(instance, interval).map(([name, time]) => ({ instance: name, ...time })),
      { maxLength: 2 },
    ),
    suspended: fc.array(
      fc
        .tuple(fc.constantFrom<'customer' | 'vendor'>('customer', 'vendor'), fc.boolean(), interval)
        .map(([by, listed, time]) => ({ by, listed, ...time })),
      { maxLength: 2 },
    ),
    outages: fc.array(interval, { maxLength: 1 }),
    exclusions: fc.array(
      fc
        .tuple(
          closed,
          fc.integer({ min: -100, max: 20 }),
          fc.constantFrom('planned', 'approved', 'proposed', 'refused'),
        )
        .map(([time, notice, state]) => ({ ...time, announcedat: time.from + notice * 1000, state })),
      { maxLength: 3 },
    ),
  })
  .map(({ length, inforce, agreedend, ...rest }) => ({
    ...rest,
    until: rest.from + length,
    instances: ['web/0', 'web/1'],
    ...(inforce === undefined ? {} : { inforce: separate(inforce) }),
    ...(agreedend === undefined ? {} : { agreedend }),
  }));

/** The page does not say what overlapping times in force mean: leave a gap between them. */
function separate(times: readonly { from: number; until?: number }[]): { from: number; until?: number }[] {
  const kept: { from: number; until?: number }[] = [];
  for (const each of times.toSorted((a, b) => a.from - b.from)) {
    const last = kept.at(-1);
    if (last === undefined || (last.until !== undefined && last.until < each.from)) kept.push(each);
  }
  return kept;
}

const rowsOf = fc.array(row, { maxLength: 160 }).map((rows) => {
  const unique = new Map(rows.map((each) => [`${each.at} ${each.instance} ${each.vantage}`, each]));
  return [...unique.values()];
});

function blocks(rows: readonly Row[]): (instance: string, vantage: string) => SampleBlock | undefined {
  return (name, from) => {
    const mine = rows.filter((each) => each.instance === name && each.vantage === from).toSorted((a, b) => a.at - b.at);
    return mine.length === 0
      ? undefined
      : {
          times: Float64Array.from(mine, (each) => each.at),
          values: Float64Array.from(mine, (each) => each.value ?? Number.NaN),
        };
  };
}

describe('the fast computation', () => {
  it('agrees with the levels page read slice by slice', () => {
    fc.assert(
      fc.property(anyLevel, rowsOf, anyContext, (of, rows, context) => {
        const result = evaluateLevel(of, blocks(rows), context);
        const wanted = reference(of, rows, context);
        const windows = result.windows.map(({ planned, credit, violatedat, ...rest }) => {
          expect(planned).to.be.at.least(0);
          expect(credit).to.equal(undefined);
          return { ...rest, violatedat: violatedat ?? null };
        });
        const incidents = result.incidents.map(({ index, from, until, slices, worst }) => ({
          index,
          from,
          until: until ?? null,
          slices,
          worst: worst ?? null,
        }));
        expect(windows).to.deep.equal(wanted.windows);
        expect(incidents).to.deep.equal(wanted.incidents);
      }),
      { numRuns: 400 },
    );
  });
});
