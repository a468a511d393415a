import type { Registry } from '../occi/api.ts';
import type { AttributeDefinitions } from '../occi/category.ts';
import type { TenantId, TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import type { ValueType } from '../terms/constraint-parse.ts';
import type { TypeCatalog } from '../terms/resources-parse.ts';
import { placement } from '../terms/resources.ts';

const IMPLIED: ReadonlyMap<string, ValueType> = new Map(
  Object.values(placement).map((name) => [name, { type: 'string' }]),
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
      return mixin === undefined ? undefined : { attributes: valueTypes(mixin.attributes) };
    },
  };
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
    const values = pattern?.['enum'];
    types.set(name, { type, ...(Array.isArray(values) ? { values: values as readonly Json[] } : {}) });
  }
  return types;
}
