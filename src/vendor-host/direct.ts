import type { Clock } from '../shared/clock.ts';
import type { EntityId, TenantId, VendorId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import type { Logger } from '../shared/logger.ts';
import type { DirectOffer, OsTemplate } from '../terms/direct-offer.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Ctx, Order, ResourceRef, ResourceView, Vendor } from '../vendor-kit/types.ts';
import type { ConnectedVendor, Vendors } from './port.ts';

/** Longest that making, changing, saving or removing one resource may take, and that asking may, in milliseconds. */
const WORK_MS = 120_000;
const ASK_MS = 5_000;

/** One call: its idempotency key, and for whom it is. */
export interface DirectCall {
  readonly key: string;
  readonly tenant: TenantId;
  readonly trace: EntityId;
}

export type DirectAnswer<T> =
  | { readonly type: 'done'; readonly value: T }
  /** The vendor's answer is no. `passing`: it may be yes later. */
  | { readonly type: 'refused'; readonly code: string; readonly detail: string; readonly passing: boolean }
  /** There was no answer. `passing`: it is worth asking again with the same key. */
  | { readonly type: 'failed'; readonly code: string; readonly detail: string; readonly passing: boolean };

/** Vendors as they serve what is posted without an agreement. Nothing here throws: faults are answers. */
export interface DirectVendors {
  offers(): readonly DirectOffer[];
  canCreate(vendor: VendorId, order: Order, call: DirectCall): Promise<DirectAnswer<undefined>>;
  create(vendor: VendorId, order: Order, call: DirectCall): Promise<DirectAnswer<ResourceView>>;
  destroy(vendor: VendorId, call: DirectCall): Promise<DirectAnswer<undefined>>;
  change(
    vendor: VendorId,
    ref: ResourceRef,
    attributes: Readonly<Record<string, Json>>,
    call: DirectCall,
  ): Promise<DirectAnswer<ResourceView>>;
  save(vendor: VendorId, ref: ResourceRef, name: string, call: DirectCall): Promise<DirectAnswer<OsTemplate>>;
}

export function createDirectVendors(deps: {
  readonly vendors: Vendors;
  readonly clock: Clock;
  readonly log: Logger;
}): DirectVendors {
  const { vendors, clock, log } = deps;
  const never = new AbortController().signal;

  async function ask<T>(
    id: VendorId,
    { key, tenant, trace }: DirectCall,
    ms: number,
    how: (vendor: Vendor, ctx: Ctx) => Promise<T> | undefined,
  ): Promise<DirectAnswer<T>> {
    const vendor = vendors.get(id);
    if (vendor === undefined)
      return { type: 'failed', code: 'vendor_gone', detail: `the vendor ${id} is not connected`, passing: true };
    const ctx: Ctx = { key, tenant, trace, log, signal: never, deadline: new Date(clock.now() + ms) };
    try {
      const answer = how(vendor.calls, ctx);
      if (answer === undefined)
        return { type: 'refused', code: 'unsupported', detail: `${id} does not do this`, passing: false };
      return { type: 'done', value: await answer };
    } catch (error) {
      if (error instanceof VendorFault)
        return { type: 'failed', code: error.code, detail: error.message, passing: error.passing };
      log.error({ vendor: id, err: error }, 'a call of a vendor failed unexpectedly');
      return { type: 'failed', code: 'threw', detail: `${id} failed unexpectedly`, passing: false };
    }
  }

  return {
    offers: () => vendors.list().map(offerOf),
    async canCreate(vendor, order, call) {
      const answer = await ask(vendor, call, ASK_MS, (calls, ctx) => calls.canCreate?.(order, ctx));
      if (answer.type !== 'done') return answer;
      const { value } = answer;
      if (value.eligible) return { type: 'done', value: undefined };
      return { type: 'refused', code: value.code, detail: value.detail, passing: false };
    },
    async create(vendor, order, call) {
      const answer = await ask(vendor, call, WORK_MS, (calls, ctx) => calls.create?.(order, ctx));
      if (answer.type !== 'done') return answer;
      const { value } = answer;
      if (value.type === 'created') return { type: 'done', value: value.view };
      const { code, detail, final } = value.reason;
      return { type: 'refused', code, detail, passing: !final };
    },
    async destroy(vendor, call) {
      const answer = await ask(vendor, call, WORK_MS, (calls, ctx) => calls.deprovision(call.key, ctx));
      return answer.type === 'done' ? { type: 'done', value: undefined } : answer;
    },
    change: (vendor, ref, attributes, call) =>
      ask(vendor, call, WORK_MS, (calls, ctx) => calls.change?.(ref, attributes, ctx)),
    save: (vendor, ref, name, call) => ask(vendor, call, WORK_MS, (calls, ctx) => calls.save?.(ref, name, ctx)),
  };
}

function offerOf({ id, capabilities, profile, calls }: ConnectedVendor): DirectOffer {
  const able = capabilities.provisions && calls.create !== undefined;
  return {
    vendor: id,
    title: profile.title,
    kinds: able ? (capabilities.direct ?? []) : [],
    ...(profile.whyNot === undefined ? {} : { whyNot: profile.whyNot }),
    // What cannot be provisioned here is no template: a price list of thousands of sizes stays a price list.
    templates: able ? (profile.templates ?? []) : [],
    sizes: able ? (profile.sizes ?? []) : [],
  };
}
