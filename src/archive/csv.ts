import { isoInstant } from '../shared/clock.ts';
import type { SampleBlock } from './store.ts';

/** The header of a samples file (levels.md, SAMPLES.csv). */
export const SAMPLES_HEADER = 'time,instance,metric,vantage,value';

/** What the columns of one series' lines hold besides time and value. */
export interface SeriesLabels {
  /** `web/0`, or what stands for an instance outside an agreement. */
  readonly instance: string;
  readonly metric: string;
  readonly vantage: string;
}

/** RFC 4180: quoted only where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of one series, each ended by LF. Values are written so that reading gives the same double; absent ones are empty. */
export function samplesCsv(labels: SeriesLabels, block: SampleBlock): string {
  const middle = `,${csvField(labels.instance)},${csvField(labels.metric)},${csvField(labels.vantage)},`;
  const lines: string[] = [];
  for (let index = 0; index < block.times.length; index += 1) {
    const value = block.values[index] ?? NaN;
    lines.push(`${isoInstant(block.times[index] ?? 0)}${middle}${Number.isNaN(value) ? '' : String(value)}\n`);
  }
  return lines.join('');
}
