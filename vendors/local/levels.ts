import type { Level } from '../../src/vendor-kit/index.ts';
import type { LocalSettings } from './settings.ts';

/** What this machine commits to of itself, without a call: its processes can be reached, by the month. */
export function committedLevels({ commit }: LocalSettings): readonly Level[] {
  if (!commit.metrics.includes('net.reachable')) return [];
  return [
    {
      id: 'reachable',
      need: 'must',
      of: ['resource'],
      scope: 'each',
      method: 'slices',
      indicator: {
        metric: 'net.reachable',
        statistic: 'max',
        op: '=',
        value: 1,
        probe: {},
        period: 'PT20S',
        minsamples: 1,
        from: ['broker'],
        quorum: 1,
      },
      slice: 'PT1M',
      minrun: 1,
      target: commit.target,
      count: 'inforce',
      window: { calendar: 'month', timezone: 'UTC' },
      nodata: 'bad',
      holdmax: 'PT10M',
      mincoverage: 0.9,
      settle: 'PT15M',
      maintenance: null,
      remedy: null,
    },
  ];
}
