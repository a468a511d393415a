import { SAMPLES_HEADER, samplesCsv } from '../archive/csv.ts';
import type { SampleStore } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Export, ExportContext } from '../occi/extension.ts';
import type { Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { BadRequest, Problems, TooLarge } from '../shared/errors.ts';
import { textOf } from './fit.ts';
import { collectorAttribute } from './names.ts';

/** Lines of one answer at most. */
const LINES = 2_000_000;

/**
 * What was archived of a collector (or of a sensor's aggregates) as levels.md's SAMPLES.csv: `from`
 * inclusive, `until` exclusive, ISO 8601 or epoch milliseconds, both optional. Throws `BadRequest`
 * for instants that cannot be read, `TooLarge` for a range that holds too much.
 */
export async function exportCsv(record: EntityRecord, ctx: ExportContext, samples: SampleStore): Promise<Export> {
  const { from, until } = readRange(ctx.query);
  const instance =
    textOf(record.attributes, collectorAttribute.instance) ?? record.target?.location ?? ctx.pathOf(record);
  const series = [...(await samples.seriesOf(record.id))].sort(
    (a, b) => compare(a.channel, b.channel) || compare(a.vantage, b.vantage),
  );
  const parts = [`${SAMPLES_HEADER}\n`];
  let lines = 0;
  for (const { id, channel, vantage } of series) {
    const extent = await samples.extent(id);
    if (extent === undefined) continue;
    const block = await samples.read(id, Math.max(from, extent.first), Math.min(until, extent.last + 1));
    lines += block.times.length;
    if (lines > LINES)
      throw new TooLarge(`More than ${LINES} samples`, {
        problems: [{ path: '', code: 'too_many', detail: 'ask for a shorter time with from and until' }],
      });
    parts.push(samplesCsv({ instance, metric: channel, vantage }, block));
  }
  return {
    body: parts.join(''),
    headers: { 'Content-Disposition': `attachment; filename="samples-${record.id}.csv"` },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function readRange(query: Readonly<Record<string, string>>): { from: Instant; until: Instant } {
  const problems = new Problems();
  const read = (name: 'from' | 'until', otherwise: Instant): Instant => {
    const text = query[name];
    if (text === undefined || text === '') return otherwise;
    // A plus sign of an offset arrives as a blank where the client did not escape it.
    const at = /^-?\d{1,16}$/.test(text) ? Number(text) : parseInstant(text.replace(' ', '+'));
    if (at === undefined) problems.add(`/${name}`, 'instant_invalid', 'not an ISO 8601 instant or epoch milliseconds');
    return at ?? otherwise;
  };
  const range = { from: read('from', -8.64e15), until: read('until', 8.64e15) };
  problems.throwIfAny((list) => new BadRequest('invalid_range', 'The range cannot be read', { problems: list }));
  return range;
}
