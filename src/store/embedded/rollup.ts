import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { STEP_MS } from '../../archive/rollup.ts';
import type { Rollup } from '../../archive/store.ts';
import type { Instant } from '../../shared/clock.ts';

/** The steps that are kept when samples go. */
export const STEPS = ['minute', 'hour'] as const;

/** Buckets of one step that lie in one row of the table. */
const PACK = 1440;
const FIELDS = 6;

/** Rollups that grow, by where they begin. */
export type Buckets = Map<Instant, Bucket>;
type Bucket = { -readonly [Name in keyof Rollup]: Rollup[Name] };

/** Adds up what two parts of the same minutes or hours came to. */
export function merge(into: Buckets, rollups: Iterable<Rollup>): void {
  for (const other of rollups) {
    const bucket = bucketAt(into, other.from);
    bucket.absent += other.absent;
    if (other.count > 0) addValues(bucket, other.count, other.sum, other.min, other.max);
  }
}

/** The row of the table that a bucket lies in. */
export function packOf(from: Instant, step: keyof typeof STEP_MS): number {
  return Math.floor(from / (STEP_MS[step] * PACK));
}

/** In order of time, as rows of six doubles. */
export function flatten(rollups: Iterable<Rollup>): Float64Array {
  const sorted = [...rollups].sort((a, b) => a.from - b.from);
  const flat = new Float64Array(sorted.length * FIELDS);
  sorted.forEach(({ from, count, absent, sum, min, max }, index) => {
    flat.set([from, count, absent, sum, min, max], index * FIELDS);
  });
  return flat;
}

export function unflatten(flat: Float64Array): Rollup[] {
  const rollups: Rollup[] = [];
  for (let i = 0; i + FIELDS <= flat.length; i += FIELDS) {
    const [from = 0, count = 0, absent = 0, sum = 0, min = Number.NaN, max = Number.NaN] = flat.subarray(i, i + FIELDS);
    rollups.push({ from, count, absent, sum, min, max });
  }
  return rollups;
}

export function packRollups(rollups: Iterable<Rollup>): Uint8Array {
  return deflateRawSync(new Uint8Array(flatten(rollups).buffer));
}

export function unpackRollups(bytes: Uint8Array): Rollup[] {
  const plain = inflateRawSync(bytes);
  return unflatten(new Float64Array(new Uint8Array(plain).buffer));
}

function bucketAt(into: Buckets, from: Instant): Bucket {
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
