import type { Instant } from '../shared/clock.ts';
import type { EntityId, TenantId } from '../shared/ids.ts';

/** A measurement. `value` null: it was tried, and nothing came. Not tried at all: no sample. */
export interface Sample {
  readonly at: Instant;
  readonly value: number | null;
}

/** What is measured, by whom, seen from where. */
export interface SeriesKey {
  readonly tenant: TenantId;
  readonly collector: EntityId;
  /** The metric, such as `net.reachable`. */
  readonly channel: string;
  readonly vantage: string;
}

/** The compact id of a series. */
export type SeriesId = number & { readonly series: unique symbol };

export interface Series extends SeriesKey {
  readonly id: SeriesId;
}

export interface AppendResult {
  readonly stored: number;
  /** The same value was there already. */
  readonly duplicate: number;
  /** Another value was there: the first stays. */
  readonly conflict: number;
}

/** A series' samples in time order: `values[i]` is NaN where a try gave nothing. */
export interface SampleBlock {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** What one UTC minute or hour of a series comes to. Only for charts and long views: verdicts are computed from samples. */
export interface Rollup {
  readonly from: Instant;
  /** Values: tries that gave nothing are not among them. */
  readonly count: number;
  /** Tries that gave nothing. */
  readonly absent: number;
  readonly sum: number;
  /** NaN where there is no value; `max` likewise. */
  readonly min: number;
  readonly max: number;
}

/**
 * The sample store port. A promise of `append` resolves when the samples are durable. A sample is
 * known by series and time: the first value stays. Reads see everything acknowledged before them.
 */
export interface SampleStore {
  /** The id of a series, made at first use. */
  series(key: SeriesKey): Promise<SeriesId>;
  /** Every series of a collector. */
  seriesOf(collector: EntityId): Promise<Series[]>;
  /** Answers for each entry, in order. A series that was never made: nothing is stored. */
  append(batch: readonly { readonly series: SeriesId; readonly samples: readonly Sample[] }[]): Promise<AppendResult[]>;
  /** Samples with `from <= at < until`, in time order. */
  read(series: SeriesId, from: Instant, until: Instant): Promise<SampleBlock>;
  /** Where the series begins and ends; undefined when it is empty. */
  extent(series: SeriesId): Promise<{ first: Instant; last: Instant } | undefined>;
  /** The minutes or hours that overlap `from <= at < until` and have a sample, in time order. */
  rollups(series: SeriesId, from: Instant, until: Instant, step: 'minute' | 'hour'): Promise<Rollup[]>;
  /** Forgets samples older than `before`; rollups stay. Answers how many. */
  deleteBefore(before: Instant): Promise<number>;
}
