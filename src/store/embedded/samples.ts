import type { AppendResult, SampleStore, Series, SeriesId, SeriesKey } from '../../archive/store.ts';
import { NotFound, type ParleyError } from '../../shared/errors.ts';
import type { WorkerLink } from './link.ts';
import type { ReaderCalls, WriterCalls } from './protocol.ts';
import { unflatten } from './rollup.ts';
import { encodeBatch } from './words.ts';

/** The sample port over the two workers. */
export function embeddedSamples(writer: WorkerLink<WriterCalls>, reader: WorkerLink<ReaderCalls>): SampleStore {
  const ids = new Map<string, Promise<SeriesId>>();
  /** Series with acknowledged samples that the reader does not see yet. */
  const unsettled = new Set<number>();

  /** The writer answers in order, so a series that is appended to meanwhile is marked anew after this. */
  async function settle(series: number): Promise<void> {
    if (!unsettled.has(series)) return;
    await writer.call('settle', series);
    unsettled.delete(series);
  }

  return {
    series(key) {
      const text = JSON.stringify([key.tenant, key.collector, key.channel, key.vantage]);
      let id = ids.get(text);
      if (id === undefined) {
        id = writer.call('series', plainKey(key)) as Promise<SeriesId>;
        ids.set(text, id);
        id.catch(() => ids.delete(text));
      }
      return id;
    },
    seriesOf: async (collector) => (await reader.call('seriesOf', collector)) as Series[],

    async append(batch) {
      if (batch.length === 0) return [];
      const words = encodeBatch(batch);
      const results = await writer.call('append', words).catch(explain);
      for (const { series } of batch) unsettled.add(series);
      return (
        results ?? batch.map(({ samples }): AppendResult => ({ stored: samples.length, duplicate: 0, conflict: 0 }))
      );
    },

    async read(series, from, until) {
      await settle(series);
      return reader.call('read', series, from, until);
    },
    async extent(series) {
      await settle(series);
      return (await reader.call('extent', series)) ?? undefined;
    },
    async rollups(series, from, until, step) {
      await settle(series);
      const flat = await reader.call('rollups', series, from, until, step);
      return unflatten(flat);
    },
    async deleteBefore(before) {
      let deleted = 0;
      for (let after: number | null = 0; after !== null;) {
        const step: { deleted: number; next: number | null } = await writer.call('deleteSamples', before, after);
        deleted += step.deleted;
        after = step.next;
      }
      return deleted;
    },
  };
}

/** A key without what else its object may carry. */
function plainKey({ tenant, collector, channel, vantage }: SeriesKey): SeriesKey {
  return { tenant, collector, channel, vantage };
}

function explain(error: ParleyError): never {
  if (error.code === 'series_unknown') throw new NotFound('Samples were appended to a series that does not exist');
  throw error;
}
