import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { invitationType } from '../../src/broker/names.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { tenantId, vendorId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { collectYoung } from '../../src/shared/young.ts';
import { openEmbeddedStore } from '../../src/store/embedded/index.ts';
import type { ConnectedVendor } from '../../src/vendor-host/port.ts';
import type { Reply } from '../../src/vendor-kit/types.ts';
import { brokerWorld, exampleCfp, type BrokerWorld } from '../support/broker-world.ts';
import { testPlugin, testPlugins } from '../support/test-vendors.ts';

import { testCfp, testCtx } from '../support/vendor-world.ts';
import type { BenchRow } from './types.ts';

/** What every vendor takes to think, in milliseconds. */
const ANSWER = 20;

/** Milliseconds between two rounds, in which the store sorts in what it has logged: for all, and for each vendor. */
const PAUSE = 20;
const PAUSE_EACH = 0.1;

/** Answers in the rounds before the first that counts: until then, V8 is still compiling. */
const WARM_UP = 40_000;

/** What was answered before, so that the vendors' own work, which is elsewhere in truth, is not measured. */
const answers = new Map<string, Reply>();

/** Thinks for a while and then says what an instant one would. */
const thinking = testPlugin('thinking', async (instant, host, cfp, ctx) => {
  const reply = answers.get(host.vendor) ?? (await instant.getOffer(cfp, ctx));
  answers.set(host.vendor, reply);
  await host.clock.sleep(ANSWER);
  return reply;
});

/**
 * From the call being sent to its ranking being durable, beyond the time that every vendor takes to
 * answer; on the embedded store, with fsync. The baseline is the same vendors asked in parallel, their answers
 * checked by the host, and nothing else.
 */
export async function run(): Promise<BenchRow[]> {
  return [await overhead(100, 100), await overhead(1000, 40)];
}

async function overhead(vendors: number, runs: number): Promise<BenchRow> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const store = await openEmbeddedStore({
    folder,
    log: silentLogger,
    clock: systemClock,
    onFailure: (error) => {
      throw error;
    },
  });
  const world = await brokerWorld({
    store: store.entities,
    vendors: Array.from({ length: vendors }, (_, at) => ({
      id: `v${at}`,
      plugin: 'thinking',
      config: { price: `${10 + (at % 50)}.00` },
    })),
    host: { plugins: { ...testPlugins, thinking } },
    tidy: collectYoung,
  });
  try {
    const p95 = async (warmUp: number, measure: () => Promise<number>): Promise<number> => {
      const taken: number[] = [];
      for (let at = 0; at < runs + warmUp; at += 1) {
        const one = await measure();
        if (at >= warmUp) taken.push(one);
      }
      return quantile(taken, 0.95);
    };
    const value = await p95(WARM_UP / vendors, () => ranked(world));
    // The guards are warm by now.
    const baseline = await p95(0, () => asked(world.host.vendors.list()));
    return {
      name: `broker overhead beyond the slowest of ${vendors} vendors, p95`,
      value,
      unit: 'ms',
      baseline,
      ratio: value / baseline,
    };
  } finally {
    await world.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function ranked(world: BrokerWorld): Promise<number> {
  let stop = (): void => undefined;
  const done = new Promise<number>((resolve, reject) => {
    stop = world.store.subscribe(({ record }) => {
      if (record?.state === 'ranked') resolve(performance.now());
      if (record?.state === 'unfulfilled') reject(new Error(JSON.stringify(record.attributes)));
    });
  });
  const began = performance.now();
  const call = await world.post(exampleCfp({ 'org.parley.cfp.budget': null }));
  const over = (await done) - began - ANSWER;
  stop();
  // What the round leaves to be written down afterwards is not the next round's burden.
  const written = { kinds: [invitationType], parent: call.record.id };
  const vendors = world.host.vendors.list().length;
  while ((await world.store.count(written)) < vendors) await systemClock.sleep(1);
  await systemClock.sleep(PAUSE + vendors * PAUSE_EACH);
  return over;
}

async function asked(vendors: readonly ConnectedVendor[]): Promise<number> {
  const cfp = testCfp();
  const began = performance.now();
  await Promise.all(
    vendors.map(({ id, calls }) =>
      calls.getOffer(cfp, testCtx({ key: `${cfp.id}:${vendorId(id)}`, tenant: tenantId('default') })),
    ),
  );
  return performance.now() - began - ANSWER;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
