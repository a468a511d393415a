import type { EntityId, PrincipalId, TenantId, VendorId } from '../shared/ids.ts';

export type Role = 'customer' | 'vendor' | 'operator' | 'auditor';

/** Who asks, as authentication found out. */
export interface Caller {
  readonly principal: PrincipalId;
  /** The tenant that the request works in: an operator may name another by `?tenant=`. */
  readonly tenant: TenantId;
  readonly role: Role;
  /** For role vendor: whose CFPs, proposals and SLAs it sees. */
  readonly vendor?: VendorId;
  /** The token entity that let it in: it is not thrown away by its own bearer. */
  readonly token?: EntityId;
}

/** The service itself, for work that no client asked for. */
export function serviceCaller(tenant: TenantId): Caller {
  return { principal: 'broker' as PrincipalId, tenant, role: 'operator' };
}
