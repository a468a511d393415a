import { expect } from 'chai';
import type { SeriesId } from '../../../src/archive/store.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts';
import { creation, newId, newTenant, record } from '../../contract/store/records.ts';
import { newFolder, openStore, rejection, removeFolder } from './folder.ts';

describe('embedded: store', () => {
  let folder: string;
  let store: EmbeddedStore;

  beforeEach(async () => {
    folder = await newFolder();
    store = await openStore(folder);
  });
  afterEach(async () => {
    await store.close();
    await removeFolder(folder);
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await openStore(folder);
  };
  const newSeries = (): Promise<SeriesId> =>
    store.samples.series({ tenant: newTenant(), collector: newId(), channel: 'net.reachable', vantage: 'here' });

  it('keeps a failing call of a turn from the others, whose order and sequence stay', async () => {
    const tenant = newTenant();
    const series = await newSeries();
    const records = [record({ tenant }), record({ tenant })];
    const note = { event: 'org.parley.cfp.draft' };
    const results = await Promise.allSettled([
      store.entities.write([creation(records[0]!, note)]),
      store.samples.append([{ series, samples: [{ at: 1, value: 1 }] }]),
      store.samples.append([{ series: 12_345 as SeriesId, samples: [{ at: 1, value: 1 }] }]),
      store.samples.append([{ series, samples: [{ at: 2, value: 2 }] }]),
      store.entities.write([creation(records[1]!, note)]),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(results[2]).to.have.nested.property('reason.code', 'not_found');
    const events = await store.entities.events({ tenant, after: 0, limit: 10 });
    expect(events.map(({ sequence, data }) => [sequence, data.entity])).to.deep.equal([
      [1, records[0]!.id],
      [2, records[1]!.id],
    ]);
    expect([...(await store.samples.read(series, 0, 10)).values]).to.deep.equal([1, 2]);
  });

  it('goes on after a restart where it stopped', async () => {
    const tenant = newTenant();
    const key = { tenant, collector: newId(), channel: 'http.up', vantage: 'here' };
    const first = record({ tenant, due: { at: 5, action: 'expire' } });
    await store.entities.write([creation(first, { event: 'org.parley.cfp.draft' })]);
    await store.entities.claimDue({ now: 5, limit: 1, owner: 'before', leaseMs: 1000 });
    const series = await store.samples.series(key);
    await store.samples.append([{ series, samples: [{ at: 1, value: 1 }] }]);
    await reopen();
    expect(await store.samples.series(key)).to.equal(series);
    expect(await store.samples.append([{ series, samples: [{ at: 1, value: 2 }] }])).to.deep.equal([
      { stored: 0, duplicate: 0, conflict: 1 },
    ]);
    await store.entities.write([creation(record({ tenant }), { event: 'org.parley.cfp.draft' })]);
    const events = await store.entities.events({ tenant, after: 1, limit: 10 });
    expect(events.map(({ sequence }) => sequence)).to.deep.equal([2]);
    const claim = { limit: 1, owner: 'after', leaseMs: 10 };
    expect(await store.entities.claimDue({ now: 6, ...claim })).to.deep.equal([]);
    expect(await store.entities.claimDue({ now: 1005, ...claim })).to.deep.equal([first]);
  });

  it('forgets the keys that a dead process was working on, and keeps the answered ones', async () => {
    const entry = { scope: 'running', bodyHash: 'x', began: 1, owner: 'dead' };
    await store.entities.beginIdempotent(entry);
    await store.entities.beginIdempotent({ ...entry, scope: 'answered' });
    await store.entities.finishIdempotent('answered', { status: 201 });
    await reopen();
    expect(await store.entities.beginIdempotent(entry)).to.equal(undefined);
    expect((await store.entities.idempotency('answered'))?.answer).to.deep.equal({ status: 201 });
  });

  it('does not bring deleted samples back with a restart', async () => {
    const series = await newSeries();
    await store.samples.append([{ series, samples: [1, 2, 3].map((at) => ({ at, value: at })) }]);
    expect(await store.samples.deleteBefore(3)).to.equal(2);
    await reopen();
    expect([...(await store.samples.read(series, 0, 10)).times]).to.deep.equal([3]);
    expect(await store.samples.rollups(series, 0, 10, 'minute')).to.deep.equal([
      { from: 0, count: 3, absent: 0, sum: 6, min: 1, max: 3 },
    ]);
  });

  it('takes what is not a number as nothing, minus zero as zero, and refuses times between milliseconds', async () => {
    const series = await newSeries();
    const samples = [NaN, Infinity, -Infinity, -0].map((value, at) => ({ at, value }));
    await store.samples.append([{ series, samples }]);
    const { values } = await store.samples.read(series, 0, 10);
    expect([...values]).to.deep.equal([NaN, NaN, NaN, 0]);
    expect(Object.is(values[3], 0)).to.equal(true);
    for (const at of [0.5, NaN, Infinity, 1e16]) {
      const error = await rejection(store.samples.append([{ series, samples: [{ at, value: 1 }] }]));
      expect(error, String(at)).to.be.instanceOf(RangeError);
    }
    expect((await store.samples.read(series, -1e15, 1e15)).times).to.have.lengthOf(4);
  });

  it('deletes more than one step takes, and lets others write meanwhile', async () => {
    const series = await Promise.all([newSeries(), newSeries(), newSeries()]);
    const samples = Array.from({ length: 150_000 }, (_, at) => ({ at, value: 1 }));
    for (const id of series) await store.samples.append([{ series: id, samples }]);
    const [deleted, written] = await Promise.all([
      store.samples.deleteBefore(149_999),
      store.entities.write([creation(record())]),
    ]);
    expect(deleted).to.equal(3 * 149_999);
    expect(written.ok).to.equal(true);
    for (const id of series) {
      expect(await store.samples.extent(id)).to.deep.equal({ first: 149_999, last: 149_999 });
      const [hour] = await store.samples.rollups(id, 0, 150_000, 'hour');
      expect(hour?.count).to.equal(150_000);
    }
  });

  it('keeps the log of samples short, however many series there are', async () => {
    const series = await Promise.all(Array.from({ length: 300 }, () => newSeries()));
    for (let round = 0; round < 30; round++) {
      await store.samples.append(
        series.map((id) => ({
          series: id,
          samples: Array.from({ length: 30 }, (_, index) => ({ at: round * 30 + index, value: round })),
        })),
      );
    }
    const blocks = await Promise.all(series.map((id) => store.samples.read(id, 0, 1e6)));
    expect(blocks.every(({ times }) => times.length === 900)).to.equal(true);
  });

  it('refuses a cursor that no list has given', async () => {
    for (const after of ['', 'nonsense', 'AAAA', '../../etc/passwd', 'x'.repeat(5000)]) {
      const error = await rejection(store.entities.list({ limit: 1, after }));
      expect(error).to.have.property('code', 'cursor_invalid');
      expect(error).to.have.property('status', 400);
    }
  });

  it('does not fail when a listener throws, and tells the others', async () => {
    const told: string[] = [];
    const errors: string[] = [];
    await store.close();
    const log = { ...silentLogger, error: (_: object, message: string) => errors.push(message) };
    store = await openStore(folder, { log });
    store.entities.subscribe(() => {
      throw new Error('listener');
    });
    store.entities.subscribe(({ id }) => told.push(id));
    const one = record();
    expect((await store.entities.write([creation(one)])).ok).to.equal(true);
    expect(told).to.deep.equal([one.id]);
    expect(errors).to.deep.equal(['a listener of the store has thrown']);
  });
});
