import type { TenantId, TypeId } from '../../shared/ids.ts';
import type { Registry } from '../api.ts';
import type { AttributeType } from '../category.ts';
import type { ModelLookup } from './types.ts';

const MOST_KEPT = 1000;

/** Answers a parser's questions about types from the registry, as one tenant sees it. */
export function modelLookup(registry: Registry): (tenant: TenantId) => ModelLookup {
  const everywhere = attributesByName(registry);
  const kept = new Map<TenantId, ModelLookup>();
  return (tenant) => {
    let lookup = kept.get(tenant);
    if (lookup === undefined) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(tenant, (lookup = lookupFor(registry, tenant, everywhere)));
    }
    return lookup;
  };
}

function lookupFor(registry: Registry, tenant: TenantId, everywhere: ReadonlyMap<string, AttributeType>): ModelLookup {
  return {
    tenant,
    classOf: (type) =>
      registry.kind(type)?.class ?? registry.mixin(type, tenant)?.class ?? registry.action(type)?.class,
    isLink: (kind) => registry.isLink(kind),
    attribute(name, categories) {
      for (const type of categories) {
        const found =
          inKind(registry, type, name) ??
          registry.mixin(type, tenant)?.attributes[name]?.type ??
          registry.action(type)?.attributes[name]?.type;
        if (found !== undefined) return found;
      }
      return everywhere.get(name) ?? inAnyMixin(registry, tenant, name);
    },
  };
}

function inKind(registry: Registry, type: TypeId, name: string): AttributeType | undefined {
  for (let kind = registry.kind(type); kind !== undefined;) {
    const definition = kind.attributes[name];
    if (definition !== undefined) return definition.type;
    kind = kind.parent === undefined ? undefined : registry.kind(kind.parent);
  }
  return undefined;
}

/** Attribute names carry their category's prefix, so one name hardly ever means two things. */
function attributesByName(registry: Registry): ReadonlyMap<string, AttributeType> {
  const types = new Map<string, AttributeType>();
  for (const category of [...registry.kinds(), ...registry.mixins()])
    for (const [name, definition] of Object.entries(category.attributes))
      if (!types.has(name)) types.set(name, definition.type);
  return types;
}

/** Mixins may come while the service runs: terms of agreements do. */
function inAnyMixin(registry: Registry, tenant: TenantId, name: string): AttributeType | undefined {
  for (const mixin of registry.mixins(tenant)) {
    const definition = mixin.attributes[name];
    if (definition !== undefined) return definition.type;
  }
  return undefined;
}
