import type { Instant } from '../shared/clock.ts';
import type { EntityId, PrincipalId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
import type { Level } from '../terms/level.ts';
import type { Price } from '../terms/price.ts';
import type { OfferedInstance, Wanted } from '../terms/resources.ts';

/**
 * All that was agreed, frozen at the award: stored as canonical JSON (RFC 8785) with its SHA-256,
 * and never written again.
 */
export interface SlaDocument {
  /** The agreement itself, its call and its proposal: ids as they are rendered; null where it came of no call. */
  readonly sla: string;
  readonly cfp: string | null;
  readonly proposal: string | null;
  readonly vendor: VendorId;
  readonly tenant: TenantId;
  readonly wanted: readonly Wanted[];
  readonly resources: readonly OfferedInstance[];
  /** Every default filled in. `committed` false: measured and reported, nobody commits (no remedy applies). */
  readonly levels: readonly { readonly level: Level; readonly committed: boolean; readonly template?: string }[];
  readonly price: Price;
  readonly period: {
    readonly from: string | null;
    readonly until: string | null;
    readonly minimum: string | null;
    readonly notice: string | null;
    readonly renew: string | null;
  };
  /** Reasons for which a vendor may suspend without its counting as bad. */
  readonly suspensions: readonly string[];
  readonly terms: { readonly name: string; readonly sha256: string } | null;
  readonly awarded: { readonly by: PrincipalId; readonly at: string };
}

/** An agreed instance as it was delivered. `for/index` keeps its place when the resource is replaced. */
export interface Delivered {
  readonly for: string;
  readonly index: number;
  readonly kind: TypeId;
  readonly resource: EntityId;
  readonly ref: string;
}

export interface Interval {
  readonly from: Instant;
  /** Absent: still going on. */
  readonly until?: Instant;
}

export interface Suspension extends Interval {
  readonly by: 'customer' | 'vendor';
  readonly listed: boolean;
}

/** `EntityRecord.internal` of an SLA, as far as other parts read it. */
export interface SlaInternal {
  readonly document: SlaDocument;
  readonly sha256: string;
  readonly delivered: readonly Delivered[];
  /** Times in force: from `effectiveFrom` on. */
  readonly inforce: readonly Interval[];
  readonly suspended: readonly Suspension[];
}
