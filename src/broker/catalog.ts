import type { Registry } from '../occi/api.ts';
import type { AttributeDefinitions, Mixin } from '../occi/category.ts';
import type { TenantId, TypeId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { ValueType } from '../terms/constraint-parse.ts';
import type { TypeCatalog } from '../terms/resources-parse.ts';
import { placement } from '../terms/resources.ts';

const IMPLIED: ReadonlyMap<string, ValueType> = new Map(
  Object.values(placement).map((name) => [
    name,
    { type: 'string', ...(name === placement.country ? { matches: /^[A-Z]{2}$/ } : {}) },
  ]),
);

/** Attributes that are settled by the service or the vendor, not wanted by a customer. */
const NEVER_WANTED = /^(?:occi\.core\.|org\.parley\.endpoint\.)|\.state(?:\.message)?$/;

/** The registry as the parser of wanted resources sees it; kinds are read once. */
export function typeCatalog(registry: Registry, tenant: TenantId, cache: KindCache): TypeCatalog {
  return {
    implied: IMPLIED,
    kind: (type) => cache.kind(registry, type),
    mixin(type) {
      const mixin = registry.mixin(type, tenant);
      if (mixin === undefined) return undefined;
      return { attributes: valueTypes(mixin.attributes), applies: (kind) => applies(registry, mixin, kind, tenant) };
    },
  };
}

/** GFD.221 section 4.4.2: what a mixin, or one that it depends on, applies to; nothing named is everything. */
function applies(registry: Registry, mixin: Mixin, kind: TypeId, tenant: TenantId): boolean {
  if (mixin.applies.length > 0 && !mixin.applies.some((type) => registry.isA(kind, type))) return false;
  return mixin.depends.every((type) => {
    const base = registry.mixin(type, tenant);
    return base === undefined || applies(registry, base, kind, tenant);
  });
}

type CatalogKind = NonNullable<ReturnType<TypeCatalog['kind']>>;

/** Kinds never change while the service runs, so what is read of them is kept. */
export class KindCache {
  readonly #kinds = new Map<TypeId, CatalogKind>();

  kind(registry: Registry, type: TypeId): CatalogKind | undefined {
    const kept = this.#kinds.get(type);
    if (kept !== undefined) return kept;
    const first = registry.kind(type);
    if (first?.location === undefined) return undefined;
    const attributes = new Map<string, ValueType>();
    for (let kind: typeof first | undefined = first; kind !== undefined;) {
      for (const [name, value] of valueTypes(kind.attributes)) if (!attributes.has(name)) attributes.set(name, value);
      kind = kind.parent === undefined ? undefined : registry.kind(kind.parent);
    }
    const read = { link: registry.isLink(type), attributes };
    this.#kinds.set(type, read);
    return read;
  }
}

function valueTypes(definitions: AttributeDefinitions): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const [name, { type, pattern }] of Object.entries(definitions)) {
    if (NEVER_WANTED.test(name)) continue;
    types.set(name, { type, ...bounds(pattern ?? {}) });
  }
  return types;
}

/** What a JSON Schema says of an attribute's values, as far as a wanted value can be held against it. */
function bounds({
  enum: values,
  multipleOf,
  minimum,
  maximum,
  exclusiveMinimum,
  pattern,
}: JsonObject): Partial<ValueType> {
  return {
    ...(Array.isArray(values) ? { values: values as readonly Json[] } : {}),
    ...(multipleOf === 1 ? { whole: true } : {}),
    ...(typeof minimum === 'number' ? { least: minimum } : {}),
    ...(typeof maximum === 'number' ? { most: maximum } : {}),
    ...(typeof exclusiveMinimum === 'number' ? { over: exclusiveMinimum } : {}),
    ...(typeof pattern === 'string' ? { matches: new RegExp(pattern, 'u') } : {}),
  };
}
