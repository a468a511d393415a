import { BadRequest, Conflict, ParleyError } from '../../shared/errors.ts';
import { parseEntityId, type EntityId } from '../../shared/ids.ts';
import type { Kind } from '../category.ts';
import { ConcurrentChange } from '../concurrency.ts';
import { limits } from '../document.ts';
import type { EntityDocument, EntityRecord } from '../entity.ts';
import type { Drafted } from '../extension.ts';
import { below, Findings, together } from '../findings.ts';
import type { OcciOutcome, View } from '../request.ts';
import type { Write } from '../store.ts';
import { draftOf } from './draft.ts';
import { resolveEnds } from './ends.ts';
import { boundLinks } from './link-bound.ts';
import { inlineKind, kindFor } from './kinds.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { plainView, projects, viewWith } from './views.ts';

/** One entity of the request on its way to being stored. */
export interface Drafting {
  /** Where it stands in what was sent. */
  readonly base: string;
  readonly document: EntityDocument;
  record: EntityRecord;
  drafted?: Drafted;
}

interface Item extends Drafting {
  /** Position of the resource that it is an inline link of. */
  readonly under?: number;
}

/**
 * Creates one entity or several with their inline links: all or nothing, in one write
 * (GFD.223 section 11.3.1; GFD.221, Resource, for links that come with their resource).
 */
export async function create(
  services: Services,
  turn: Turn,
  path: string,
  documents: readonly EntityDocument[],
  as?: EntityId,
): Promise<OcciOutcome & { type: 'created' }> {
  if (documents.length === 0) throw new BadRequest('nothing_sent', 'There is no entity in what was sent');
  if (documents.length > limits.documents)
    throw new BadRequest('too_many', `At most ${limits.documents} entities at once, not ${documents.length}`);
  const items = await draft(services, turn, path, documents, as);
  await complete(services, turn, items);
  await write(services, turn, items);
  for (const { record } of items) services.registry.behaviour(record.kind)?.created?.(record, turn.ctx);
  return { type: 'created', views: await views(services, turn, items) };
}

/** Documents to drafts: kinds, rights, schema, link ends. Every problem of every document is told at once. */
async function draft(
  services: Services,
  turn: Turn,
  path: string,
  documents: readonly EntityDocument[],
  as: EntityId | undefined,
): Promise<Item[]> {
  const findings = new Findings();
  const items: Item[] = [];
  const add = (kind: Kind, sent: EntityDocument, base: string, id: EntityId, under?: number): void => {
    const { record, document } = draftOf(services, turn, id, kind, sent, base, findings);
    items.push(under === undefined ? { base, document, record } : { base, document, record, under });
    turn.pending.set(id, record);
    // Others in the request may refer to it by the id that the client made up for it, as such or in a path.
    if (document.id !== undefined)
      for (const name of namesOf(services, kind, document.id))
        if (!turn.pending.has(name)) turn.pending.set(name, record);
  };
  turn.pending.clear();
  documents.forEach((sent, index) => {
    const base = documents.length === 1 ? '' : `/resources/${index}`;
    const kind = kindFor(services, turn, path, sent, base, findings);
    if (kind === undefined) return;
    const own = items.length;
    add(kind, sent, base, as ?? services.newId());
    const links = sent.links ?? [];
    for (let at = 0; at < Math.min(links.length, limits.links); at++) {
      const link = links[at];
      if (link === undefined) continue;
      const below = `${base}/links/${at}`;
      const linkKind = inlineKind(services, turn, link, below, findings);
      if (linkKind !== undefined) add(linkKind, link, below, services.newId(), own);
    }
  });
  for (const item of items) {
    if (!services.registry.isLink(item.record.kind)) continue;
    const above = item.under === undefined ? undefined : items[item.under]?.record;
    const source = above === undefined ? undefined : { location: services.registry.pathOf(above), kind: above.kind };
    item.record = await resolveEnds(services, turn, item.record, item.document, item.base, findings, source);
    turn.pending.set(item.record.id, item.record);
  }
  const links = items.filter(({ record, under }) => under === undefined && services.registry.isLink(record.kind));
  await boundLinks(turn.ctx.store, links, findings);
  findings.throwIfAny();
  return items;
}

/** Forms in which a client may speak of what it has given an id of its own. */
function namesOf({ registry }: Services, { location = '/' }: Kind, id: string): readonly string[] {
  const bare = parseEntityId(id) ?? id.slice(id.lastIndexOf('/') + 1);
  return [id, bare, `urn:uuid:${bare}`, location + bare, registry.baseUrl + location + bare];
}

/** Behaviours complete the drafts: resources before their links. */
export async function complete(services: Services, turn: Turn, items: readonly Drafting[]): Promise<void> {
  const errors: ParleyError[] = [];
  for (const item of items) {
    const hook = services.registry.behaviour(item.record.kind);
    if (hook?.create === undefined) continue;
    try {
      item.drafted = await hook.create(item.record, item.document, turn.ctx);
      item.record = item.drafted.record;
      turn.pending.set(item.record.id, item.record);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      errors.push(below(item.base, error));
    }
  }
  if (errors.length > 0) throw together(errors);
}

async function write(services: Services, turn: Turn, items: readonly Item[]): Promise<void> {
  const writes = creations(services, turn, items);
  if (turn.keyed) foresee(services, turn, items);
  const result = await turn.ctx.store.write(writes);
  if (result.ok) return;
  const missed = items[result.at];
  if (missed === undefined) throw new ConcurrentChange();
  throw new Conflict('id_taken', 'This id cannot be used', {
    problems: [{ path: `${missed.base}/id`, code: 'id_taken', detail: 'choose another id' }],
  });
}

/** What is written of drafts, and behind it what their behaviours write beside them. */
export function creations(services: Services, turn: Turn, items: readonly Drafting[]): Write[] {
  const writes = items.map(({ record, drafted }): Write => {
    return { op: 'create', record, note: noteOf(services, turn, undefined, record, drafted?.note) };
  });
  return [...writes, ...items.flatMap(({ drafted }) => drafted?.also ?? [])];
}

/** With nothing to wait for and nothing to compute, the first answer is known before the write. */
function foresee(services: Services, turn: Turn, items: readonly Item[]): void {
  const dynamic = (turn.envelope.wait ?? 0) > 0 || items.some(({ record }) => projects(services, record));
  const own = items.filter((item) => item.under === undefined);
  if (dynamic) turn.foresee({ type: 'reread', as: 'created', ids: own.map(({ record }) => record.id) });
  else
    turn.foresee({
      type: 'outcome',
      outcome: {
        type: 'created',
        views: own.map((item) => plainView(services, turn, item.record, plainLinks(services, turn, items, item))),
      },
    });
}

/** A kind may turn a link round, which then starts elsewhere. */
function linksOf(services: Services, items: readonly Item[], item: Item): readonly Item[] {
  const path = services.registry.pathOf(item.record);
  return items.filter(
    (other) => other.under !== undefined && items[other.under] === item && other.record.source?.location === path,
  );
}

function plainLinks(services: Services, turn: Turn, items: readonly Item[], item: Item): readonly View[] {
  return linksOf(services, items, item).map(({ record }) => plainView(services, turn, record));
}

function views(services: Services, turn: Turn, items: readonly Item[]): Promise<readonly View[]> {
  return Promise.all(
    items
      .filter((item) => item.under === undefined)
      .map(async (item) => {
        const own = linksOf(services, items, item);
        const links = await Promise.all(own.map(({ record }) => viewWith(services, turn, record, [])));
        return viewWith(services, turn, item.record, links);
      }),
  );
}
