import { parseEntityId, typeId, type EntityId, type TenantId, type TypeId } from '../shared/ids.ts';
import type { Registry } from './api.ts';
import { typeOf, type Action, type Kind } from './category.ts';
import { coreKinds, LINK } from './core.ts';
import type { Behaviour, Extension } from './extension.ts';
import { MixinTable } from './mixin-table.ts';
import { modelFaults } from './registry-check.ts';

/** The registry as the engine needs it: the interface that others see, and what is computed from it once. */
export interface ModelRegistry extends Registry {
  /** The kind and its parents, itself first, core#entity last. */
  lineage(kind: TypeId): readonly Kind[];
  /** The kind and all kinds below it, itself first. */
  descendants(kind: TypeId): readonly Kind[];
  /** Rises whenever a mixin comes or goes: what was rendered from the model is stale then. */
  readonly revision: number;
  readonly baseUrl: string;
}

/**
 * Builds the registry from the core kinds and the extensions, in this order; listings keep it.
 *
 * @throws Error at start, naming every duplicate, dangling parent, depends, applies or action.
 */
export function createRegistry(extensions: readonly Extension[], options: { baseUrl: string }): ModelRegistry {
  const faults = modelFaults(coreKinds, extensions);
  if (faults.length > 0) throw new Error(`The OCCI model is inconsistent:\n  ${faults.join('\n  ')}`);

  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const kindList = [...coreKinds, ...extensions.flatMap((extension) => extension.kinds)];
  const kinds = byType(kindList);
  const actionList = extensions.flatMap((extension) => extension.actions);
  const actions = byType(actionList);
  const aliases = new Map(
    actionList.flatMap((action) => (action.aliases ?? []).map((alias) => [alias, action] as const)),
  );
  const lineages = new Map(kindList.map((kind) => [typeOf(kind), lineageOf(kind, kinds)]));
  const ancestors = new Map([...lineages].map(([type, line]) => [type, new Set(line.map(typeOf))]));
  const own = new Map<TypeId, Behaviour>(
    extensions.flatMap((extension) => extension.behaviours.map((behaviour) => [behaviour.kind, behaviour] as const)),
  );
  const behaviours = new Map<TypeId, Behaviour>();
  for (const [type, line] of lineages) {
    const nearest = line.map((kind) => own.get(typeOf(kind))).find((behaviour) => behaviour !== undefined);
    if (nearest !== undefined) behaviours.set(type, nearest);
  }
  const kindLocations = new Map<string, Kind>();
  for (const kind of kindList) if (kind.location !== undefined) kindLocations.set(kind.location, kind);

  const mixins = new MixinTable(extensions.flatMap((extension) => extension.mixins));

  const isA = (type: TypeId, ancestor: TypeId): boolean => ancestors.get(type)?.has(ancestor) ?? false;

  return {
    baseUrl,
    get revision() {
      return mixins.revision;
    },
    kind: (type) => kinds.get(type),
    mixin: (type, tenant) => mixins.get(type, tenant),
    action: (type) => actions.get(type) ?? aliases.get(type) ?? inLowerCase(type, actions, aliases),
    behaviour: (kind) => behaviours.get(kind),
    kinds: () => kindList,
    mixins: (tenant) => mixins.list(tenant),
    actions: () => actionList,
    atLocation: (path, tenant) => kindLocations.get(path) ?? mixins.atLocation(path, tenant),
    isA,
    isLink: (kind) => isA(kind, LINK),
    lineage: (kind) => lineages.get(kind) ?? [],
    descendants: (kind) => kindList.filter((other) => isA(typeOf(other), kind)),
    pathOf({ id, kind }) {
      const location = kinds.get(kind)?.location;
      if (location === undefined) throw new Error(`${kind} is bound to no location`);
      return location + id;
    },
    parseReference: (text) => parseReference(text, baseUrl, kindLocations),
    addMixin(mixin) {
      const type = typeOf(mixin);
      if (kinds.has(type) || actions.has(type))
        throw new Error(`mixin ${type} is in the way of what is defined already`);
      const taken = (path: string): boolean => {
        const there = kindLocations.get(path) ?? mixins.atLocation(path, mixin.tenant as TenantId | undefined);
        return there !== undefined && typeOf(there) !== type;
      };
      // A client may have taken the place that the service wants for a mixin of its own later on, and the reverse.
      mixins.add(taken(mixin.location) ? { ...mixin, location: freeNear(mixin.location, taken) } : mixin);
    },
    removeMixin: (type, tenant) => mixins.remove(type, tenant),
  };
}

function freeNear(location: string, taken: (path: string) => boolean): string {
  for (let count = 2; ; count++) {
    const path = `${location.slice(0, -1)}-${count}/`;
    if (!taken(path)) return path;
  }
}

function byType<C extends Kind | Action>(categories: readonly C[]): ReadonlyMap<TypeId, C> {
  return new Map(categories.map((category) => [typeOf(category), category]));
}

/** Some clients write the terms of actions in capitals: `Accept`. */
function inLowerCase(type: TypeId, ...tables: readonly ReadonlyMap<TypeId, Action>[]): Action | undefined {
  const cut = type.indexOf('#') + 1;
  const lower = typeId(type.slice(0, cut) + type.slice(cut).toLowerCase());
  if (lower === type) return undefined;
  return tables.map((table) => table.get(lower)).find((action) => action !== undefined);
}

function lineageOf(kind: Kind, kinds: ReadonlyMap<TypeId, Kind>): readonly Kind[] {
  const line = [kind];
  for (let parent = kind.parent; parent !== undefined;) {
    const above = kinds.get(parent);
    if (above === undefined) break;
    line.push(above);
    parent = above.parent;
  }
  return line;
}

function parseReference(text: string, baseUrl: string, locations: ReadonlyMap<string, Kind>): EntityId | undefined {
  if (!text.startsWith('/')) {
    const bare = parseEntityId(text);
    if (bare !== undefined || !text.startsWith(`${baseUrl}/`)) return bare;
    return parseReference(text.slice(baseUrl.length), baseUrl, locations);
  }
  const cut = text.lastIndexOf('/') + 1;
  return locations.has(text.slice(0, cut)) ? parseEntityId(text.slice(cut)) : undefined;
}
