import { createHash } from 'node:crypto';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Level } from '../terms/level.ts';
import { instancesOf } from './evaluate.ts';
import type { NamedSeries } from './samples-csv.ts';

export interface SampleDigest {
  readonly count: number;
  /** SHA-256 of the canonical lines. */
  readonly sha256: string;
}

/** Does any of the levels look at the series? Other rows of a file are evidence, no more. */
export function isUsed(
  series: { readonly instance: string; readonly metric: string; readonly vantage: string },
  levels: readonly Level[],
): boolean {
  return levels.some(
    (level) =>
      level.indicator.metric === series.metric &&
      level.indicator.from.includes(series.vantage) &&
      instancesOf(level, [series.instance]).length > 0,
  );
}

/** One sample as the hash sees it: time in UTC with milliseconds, an empty value where a try gave nothing. */
export function canonicalLine(time: number, rest: string, value: number): string {
  return `${new Date(time).toISOString()},${rest},${Number.isNaN(value) ? '' : String(value + 0)}\n`;
}

const CHUNK = 1 << 16;

/**
 * The hash of the samples in `[from, until)`: SHA-256 over the lines
 * `time,instance,metric,vantage,value` in the order of their bytes, each ended by a line feed.
 */
export function digestOf(series: readonly NamedSeries[], from: number, until: number): SampleDigest {
  const hash = createHash('sha256');
  let count = 0;
  for (const { text, lines } of chunks(series, from, until)) {
    hash.update(text);
    count += lines;
  }
  return { count, sha256: hash.digest('hex') };
}

/** The same, letting others have their turn in between. */
export async function digestSlowly(series: readonly NamedSeries[], from: number, until: number): Promise<SampleDigest> {
  const hash = createHash('sha256');
  let count = 0;
  for (const { text, lines } of chunks(series, from, until)) {
    hash.update(text);
    count += lines;
    await immediate();
  }
  return { count, sha256: hash.digest('hex') };
}

function* chunks(
  series: readonly NamedSeries[],
  from: number,
  until: number,
): Generator<{ text: string; lines: number }> {
  const heads = series
    .map(({ instance, metric, vantage, block }) => ({
      rest: `${instance},${metric},${vantage}`,
      ...block,
      next: block.times.findIndex((time) => time >= from),
    }))
    .filter((head) => head.next >= 0)
    .toSorted((a, b) => (`${a.rest},` < `${b.rest},` ? -1 : 1));
  let text = '';
  let lines = 0;
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    let at = until;
    for (const head of heads) {
      const time = head.times[head.next];
      if (time !== undefined && time < at) {
        at = time;
        first = head;
      }
    }
    if (first === undefined) break;
    text += canonicalLine(at, first.rest, first.values[first.next] ?? Number.NaN);
    first.next++;
    lines++;
    if (text.length > CHUNK) {
      yield { text, lines };
      text = '';
      lines = 0;
    }
  }
  yield { text, lines };
}
