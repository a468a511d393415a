import { isDeepStrictEqual } from 'node:util';
import { NotFound, TooLarge } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import { typeOf, type Kind, type Mixin } from '../category.ts';
import { CORE_SCHEME } from '../core.ts';
import type { EntityRecord } from '../entity.ts';
import { PAGE_LIMIT, pagingOf, sealCursor, type Paging } from '../query.ts';
import type { ListRequest, OcciOutcome } from '../request.ts';
import type { EntityQuery } from '../store.ts';
import { allows, visible } from './access.ts';
import type { Services, Turn } from './services.ts';
import { viewsOf } from './views.ts';

/** What a path and its filters select, before paging. */
export interface Selection {
  readonly kinds: readonly Kind[];
  readonly mixins: readonly TypeId[];
  readonly at: Kind | Mixin | undefined;
}

/** GET of a kind's or mixin's collection, or of a path above some (GFD.223 sections 5.3 and 5.4). */
export async function list(services: Services, turn: Turn, path: string, query: ListRequest): Promise<OcciOutcome> {
  const selection = select(services, turn, path, query);
  const { records, next } = await members(services, turn, path, query, selection);
  const views = await viewsOf(services, turn, records, query.shallow);
  return {
    type: 'collection',
    views,
    of: contentOf(services, selection.kinds),
    ...(next === undefined ? {} : { next }),
  };
}

function contentOf(services: Services, kinds: readonly Kind[]): 'resources' | 'links' | 'mixed' {
  const links = kinds.filter((kind) => services.registry.isLink(typeOf(kind))).length;
  if (links === 0) return 'resources';
  return links === kinds.length ? 'links' : 'mixed';
}

/** @throws NotFound where nothing is bound to the path, below it, or to a category of the filter. */
export function select(services: Services, turn: Turn, path: string, query: ListRequest): Selection {
  const { registry } = services;
  const { tenant } = turn.ctx.caller;
  const at = registry.atLocation(path, tenant);
  const mixins: TypeId[] = [];
  let kinds: readonly Kind[];
  if (at === undefined) {
    kinds = registry.kinds().filter((kind) => kind.location?.startsWith(path) === true);
    if (!path.endsWith('/') || kinds.length === 0) throw new NotFound(`Nothing is found at ${path}`);
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
      const wanted = new Set(instances(services, kind));
      kinds = kinds.filter((each) => wanted.has(each));
    } else if (registry.mixin(type, tenant) !== undefined) mixins.push(type);
    else throw new NotFound(`No category ${type} is known`);
  }
  return { at, mixins, kinds: kinds.filter((kind) => allows(services, turn, 'read', kind)) };
}

/** Instances of a kind are those of the kinds below it too; of the core kinds, which are below all, only its own. */
function instances(services: Services, kind: Kind): readonly Kind[] {
  if (kind.scheme === CORE_SCHEME) return [kind];
  return services.registry.descendants(typeOf(kind)).filter((each) => each.location !== undefined);
}

function carries(services: Services, mixin: Mixin, kind: Kind): boolean {
  return mixin.applies.length === 0 || mixin.applies.some((type) => services.registry.isA(typeOf(kind), type));
}

export interface Members {
  readonly records: readonly EntityRecord[];
  readonly next?: string;
}

/** The records on one page. */
export async function members(
  services: Services,
  turn: Turn,
  path: string,
  query: ListRequest,
  selection: Selection,
): Promise<Members> {
  const paging = pagingOf(path, query);
  if (selection.kinds.length === 0) return { records: [] };
  if (turn.ctx.caller.role === 'vendor') return vendorMembers(services, turn, path, query, selection, paging);
  const [first, ...others] = selection.mixins;
  const types = selection.kinds.map(typeOf);
  const shared = types.filter((type) => services.registry.behaviour(type)?.shared === true);
  const wanted: Omit<EntityQuery, 'limit'> = {
    kinds: types,
    ...(shared.length === types.length ? {} : { tenant: turn.ctx.caller.tenant }),
    ...(shared.length === 0 || shared.length === types.length ? {} : { shared }),
    ...(first === undefined ? {} : { mixin: first }),
    ...(query.attributes === undefined ? {} : { attributes: query.attributes }),
  };
  const page = await turn.ctx.store.list({ ...wanted, ...cut(paging) });
  const seen = await Promise.all(page.items.map((record) => visible(services, turn.ctx, record)));
  const records = page.items.filter((record, index) => seen[index] === true && has(record, others));
  return page.next === undefined || paging.by === 'index'
    ? { records }
    : { records, next: sealCursor(path, query, page.next) };
}

