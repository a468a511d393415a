import type { Instant } from '../shared/clock.ts';
import type { Interval, Suspension } from '../sla/document.ts';

/** Consecutive slices from a UTC-aligned start: slice `i` is `[from + i * slice, from + (i + 1) * slice)`. */
export interface Grid {
  readonly from: Instant;
  /** Milliseconds. */
  readonly slice: number;
  readonly count: number;
}

/** What a slice is found to be; a label of one byte in a `Uint8Array`. */
export const UNMEASURED = 0;
export const ABSENT = 1;
export const GOOD = 2;
export const BAD = 3;
export const OUT = 4;

/** Why time should not count. `state`: proposed, planned, approved, refused, withdrawn. */
export interface ExclusionFact {
  readonly from: Instant;
  readonly until: Instant;
  readonly announcedat?: Instant;
  readonly state: string;
  readonly reason?: string;
  /** Ids of the levels that it is about; absent: all. */
  readonly levels?: readonly string[];
}

/** Recurring money that accrues evenly between two instants. No instance: it belongs to the whole SLA. */
export interface Charge {
  readonly instance?: string;
  readonly from: Instant;
  readonly until: Instant;
  /** A decimal string. */
  readonly amount: string;
}

export interface Stop extends Interval {
  readonly instance: string;
}

/** All that is known of an SLA beside its samples (levels, The same computation without the service). */
export interface EvaluationContext {
  /** Windows that overlap `[from, until)` are answered. */
  readonly from: Instant;
  readonly until: Instant;
  /** Slices that end later are not evaluated. */
  readonly now: Instant;
  /** `web/0`: every agreed instance. */
  readonly instances: readonly string[];
  /** Absent: in force throughout. */
  readonly inforce?: readonly Interval[];
  readonly agreedend?: Instant;
  readonly stopped?: readonly Stop[];
  readonly suspended?: readonly Suspension[];
  /** Our own: nothing was measured. */
  readonly outages?: readonly Interval[];
  readonly exclusions?: readonly ExclusionFact[];
  readonly currency?: string;
  readonly charges?: readonly Charge[];
  /** Rolling windows end here at the latest: those of a period that is over do not roll on. */
  readonly rollinguntil?: Instant;
}

export type WindowState = 'undefined' | 'fulfilled' | 'violated';

export interface Credit {
  readonly tier: { readonly below: number; readonly credit: number };
  /** The recurring charges that it is a share of, as a decimal string. */
  readonly base: string;
  readonly amount: string;
  readonly currency: string;
}

/** One window of one series: an instance with scope each, `*` otherwise. */
export interface WindowResult {
  readonly index: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly good: number;
  readonly bad: number;
  readonly counted: number;
  readonly measured: number;
  readonly unmeasured: number;
  readonly excluded: number;
  /** Slices that the target is a share of when the state is found. */
  readonly planned: number;
  readonly state: WindowState;
  readonly violatedat: Instant | undefined;
  readonly complete: boolean;
  readonly credit: Credit | undefined;
}

/** A run of bad slices. */
export interface Incident {
  readonly index: string;
  readonly from: Instant;
  /** Start of the good slice that ends it; undefined while open. */
  readonly until: Instant | undefined;
  /** Bad slices in it. */
  readonly slices: number;
  /** The statistic farthest from the threshold; undefined where nothing came. */
  readonly worst: number | undefined;
  /** End of the last bad slice. */
  readonly last: Instant;
  /** Every bad slice of it is lost to exclusions or lies out of force. */
  readonly excused: boolean;
  /** A bad slice of it lies in force. */
  readonly inforce: boolean;
}

export interface LevelResult {
  readonly level: string;
  readonly windows: readonly WindowResult[];
  readonly incidents: readonly Incident[];
}
