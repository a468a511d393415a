import { parse } from 'csv-parse/sync';
import type { SampleBlock } from '../archive/store.ts';
import { parseInstant } from '../shared/duration.ts';
import type { Problem } from '../shared/errors.ts';

/** What a series of a CSV file is known by. */
export interface SeriesName {
  readonly instance: string;
  readonly metric: string;
  readonly vantage: string;
}

export interface NamedSeries extends SeriesName {
  readonly block: SampleBlock;
}

/** A series of a file, and the line that first names it. */
export interface FileSeries extends NamedSeries {
  readonly line: number;
}

const COLUMNS = ['time', 'instance', 'metric', 'vantage', 'value'] as const;
const EPOCH = /^-?\d{1,16}$/;
/** The latest and earliest instant that a Date can hold, in epoch milliseconds. */
const FARTHEST = 8.64e15;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
/** More problems than this say no more than the first ones do. */
const MOST_PROBLEMS = 100;

interface Growing extends SeriesName {
  readonly times: number[];
  readonly values: number[];
  readonly lines: number[];
}

/**
 * Reads SAMPLES.csv: header `time,instance,metric,vantage,value` in any order; an empty value was
 * tried and gave nothing. Order does not matter; the same row twice counts once; the same time,
 * instance, metric and vantage with another value is a problem. Problems name the line.
 */
export function readSamples(text: string): {
  readonly series: readonly FileSeries[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const tell = (line: number, code: string, detail: string): void => {
    if (problems.length < MOST_PROBLEMS)
      problems.push({ path: `/line/${line}`, code, detail: `line ${line}: ${detail}` });
  };
  const found = new Map<string, Growing>();
  let places: readonly number[] | undefined;
  let wrongHeader = false;
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record(record: string[], { lines }) {
        if (places === undefined) {
          places = COLUMNS.map((name) => record.indexOf(name));
          wrongHeader = places.includes(-1) || record.length !== COLUMNS.length;
          if (wrongHeader) tell(lines, 'header_wrong', `the header must be ${COLUMNS.join(',')}`);
        } else if (!wrongHeader) readRow(record, places, lines, found, tell);
        return null;
      },
    });
  } catch (error) {
    const line = (error as { lines?: number }).lines ?? 1;
    tell(line, 'csv_invalid', error instanceof Error ? error.message : 'cannot be read as CSV');
  }
  if (places === undefined) tell(1, 'header_wrong', `the header must be ${COLUMNS.join(',')}`);
  return { series: [...found.values()].map((each) => finish(each, tell)), problems };
}

type Tell = (line: number, code: string, detail: string) => void;

function readRow(
  record: readonly string[],
  places: readonly number[],
  line: number,
  found: Map<string, Growing>,
  tell: Tell,
): void {
  if (record.length !== COLUMNS.length) {
    tell(line, 'row_wrong', `${record.length} fields instead of ${COLUMNS.length}`);
    return;
  }
  const [time = '', instance = '', metric = '', vantage = '', value = ''] = places.map((place) => record[place]);
  const at = instantOf(time);
  if (at === undefined)
    tell(line, 'instant_invalid', `${time} is neither an ISO 8601 instant with offset nor epoch milliseconds`);
  if (value !== '' && !(NUMBER.test(value) && Number.isFinite(Number(value))))
    tell(line, 'value_invalid', `${value} is no number`);
  if (instance === '' || metric === '' || vantage === '')
    tell(line, 'name_missing', 'instance, metric and vantage are needed');
  if (at === undefined) return;
  const key = `${instance}\n${metric}\n${vantage}`;
  let series = found.get(key);
  if (series === undefined) found.set(key, (series = { instance, metric, vantage, times: [], values: [], lines: [] }));
  series.times.push(at);
  series.values.push(value === '' ? Number.NaN : Number(value));
  series.lines.push(line);
}

function instantOf(time: string): number | undefined {
  if (!EPOCH.test(time)) return parseInstant(time);
  const at = Number(time);
  return Math.abs(at) <= FARTHEST ? at : undefined;
}

/** In time order, repeats dropped, conflicts told. */
function finish(series: Growing, tell: Tell): FileSeries {
  const { instance, metric, vantage, lines } = series;
  const order = Uint32Array.from(lines.keys());
  let sorted = true;
  for (let i = 1; sorted && i < lines.length; i++) sorted = (series.times[i - 1] ?? 0) < (series.times[i] ?? 0);
  if (!sorted) order.sort((a, b) => (series.times[a] ?? 0) - (series.times[b] ?? 0) || a - b);
  const times = new Float64Array(lines.length);
  const values = new Float64Array(lines.length);
  let count = 0;
  let kept = -1;
  for (const i of order) {
    const at = series.times[i] ?? 0;
    const value = series.values[i] ?? Number.NaN;
    if (count > 0 && times[count - 1] === at) {
      const known = values[count - 1] ?? Number.NaN;
      if (known !== value && !(Number.isNaN(known) && Number.isNaN(value)))
        tell(
          lines[i] ?? 0,
          'sample_conflict',
          `another value than line ${lines[kept] ?? 0} for the same time, instance, metric and vantage`,
        );
      continue;
    }
    times[count] = at;
    values[count++] = value;
    kept = i;
  }
  const block = { times: times.slice(0, count), values: values.slice(0, count) };
  return { instance, metric, vantage, line: lines[0] ?? 1, block };
}
