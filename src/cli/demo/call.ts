import { isoInstant } from '../../shared/clock.ts';
import type { JsonObject } from '../../shared/json.ts';

/** Length of the demo's agreed windows, in seconds. */
export const WINDOW_SECONDS = 20;

/**
 * The call for proposals of the README, with slices and windows short enough to watch. Its levels
 * are `prefer`: price lists keep to their providers' real terms, and would be eliminated by `must`.
 */
export function demoCall(now: number): JsonObject {
  const anchor = Math.ceil(now / 60_000) * 60_000 - 600_000;
  return {
    kind: 'http://schemas.parley.org/occi/broker#cfp',
    title: 'Two small web servers, a volume each',
    attributes: {
      'org.parley.cfp.resources': [
        {
          id: 'web',
          count: 2,
          kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
          attributes: {
            'occi.compute.cores': { min: 1 },
            'occi.compute.memory': { min: 0.5, max: 16 },
            'occi.compute.architecture': 'x64',
            'org.parley.placement.country': { in: ['DE', 'FR', 'IE', 'NL', 'US'] },
          },
        },
        {
          id: 'data',
          count: 2,
          kind: 'http://schemas.ogf.org/occi/infrastructure#storage',
          attributes: { 'occi.storage.size': { min: 1 } },
        },
        {
          id: 'mount',
          pair: 'index',
          kind: 'http://schemas.ogf.org/occi/infrastructure#storagelink',
          source: 'web',
          target: 'data',
        },
      ],
      'org.parley.cfp.levels': [
        {
          id: 'up',
          of: ['web'],
          scope: 'each',
          need: 'prefer',
          indicator: { metric: 'net.reachable', op: '=', value: 1, period: 'PT1S', probe: { timeout: 'PT0.5S' } },
          slice: 'PT1S',
          target: 0.95,
          window: { anchor: isoInstant(anchor), every: `PT${WINDOW_SECONDS}S` },
          settle: 'PT2S',
          remedy: {
            tiers: [
              { below: 0.95, credit: 0.1 },
              { below: 0.5, credit: 1 },
            ],
            base: 'instance',
            min: '0.00',
          },
        },
        {
          id: 'fast',
          of: ['web'],
          need: 'prefer',
          indicator: {
            metric: 'http.response.time',
            statistic: 'p95',
            op: '<=',
            value: 0.3,
            period: 'PT1S',
            probe: { timeout: 'PT0.5S' },
          },
          slice: 'PT5S',
          target: 0.95,
          window: { rolling: 'PT1M' },
          settle: 'PT2S',
        },
      ],
      'org.parley.cfp.rules': { ref: 'balanced@1' },
      'org.parley.cfp.budget': { amount: '90.00', currency: 'EUR', per: 'month' },
      'org.parley.cfp.replyby': 'PT5S',
      'org.parley.cfp.period': { length: 'P1Y' },
    },
  };
}
