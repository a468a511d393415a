import { expect } from 'chai';
import { createArchiver } from '../../src/archive/archiver.ts';
import { createRetention } from '../../src/archive/retention.ts';
import type { SeriesKey } from '../../src/archive/store.ts';
import { tenantId, type EntityId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { memorySamples, type MemorySamples } from '../support/memory-samples.ts';

const key = (channel: string): SeriesKey => ({
  tenant: tenantId('t'),
  collector: '01980000-0000-7000-8000-000000000001' as EntityId,
  channel,
  vantage: 'broker',
});

const archiver = (store: MemorySamples, more: { batch?: number; pending?: number } = {}) =>
  createArchiver({ store, log: silentLogger, metrics: noMetrics, ...more });

describe('archiver', () => {
  it('writes what comes in one turn together, and counts for each caller what became of it', async () => {
    const store = memorySamples();
    const archive = archiver(store);
    const results = await Promise.all([
      archive.append(key('a'), [
        { at: 1, value: 1 },
        { at: 2, value: null },
      ]),
      archive.append(key('a'), [
        { at: 2, value: null },
        { at: 3, value: 5 },
      ]),
      archive.append(key('b'), [{ at: 1, value: 1 }]),
      archive.append(key('a'), [{ at: 1, value: 0 }]),
    ]);
    expect(store.batches).to.deep.equal([4]);
    expect(results).to.deep.equal([
      { stored: 2, duplicate: 0, conflict: 0 },
      { stored: 1, duplicate: 1, conflict: 0 },
      { stored: 1, duplicate: 0, conflict: 0 },
      { stored: 0, duplicate: 0, conflict: 1 },
    ]);
    expect(archive.pending()).to.equal(0);
  });

  it('keeps batches under their size', async () => {
    const store = memorySamples();
    const archive = archiver(store, { batch: 3 });
    await Promise.all(Array.from({ length: 7 }, (_, at) => archive.append(key('a'), [{ at, value: at }])));
    expect(store.batches).to.deep.equal([3, 3, 1]);
  });

  it('lets callers wait while too much is pending', async () => {
    const store = memorySamples();
    const archive = archiver(store, { pending: 2 });
    const all = Array.from({ length: 9 }, (_, at) => archive.append(key('a'), [{ at, value: at }]));
    expect(archive.pending()).to.be.at.most(2);
    const results = await Promise.all(all);
    expect(results.every(({ stored }) => stored === 1)).to.equal(true);
  });

  it('tells every caller of a batch that failed, and goes on afterwards', async () => {
    const store = memorySamples();
    const archive = archiver(store);
    store.fail = new Error('disk full');
    const failed = await Promise.allSettled([
      archive.append(key('a'), [{ at: 1, value: 1 }]),
      archive.append(key('b'), [{ at: 1, value: 1 }]),
    ]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    store.fail = undefined;
    expect(await archive.append(key('a'), [{ at: 1, value: 1 }])).to.deep.equal({
      stored: 1,
      duplicate: 0,
      conflict: 0,
    });
    expect(archive.pending()).to.equal(0);
  });

  it('ends with what it has taken, and takes nothing more', async () => {
    const store = memorySamples();
    const archive = archiver(store);
    let durable = false;
    void archive.append(key('a'), [{ at: 1, value: 1 }]).then(() => {
      durable = true;
    });
    await settle(0);
    await archive.close();
    await settle();
    expect(durable).to.equal(true);
    const error: unknown = await archive.append(key('a'), [{ at: 2, value: 1 }]).catch((thrown: unknown) => thrown);
    expect(error).to.include({ status: 503, code: 'stopping' });
  });
});

describe('retention', () => {
  it('deletes what is old, but nothing that a window still stands on', async () => {
    const clock = new HandClock();
    const store = memorySamples();
    const archive = archiver(store);
    const day = 24 * 3600 * 1000;
    await archive.append(
      key('a'),
      [10, 5, 1].map((days) => ({ at: clock.now() - days * day, value: 1 })),
    );
    let needed: number | undefined = clock.now() - 8 * day;
    const retain = createRetention({ store, clock, keepMs: 2 * day, neededFrom: () => Promise.resolve(needed) });
    expect(await retain()).to.equal(1);
    needed = undefined;
    expect(await retain()).to.equal(1);
    expect(await retain()).to.equal(0);
  });
});
