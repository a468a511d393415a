import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../src/shared/json.ts';
import { parseLevel, parseLevels } from '../../src/terms/level-parse.ts';

const up = {
  id: 'up',
  of: ['web'],
  indicator: { metric: 'net.reachable' },
  target: 0.99,
  window: { calendar: 'month' },
} as const;
const fast = {
  id: 'fast',
  of: ['web'],
  indicator: { metric: 'http.response.time', statistic: 'p95', op: '<=', value: 0.3 },
  target: 0.95,
  window: { rolling: 'P30D' },
} as const;

const parse = (level: Json) => parseLevel(level, { path: '/levels/0', resourceIds: ['web'], counts: { web: 2 } });
const told = (level: Json): string[] => parse(level).problems.map((each) => `${each.sort} ${each.path} ${each.code}`);

describe('parseLevels', () => {
  it('fills in every default of a 0/1 metric', () => {
    expect(parse(up)).to.deep.equal({
      problems: [],
      level: {
        id: 'up',
        need: 'must',
        of: ['web'],
        scope: 'each',
        method: 'slices',
        indicator: {
          metric: 'net.reachable',
          statistic: 'max',
          op: '=',
          value: 1,
          probe: { timeout: 'PT5S' },
          period: 'PT20S',
          minsamples: 1,
          from: ['broker'],
          quorum: 1,
        },
        slice: 'PT1M',
        minrun: 1,
        target: 0.99,
        count: 'window',
        window: { calendar: 'month', timezone: 'UTC' },
        nodata: 'bad',
        holdmax: 'PT10M',
        mincoverage: 0.9,
        settle: 'PT15M',
        maintenance: null,
        remedy: null,
      },
    });
  });

  it('refuses a threshold that a 0/1 metric can never meet', () => {
    const indicator = (more: Record<string, Json>): Json => ({
      ...up,
      indicator: { metric: 'net.reachable', ...more },
    });
    const impossible = ['nonsense /levels/0/indicator/value threshold_impossible'];
    expect(told(indicator({ op: '>', value: 1 }))).to.deep.equal(impossible);
    expect(told(indicator({ op: '=', value: 2 }))).to.deep.equal(impossible);
    expect(told(indicator({ op: '>=', value: 0.5 }))).to.deep.equal([]);
    expect(told(indicator({ op: '=', value: 0.5, statistic: 'mean' }))).to.deep.equal([]);
  });

  it('excludes silence of other metrics, and wants a statistic of them', () => {
    expect(parse(fast).level?.nodata).to.equal('exclude');
    expect(told({ ...fast, indicator: { metric: 'cpu.used', op: '<=', value: 1 } })).to.deep.equal([
      'malformed /levels/0/indicator/statistic member_missing',
    ]);
  });

  it('keeps the usual period within short slices', () => {
    const short = parse({ ...up, slice: 'PT2S' }).level;
    expect(short?.indicator.period).to.equal('PT0.6S');
    expect(short?.indicator.probe).to.deep.equal({ timeout: 'PT0.6S' });
    expect(
      parse({ ...up, slice: 'PT1M', indicator: { metric: 'http.up', minsamples: 2 } }).level?.indicator.period,
    ).to.equal('PT10S');
  });

  const nonsense: readonly (readonly [string, Json, string])[] = [
    ['an unknown resource', { ...up, of: ['db'] }, '/of/0 reference_unknown'],
    ['a target over 1', { ...up, target: 99 }, '/target share_range'],
    ['a target of ten decimals', { ...up, target: 0.9999999999 }, '/target share_precision'],
    ['a slice that divides no day', { ...up, slice: 'PT7M' }, '/slice slice_uneven'],
    ['a slice under a second', { ...up, slice: 'PT0.5S' }, '/slice duration_short'],
    ['a slice of a month', { ...up, slice: 'P1M' }, '/slice duration_varies'],
    ['more samples than a slice holds', { ...up, indicator: { metric: 'http.up', period: 'PT20S', minsamples: 4 } }, '/indicator/period period_over_slice'],
    ['a quorum beyond the vantages', { ...up, indicator: { metric: 'http.up', quorum: 2 } }, '/indicator/quorum quorum_high'],
    ['the endpoint in the probe', { ...up, indicator: { metric: 'http.up', probe: { host: 'x' } } }, '/indicator/probe/host probe_address'],
    ['windows off slices', { ...up, slice: 'PT1H', window: { calendar: 'day', timezone: 'Asia/Kolkata' } }, '/window window_off_slices'],
    ['an anchor off slices', { ...up, window: { anchor: '2026-12-15T00:00:30Z', every: 'P1M' } }, '/window window_off_slices'],
    ['a rolling window off slices', { ...up, window: { rolling: 'PT90S' } }, '/window window_off_slices'],
    ['an unknown time zone', { ...up, window: { calendar: 'day', timezone: 'Mars/Olympus' } }, '/window/timezone timezone_unknown'],
    ['a rolling window with a remedy', { ...fast, remedy: { tiers: [{ below: 0.9, credit: 0.1 }] } }, '/remedy remedy_rolling'],
    ['tiers that do not fall', { ...up, remedy: { tiers: [{ below: 0.9, credit: 0.1 }, { below: 0.9, credit: 0.3 }] } }, '/remedy/tiers/1/below tiers_order'],
    ['the base instance for all together', { ...up, scope: 'all', remedy: { base: 'instance', tiers: [{ below: 0.9, credit: 0.1 }] } }, '/remedy/base base_scope'],
    ['a reserved method', { ...up, method: 'ratioslices' }, '/method method_reserved'],
    ['another reserved method', { ...up, method: 'events' }, '/method method_reserved'],
    ['more instances than there are', { ...up, scope: { atleast: 3 } }, '/scope/atleast atleast_high'],
  ]; // prettier-ignore
  for (const [what, level, wanted] of nonsense)
    it(`tells that ${what} makes no sense`, () => {
      expect(told(level)).to.deep.equal([`nonsense /levels/0${wanted}`]);
    });

  const malformed: readonly (readonly [string, Json, string])[] = [
    ['an unknown member', { ...up, goal: 1 }, '/goal member_unknown'],
    ['an unknown member of the indicator', { ...up, indicator: { metric: 'http.up', unit: 's' } }, '/indicator/unit member_unknown'],
    ['a missing target', { ...up, target: undefined as never }, '/target member_missing'],
    ['a name in capitals', { ...up, id: 'UP' }, '/id type_wrong'],
    ['a duration in words', { ...up, slice: '1 minute' }, '/slice duration_invalid'],
    ['an unknown statistic', { ...fast, indicator: { ...fast.indicator, statistic: 'p100' } }, '/indicator/statistic value_unknown'],
    ['two kinds of window', { ...up, window: { calendar: 'day', rolling: 'P1D' } }, '/window window_unclear'],
    ['an unknown method', { ...up, method: 'magic' }, '/method value_unknown'],
    ['text for a list', { ...up, of: 'web' }, '/of type_wrong'],
  ]; // prettier-ignore
  for (const [what, level, wanted] of malformed)
    it(`tells that ${what} cannot be read`, () => {
      expect(told(JSON.parse(JSON.stringify(level)) as Json)).to.deep.equal([`malformed /levels/0${wanted}`]);
    });

  it('tells all problems of all levels, and ids that repeat', () => {
    const { levels, problems } = parseLevels([{ ...up, target: 2, slice: 'x' }, up, { ...fast, id: 'up' }], {
      path: '/l',
    });
    expect(problems.map((each) => each.path)).to.deep.equal(['/l/0/slice', '/l/0/target', '/l/1/id', '/l/2/id']);
    expect(levels.map((each) => each.id)).to.deep.equal(['up', 'up']);
  });

  it('takes what it has made without a change', () => {
    for (const each of [
      up,
      fast,
      {
        ...up,
        remedy: {
          tiers: [{ below: 0.9, credit: 0.1 }],
          claim: { within: 'P2M' },
          exit: { breaches: 3, within: 'P1Y' },
        },
        maintenance: { notice: 'P5D', max: 'PT4H', per: 'month' },
      },
    ]) {
      const { level } = parse(each);
      expect(parse(level as unknown as Json)).to.deep.equal({ level, problems: [] });
    }
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(parse(up).level ?? {})), (value, member) => {
        parseLevels([{ ...up, [member]: value }, value as Json], { path: '' });
        parseLevels(value as Json, { path: '' });
      }),
      { numRuns: 500 },
    );
  });
});
