import type { Problems } from '../shared/errors.ts';
import { typeId, type TypeId } from '../shared/ids.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import { readConstraint, type ValueType } from './constraint-parse.ts';
import type { Constraint, Wanted, WantedLink, WantedResource } from './resources.ts';

/** What is wrong with what was sent: unreadable (400), or readable and without sense (422). */
export interface SortedProblems {
  readonly malformed: Problems;
  readonly senseless: Problems;
}

/** What the parser must know of types. Attribute names include those of parents. */
export interface TypeCatalog {
  kind(type: TypeId): { readonly link: boolean; readonly attributes: ReadonlyMap<string, ValueType> } | undefined;
  mixin(
    type: TypeId,
  ): { readonly attributes: ReadonlyMap<string, ValueType>; applies(kind: TypeId): boolean } | undefined;
  /** Attributes that may be asked of any resource, such as placement. */
  readonly implied: ReadonlyMap<string, ValueType>;
}

export const limits = { wanted: 100, instances: 1000, links: 5000, mixins: 20 } as const;

const ID = /^[a-z][a-z0-9_-]{0,62}$/;
const RESOURCE_MEMBERS = ['id', 'kind', 'count', 'mixins', 'attributes', 'title'];
const LINK_MEMBERS = ['id', 'kind', 'mixins', 'attributes', 'title', 'source', 'target', 'pair', 'shared'];

/** GFD.224: what the ends of infrastructure links are. */
const ENDS: Readonly<Record<string, readonly [source: string, target: string]>> = {
  'http://schemas.ogf.org/occi/infrastructure#storagelink': [
    'http://schemas.ogf.org/occi/infrastructure#compute',
    'http://schemas.ogf.org/occi/infrastructure#storage',
  ],
  'http://schemas.ogf.org/occi/infrastructure#networkinterface': [
    'http://schemas.ogf.org/occi/infrastructure#compute',
    'http://schemas.ogf.org/occi/infrastructure#network',
  ],
};

/**
 * The ids that the entries bear, those included that cannot be read otherwise: a reference to one of
 * them is right, whatever else is wrong. Undefined if there are no entries at all to refer to.
 */
export function idsAsWritten(value: Json | undefined): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const ids = (value as readonly Json[]).map((one) => (isObject(one) ? one['id'] : undefined));
  return new Set(ids.filter((id): id is string => typeof id === 'string'));
}

/**
 * Reads wanted resources and links (api.md, Resources and Wanted values): ids, kinds, counts,
 * mixins, wanted values with their ranges, and how links meet. All problems at once; what could
 * be read is answered in any case.
 */
export function parseResources(
  value: Json,
  path: string,
  types: TypeCatalog,
  problems: SortedProblems,
): readonly Wanted[] {
  const { malformed, senseless } = problems;
  if (!Array.isArray(value)) {
    malformed.add(path, 'type_wrong', 'resources are a list');
    return [];
  }
  const list = value as readonly Json[];
  if (list.length === 0) senseless.add(path, 'nothing_wanted', 'at least one resource is wanted');
  if (list.length > limits.wanted) {
    senseless.add(path, 'too_many', `at most ${limits.wanted} entries`);
    return [];
  }
  const wanted: Wanted[] = [];
  const ids = new Map<string, number>();
  list.forEach((one, at) => {
    const here = pointer(path, at);
    const read = readWanted(one, here, types, problems);
    if (read === undefined) return;
    const first = ids.get(read.id);
    if (first !== undefined) {
      senseless.add(pointer(here, 'id'), 'duplicate_id', `${read.id} is the id of entry ${first} too`);
      return;
    }
    ids.set(read.id, at);
    wanted.push(read);
  });
  checkLinks(wanted, list, path, ids, problems);
  checkLinkCount(wanted, path, senseless);
  const instances = wanted.reduce((sum, one) => sum + (one.type === 'resource' ? one.count : 0), 0);
  if (instances > limits.instances)
    senseless.add(path, 'too_many', `${instances} instances; at most ${limits.instances} in one call`);
  if (list.length > 0 && wanted.length > 0 && !wanted.some((one) => one.type === 'resource'))
    senseless.add(path, 'nothing_wanted', 'links alone are nothing to propose');
  return wanted;
}

