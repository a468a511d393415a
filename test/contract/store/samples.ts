import { expect } from 'chai';
import fc from 'fast-check';
import type { AppendResult, Sample, SampleStore, SeriesId, SeriesKey } from '../../../src/archive/store.ts';
import { newId, newTenant, type StoreUnderTest } from './records.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 31, 23, 0);
const FOREVER = [-1e15, 1e15] as const;

/** Every promise of the sample store port, for any implementation. `open` gives a new, empty store. */
export function describeSampleStore(name: string, open: () => Promise<StoreUnderTest<SampleStore>>): void {
  describe(`${name}: sample store`, () => {
    let store: SampleStore;
    let close: () => Promise<void>;

    before(async () => {
      const opened = await open();
      store = opened.port;
      close = () => opened.close();
    });
    after(() => close());

    const key = (members: Partial<SeriesKey> = {}): SeriesKey => ({
      tenant: newTenant(),
      collector: newId(),
      channel: 'net.reachable',
      vantage: 'here',
      ...members,
    });
    const newSeries = (): Promise<SeriesId> => store.series(key());
    const append = async (series: SeriesId, ...samples: Sample[]): Promise<AppendResult> => {
      const [result] = await store.append([{ series, samples }]);
      return result!;
    };
    const all = async (series: SeriesId, from: number = FOREVER[0], until: number = FOREVER[1]): Promise<Sample[]> => {
      const { times, values } = await store.read(series, from, until);
      expect(values).to.have.lengthOf(times.length);
      return Array.from(times, (at, index) => {
        const value = values[index] ?? NaN;
        return { at, value: Number.isNaN(value) ? null : value };
      });
    };

    it('gives a series one id', async () => {
      const one = key();
      const ids = await Promise.all([store.series(one), store.series({ ...one }), store.series(one)]);
      expect(new Set(ids).size).to.equal(1);
      const others = await Promise.all([
        store.series({ ...one, channel: 'http.up' }),
        store.series({ ...one, vantage: 'there' }),
        store.series({ ...one, collector: newId() }),
        store.series({ ...one, tenant: newTenant() }),
      ]);
      expect(new Set([...ids, ...others]).size).to.equal(5);
    });

    it('lists the series of a collector', async () => {
      const one = key();
      const two = { ...one, channel: 'http.up' };
      const ids = [await store.series(one), await store.series(two)];
      await newSeries();
      const found = [...(await store.seriesOf(one.collector))].sort((a, b) => a.id - b.id);
      expect(found).to.deep.equal([
        { ...one, id: ids[0] },
        { ...two, id: ids[1] },
      ]);
      expect(await store.seriesOf(newId())).to.deep.equal([]);
    });

    it('reads back what was appended, to the millisecond and to the bit', async () => {
      const series = await newSeries();
      const samples: Sample[] = [
        { at: -5, value: 1 },
        { at: 0, value: 0.1 + 0.2 },
        { at: 1, value: Number.MAX_VALUE },
        { at: START, value: -Number.MIN_VALUE },
        { at: START + 1, value: 9_007_199_254_740_991 },
        { at: START + 1000, value: null },
        { at: START + 999_999_999, value: -12.345 },
      ];
      expect(await append(series, ...samples)).to.deep.equal({ stored: 7, duplicate: 0, conflict: 0 });
      expect(await all(series)).to.deep.equal(samples);
    });

    it('reads from the beginning of a range up to its end, and not the end itself', async () => {
      const series = await newSeries();
      await append(series, ...[0, 10, 20, 30].map((at) => ({ at, value: at })));
      expect((await all(series, 10, 30)).map(({ at }) => at)).to.deep.equal([10, 20]);
      expect((await all(series, 11, 20)).map(({ at }) => at)).to.deep.equal([]);
      expect((await all(series, 10, 10)).map(({ at }) => at)).to.deep.equal([]);
      expect((await all(series, 30, 1000)).map(({ at }) => at)).to.deep.equal([30]);
    });

    it('gives an empty block where there is nothing', async () => {
      const series = await newSeries();
      const block = await store.read(series, ...FOREVER);
      expect(block.times).to.be.instanceOf(Float64Array).with.lengthOf(0);
      expect(block.values).to.be.instanceOf(Float64Array).with.lengthOf(0);
      expect(await store.extent(series)).to.equal(undefined);
      expect(await store.rollups(series, 0, HOUR, 'minute')).to.deep.equal([]);
    });

    it('keeps the first value and counts the same again and the others', async () => {
      const series = await newSeries();
      await append(series, { at: 10, value: 1 }, { at: 20, value: null });
      const again = await append(
        series,
        { at: 10, value: 1 },
        { at: 10, value: 2 },
        { at: 20, value: null },
        { at: 20, value: 0 },
        { at: 30, value: 3 },
      );
      expect(again).to.deep.equal({ stored: 1, duplicate: 2, conflict: 2 });
      expect(await all(series)).to.deep.equal([
        { at: 10, value: 1 },
        { at: 20, value: null },
        { at: 30, value: 3 },
      ]);
    });

    it('counts exactly within one batch too, and for each of its entries', async () => {
      const [one, two] = [await newSeries(), await newSeries()];
      const results = await store.append([
        {
          series: one,
          samples: [
            { at: 2, value: 2 },
            { at: 1, value: 1 },
            { at: 2, value: 2 },
          ],
        },
        { series: two, samples: [{ at: 1, value: 5 }] },
        {
          series: one,
          samples: [
            { at: 1, value: 9 },
            { at: 3, value: 3 },
          ],
        },
        { series: two, samples: [] },
      ]);
      expect(results).to.deep.equal([
        { stored: 2, duplicate: 1, conflict: 0 },
        { stored: 1, duplicate: 0, conflict: 0 },
        { stored: 1, duplicate: 0, conflict: 1 },
        { stored: 0, duplicate: 0, conflict: 0 },
      ]);
      expect((await all(one)).map(({ value }) => value)).to.deep.equal([1, 2, 3]);
    });

    it('puts what comes late where it belongs', async () => {
      const series = await newSeries();
      await append(series, ...[50, 60, 70].map((at) => ({ at, value: at })));
      await all(series);
      expect(await append(series, ...[65, 10, 60, 55].map((at) => ({ at, value: at })))).to.deep.equal({
        stored: 3,
        duplicate: 1,
        conflict: 0,
      });
      expect((await all(series)).map(({ at }) => at)).to.deep.equal([10, 50, 55, 60, 65, 70]);
    });

    it('stores nothing of a batch that names an unknown series', async () => {
      const series = await newSeries();
      const batch = [
        { series, samples: [{ at: 1, value: 1 }] },
        { series: 999_999_999 as SeriesId, samples: [{ at: 1, value: 1 }] },
      ];
      const error = await store.append(batch).then(
        () => undefined,
        (why: unknown) => why,
      );
      expect(error).to.be.instanceOf(Error);
      expect(await all(series)).to.deep.equal([]);
      expect(await append(series, { at: 1, value: 1 })).to.deep.equal({ stored: 1, duplicate: 0, conflict: 0 });
    });

    it('tells where a series begins and ends', async () => {
      const series = await newSeries();
      await append(series, { at: 500, value: 1 }, { at: 700, value: null });
      expect(await store.extent(series)).to.deep.equal({ first: 500, last: 700 });
      await append(series, { at: 100, value: 1 });
      expect(await store.extent(series)).to.deep.equal({ first: 100, last: 700 });
    });

    it('reads long series whole', async () => {
      const series = await newSeries();
      const samples = Array.from({ length: 20_000 }, (_, index) => ({
        at: START + index * 10_000 + (index % 13),
        value: index % 97 === 0 ? null : Math.sin(index),
      }));
      for (let from = 0; from < samples.length; from += 700) {
        await append(series, ...samples.slice(from, from + 700));
      }
      expect(await all(series)).to.deep.equal(samples);
      const [first, last] = [samples[1023]!.at, samples[15_000]!.at];
      expect(await all(series, first, last)).to.deep.equal(samples.slice(1023, 15_000));
    });

    it('sums minutes and hours up', async () => {
      const series = await newSeries();
      await append(
        series,
        { at: START + 59_999, value: 4 },
        { at: START + 1, value: 1.5 },
        { at: START + 30_000, value: null },
        { at: START + MINUTE, value: null },
        { at: START + HOUR, value: -2 },
      );
      const minutes = await store.rollups(series, START, START + 2 * HOUR, 'minute');
      expect(minutes).to.deep.equal([
        { from: START, count: 2, absent: 1, sum: 5.5, min: 1.5, max: 4 },
        { from: START + MINUTE, count: 0, absent: 1, sum: 0, min: NaN, max: NaN },
        { from: START + HOUR, count: 1, absent: 0, sum: -2, min: -2, max: -2 },
      ]);
      const hours = await store.rollups(series, START, START + 2 * HOUR, 'hour');
      expect(hours).to.deep.equal([
        { from: START, count: 2, absent: 2, sum: 5.5, min: 1.5, max: 4 },
        { from: START + HOUR, count: 1, absent: 0, sum: -2, min: -2, max: -2 },
      ]);
      expect(await store.rollups(series, START + MINUTE, START + HOUR, 'minute')).to.deep.equal([minutes[1]]);
    });

    it('forgets samples that are old, counts them, and keeps their rollups', async () => {
      const { port: own, close: end } = await open();
      const [one, two] = [await own.series(key()), await own.series(key())];
      const samples = Array.from({ length: 5000 }, (_, index) => ({ at: START + index * 10_000, value: index % 7 }));
      await own.append([
        { series: one, samples },
        { series: two, samples: samples.slice(0, 3) },
      ]);
      const range = [START, START + 24 * HOUR] as const;
      const before = [await own.rollups(one, ...range, 'minute'), await own.rollups(one, ...range, 'hour')];
      const middle = START + 30 * 10_000 + 1;
      expect(await own.deleteBefore(middle)).to.equal(31 + 3);
      expect(await own.deleteBefore(middle)).to.equal(0);
      expect((await own.read(one, ...FOREVER)).times[0]).to.equal(START + 31 * 10_000);
      expect(await own.extent(two)).to.equal(undefined);
      expect([await own.rollups(one, ...range, 'minute'), await own.rollups(one, ...range, 'hour')]).to.deep.equal(
        before,
      );
      expect(await own.deleteBefore(START + 24 * HOUR)).to.equal(5000 - 31);
      expect([await own.rollups(one, ...range, 'minute'), await own.rollups(one, ...range, 'hour')]).to.deep.equal(
        before,
      );
      expect(await own.append([{ series: one, samples: [samples[0]!] }])).to.deep.equal([
        { stored: 1, duplicate: 0, conflict: 0 },
      ]);
      await end();
    });

    it('agrees with a model on any appends, reads and overlaps', async () => {
      const value = fc.option(
        fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
        {
          nil: null,
        },
      );
      const samples = fc.array(fc.record({ at: fc.integer({ min: 0, max: 60 }), value }), { maxLength: 30 });
      const run = fc
        .record({ from: fc.nat(3000), count: fc.nat(1500), step: fc.integer({ min: 1, max: 3 }) })
        .map(({ from, count, step }) =>
          Array.from({ length: count }, (_, index): Sample => ({ at: 100 + from + index * step, value: index % 5 })),
        );
      const step = fc.record({ samples: fc.oneof({ weight: 3, arbitrary: samples }, run), read: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
          const series = await newSeries();
          const model = new Map<number, number | null>();
          for (const { samples: given, read } of steps) {
            expect(await append(series, ...given)).to.deep.equal(appendToModel(model, given));
            if (read) expect(await all(series)).to.deep.equal(sorted(model));
          }
          expect(await all(series)).to.deep.equal(sorted(model));
          const within = sorted(model).filter(({ at }) => at >= 30 && at < 2000);
          expect(await all(series, 30, 2000)).to.deep.equal(within);
        }),
        { numRuns: 40 },
      );
    });
  });
}

function appendToModel(model: Map<number, number | null>, samples: readonly Sample[]): AppendResult {
  let stored = 0;
  let duplicate = 0;
  let conflict = 0;
  for (const { at, value } of samples) {
    // Minus zero is zero.
    const plain = value === null ? null : value + 0;
    const there = model.get(at);
    if (there === undefined) {
      model.set(at, plain);
      stored++;
    } else if (there === plain) duplicate++;
    else conflict++;
  }
  return { stored, duplicate, conflict };
}

function sorted(model: ReadonlyMap<number, number | null>): Sample[] {
  return [...model].map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at);
}
