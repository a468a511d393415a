import type { Instant } from '../shared/clock.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { VendorId } from '../shared/ids.ts';
import { hashOf } from '../shared/json.ts';
import { asJson, cfpKept } from './kept.ts';

const MOST_SHAPES = 64;
/** How long a vendor's yes holds, in milliseconds. */
const HOLDS = 10_000;

/**
 * Vendors that lately said they can answer calls like this one, so that they need not be asked
 * whether they can before they are asked for their offers. A no is never remembered, and a yes that
 * has become untrue costs a refusal and nothing else.
 */
export class EligibleVendors {
  readonly #shapes = new Map<string, Map<VendorId, Instant>>();
  readonly #shapeOf = new WeakMap<EntityRecord, string>();
  /** The call that was asked about last: mostly it is asked about once for each vendor. */
  #last: { readonly cfp: EntityRecord; readonly vendors: Map<VendorId, Instant> } | undefined;

  knows(cfp: EntityRecord, vendor: VendorId, now: Instant): boolean {
    return (this.#vendors(cfp).get(vendor) ?? 0) > now;
  }

  add(cfp: EntityRecord, vendor: VendorId, now: Instant): void {
    this.#vendors(cfp).set(vendor, now + HOLDS);
  }

  forget(cfp: EntityRecord, vendor: VendorId): void {
    this.#vendors(cfp).delete(vendor);
  }

  #vendors(cfp: EntityRecord): Map<VendorId, Instant> {
    if (this.#last?.cfp === cfp) return this.#last.vendors;
    const shape = this.#shape(cfp);
    let vendors = this.#shapes.get(shape);
    if (vendors === undefined) {
      vendors = new Map();
      this.#shapes.set(shape, vendors);
      const [oldest] = this.#shapes.keys();
      if (this.#shapes.size > MOST_SHAPES && oldest !== undefined) this.#shapes.delete(oldest);
    }
    this.#last = { cfp, vendors };
    return vendors;
  }

  /** Calls that ask for the same have the same shape, whoever asks and until when. */
  #shape(cfp: EntityRecord): string {
    let shape = this.#shapeOf.get(cfp);
    if (shape === undefined) {
      const { wanted, levels, usage, period, currency } = cfpKept(cfp).terms;
      shape = hashOf(asJson({ tenant: cfp.tenant, wanted, levels, usage, period: asJson(period), currency }));
      this.#shapeOf.set(cfp, shape);
    }
    return shape;
  }
}
