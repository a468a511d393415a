import type { Mixin } from '../occi/category.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Registry } from '../occi/api.ts';
import type { TenantId } from '../shared/ids.ts';
import { agreementTermType, slaType, termSchemePrefix } from './names.ts';
import { termAttributes } from './templates.ts';

/** A tenant's term for one level: the mixin that GFD.228 has for it, with the suggested attributes. */
export function termMixin(tenant: TenantId, level: string): Mixin {
  return {
    class: 'mixin',
    scheme: `${termSchemePrefix}${tenant}#`,
    term: level,
    title: `Service level ${level}`,
    depends: [agreementTermType],
    applies: [slaType],
    actions: [],
    location: `/term/${level}/`,
    tenant,
    attributes: termAttributes(level),
  };
}

/** Makes the registry know the terms of an SLA; safe to call again. */
export function registerTerms(registry: Registry, sla: EntityRecord): void {
  for (const type of sla.mixins) {
    const level = levelOf(type);
    if (level === undefined || registry.mixin(type, sla.tenant) !== undefined) continue;
    registry.addMixin(termMixin(sla.tenant, level));
  }
}

/** Forgets terms that no SLA uses any more (levels.md: gone when no SLA uses it). */
export async function forgetTerms(registry: Registry, store: EntityStore, sla: EntityRecord): Promise<void> {
  for (const type of sla.mixins) {
    if (levelOf(type) === undefined) continue;
    const users = await store.list({ kinds: [slaType], tenant: sla.tenant, mixin: type, limit: 2 });
    if (users.items.every((user) => user.id === sla.id)) registry.removeMixin(type, sla.tenant);
  }
}

function levelOf(type: string): string | undefined {
  if (!type.startsWith(termSchemePrefix)) return undefined;
  return type.slice(type.indexOf('#') + 1);
}
