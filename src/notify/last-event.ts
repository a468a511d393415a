import type { TenantId } from '../shared/ids.ts';
import type { EntityStore } from '../occi/store.ts';

/**
 * The sequence of a tenant's newest event; 0 where there is none. Sequences rise by one, so doubling
 * and halving find it in a few single reads, without a walk over the history.
 */
export async function lastSequence(store: EntityStore, tenant: TenantId): Promise<number> {
  const next = async (after: number): Promise<number | undefined> =>
    (await store.events({ tenant, after, limit: 1 }))[0]?.sequence;
  let known = await next(0);
  if (known === undefined) return 0;
  let beyond = known * 2;
  for (let found = await next(beyond); found !== undefined; found = await next(beyond)) {
    known = found;
    beyond = found * 2;
  }
  while (beyond > known) {
    const middle = Math.floor((known + beyond) / 2);
    const found = await next(middle);
    if (found === undefined) beyond = middle;
    else known = found;
  }
  return known;
}
