import type { SampleStore } from '../archive/store.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { IdSource } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { SlaHealth } from '../sla/port.ts';
import type { MeasurementIndex } from './port.ts';

/** What compliance is made of. */
export interface ComplianceDeps {
  readonly store: EntityStore;
  readonly samples: SampleStore;
  readonly measurements: MeasurementIndex;
  readonly health: SlaHealth;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Name and version, as reports name them: `parley 0.1.0`. */
  readonly program: string;
  readonly newId?: IdSource;
  readonly times?: Partial<ComplianceTimes>;
}

/** How patient the service is, in milliseconds. */
export interface ComplianceTimes {
  /** How long a resolved violation may be disputed. */
  readonly dispute: number;
  /** Samples that arrive up to this much late are seen at the next evaluation; later ones when a window is complete. */
  readonly recheck: number;
  /** Everything is read again this often. */
  readonly reread: number;
}

export const defaultTimes: ComplianceTimes = {
  dispute: 14 * 86_400_000,
  recheck: 120_000,
  reread: 3_600_000,
};
