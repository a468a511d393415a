import type { Sample } from '../../archive/store.ts';

/**
 * A batch of samples as one array of doubles, as it travels to the writer and lies in its log:
 * for each series its id, how many samples follow, their times, their values (NaN: nothing came).
 */
export type Words = Float64Array;

/** Beyond the year 33,000; keeps differences of differences of times exact. */
const FARTHEST = 1e15;

/**
 * @throws RangeError for a time that is not a whole millisecond. A value that is not finite counts
 *   as nothing, and minus zero as zero: neither can come of a measurement.
 */
export function encodeBatch(batch: readonly { readonly series: number; readonly samples: readonly Sample[] }[]): Words {
  let length = 0;
  for (const { samples } of batch) length += 2 + samples.length * 2;
  const words = new Float64Array(length);
  let at = 0;
  for (const { series, samples } of batch) {
    const count = samples.length;
    words[at] = series;
    words[at + 1] = count;
    let time = at + 2;
    let value = time + count;
    for (const sample of samples) {
      if (!Number.isInteger(sample.at) || Math.abs(sample.at) > FARTHEST) {
        throw new RangeError(`a sample's time is a whole millisecond, not ${sample.at}`);
      }
      words[time++] = sample.at;
      words[value++] = sample.value !== null && Number.isFinite(sample.value) ? sample.value + 0 : Number.NaN;
    }
    at = value;
  }
  return words;
}

/** Calls back for each series of the batch with where its times and values begin. */
export function eachSeries(
  words: Words,
  visit: (series: number, count: number, times: number, values: number) => void,
): void {
  for (let at = 0; at < words.length;) {
    const count = words[at + 1] ?? 0;
    visit(words[at] ?? 0, count, at + 2, at + 2 + count);
    at += 2 + count * 2;
  }
}

/** Several batches as one, as bytes for the log. */
export function wordsToBytes(batches: readonly Words[]): Uint8Array {
  const first = batches[0];
  if (batches.length === 1 && first !== undefined) return bytesOf(first);
  const all = new Float64Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  let at = 0;
  for (const batch of batches) {
    all.set(batch, at);
    at += batch.length;
  }
  return bytesOf(all);
}

/** Copies, since bytes out of a database need not lie where doubles may. */
export function bytesToWords(bytes: Uint8Array): Words {
  return new Float64Array(bytes.slice().buffer);
}

function bytesOf(words: Words): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
