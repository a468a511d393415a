import { limits } from '../document.ts';
import type { EntityRecord } from '../entity.ts';
import type { Findings } from '../findings.ts';
import type { EntityStore } from '../store.ts';

/** Refuses links with which a resource would have more than one entity may hold: it is rendered with all of them. */
export async function boundLinks(
  store: EntityStore,
  added: readonly { readonly base: string; readonly record: EntityRecord }[],
  findings: Findings,
): Promise<void> {
  const from = new Map<string, { readonly base: string; count: number }>();
  for (const { base, record } of added) {
    if (record.source === undefined) continue;
    const known = from.get(record.source.location);
    if (known === undefined) from.set(record.source.location, { base, count: 1 });
    else known.count += 1;
  }
  for (const [source, { base, count }] of from) {
    const there = await store.count({ source });
    if (there + count > limits.links)
      findings.malformed.add(
        base,
        'too_many',
        `${source} has ${there} links; with ${count} more it would have over ${limits.links}`,
      );
  }
}
