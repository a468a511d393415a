import { isDeepStrictEqual } from 'node:util';
import { TooLarge } from '../../shared/errors.ts';
import { typeOf, type Kind } from '../category.ts';
import type { EntityRecord } from '../entity.ts';
import { PAGE_LIMIT, pagingOf, sealCursor, type Paging } from '../query.ts';
import type { ListRequest } from '../request.ts';
import type { EntityQuery } from '../store.ts';
import { visible } from './access.ts';
import type { Selection } from './select.ts';
import type { Services, Turn } from './services.ts';

export interface Members {
  readonly records: readonly EntityRecord[];
  readonly next?: string;
}

type Walk = Omit<EntityQuery, 'limit' | 'page' | 'after'>;
type Test = (record: EntityRecord) => Promise<boolean>;

/** Records that are read at once to find those that fit. */
const SIFTED = 200;
/** Records that are looked at for one page where the store cannot tell by itself which belong to it. */
const MOST_LOOKED_AT = 20_000;

/** The records on one page of what was selected. */
export async function members(
  services: Services,
  turn: Turn,
  path: string,
  query: ListRequest,
  selection: Selection,
): Promise<Members> {
  const paging = pagingOf(path, query);
  const { wanted } = selection;
  if (wanted.nothing === true) return { records: [] };
  const walks =
    turn.ctx.caller.role === 'vendor'
      ? await vendorWalks(services, turn, selection)
      : walksOf(services, turn, selection);
  const narrow = await narrowed(services, turn, selection);
  const test = testOf(services, turn, selection);
  const [only] = walks;
  if (only === undefined) return { records: [] };
  const sealed = ({ records, next }: Members): Members =>
    next === undefined ? { records } : { records, next: sealCursor(path, query, next) };
  if (wanted.id === undefined && walks.length === 1 && !('ids' in only)) {
    const walk = both(only, narrow);
    // Mostly the store knows all that is asked: then its page is the page.
    if (!picky(selection)) return sealed(await direct(services, turn, walk, paging));
    if (paging.by === 'cursor') return sealed(await sifted(turn, walk, paging, test));
  }
  const found = new Map<string, EntityRecord>();
  const gatherings = await Promise.all(walks.map((walk) => gathered(turn, walk, narrow, wanted.id)));
  for (const record of gatherings.flat())
    if (!found.has(record.id) && (await test(record))) found.set(record.id, record);
  return sealed(paged([...found.values()], paging));
}

/** Must records be looked at, because the store cannot compare what is wanted? */
function picky({ mixins, wanted }: Selection): boolean {
  return (
    mixins.length > 1 ||
    wanted.title !== undefined ||
    wanted.summary !== undefined ||
    wanted.sourceKind !== undefined ||
    wanted.targetKind !== undefined
  );
}

function walksOf(services: Services, turn: Turn, { kinds, carriers, mixins, below }: Selection): readonly Walk[] {
  const [first] = mixins;
  const carried = first === undefined ? {} : { mixin: first };
  return [
    ...(kinds.length === 0 ? [] : [{ ...tenantWalk(services, turn, kinds), ...carried }]),
    ...(carriers.length === 0 ? [] : below.map((mixin) => ({ ...tenantWalk(services, turn, carriers), mixin }))),
  ];
}

/** The tenant's records of some kinds, and everybody's of those that are shared. */
function tenantWalk(services: Services, turn: Turn, kinds: readonly Kind[]): Walk {
  const types = kinds.map(typeOf);
  const shared = types.filter((type) => services.registry.behaviour(type)?.shared === true);
  return {
    kinds: types,
    ...(shared.length === types.length ? {} : { tenant: turn.ctx.caller.tenant }),
    ...(shared.length === 0 || shared.length === types.length ? {} : { shared }),
  };
}

/** A vendor's list holds what its kinds' behaviours say. */
async function vendorWalks(
  services: Services,
  turn: Turn,
  { kinds, carriers, mixins, below }: Selection,
): Promise<readonly (Walk | { readonly ids: readonly EntityRecord['id'][] })[]> {
  const [first] = mixins;
  const walks: (Walk | { readonly ids: readonly EntityRecord['id'][] })[] = [];
  for (const kind of new Set([...kinds, ...carriers])) {
    const base = await vendorQuery(services, turn, kind);
    if (base === undefined) continue;
    if ('ids' in base) walks.push(base);
    else if (kinds.includes(kind))
      walks.push({ ...base, kinds: [typeOf(kind)], ...(first === undefined ? {} : { mixin: first }) });
    else for (const mixin of below) walks.push({ ...base, kinds: [typeOf(kind)], mixin });
  }
  return walks;
}

async function vendorQuery(
  services: Services,
  turn: Turn,
  kind: Kind,
): Promise<Walk | { readonly ids: readonly EntityRecord['id'][] } | undefined> {
  const hook = services.registry.behaviour(typeOf(kind));
  if (hook?.shared === true) return {};
  if (hook?.vendorScope !== undefined) return hook.vendorScope(turn.ctx);
  const { vendor } = turn.ctx.caller;
  return vendor === undefined ? undefined : { vendor };
}

