import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Samples } from './chunk.ts';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
/** The steps that are kept when samples go. */
export const STEPS = [MINUTE, HOUR] as const;

/** Buckets of one step that lie in one row of the table. */
const PACK = 1440;
const FIELDS = 6;

export interface Bucket {
  readonly from: number;
  count: number;
  absent: number;
  sum: number;
  min: number;
  max: number;
}

/** Adds samples with `from <= time < until` to the buckets of a step. */
export function rollUp(samples: Samples, from: number, until: number, stepMs: number, into: Map<number, Bucket>): void {
  let bucket: Bucket | undefined;
  for (let i = 0; i < samples.times.length; i++) {
    const time = samples.times[i] ?? 0;
    if (time < from || time >= until) continue;
    if (bucket === undefined || time < bucket.from || time >= bucket.from + stepMs) {
      bucket = bucketAt(into, Math.floor(time / stepMs) * stepMs);
    }
    const value = samples.values[i] ?? Number.NaN;
    if (Number.isNaN(value)) bucket.absent++;
    else addValues(bucket, 1, value, value, value);
  }
}

export function merge(into: Map<number, Bucket>, buckets: Iterable<Bucket>): void {
  for (const other of buckets) {
    const bucket = bucketAt(into, other.from);
    bucket.absent += other.absent;
    if (other.count > 0) addValues(bucket, other.count, other.sum, other.min, other.max);
  }
}

/** The row of the table that a bucket lies in. */
export function packOf(from: number, stepMs: number): number {
  return Math.floor(from / (stepMs * PACK));
}

/** In order of time, as rows of six doubles. */
export function flatten(buckets: Iterable<Bucket>): Float64Array {
  const sorted = [...buckets].sort((a, b) => a.from - b.from);
  const flat = new Float64Array(sorted.length * FIELDS);
  sorted.forEach(({ from, count, absent, sum, min, max }, index) => {
    flat.set([from, count, absent, sum, min, max], index * FIELDS);
  });
  return flat;
}

export function unflatten(flat: Float64Array): Bucket[] {
  const buckets: Bucket[] = [];
  for (let i = 0; i + FIELDS <= flat.length; i += FIELDS) {
    const [from = 0, count = 0, absent = 0, sum = 0, min = Number.NaN, max = Number.NaN] = flat.subarray(i, i + FIELDS);
    buckets.push({ from, count, absent, sum, min, max });
  }
  return buckets;
}

export function packBuckets(buckets: Iterable<Bucket>): Uint8Array {
  return deflateRawSync(new Uint8Array(flatten(buckets).buffer));
}

export function unpackBuckets(bytes: Uint8Array): Bucket[] {
  const plain = inflateRawSync(bytes);
  return unflatten(new Float64Array(new Uint8Array(plain).buffer));
}

function bucketAt(into: Map<number, Bucket>, from: number): Bucket {
  let bucket = into.get(from);
  if (bucket === undefined) {
    bucket = { from, count: 0, absent: 0, sum: 0, min: Number.NaN, max: Number.NaN };
    into.set(from, bucket);
  }
  return bucket;
}

function addValues(bucket: Bucket, count: number, sum: number, min: number, max: number): void {
  bucket.min = bucket.count === 0 ? min : Math.min(bucket.min, min);
  bucket.max = bucket.count === 0 ? max : Math.max(bucket.max, max);
  bucket.count += count;
  bucket.sum += sum;
}
