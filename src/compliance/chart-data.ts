import type { SampleStore } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { MeasurementIndex } from './port.ts';
import type { ReportDocument } from './report-json.ts';
import type { ReportLife } from './report-life.ts';

/** One line of a chart: `[time, value]`, value null where nothing came. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number | null])[];
}

/** The measurements of one level. */
export interface Chart {
  readonly level: string;
  readonly metric: string;
  readonly threshold: number;
  readonly from: number;
  readonly until: number;
  readonly lines: readonly Line[];
  /** Times of incidents, drawn behind the lines. */
  readonly bad: readonly (readonly [number, number])[];
}

const POINTS = 400;
const RAW_SPAN = 6 * 3_600_000;
const MINUTE_SPAN = 8 * 86_400_000;
const MOST_LINES = 12;

/** What the charts of a report show: raw samples of a short period, means of rollups of a long one. */
export async function chartsOf(
  record: EntityRecord,
  document: ReportDocument,
  life: ReportLife,
  deps: { readonly samples: SampleStore; readonly measurements: MeasurementIndex },
): Promise<readonly Chart[]> {
  const found = await life.seriesOf(record);
  if (found === undefined) return [];
  const from = Date.parse(document.from);
  const until = Math.max(from + 1000, Math.min(Date.parse(document.until), Date.parse(document.samples.until)));
  return Promise.all(
    found.levels.map(async (level): Promise<Chart> => {
      const series = (await deps.measurements.seriesFor(found.sla, level)).slice(0, MOST_LINES);
      const lines = await Promise.all(
        series.map(async ({ instance, vantage, series: id }) => ({
          name: level.indicator.from.length > 1 ? `${instance} from ${vantage}` : instance,
          points: await pointsOf(deps.samples, id, from, until),
        })),
      );
      const answer = document.levels.find((each) => each.level === level.id);
      return {
        level: level.id,
        metric: level.indicator.metric,
        threshold: level.indicator.value,
        from,
        until,
        lines,
        bad: (answer?.incidents ?? []).map((each) => [
          Math.max(from, Date.parse(each.from)),
          each.until === null ? until : Date.parse(each.until),
        ]),
      };
    }),
  );
}

async function pointsOf(
  samples: SampleStore,
  series: Parameters<SampleStore['read']>[0],
  from: number,
  until: number,
): Promise<Line['points']> {
  const step = (until - from) / POINTS;
  const sums = new Float64Array(POINTS);
  const counts = new Uint32Array(POINTS);
  const tried = new Uint32Array(POINTS);
  const add = (at: number, sum: number, count: number, tries: number): void => {
    const bucket = Math.min(POINTS - 1, Math.max(0, Math.floor((at - from) / step)));
    sums[bucket] = (sums[bucket] ?? 0) + sum;
    counts[bucket] = (counts[bucket] ?? 0) + count;
    tried[bucket] = (tried[bucket] ?? 0) + tries;
  };
  if (until - from <= RAW_SPAN) {
    const { times, values } = await samples.read(series, from, until);
    times.forEach((at, i) => {
      const value = values[i] ?? Number.NaN;
      add(at, Number.isNaN(value) ? 0 : value, Number.isNaN(value) ? 0 : 1, 1);
    });
  } else {
    const unit = until - from <= MINUTE_SPAN ? 'minute' : 'hour';
    for (const each of await samples.rollups(series, from, until, unit))
      add(each.from, each.sum, each.count, each.count + each.absent);
  }
  const points: [number, number | null][] = [];
  for (let i = 0; i < POINTS; i++) {
    if ((tried[i] ?? 0) === 0) continue;
    const count = counts[i] ?? 0;
    points.push([Math.round(from + (i + 0.5) * step), count === 0 ? null : (sums[i] ?? 0) / count]);
  }
  return points;
}