/** What the store can compare by itself: attributes, and ends of links in the form in which they are stored. */
async function narrowed(services: Services, turn: Turn, { wanted }: Selection): Promise<Walk> {
  const { attributes, source, target } = wanted;
  const at = async (reference: string): Promise<string> => {
    const record = await turn.ctx.resolve(reference);
    return record === undefined ? reference : services.registry.pathOf(record);
  };
  return {
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(source === undefined ? {} : { source: await at(source) }),
    ...(target === undefined ? {} : { target: await at(target) }),
  };
}

/** Everything that was selected, asked of one record. */
function testOf(services: Services, turn: Turn, selection: Selection): Test {
  const { wanted, mixins, below } = selection;
  const kinds = new Set(selection.kinds.map(typeOf));
  const carriers = new Set(selection.carriers.map(typeOf));
  // A vendor's walks hold nothing else than what it may see, unless they were left out for an id.
  const check = turn.ctx.caller.role !== 'vendor' || wanted.id !== undefined;
  return async (record) =>
    (kinds.has(record.kind) || (carriers.has(record.kind) && below.some((type) => record.mixins.includes(type)))) &&
    mixins.every((type) => record.mixins.includes(type)) &&
    (wanted.title === undefined || record.title === wanted.title) &&
    (wanted.summary === undefined || record.summary === wanted.summary) &&
    (wanted.sourceKind === undefined || record.source?.kind === wanted.sourceKind) &&
    (wanted.targetKind === undefined || record.target?.kind === wanted.targetKind) &&
    Object.entries(wanted.attributes).every(([name, value]) => isDeepStrictEqual(record.attributes[name], value)) &&
    (!check || (await visible(services, turn.ctx, record)));
}

async function direct(services: Services, turn: Turn, walk: Walk, paging: Paging): Promise<Members> {
  const place =
    paging.by === 'index' ? { page: paging.page } : paging.after === undefined ? {} : { after: paging.after };
  const page = await turn.ctx.store.list({ ...walk, ...place, limit: paging.number });
  const all = turn.ctx.caller.role === 'vendor';
  const seen = all ? [] : await Promise.all(page.items.map((record) => visible(services, turn.ctx, record)));
  const records = page.items.filter((_, index) => all || seen[index] === true);
  return page.next === undefined || paging.by === 'index' ? { records } : { records, next: page.next };
}

/** One page of what fits, the store's own cursor leading on from where it ended. */
async function sifted(turn: Turn, walk: Walk, paging: Extract<Paging, { by: 'cursor' }>, test: Test): Promise<Members> {
  const { store } = turn.ctx;
  const records: EntityRecord[] = [];
  let { after } = paging;
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const place = after === undefined ? {} : { after };
    const page = await store.list({ ...walk, ...place, limit: Math.max(paging.number, SIFTED) });
    for (const [index, record] of page.items.entries()) {
      if (!(await test(record))) continue;
      records.push(record);
      if (records.length < paging.number) continue;
      if (index === page.items.length - 1) return page.next === undefined ? { records } : { records, next: page.next };
      // The page ended in the middle of the store's: its cursor is asked for by a page that ends right there.
      const { next } = await store.list({ ...walk, ...place, limit: index + 1 });
      return next === undefined ? { records } : { records, next };
    }
    if (page.next === undefined) return { records };
    after = page.next;
    looked += page.items.length;
  }
  return after === undefined ? { records } : { records, next: after };
}

/** All that one walk comes by, for lists that are put together of several or that are paged by index. */
async function gathered(
  turn: Turn,
  walk: Walk | { readonly ids: readonly EntityRecord['id'][] },
  narrow: Walk,
  id: EntityRecord['id'] | undefined,
): Promise<readonly EntityRecord[]> {
  const { store } = turn.ctx;
  if ('ids' in walk || id !== undefined) {
    const ids =
      'ids' in walk ? walk.ids.filter((each) => id === undefined || each === id) : id === undefined ? [] : [id];
    const those = await store.getMany(ids);
    return those.filter((record) => record !== undefined && fits(record, narrow));
  }
  const all: EntityRecord[] = [];
  for (let after: string | undefined, more = true; more;) {
    const page = await store.list({
      ...both(walk, narrow),
      ...(after === undefined ? {} : { after }),
      limit: PAGE_LIMIT,
    });
    all.push(...page.items);
    if (all.length > MOST_LOOKED_AT) throw new TooLarge('Too many to look at: ask for one kind, or narrow the filter');
    after = page.next;
    more = after !== undefined;
  }
  return all;
}

function fits(record: EntityRecord | undefined, { source, target }: Walk): record is EntityRecord {
  return (
    record !== undefined &&
    (source === undefined || record.source?.location === source) &&
    (target === undefined || record.target?.location === target)
  );
}

function both(walk: Walk, narrow: Walk): Walk {
  const attributes = { ...walk.attributes, ...narrow.attributes };
  return { ...walk, ...narrow, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
}

function paged(found: readonly EntityRecord[], paging: Paging): Members {
  const ordered = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (paging.by === 'index') {
    const from = (paging.page - 1) * paging.number;
    return { records: ordered.slice(from, from + paging.number) };
  }
  const { after } = paging;
  const rest = after === undefined ? ordered : ordered.filter((record) => record.id > after);
  const records = rest.slice(0, paging.number);
  const last = records.at(-1);
  return last === undefined || rest.length <= records.length ? { records } : { records, next: last.id };
}
