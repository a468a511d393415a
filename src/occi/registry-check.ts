import type { TypeId } from '../shared/ids.ts';
import { typeOf, type Action, type Kind, type Mixin } from './category.ts';
import { ENTITY } from './core.ts';
import type { Extension } from './extension.ts';

const SCHEME = /^[a-z][a-z0-9+.-]*:[^\s"'#]*#$/i;
const TERM = /^[a-z0-9][a-z0-9_.-]*$/i;
const LOCATION = /^\/(?:(?!\.{1,2}\/)[a-z0-9_.~-]+\/)+$/i;
const ATTRIBUTE = /^[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*$/i;

/** What is wrong with one category by itself (GFD.221, Category; GFD.229 section 4.1). */
export function categoryFaults(category: Kind | Mixin | Action): string[] {
  const type = typeOf(category);
  const faults: string[] = [];
  if (!SCHEME.test(category.scheme)) faults.push(`${category.class} ${type}: the scheme is not a URI that ends in #`);
  if (!TERM.test(category.term)) faults.push(`${category.class} ${type}: "${category.term}" is not a term`);
  if (category.class !== 'action' && category.location !== undefined && !LOCATION.test(category.location))
    faults.push(`${category.class} ${type}: the location ${category.location} is not an absolute path that ends in /`);
  for (const name of Object.keys(category.attributes))
    if (!ATTRIBUTE.test(name)) faults.push(`${category.class} ${type}: "${name}" is not an attribute name`);
  return faults;
}

/** Everything in the extensions that would make the model contradict itself: one line for each fault. */
export function modelFaults(kinds: readonly Kind[], extensions: readonly Extension[]): string[] {
  const allKinds = [...kinds, ...extensions.flatMap((extension) => extension.kinds)];
  const mixins = extensions.flatMap((extension) => extension.mixins);
  const actions = extensions.flatMap((extension) => extension.actions);
  const faults = [...allKinds, ...mixins, ...actions].flatMap(categoryFaults);

  const types = new Set<TypeId>();
  const locations = new Map<string, TypeId>();
  for (const category of [...allKinds, ...mixins, ...actions]) {
    const type = typeOf(category);
    if (types.has(type)) faults.push(`${category.class} ${type}: defined twice`);
    types.add(type);
    if (category.class === 'action' || category.location === undefined) continue;
    const other = locations.get(category.location);
    if (other !== undefined) faults.push(`${type}: its location ${category.location} is that of ${other}`);
    locations.set(category.location, type);
  }

  const aliases = new Set<TypeId>();
  for (const action of actions)
    for (const alias of action.aliases ?? []) {
      if (types.has(alias) || aliases.has(alias))
        faults.push(`action ${typeOf(action)}: its alias ${alias} is defined already`);
      aliases.add(alias);
    }

  const kindTypes = new Map(allKinds.map((kind) => [typeOf(kind), kind]));
  const mixinTypes = new Map(mixins.map((mixin) => [typeOf(mixin), mixin]));
  const actionTypes = new Set(actions.map(typeOf));
  const missing = (
    of: string,
    what: string,
    wanted: readonly TypeId[],
    known: { has(type: TypeId): boolean },
  ): void => {
    for (const type of wanted) if (!known.has(type)) faults.push(`${of}: ${what} ${type} is not defined`);
  };
  for (const kind of allKinds) {
    const of = `kind ${typeOf(kind)}`;
    missing(of, 'its parent', kind.parent === undefined ? [] : [kind.parent], kindTypes);
    missing(of, 'its action', kind.actions, actionTypes);
    if (!endsAtEntity(kind, kindTypes)) faults.push(`${of}: its parents do not lead to ${ENTITY}`);
  }
  for (const mixin of mixins) {
    const of = `mixin ${typeOf(mixin)}`;
    missing(of, 'it depends on a mixin that is missing:', mixin.depends, mixinTypes);
    missing(of, 'it applies to a kind that is missing:', mixin.applies, kindTypes);
    missing(of, 'its action', mixin.actions, actionTypes);
    if (inCircle(mixin, mixinTypes)) faults.push(`${of}: it depends on itself`);
  }

  const behaved = new Set<TypeId>();
  for (const extension of extensions)
    for (const { kind } of extension.behaviours) {
      if (!kindTypes.has(kind))
        faults.push(`extension ${extension.name}: a behaviour for ${kind}, which is not defined`);
      if (behaved.has(kind)) faults.push(`extension ${extension.name}: a second behaviour for ${kind}`);
      behaved.add(kind);
    }
  return faults;
}

function endsAtEntity(kind: Kind, kinds: ReadonlyMap<TypeId, Kind>): boolean {
  let at: Kind | undefined = kind;
  for (let steps = 0; at !== undefined && steps <= kinds.size; steps++) {
    if (typeOf(at) === ENTITY) return true;
    // A missing parent is told by itself.
    if (at.parent !== undefined && !kinds.has(at.parent)) return true;
    at = at.parent === undefined ? undefined : kinds.get(at.parent);
  }
  return false;
}

function inCircle(mixin: Mixin, mixins: ReadonlyMap<TypeId, Mixin>): boolean {
  const own = typeOf(mixin);
  const seen = new Set<TypeId>();
  const open = [...mixin.depends];
  for (let type = open.pop(); type !== undefined; type = open.pop()) {
    if (type === own) return true;
    if (seen.has(type)) continue;
    seen.add(type);
    open.push(...(mixins.get(type)?.depends ?? []));
  }
  return false;
}
