import { systemClock } from '../../src/shared/clock.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { idSource, tenantId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { createVendorHost } from '../../src/vendor-host/host.ts';
import type { VendorHost, VendorHostOptions } from '../../src/vendor-host/host.ts';
import { kinds } from '../../src/vendor-kit/index.ts';
import type { CfpView, Ctx, Level } from '../../src/vendor-kit/index.ts';
import { memoryValues } from './memory-values.ts';
import { testPlugins } from './test-vendors.ts';

/** A vendor host over test plugins; whatever a test does not care about is filled in. */
export function testHost(
  configs: readonly { id: string; plugin: string; config?: JsonObject }[],
  more: Partial<VendorHostOptions> = {},
): Promise<VendorHost> {
  return createVendorHost({
    values: memoryValues(),
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    metrics: noMetrics,
    folder: '/nonexistent',
    signal: new AbortController().signal,
    plugins: testPlugins,
    ...more,
    configs: configs.map((entry) => ({ config: {}, ...entry })),
  });
}

let keys = 0;

export function testCtx(more: Partial<Ctx> = {}, clock: Clock = systemClock): Ctx {
  return {
    key: `key-${++keys}`,
    signal: new AbortController().signal,
    deadline: new Date(clock.now() + 10_000),
    tenant: tenantId('default'),
    trace: '',
    log: silentLogger,
    ...more,
  };
}

const nextId = idSource(systemClock, systemRandom);

export function testLevel(more: Partial<Level> = {}): Level {
  return {
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
      probe: {},
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
    ...more,
  };
}

/** The example of the documentation as a vendor sees it: two web servers, a volume each, joined in pairs. */
export function testCfp(more: Partial<CfpView> = {}): CfpView {
  return {
    id: nextId(),
    revision: 1,
    round: 1,
    replyBy: systemClock.now() + 30_000,
    wanted: [
      {
        type: 'resource',
        id: 'web',
        kind: kinds.compute,
        count: 2,
        mixins: [],
        attributes: {
          'occi.compute.cores': { min: 1 },
          'occi.compute.memory': { min: 0.5, max: 16 },
          'org.parley.placement.country': { in: ['DE', 'FR', 'IE', 'NL', 'US'] },
        },
      },
      {
        type: 'resource',
        id: 'data',
        kind: kinds.storage,
        count: 2,
        mixins: [],
        attributes: { 'occi.storage.size': { min: 1 } },
      },
      {
        type: 'link',
        id: 'mount',
        kind: kinds.storagelink,
        source: 'web',
        target: 'data',
        meet: 'pair',
        mixins: [],
        attributes: {},
      },
    ],
    levels: [testLevel()],
    usage: [],
    period: { length: 'P1Y' },
    perVendor: 5,
    currency: 'EUR',
    ...more,
  };
}
