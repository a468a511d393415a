import type { IsoDuration } from '../shared/duration.ts';

export type Need = 'must' | 'prefer' | 'measure';
export type Scope = 'each' | 'all' | 'any' | { readonly atleast: number };
export type NoData = 'bad' | 'good' | 'exclude' | 'hold';
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
/** `p50` … `p99.9` are percentiles by nearest rank. */
export type Statistic = 'mean' | 'min' | 'max' | 'sum' | 'count' | `p${number}`;

export interface Indicator {
  readonly metric: string;
  readonly statistic: Statistic;
  readonly op: Comparison;
  readonly value: number;
  readonly probe: Readonly<Record<string, string | number | boolean | readonly number[]>>;
  /** Between two measurements. */
  readonly period: IsoDuration;
  readonly minsamples: number;
  /** Vantages whose samples count. */
  readonly from: readonly string[];
  readonly quorum: number;
}

export type Window =
  | { readonly calendar: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'; readonly timezone: string }
  | { readonly anchor: string; readonly every: IsoDuration }
  | { readonly rolling: IsoDuration };

export interface Tier {
  /** Share of attainment under which the tier applies. */
  readonly below: number;
  /** Share of the base. */
  readonly credit: number;
}

export interface Remedy {
  readonly tiers: readonly Tier[];
  readonly base: 'instance' | 'level' | 'sla';
  readonly cap: number;
  /** Paid if over this amount. */
  readonly min: string;
  readonly combine: 'largest' | 'sum';
  readonly claim?: { readonly by: 'broker' | 'customer'; readonly within: IsoDuration };
  readonly exit?: { readonly breaches: number; readonly within: IsoDuration };
}

export interface Maintenance {
  readonly notice: IsoDuration;
  readonly max: IsoDuration;
  readonly per: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
}

/** A service level with every default filled in: the form that is stored and frozen at the award. */
export interface Level {
  readonly id: string;
  readonly need: Need;
  /** Ids of the wanted resources whose instances it is about. */
  readonly of: readonly string[];
  readonly scope: Scope;
  readonly method: 'slices';
  readonly indicator: Indicator;
  readonly slice: IsoDuration;
  /** Runs of fewer bad slices count as good. */
  readonly minrun: number;
  readonly target: number;
  readonly count: 'window' | 'inforce';
  readonly window: Window;
  readonly nodata: NoData;
  readonly holdmax: IsoDuration;
  readonly mincoverage: number;
  readonly settle: IsoDuration;
  readonly maintenance: Maintenance | null;
  readonly remedy: Remedy | null;
  /** What came with the level and has no meaning here, such as OpenSLO annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How a proposal answers one asked level. */
export type Commitment =
  | { readonly for: string; readonly commit: 'asked' | 'none' }
  | { readonly for: string; readonly commit: 'other'; readonly level: Level; readonly template?: string };
