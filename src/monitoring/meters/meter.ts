import type { EntityRecord } from '../../occi/entity.ts';
import type { Instant } from '../../shared/clock.ts';
import type { EntityId, TypeId } from '../../shared/ids.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Probe } from './probe.ts';

/** One measurement of one channel. Null: tried, and nothing came. */
export interface Reading {
  /** The metric, such as `net.reachable`. */
  readonly metric: string;
  readonly value: number | null;
}

/** What is to be measured, as the collector, its target's record and the target's vendor say. */
export interface MeterCall {
  readonly collector: EntityId;
  /** The metrics that are wanted. */
  readonly metrics: readonly string[];
  readonly target: EntityRecord;
  readonly probe: Probe;
  /** May the target's endpoint be a loopback or private address (the vendor's profile says so)? */
  readonly internal: boolean;
  /** The planned start. */
  readonly at: Instant;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Measures chosen parameters of a resource. Never rejects: whatever goes wrong is a reading. */
export interface Meter {
  readonly mixin: TypeId;
  /** Metrics it delivers; undefined: it depends on the vendor. */
  readonly delivers: readonly string[] | undefined;
  measure(call: MeterCall): Promise<readonly Reading[]>;
}
