import type { TypeId } from '../shared/ids.ts';
import { typeOf, type AttributeDefinition, type Kind } from '../occi/category.ts';
import type { Role } from '../occi/caller.ts';
import { RESOURCE } from '../occi/core.ts';

export const ROLES: readonly Role[] = ['customer', 'vendor', 'operator', 'auditor'];

/** Attribute names of an access token (api.md, Getting in). */
export const token = {
  role: 'org.parley.token.role',
  tenant: 'org.parley.token.tenant',
  principal: 'org.parley.token.principal',
  vendor: 'org.parley.token.vendor',
  expires: 'org.parley.token.expires',
  secret: 'org.parley.token.secret',
  state: 'org.parley.token.state',
} as const;

/** Names of tenants and vendors: they stand in paths, logs and file names. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';
/** No colon: the principal is the user name of Basic authentication (RFC 7617 section 2). */
const PRINCIPAL_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}$';

const given = (
  description: string,
  pattern: AttributeDefinition['pattern'],
  required = false,
): AttributeDefinition => ({
  type: 'string',
  mutable: false,
  settable: true,
  required,
  description,
  ...(pattern === undefined ? {} : { pattern }),
});

const shown = (description: string): AttributeDefinition => ({
  type: 'string',
  mutable: false,
  required: false,
  description,
});

export const tokenKind: Kind = {
  class: 'kind',
  scheme: 'http://schemas.parley.org/occi/auth#',
  term: 'token',
  title: 'Access token',
  parent: RESOURCE,
  location: '/token/',
  actions: [],
  attributes: {
    [token.role]: given('What its bearer may do', { enum: [...ROLES] }, true),
    [token.tenant]: given('The tenant that its bearer works in; default the tenant of the request', {
      pattern: NAME_PATTERN,
    }),
    [token.principal]: given('Who its bearer is, in logs and histories', { pattern: PRINCIPAL_PATTERN }),
    [token.vendor]: given('For role vendor: whose proposals and agreements it sees', { pattern: NAME_PATTERN }),
    [token.expires]: given('When it ends: an ISO 8601 instant, or a duration from now; absent: never', {
      maxLength: 40,
    }),
    [token.secret]: shown('The token itself, shown once in the answer to its creation'),
    [token.state]: shown('active or expired'),
  },
};

export const TOKEN: TypeId = typeOf(tokenKind);
