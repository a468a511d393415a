import type { EntityRecord, Attributes } from '../occi/entity.ts';
import type { TypeId } from '../shared/ids.ts';

/** Who really runs a resource. Declared here, implemented over the vendors, wired by compose. */
export interface ResourceBackend {
  /** Performs an OCCI action on a provisioned resource and answers its new state and attributes. */
  perform(record: EntityRecord, action: TypeId, attributes: Attributes): Promise<BackendView>;
  /** The resource as it is now; undefined when no vendor stands behind the record. */
  inspect(record: EntityRecord): Promise<BackendView | undefined>;
}

export interface BackendView {
  readonly state: string;
  readonly message?: string;
  readonly attributes: Attributes;
}

/**
 * `EntityRecord.internal` of a compute, storage, network or link that a vendor runs. `stopped` are
 * the times in which the customer had stopped it (levels.md step 5), kept by the actions.
 */
export interface ResourceInternal {
  readonly ref?: string;
  readonly sla?: string;
  readonly for?: string;
  readonly index?: number;
  /** Posted without an agreement, and to be run by the record's vendor. */
  readonly direct?: Direct;
  readonly stopped?: readonly { readonly from: number; readonly until?: number }[];
}

/** What was posted without an agreement, on its way to its vendor. Without `ref` beside it, it is not made yet. */
export interface Direct {
  /** Names it to the vendor for ever: the same key, the same resource. */
  readonly key: string;
  /** Is it to come up by itself: because a template was named, or only if there is room? Absent: not by itself. */
  readonly run?: 'must' | 'may';
  /** The vendor may have been asked to make it: what goes must be undone there. */
  readonly asked?: true;
  /** It came up without anybody asking for it, and no client has acted on it since. */
  readonly unasked?: true;
  /** Tries of what is under way that came to nothing. */
  readonly attempts?: number;
}
