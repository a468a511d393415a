import type { EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Commitment } from '../terms/level.ts';
import type { SlaInternal } from './document.ts';
import type { SlaPhase } from './states.ts';

/** One thing to be provisioned. `key` names the vendor call for ever: the same key, the same resource. */
export interface SagaStep {
  readonly for: string;
  readonly index: number;
  readonly kind: TypeId;
  readonly key: string;
  /** Steps of one rank run together; ranks one after the other: storage and network, compute, links. */
  readonly rank: number;
  readonly status: 'planned' | 'done' | 'undone';
  readonly attempts: number;
  /** What the vendor answered. */
  readonly view?: { readonly ref: string; readonly state: string; readonly attributes: Readonly<Record<string, Json>> };
  readonly fault?: { readonly code: string; readonly detail: string };
}

export interface Saga {
  readonly steps: readonly SagaStep[];
  /** Provisioning that is not done by then is undone. */
  readonly provisionBy: Instant;
  /** Undoing that is not done by then leaves orphans. */
  readonly undoBy?: Instant;
}

/** Something that was delivered otherwise than quoted. `severe`: less than was promised. */
export interface Deviation {
  readonly for: string;
  readonly index: number;
  readonly attribute: string;
  readonly promised: Json;
  readonly delivered: Json;
  readonly severe: boolean;
}

/** Why an SLA ends, and what it is to be called then. */
export interface Ending {
  readonly outcome: Extract<SlaPhase, 'completed' | 'cancelled' | 'failed' | 'breached' | 'reclaimed'>;
  readonly code: string;
  readonly detail: string;
  readonly actor: string;
  readonly at: Instant;
}

/** One instance that a suspension holds. */
export interface HoldStep {
  readonly for: string;
  readonly index: number;
  readonly resource: EntityId;
  readonly ref: string;
  /** Suspended at the vendor, as far as is known. */
  readonly held: boolean;
  /** Since what is being done was begun. */
  readonly attempts: number;
  readonly fault?: { readonly code: string; readonly detail: string };
}

/** A suspension that goes on: the intent to hold its instances, and to let them go. */
export interface Hold {
  /** Names the suspension in the keys of its calls: each is made once. */
  readonly round: number;
  readonly by: 'customer' | 'vendor' | 'operator';
  readonly from: Instant;
  readonly cause?: string;
  /** What is under way; absent: all is suspended. */
  readonly doing?: 'suspend' | 'resume';
  readonly resumedBy?: 'customer' | 'vendor' | 'operator';
  readonly steps: readonly HoldStep[];
}

/** `EntityRecord.internal` of an SLA, all of it. */
export interface SlaKept extends SlaInternal {
  /** What of the vendor's offer is not in the document. */
  readonly offer: {
    readonly variant: string;
    readonly validUntil: Instant;
    readonly binding: boolean;
    readonly levels: readonly Commitment[];
    readonly terms?: { readonly name: string; readonly text: string };
    readonly handle?: string;
  };
  readonly acceptKey: string;
  readonly confirmWithin: number;
  readonly provisionWithin: number;
  readonly confirmBy?: Instant;
  readonly agreement?: string;
  readonly reconciling?: { readonly tries: number; readonly because: string };
  /** A rejected SLA whose acceptance may still show up at the vendor is watched until then. */
  readonly ghostUntil?: Instant;
  readonly saga?: Saga;
  readonly deviations?: readonly Deviation[];
  readonly ending?: Ending;
  readonly hold?: Hold;
  /** The vendor's notice that it takes the resources back. */
  readonly reclaim?: { readonly deadline: Instant; readonly noticed: Instant };
  /** Who is to be told of what, until they were. */
  readonly tell?: 'activated' | 'scheduled' | 'failed' | 'ended';
}

export function keptOf(record: EntityRecord): SlaKept {
  return record.internal as unknown as SlaKept;
}

/** A copy without some members. */
export function without<T extends object, K extends keyof T>(value: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}

/** Typed values that hold nothing but JSON, as JSON. */
export function asJson(value: object): JsonObject {
  return value as unknown as JsonObject;
}

export function acceptKeyOf(sla: EntityId): string {
  return `${sla}:accept`;
}
