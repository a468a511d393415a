import type { VendorId } from '../shared/ids.ts';
import type { Capabilities, Reason, Vendor, VendorProfile } from '../vendor-kit/types.ts';

/**
 * The vendors as the broker, the SLA and the meters see them: every call through `with` is
 * supervised (deadline, bulkhead, breaker, validation of the answer), so it ends on time and fails
 * only with `VendorFault`.
 */
export interface Vendors {
  list(): readonly ConnectedVendor[];
  get(id: VendorId): ConnectedVendor | undefined;
}

export interface ConnectedVendor {
  readonly id: VendorId;
  readonly plugin: string;
  readonly capabilities: Capabilities;
  readonly profile: VendorProfile;
  /** Supervised: same interface, guarded calls. */
  readonly calls: Vendor;
  /** Its circuit: a vendor whose breaker is open is skipped. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  readonly health: { readonly calls: number; readonly faults: number; readonly lastFault?: Reason };
}

export interface FailedVendor {
  readonly id: VendorId;
  readonly plugin: string;
  readonly why: string;
}
