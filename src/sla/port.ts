import type { EntityRecord } from '../occi/entity.ts';
import type { EntityId } from '../shared/ids.ts';

/** Told upwards when an SLA's life goes on; compose wires it. Each may be told twice for one change. */
export interface SlaListener {
  /** In force: resources are delivered and checked. */
  activated?(sla: EntityRecord): Promise<void>;
  /** Its begin was confirmed, and lies in the future. */
  scheduled?(sla: EntityRecord): Promise<void>;
  /** It never came into force: rejected, or provisioning failed and was undone. */
  failed?(sla: EntityRecord, why: { readonly code: string; readonly detail: string }): Promise<void>;
  /** It was in force, and is terminated. */
  ended?(sla: EntityRecord): Promise<void>;
}

/** What an SLA needs of monitoring: sensors and collectors for its levels. */
export interface Instruments {
  /** Makes sensor and collectors for the delivered instances; safe to call again. */
  install(sla: EntityRecord): Promise<void>;
  /** Has every collector archived at least one sample with a value? Part of the acceptance checks (S7). */
  delivering(sla: EntityRecord): Promise<{ readonly ready: boolean; readonly waitingFor: readonly string[] }>;
  /** Stops those that measure what the agreement is about no longer: of agreements whose links come and go. */
  retire?(sla: EntityRecord): Promise<void>;
  /** Stops and removes them. */
  remove(sla: EntityRecord): Promise<void>;
}

export type TermState = 'undefined' | 'fulfilled' | 'violated';

/** What compliance tells the SLA. */
export interface SlaHealth {
  /** Sets `degraded` exactly while an incident is open (S11), and the state of each term. Writes only what changed. */
  report(
    sla: EntityId,
    health: { readonly degraded: boolean; readonly terms: Readonly<Record<string, TermState>> },
  ): Promise<void>;
}
