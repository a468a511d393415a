import type { Attributes } from '../../occi/entity.ts';
import type { EntityId, TenantId, TypeId, VendorId } from '../../shared/ids.ts';
import type { DirectOffer, OsTemplate } from '../../terms/direct-offer.ts';
import type { BackendView } from '../backend.ts';

/** A resource at its vendor. */
export interface Ref {
  readonly ref: string;
  readonly kind: TypeId;
  readonly sla?: EntityId;
}

export interface Order {
  readonly kind: TypeId;
  readonly name: string;
  readonly mixins: readonly TypeId[];
  readonly attributes: Attributes;
  /** Is it to come up in its working state, or to be defined only? */
  readonly start: boolean;
  readonly source?: Ref;
  readonly target?: Ref;
}

export interface DirectCall {
  /** The same key means the same call, made again. */
  readonly key: string;
  readonly tenant: TenantId;
  readonly trace: EntityId;
}

export type DirectAnswer<T> =
  | { readonly type: 'done'; readonly value: T }
  | { readonly type: 'refused' | 'failed'; readonly code: string; readonly detail: string; readonly passing: boolean };

export type NoAnswer = Exclude<DirectAnswer<never>, { readonly type: 'done' }>;

/** Vendors that take what is posted without an agreement. Declared here, implemented over the vendors, wired by compose. */
export interface DirectVendors {
  offers(): readonly DirectOffer[];
  /** Cheap: could it be made now? */
  canCreate(vendor: VendorId, order: Order, call: DirectCall): Promise<DirectAnswer<undefined>>;
  create(
    vendor: VendorId,
    order: Order,
    call: DirectCall,
  ): Promise<DirectAnswer<BackendView & { readonly ref: string }>>;
  /** Undoes what was made with the key, also what never began. */
  destroy(vendor: VendorId, call: DirectCall): Promise<DirectAnswer<undefined>>;
  change(vendor: VendorId, ref: Ref, attributes: Attributes, call: DirectCall): Promise<DirectAnswer<BackendView>>;
  save(vendor: VendorId, ref: Ref, name: string, call: DirectCall): Promise<DirectAnswer<OsTemplate>>;
}