function readWanted(value: Json, path: string, types: TypeCatalog, problems: SortedProblems): Wanted | undefined {
  const { malformed, senseless } = problems;
  if (!isObject(value)) {
    malformed.add(path, 'type_wrong', 'an entry is an object');
    return undefined;
  }
  const id = value['id'];
  if (id === undefined) malformed.add(pointer(path, 'id'), 'member_missing', 'an id is needed');
  else if (typeof id !== 'string' || !ID.test(id))
    malformed.add(pointer(path, 'id'), 'id_invalid', 'an id is lower case: a letter, then letters, digits, _ and -');
  const kindName = value['kind'];
  if (typeof kindName !== 'string') {
    malformed.add(
      pointer(path, 'kind'),
      kindName === undefined ? 'member_missing' : 'type_wrong',
      'a kind is needed: scheme and term',
    );
    return undefined;
  }
  const kind = typeId(kindName);
  const known = types.kind(kind);
  if (known === undefined) {
    senseless.add(pointer(path, 'kind'), 'kind_unknown', `no kind ${kindName} is known`);
    return undefined;
  }
  onlyMembers(value, known.link ? LINK_MEMBERS : RESOURCE_MEMBERS, path, malformed);
  const mixins = readMixins(value['mixins'], pointer(path, 'mixins'), kind, types, problems);
  const attributes = readAttributes(value['attributes'], pointer(path, 'attributes'), kind, mixins, types, problems);
  const name = typeof id === 'string' && ID.test(id) ? id : undefined;
  const common = { id: name ?? '', kind, mixins, attributes };
  const wanted = known.link ? readLink(value, path, common, malformed) : readResource(value, path, common, malformed);
  return name === undefined ? undefined : wanted;
}

type Common = Pick<WantedResource, 'id' | 'kind' | 'mixins' | 'attributes'>;

function readResource(
  value: JsonObject,
  path: string,
  common: Common,
  malformed: Problems,
): WantedResource | undefined {
  const count = value['count'] ?? 1;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) {
    malformed.add(pointer(path, 'count'), 'count_invalid', 'a count is a whole number from 1');
    return undefined;
  }
  return { type: 'resource', ...common, count };
}

function readLink(value: JsonObject, path: string, common: Common, malformed: Problems): WantedLink | undefined {
  const ends: Record<'source' | 'target', string> = { source: '', target: '' };
  let whole = true;
  for (const end of ['source', 'target'] as const) {
    const id = value[end];
    if (typeof id === 'string') ends[end] = id;
    else {
      malformed.add(
        pointer(path, end),
        id === undefined ? 'member_missing' : 'type_wrong',
        `a link names the wanted resource that is its ${end}`,
      );
      whole = false;
    }
  }
  const { pair, shared } = value;
  if (pair !== undefined && pair !== 'index') malformed.add(pointer(path, 'pair'), 'value_invalid', 'pair is "index"');
  if (shared !== undefined && typeof shared !== 'boolean')
    malformed.add(pointer(path, 'shared'), 'type_wrong', 'shared is true or false');
  return whole ? { type: 'link', ...common, ...ends, meet: shared === true ? 'shared' : 'pair' } : undefined;
}

function readMixins(
  value: Json | undefined,
  path: string,
  kind: TypeId,
  types: TypeCatalog,
  { malformed, senseless }: SortedProblems,
): WantedResource['mixins'] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    malformed.add(path, 'type_wrong', 'mixins are a list');
    return [];
  }
  const list = value as readonly Json[];
  if (list.length > limits.mixins) senseless.add(path, 'too_many', `at most ${limits.mixins} mixins`);
  return list.slice(0, limits.mixins).map((one, at) => {
    const here = pointer(path, at);
    const named = isObject(one) ? one['anyOf'] : [one];
    if (isObject(one)) onlyMembers(one, ['anyOf'], here, malformed);
    if (!Array.isArray(named) || named.length === 0 || !named.every((name) => typeof name === 'string')) {
      malformed.add(here, 'type_wrong', 'a mixin is a string, or { "anyOf": [strings] }');
      return { anyOf: [] };
    }
    const names = named as readonly string[];
    names.forEach((name, choice) => {
      const place = isObject(one) ? pointer(here, 'anyOf', choice) : here;
      const mixin = types.mixin(typeId(name));
      if (mixin === undefined) senseless.add(place, 'mixin_unknown', `no mixin ${name} is known`);
      else if (!mixin.applies(kind)) senseless.add(place, 'mixin_not_applicable', `${name} does not apply to ${kind}`);
    });
    return { anyOf: names.map(typeId) };
  });
}

