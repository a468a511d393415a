import type { Clock } from '../shared/clock.ts';
import { BadRequest, Forbidden, Unauthenticated } from '../shared/errors.ts';
import { principalId, tenantId, vendorId } from '../shared/ids.ts';
import type { Caller, Role } from '../occi/caller.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { TokenIndex } from './token-index.ts';
import { hasExpired } from './token-extension.ts';
import { NAME_PATTERN, ROLES, token } from './token-model.ts';

interface Credentials {
  readonly secret: string;
  /** The user name of Basic authentication. */
  readonly principal?: string;
}

const TENANT = new RegExp(NAME_PATTERN);

/**
 * Who is it? From `Bearer TOKEN`, or Basic with the principal as user name and the token as password.
 *
 * @param tenantParam the `tenant` query parameter: an operator works there; others may name only their own
 * @throws Unauthenticated, always with the same words, so that it tells nothing about tokens
 */
export async function authenticate(
  parts: { index: TokenIndex; clock: Clock },
  authorization: string | undefined,
  tenantParam: string | undefined,
): Promise<Caller> {
  const credentials = authorization === undefined ? undefined : credentialsIn(authorization);
  if (credentials === undefined) throw new Unauthenticated();
  const record = await parts.index.find(credentials.secret);
  if (record === undefined || hasExpired(record, parts.clock.now())) throw new Unauthenticated();
  const caller = callerOf(record);
  if (credentials.principal !== undefined && credentials.principal !== caller.principal) throw new Unauthenticated();
  return tenantParam === undefined || tenantParam === caller.tenant ? caller : inTenant(caller, tenantParam);
}

function credentialsIn(authorization: string): Credentials | undefined {
  const cut = authorization.indexOf(' ');
  if (cut < 0 || authorization.length > 4096) return undefined;
  const value = authorization.slice(cut + 1).trim();
  switch (authorization.slice(0, cut).toLowerCase()) {
    case 'bearer':
      return value === '' ? undefined : { secret: value };
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      return colon < 0 ? undefined : { principal: text.slice(0, colon), secret: text.slice(colon + 1) };
    }
    default:
      return undefined;
  }
}

/** The same token is the same caller: what was worked out for one is found again by it. */
const callers = new WeakMap<EntityRecord, Caller>();

function callerOf(record: EntityRecord): Caller {
  let caller = callers.get(record);
  if (caller === undefined) callers.set(record, (caller = readCaller(record)));
  return caller;
}

function readCaller(record: EntityRecord): Caller {
  const { attributes } = record;
  const role = ROLES.find((known): known is Role => known === attributes[token.role]);
  if (role === undefined) throw new Unauthenticated();
  const vendor = attributes[token.vendor];
  return {
    principal: principalId(textOf(record, token.principal)),
    tenant: tenantId(textOf(record, token.tenant)),
    role,
    token: record.id,
    ...(typeof vendor === 'string' ? { vendor: vendorId(vendor) } : {}),
  };
}

function textOf(record: EntityRecord, name: string): string {
  const value = record.attributes[name];
  if (typeof value !== 'string') throw new Unauthenticated();
  return value;
}

function inTenant(caller: Caller, tenant: string): Caller {
  if (!TENANT.test(tenant)) throw new BadRequest('tenant_invalid', 'The query parameter tenant is not a tenant name');
  if (caller.role !== 'operator')
    throw new Forbidden('foreign_tenant', `Only an operator works in another tenant than ${caller.tenant}`);
  return { ...caller, tenant: tenantId(tenant) };
}
