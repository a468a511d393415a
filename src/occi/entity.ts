import type { EntityId, PrincipalId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Instant } from '../shared/clock.ts';

export type Attributes = Readonly<Record<string, Json>>;

/** One end of a link: a path of ours (`/compute/UUID`) or any URI outside. GFD.226, link. */
export interface LinkEnd {
  readonly location: string;
  readonly kind?: TypeId;
}

/** What is to be done with an entity, and when: read by whoever sweeps due work. */
export interface Due {
  readonly at: Instant;
  readonly action: string;
}

/**
 * An entity as it is stored. Values are never changed in place: a transition writes a new record.
 *
 * `attributes` is what clients may see; `internal` is what the service keeps beside it and never
 * renders. `state` mirrors the kind's state attribute, `parent` the entity that this one belongs
 * to (a proposal's CFP, an SLA's CFP, a collector's sensor, a violation's SLA), `vendor` the vendor
 * whose it is: the three are indexed.
 */
export interface EntityRecord {
  readonly id: EntityId;
  readonly kind: TypeId;
  readonly mixins: readonly TypeId[];
  readonly tenant: TenantId;
  readonly owner: PrincipalId;
  /** Starts at 1 and rises by 1 with each write. The ETag's revision. */
  readonly rev: number;
  readonly title?: string;
  readonly summary?: string;
  readonly attributes: Attributes;
  readonly source?: LinkEnd;
  readonly target?: LinkEnd;
  readonly state?: string;
  readonly parent?: EntityId;
  readonly vendor?: VendorId;
  readonly internal: JsonObject;
  readonly due?: Due;
  /** Deleted for clients, kept for the archive. */
  readonly hidden: boolean;
  readonly created: Instant;
  readonly updated: Instant;
}

/** What a client sends for one entity, parsed from any rendering, before it is checked. */
export interface EntityDocument {
  readonly kind?: TypeId;
  readonly mixins: readonly TypeId[];
  readonly id?: string;
  readonly title?: string;
  readonly summary?: string;
  readonly attributes: Attributes;
  /** Can the rendering carry the value? A full update leaves what it cannot, and does not mention, as it is. */
  readonly carries?: (value: Json) => boolean;
  /** Inline links of a resource (GFD.226, resource); undefined: not mentioned. */
  readonly links?: readonly EntityDocument[];
  readonly source?: LinkEnd;
  readonly target?: LinkEnd;
}