function readAttributes(
  value: Json | undefined,
  path: string,
  kind: TypeId,
  mixins: WantedResource['mixins'],
  types: TypeCatalog,
  problems: SortedProblems,
): Readonly<Record<string, Constraint>> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problems.malformed.add(path, 'type_wrong', 'attributes are an object');
    return {};
  }
  const sources = [
    types.kind(kind)?.attributes,
    types.implied,
    ...mixins.flatMap(({ anyOf }) => anyOf.map((mixin) => types.mixin(mixin)?.attributes)),
  ];
  const constraints: Record<string, Constraint> = {};
  for (const [name, wanted] of Object.entries(value)) {
    const here = pointer(path, name);
    const type = sources.map((attributes) => attributes?.get(name)).find((found) => found !== undefined);
    if (type === undefined) {
      problems.malformed.add(
        here,
        'attribute_unknown',
        `${name} is no attribute of ${kind}, of a mixin named here, or of placement`,
      );
      continue;
    }
    const constraint = readConstraint(wanted, type, here, problems);
    if (constraint !== undefined) constraints[name] = constraint;
  }
  return constraints;
}

/** Both ends are wanted resources, and how their instances meet is clear. */
function checkLinks(
  wanted: Wanted[],
  list: readonly Json[],
  path: string,
  places: ReadonlyMap<string, number>,
  { senseless }: SortedProblems,
): void {
  const written = idsAsWritten(list) ?? new Set();
  const resources = new Map(wanted.flatMap((one) => (one.type === 'resource' ? [[one.id, one] as const] : [])));
  for (const link of wanted) {
    if (link.type !== 'link') continue;
    const at = places.get(link.id) ?? 0;
    const here = pointer(path, at);
    const sent = list[at];
    const stated = isObject(sent) ? sent : {};
    const source = resources.get(link.source);
    const target = resources.get(link.target);
    const expected = ENDS[link.kind];
    for (const [end, resource, kind] of [
      ['source', source, expected?.[0]],
      ['target', target, expected?.[1]],
    ] as const) {
      if (resource === undefined) {
        // An entry that could not be read has been told about already; a link is no end of another.
        if (written.has(link[end]) && !wanted.some(({ id }) => id === link[end])) continue;
        senseless.add(pointer(here, end), 'reference_unknown', `no wanted resource has the id ${link[end]}`);
      } else if (kind !== undefined && resource.kind !== kind)
        senseless.add(pointer(here, end), 'link_end_wrong', `the ${end} of ${link.kind} is ${kind}`);
    }
    if (stated['pair'] !== undefined && stated['shared'] === true)
      senseless.add(here, 'link_contradictory', 'instances meet in pairs or are shared, not both');
    if (source === undefined || target === undefined || link.meet === 'shared') continue;
    if (source.count !== target.count)
      senseless.add(
        here,
        'link_counts_differ',
        `${source.count} of ${source.id} and ${target.count} of ${target.id} do not pair`,
        'equal counts, or "shared": true to link every one with every other',
      );
  }
}

/** Shared links multiply: what a few lines ask for must not grow without bound. */
function checkLinkCount(wanted: readonly Wanted[], path: string, senseless: Problems): void {
  const counts = new Map(wanted.flatMap((one) => (one.type === 'resource' ? [[one.id, one.count] as const] : [])));
  const links = wanted.reduce((sum, one) => {
    if (one.type === 'resource') return sum;
    const [sources, targets] = [counts.get(one.source) ?? 0, counts.get(one.target) ?? 0];
    return sum + (one.meet === 'shared' ? sources * targets : Math.min(sources, targets));
  }, 0);
  if (links > limits.links) senseless.add(path, 'too_many', `${links} links; at most ${limits.links} in one call`);
}

function onlyMembers(value: JsonObject, known: readonly string[], path: string, malformed: Problems): void {
  for (const name of Object.keys(value))
    if (!known.includes(name)) malformed.add(pointer(path, name), 'member_unknown', `${name} is not known here`);
}
