import type { TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';

/** What a wanted attribute value must satisfy: all given must hold (api.md, Wanted values). */
export interface Constraint {
  readonly equal?: Json;
  readonly min?: number;
  readonly max?: number;
  readonly in?: readonly Json[];
  readonly not?: readonly Json[];
  readonly like?: string;
}

interface WantedCommon {
  readonly id: string;
  readonly kind: TypeId;
  /** Each entry is a mixin, or several of which one is wanted. */
  readonly mixins: readonly { readonly anyOf: readonly TypeId[] }[];
  readonly attributes: Readonly<Record<string, Constraint>>;
}

/** A wanted OCCI resource: `count` identical instances. */
export interface WantedResource extends WantedCommon {
  readonly type: 'resource';
  readonly count: number;
}

/** A wanted OCCI link between the instances of two wanted resources. */
export interface WantedLink extends WantedCommon {
  readonly type: 'link';
  readonly source: string;
  readonly target: string;
  /** `pair`: n-th with n-th; `shared`: every source with every target. */
  readonly meet: 'pair' | 'shared';
}

export type Wanted = WantedResource | WantedLink;

/** One instance or link as a vendor offers it, all attributes stated. */
export interface OfferedInstance {
  /** Id of the wanted resource or link. */
  readonly for: string;
  readonly index: number;
  readonly kind: TypeId;
  readonly mixins: readonly TypeId[];
  readonly attributes: Readonly<Record<string, Json>>;
  /** Links: `for/index` of both ends. */
  readonly source?: string;
  readonly target?: string;
}

/** Names of the placement mixin's attributes. */
export const placement = {
  provider: 'org.parley.placement.provider',
  region: 'org.parley.placement.region',
  country: 'org.parley.placement.country',
  zone: 'org.parley.placement.zone',
} as const;

/** Names of the attributes that tell where an instance is reached; set by the vendor, never by a customer. */
export const endpoint = {
  host: 'org.parley.endpoint.host',
  port: 'org.parley.endpoint.port',
  url: 'org.parley.endpoint.url',
} as const;
