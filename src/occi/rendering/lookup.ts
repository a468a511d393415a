import type { TenantId, TypeId } from '../../shared/ids.ts';
import type { Registry } from '../api.ts';
import type { Action, AttributeDefinitions, AttributeType, Kind, Mixin } from '../category.ts';
import { memo } from './memo.ts';
import type { ModelLookup } from './types.ts';

const MOST_KEPT = 1000;

type Category = Kind | Mixin | Action;
type Types = ReadonlyMap<string, AttributeType>;

/** Answers a parser's questions about types from the registry, as one tenant sees it. */
export function modelLookup(registry: Registry): (tenant: TenantId) => ModelLookup {
  const everywhere = attributesByName(registry);
  const ofCategory = memo((category: Category) =>
    category.class === 'kind' ? typesOfKind(registry, category) : typesIn(category.attributes),
  );
  const kept = new Map<TenantId, ModelLookup>();
  return (tenant) => {
    let lookup = kept.get(tenant);
    if (lookup === undefined) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(tenant, (lookup = lookupFor(registry, tenant, ofCategory, everywhere)));
    }
    return lookup;
  };
}

function lookupFor(
  registry: Registry,
  tenant: TenantId,
  ofCategory: (category: Category) => Types,
  everywhere: Types,
): ModelLookup {
  const typesOf = (type: TypeId): Types => {
    const category = registry.kind(type) ?? registry.mixin(type, tenant) ?? registry.action(type);
    return category === undefined ? NO_TYPES : ofCategory(category);
  };
  // The attributes of one message are asked for one after the other, with the one list of its categories.
  let asked: readonly TypeId[] = [];
  let tables: readonly Types[] = [];
  return {
    tenant,
    classOf: (type) =>
      registry.kind(type)?.class ?? registry.mixin(type, tenant)?.class ?? registry.action(type)?.class,
    isLink: (kind) => registry.isLink(kind),
    attribute(name, categories) {
      if (categories !== asked) {
        tables = categories.map(typesOf);
        asked = categories;
      }
      for (const types of tables) {
        const found = types.get(name);
        if (found !== undefined) return found;
      }
      return everywhere.get(name) ?? inAnyMixin(registry, tenant, name);
    },
  };
}

/** Names come from clients, so only what the category itself defines counts. */
function typeIn(definitions: AttributeDefinitions, name: string): AttributeType | undefined {
  return Object.hasOwn(definitions, name) ? definitions[name]?.type : undefined;
}

const NO_TYPES: Types = new Map();

function typesIn(definitions: AttributeDefinitions): Types {
  const types = new Map<string, AttributeType>();
  addTypes(types, definitions);
  return types;
}

/** With what the kind inherits, its own definitions first. */
function typesOfKind(registry: Registry, kind: Kind): Types {
  const types = new Map<string, AttributeType>();
  for (let at: Kind | undefined = kind; at !== undefined;) {
    addTypes(types, at.attributes);
    at = at.parent === undefined ? undefined : registry.kind(at.parent);
  }
  return types;
}

/** Attribute names carry their category's prefix, so one name hardly ever means two things. */
function attributesByName(registry: Registry): Types {
  const types = new Map<string, AttributeType>();
  for (const category of [...registry.kinds(), ...registry.mixins()]) addTypes(types, category.attributes);
  return types;
}

function addTypes(types: Map<string, AttributeType>, definitions: AttributeDefinitions): void {
  for (const [name, { type }] of Object.entries(definitions)) if (!types.has(name)) types.set(name, type);
}

/** Mixins may come while the service runs: terms of agreements do. */
function inAnyMixin(registry: Registry, tenant: TenantId, name: string): AttributeType | undefined {
  for (const mixin of registry.mixins(tenant)) {
    const found = typeIn(mixin.attributes, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