function has(record: EntityRecord, mixins: readonly TypeId[]): boolean {
  return mixins.every((type) => record.mixins.includes(type));
}

function cut(paging: Paging): Pick<EntityQuery, 'limit' | 'page' | 'after'> {
  if (paging.by === 'index') return { page: paging.page, limit: paging.number };
  return { limit: paging.number, ...(paging.after === undefined ? {} : { after: paging.after }) };
}

/** A vendor's list holds what its kinds' behaviours say; several kinds are put together by id. */
async function vendorMembers(
  services: Services,
  turn: Turn,
  path: string,
  query: ListRequest,
  { kinds, mixins }: Selection,
  paging: Paging,
): Promise<Members> {
  const [single] = kinds;
  const found: EntityRecord[] = [];
  for (const kind of kinds) {
    const base = await vendorQuery(services, turn, kind);
    if (base === undefined) continue;
    if ('ids' in base) {
      const those = await turn.ctx.store.getMany(base.ids);
      const fitting = those.filter((record) => matches(record, mixins, query));
      found.push(...fitting.filter((record) => record.kind === typeOf(kind)));
      continue;
    }
    const [first, ...others] = mixins;
    const wanted: Omit<EntityQuery, 'limit'> = {
      ...base,
      kinds: [typeOf(kind)],
      ...(first === undefined ? {} : { mixin: first }),
      ...(query.attributes === undefined ? {} : { attributes: { ...base.attributes, ...query.attributes } }),
    };
    if (kinds.length === 1 && single === kind) {
      const page = await turn.ctx.store.list({ ...wanted, ...cut(paging) });
      const records = page.items.filter((record) => has(record, others));
      return page.next === undefined || paging.by === 'index'
        ? { records }
        : { records, next: sealCursor(path, query, page.next) };
    }
    const page = await turn.ctx.store.list({ ...wanted, limit: PAGE_LIMIT });
    if (page.next !== undefined) throw new TooLarge(`More than ${PAGE_LIMIT} at ${path}: ask for one kind at a time`);
    found.push(...page.items.filter((record) => has(record, others)));
  }
  return paged(path, query, found, paging);
}

async function vendorQuery(
  services: Services,
  turn: Turn,
  kind: Kind,
): Promise<Partial<EntityQuery> | { readonly ids: readonly EntityRecord['id'][] } | undefined> {
  const hook = services.registry.behaviour(typeOf(kind));
  if (hook?.shared === true) return {};
  if (hook?.vendorScope !== undefined) return hook.vendorScope(turn.ctx);
  const { vendor } = turn.ctx.caller;
  return vendor === undefined ? undefined : { vendor };
}

function matches(
  record: EntityRecord | undefined,
  mixins: readonly TypeId[],
  { attributes = {} }: ListRequest,
): record is EntityRecord {
  return (
    record !== undefined &&
    !record.hidden &&
    has(record, mixins) &&
    Object.entries(attributes).every(([name, value]) => isDeepStrictEqual(record.attributes[name], value))
  );
}

function paged(path: string, query: ListRequest, found: readonly EntityRecord[], paging: Paging): Members {
  const ordered = [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (paging.by === 'index') {
    const from = (paging.page - 1) * paging.number;
    return { records: ordered.slice(from, from + paging.number) };
  }
  const { after } = paging;
  const rest = after === undefined ? ordered : ordered.filter((record) => record.id > after);
  const records = rest.slice(0, paging.number);
  const last = records.at(-1);
  return last === undefined || rest.length <= records.length
    ? { records }
    : { records, next: sealCursor(path, query, last.id) };
}
