import type { SeriesId } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Level } from '../terms/level.ts';

/** One series that holds measurements of one agreed instance, seen from one vantage. */
export interface MeasuredSeries {
  /** `web/0`: the place of the instance in the agreement, which a replacement keeps. */
  readonly instance: string;
  readonly vantage: string;
  readonly series: SeriesId;
}

/**
 * Where the measurements of an SLA are. Implemented over the collectors by monitoring, wired by
 * compose. Only the level's metric is meant, and only instances in `of`; several series may hold
 * one instance and vantage (after a replacement), and their samples count together. Series that
 * do not exist yet are simply missing.
 */
export interface MeasurementIndex {
  seriesFor(sla: EntityRecord, level: Level): Promise<readonly MeasuredSeries[]>;
}
