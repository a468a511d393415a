import { Forbidden } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Policy } from '../occi/api.ts';
import type { Caller } from '../occi/caller.ts';
import type { EntityRecord } from '../occi/entity.ts';
import { TOKEN } from './token-model.ts';

type Operation = Parameters<Policy['check']>[1];

const PARLEY = 'http://schemas.parley.org/occi/';
const AGREEMENT = 'http://schemas.ogf.org/occi/sla#agreement';

/** Actions that only the arbiter takes (api.md, Actions). */
const OPERATOR_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  [`${PARLEY}compliance#violation`]: ['decide'],
};

/** Actions that only the vendor takes. */
const VENDOR_ONLY: Readonly<Record<string, readonly string[]>> = {
  [`${PARLEY}broker#proposal`]: ['withdraw'],
  [`${PARLEY}sla#sla`]: ['reclaim', 'accept'],
  [AGREEMENT]: ['accept'],
};

/** All that a vendor may do beyond reading; the state tables tell the rest. */
const VENDOR_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  [`${PARLEY}broker#proposal`]: ['withdraw'],
  [`${PARLEY}sla#sla`]: ['accept', 'reject', 'suspend', 'resume', 'terminate', 'reclaim', 'renegotiate', 'renew'],
  [AGREEMENT]: ['accept', 'reject', 'suspend', 'resume', 'terminate'],
  [`${PARLEY}compliance#violation`]: ['dispute'],
  [`${PARLEY}compliance#exclusion`]: ['approve', 'refuse', 'withdraw'],
  [`${PARLEY}compliance#credit`]: ['settle'],
};
const VENDOR_CREATES: readonly string[] = [`${PARLEY}compliance#exclusion`];

/**
 * Who may do what (api.md, Who may). A customer works in the own tenant; a vendor sees what is its
 * own; an auditor reads the tenant; an operator does all of it in the tenant that the request names.
 */
export const policy: Policy = {
  check(caller, operation, kind, action) {
    if (!allowed(caller, operation, kind, action)) throw refusal(caller, operation, kind, action);
  },

  sees(caller, record) {
    if (record.kind === TOKEN && caller.role !== 'operator') return false;
    return caller.role === 'vendor' ? vendorSees(caller, record) : record.tenant === caller.tenant;
  },
};

function allowed(caller: Caller, operation: Operation, kind: TypeId, action: string | undefined): boolean {
  switch (caller.role) {
    case 'operator':
      return true;
    case 'auditor':
      return operation === 'read' && kind !== TOKEN;
    case 'customer':
      if (kind === TOKEN) return false;
      return (
        operation !== 'act' ||
        action === undefined ||
        !(OPERATOR_ACTIONS[kind]?.includes(action) === true || VENDOR_ONLY[kind]?.includes(action) === true)
      );
    case 'vendor':
      if (kind === TOKEN) return false;
      if (operation === 'read') return true;
      if (operation === 'create') return VENDOR_CREATES.includes(kind);
      return operation === 'act' && action !== undefined && VENDOR_ACTIONS[kind]?.includes(action) === true;
  }
}

/** Vendors serve every tenant, so their own records count, wherever they are; a kind may show them more. */
function vendorSees(caller: Caller, record: EntityRecord): boolean {
  return caller.vendor !== undefined && record.vendor === caller.vendor;
}

function refusal(caller: Caller, operation: Operation, kind: TypeId, action: string | undefined): Forbidden {
  const what = kind.slice(kind.indexOf('#') + 1);
  const did =
    operation === 'act' ? (action ?? 'act on') : operation === 'mixin' ? 'define or apply mixins of' : operation;
  return new Forbidden('role_forbids', `Role ${caller.role} may not ${did} a ${what}`);
}
