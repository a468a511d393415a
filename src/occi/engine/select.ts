import { BadRequest, NotFound } from '../../shared/errors.ts';
import type { EntityId, TypeId } from '../../shared/ids.ts';
import { pointer, type Json } from '../../shared/json.ts';
import { typeOf, type AttributeDefinition, type Kind, type Mixin } from '../category.ts';
import { core, CORE_SCHEME } from '../core.ts';
import type { Attributes } from '../entity.ts';
import type { ListRequest } from '../request.ts';
import { kindAttributes } from '../schema/model.ts';
import { lowered } from '../schema/case.ts';
import { allows } from './access.ts';
import type { Services, Turn } from './services.ts';

/** What a path and its filters select, before paging. */
export interface Selection {
  /** What is bound to the path itself, if anything is. */
  readonly at: Kind | Mixin | undefined;
  readonly kinds: readonly Kind[];
  /** Mixins that a record carries, all of them. */
  readonly mixins: readonly TypeId[];
  /** Mixins of which a record carries one, where that is enough whatever its kind: those below the path. */
  readonly below: readonly TypeId[];
  /** Kinds that are wanted of the carriers of these. */
  readonly carriers: readonly Kind[];
  readonly wanted: Wanted;
}

/** Values that are wanted: of attributes, and of what entities have beside them. */
export interface Wanted {
  readonly attributes: Attributes;
  readonly id?: EntityId;
  readonly title?: string;
  readonly summary?: string;
  readonly source?: string;
  readonly target?: string;
  readonly sourceKind?: string;
  readonly targetKind?: string;
  /** An id that is none: nothing has it. */
  readonly nothing?: true;
}

/**
 * What a list holds: the instances of a kind, the carriers of a mixin, or all that lies below a path (GFD.223
 * sections 4.1 and 11.1), narrowed by the filters of section 7.2.
 *
 * @throws NotFound where nothing is bound to the path or below it, or to a category of the filter
 * @throws BadRequest for a filter by an attribute that nothing here can have
 */
export function select(services: Services, turn: Turn, path: string, query: ListRequest): Selection {
  const { registry } = services;
  const { tenant } = turn.ctx.caller;
  const at = registry.atLocation(path, tenant);
  const mixins: TypeId[] = [];
  const below: TypeId[] = [];
  let kinds: readonly Kind[];
  let carriers: readonly Kind[] = [];
  if (at === undefined) {
    const under = ({ location }: Kind | Mixin): boolean => location?.startsWith(path) === true;
    kinds = registry.kinds().filter(under);
    // At the root all kinds lie below, so their mixins add nothing.
    if (path !== '/') below.push(...registry.mixins(tenant).filter(under).map(typeOf));
    if (!path.endsWith('/') || (kinds.length === 0 && below.length === 0))
      throw new NotFound(`Nothing is found at ${path}`);
    if (below.length > 0) carriers = registry.kinds().filter((kind) => kind.location !== undefined);
  } else if (at.class === 'kind') {
    services.policy.check(turn.ctx.caller, 'read', typeOf(at));
    kinds = instances(services, at);
  } else {
    mixins.push(typeOf(at));
    kinds = registry.kinds().filter((kind) => kind.location !== undefined && carries(services, at, kind));
  }
  for (const type of query.categories ?? []) {
    const kind = registry.kind(type);
    if (kind !== undefined) {
      const wanted = (each: Kind): boolean => registry.isA(typeOf(each), type);
      kinds = kinds.filter(wanted);
      carriers = carriers.filter(wanted);
    } else if (registry.mixin(type, tenant) !== undefined) mixins.push(type);
    else throw new NotFound(`No category ${type} is known`);
  }
  const readable = (kind: Kind): boolean => allows(services, turn, 'read', kind);
  const all = [...new Set([...kinds, ...carriers])];
  return {
    at,
    mixins: [...new Set(mixins)],
    below,
    kinds: kinds.filter(readable),
    carriers: carriers.filter(readable),
    wanted: wantedOf(services, turn, all, query.attributes ?? {}),
  };
}

/** Instances of a kind are those of the kinds below it too; of the core kinds, which are above all, only its own. */
function instances(services: Services, kind: Kind): readonly Kind[] {
  if (kind.scheme === CORE_SCHEME) return [kind];
  return services.registry.descendants(typeOf(kind)).filter((each) => each.location !== undefined);
}

function carries(services: Services, mixin: Mixin, kind: Kind): boolean {
  return mixin.applies.length === 0 || mixin.applies.some((type) => services.registry.isA(typeOf(kind), type));
}

const CORE_NAMES: ReadonlyMap<string, Exclude<keyof Wanted, 'attributes' | 'nothing'>> = new Map([
  [core.id, 'id'],
  [core.title, 'title'],
  [core.summary, 'summary'],
  [core.source, 'source'],
  [core.sourceKind, 'sourceKind'],
  [core.target, 'target'],
  [core.targetKind, 'targetKind'],
]);

function wantedOf(services: Services, turn: Turn, kinds: readonly Kind[], given: Attributes): Wanted {
  const names = Object.keys(given);
  if (names.length === 0) return { attributes: given };
  const { registry } = services;
  const found: Record<string, string | true> = {};
  const others: Record<string, Json> = {};
  const unknown: string[] = [];
  const definitions = new Map<string, AttributeDefinition>();
  for (const kind of kinds)
    for (const [name, definition] of kindAttributes(registry.lineage(typeOf(kind)))) definitions.set(name, definition);
  for (const mixin of registry.mixins(turn.ctx.caller.tenant))
    for (const [name, definition] of Object.entries(mixin.attributes))
      if (!definitions.has(name)) definitions.set(name, definition);
  for (const name of names) {
    const value = given[name] as Json;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const member = CORE_NAMES.get(name);
    if (member === 'id') {
      const id = registry.parseReference(text);
      if (id === undefined) found['nothing'] = true;
      else found['id'] = id;
    } else if (member !== undefined) found[member] = text;
    else if (definitions.has(name)) others[name] = value;
    else unknown.push(name);
  }
  if (unknown.length > 0)
    throw new BadRequest('filter_unknown', `Nothing here has the attribute ${unknown.join(', ')}`, {
      problems: unknown.map((name) => ({
        path: pointer('/attributes', name),
        code: 'attribute_unknown',
        detail: `no attribute ${name} here`,
      })),
    });
  return { ...found, attributes: lowered(others, (name) => definitions.get(name)) };
}
