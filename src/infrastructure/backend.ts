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
  readonly stopped?: readonly { readonly from: number; readonly until?: number }[];
}
