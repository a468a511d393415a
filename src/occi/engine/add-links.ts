import { parseEntityId } from '../../shared/ids.ts';
import { LINK } from '../core.ts';
import { limits } from '../document.ts';
import type { EntityDocument, EntityRecord } from '../entity.ts';
import { Findings } from '../findings.ts';
import { complete, type Drafting } from './create.ts';
import { draftOf } from './draft.ts';
import { resolveEnds } from './ends.ts';
import { inlineKind } from './kinds.ts';
import { boundLinks } from './link-bound.ts';
import { linksAt } from './links.ts';
import type { Services, Turn } from './services.ts';

/**
 * Links that a partial update adds to a resource, whose links are mutable (GFD.221, Resource). Clients send back
 * those that they have read: a link with the id of one that is there, or of its kind and with its other end, is
 * that one and stays as it is.
 */
export async function addedLinks(
  services: Services,
  turn: Turn,
  above: EntityRecord,
  sent: readonly EntityDocument[],
): Promise<readonly Drafting[]> {
  if (sent.length === 0) return [];
  const { registry } = services;
  const path = registry.pathOf(above);
  const there = await linksAt(turn.ctx.store, [path]);
  const findings = new Findings();
  const items: Drafting[] = [];
  turn.pending.clear();
  if (sent.length > limits.links)
    findings.malformed.add('/links', 'too_many', `at most ${limits.links} links, not ${sent.length}`);
  for (const [index, link] of sent.slice(0, limits.links).entries()) {
    if (await isThere(services, turn, link, path, there)) continue;
    const base = `/links/${index}`;
    const kind = inlineKind(services, turn, link, base, findings);
    if (kind === undefined) continue;
    const { record, document } = draftOf(services, turn, services.newId(), kind, link, base, findings);
    const source = { location: path, kind: above.kind };
    items.push({ base, document, record: await resolveEnds(services, turn, record, document, base, findings, source) });
  }
  await boundLinks(turn.ctx.store, items, findings);
  findings.throwIfAny();
  await complete(services, turn, items);
  return items;
}

async function isThere(
  services: Services,
  turn: Turn,
  link: EntityDocument,
  path: string,
  there: readonly EntityRecord[],
): Promise<boolean> {
  const id = link.id === undefined ? undefined : parseEntityId(link.id);
  if (id !== undefined && there.some((one) => one.id === id)) return true;
  if (link.target === undefined) return false;
  const found = await turn.ctx.resolve(link.target.location);
  const target = found === undefined ? link.target.location : services.registry.pathOf(found);
  return there.some(
    (one) =>
      one.kind === (link.kind ?? LINK) &&
      [one.source?.location, one.target?.location].includes(target) &&
      (target !== path || one.source?.location === one.target?.location),
  );
}
