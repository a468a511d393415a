import type { EntityRecord } from '../occi/entity.ts';
import type { EntityQuery, EntityStore } from '../occi/store.ts';

const PAGE = 500;

/** Everything that a query finds, page by page. */
export async function listAll(
  store: EntityStore,
  query: Omit<EntityQuery, 'limit' | 'after'>,
): Promise<EntityRecord[]> {
  const all: EntityRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.list({ ...query, limit: PAGE, ...(after === undefined ? {} : { after }) });
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}
