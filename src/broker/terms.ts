import type { Instant } from '../shared/clock.ts';
import type { IsoDuration } from '../shared/duration.ts';
import type { Level } from '../terms/level.ts';
import type { Usage } from '../terms/price.ts';
import type { Wanted } from '../terms/resources.ts';

export interface Budget {
  readonly amount: string;
  readonly currency: string;
  readonly per: 'month' | 'hour' | 'once' | 'term';
}

/** When the agreement runs (api.md, Period). Absent: from the award, open, no minimum. */
export interface Period {
  readonly from?: Instant;
  readonly latest?: Instant;
  readonly until?: Instant;
  readonly length?: IsoDuration;
  readonly minimum?: IsoDuration;
  readonly notice?: IsoDuration;
  readonly renew?: string;
}

/** A call for proposals, read and checked, with defaults: what everything inside goes by. */
export interface CfpTerms {
  readonly wanted: readonly Wanted[];
  readonly levels: readonly Level[];
  readonly usage: readonly Usage[];
  readonly budget?: Budget;
  /** Currency of comparison. */
  readonly currency: string;
  readonly perVendor: number;
  readonly period: Period;
}

/** The length that `total` is for: until the end, or as long as it says; undefined: open. */
export function periodLength(period: Period, award: Instant): IsoDuration | undefined {
  if (period.length !== undefined) return period.length;
  if (period.until === undefined) return undefined;
  const seconds = Math.max(0, Math.round((period.until - (period.from ?? award)) / 1000));
  return `PT${seconds}S`;
}
