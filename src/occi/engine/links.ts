import type { EntityRecord } from '../entity.ts';
import type { EntityQuery, EntityStore } from '../store.ts';

const BATCH = 500;

type Ends = Pick<EntityQuery, 'source'> | Pick<EntityQuery, 'sources'> | Pick<EntityQuery, 'targets'>;

async function all(store: EntityStore, ends: Ends): Promise<readonly EntityRecord[]> {
  const first = await store.list({ ...ends, limit: BATCH });
  if (first.next === undefined) return first.items;
  const found = [...first.items];
  for (let after: string | undefined = first.next; after !== undefined;) {
    const page = await store.list({ ...ends, limit: BATCH, after });
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

/** The links that start at a resource. */
export async function linksFrom(store: EntityStore, path: string): Promise<readonly EntityRecord[]> {
  const { items, next } = await store.list({ source: path, limit: BATCH });
  return next === undefined ? items : all(store, { source: path });
}

/** The links that start at any of the resources, asked for together and sorted by where they start. */
export async function linksFromAll(
  store: EntityStore,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly EntityRecord[]>> {
  const from = new Map<string, EntityRecord[]>();
  if (paths.length === 0) return from;
  for (const link of await all(store, { sources: paths })) {
    const path = link.source?.location ?? '';
    const those = from.get(path);
    if (those === undefined) from.set(path, [link]);
    else those.push(link);
  }
  return from;
}

/** The links that start or end at any of the resources. */
export async function linksAt(store: EntityStore, paths: readonly string[]): Promise<readonly EntityRecord[]> {
  if (paths.length === 0) return [];
  const [from, to] = await Promise.all([all(store, { sources: paths }), all(store, { targets: paths })]);
  return [...from, ...to];
}
