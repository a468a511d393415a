import { TooLarge } from '../../shared/errors.ts';
import { ConcurrentChange } from '../concurrency.ts';
import type { EntityRecord } from '../entity.ts';
import type { Removal } from '../extension.ts';
import { methodNotAllowed } from '../findings.ts';
import type { IfMatch, OcciOutcome, OcciRequest } from '../request.ts';
import type { Write } from '../store.ts';
import { typeOf, type Kind } from '../category.ts';
import { allows, checkMatch, entityPath, load } from './access.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { linksAt } from './links.ts';
import { members } from './members.ts';
import { emptyMixin } from './mixins.ts';
import { select } from './select.ts';

/** DELETE of one entity (GFD.223 section 10.4): its links go with it (GFD.221, Resource), in one write. */
export async function remove(
  services: Services,
  turn: Turn,
  path: string,
  ifMatch: IfMatch | undefined,
): Promise<OcciOutcome> {
  const { kind } = entityPath(services, path);
  services.policy.check(turn.ctx.caller, 'delete', typeOf(kind));
  const record = await load(services, turn, path);
  checkMatch(record, ifMatch);
  await removeAll(services, turn, [record]);
  return { type: 'done', ids: [record.id] };
}

/**
 * DELETE of a collection (GFD.223 section 11.4): the caller's own things there, all or none. A mixin only comes
 * off them. What belongs to everybody, and what only the service removes, stays.
 */
export async function removeCollection(
  services: Services,
  turn: Turn,
  request: Extract<OcciRequest, { op: 'deleteAll' }>,
): Promise<OcciOutcome> {
  const { registry, policy } = services;
  const { caller } = turn.ctx;
  const selection = select(services, turn, request.path, request.query);
  const { at } = selection;
  if (at?.class === 'mixin') return emptyMixin(services, turn, request.path);
  const own = (kind: Kind): boolean => {
    const { shared = false, clientMay } = registry.behaviour(typeOf(kind)) ?? {};
    return !shared && clientMay?.delete !== false && clientMay?.deleteAll !== false;
  };
  if (at !== undefined) {
    policy.check(caller, 'delete', typeOf(at));
    if (!own(at)) throw methodNotAllowed(`What is at ${request.path} is not removed all at once`, 'GET, HEAD, POST');
  }
  const may = (kind: Kind): boolean => own(kind) && allows(services, turn, 'delete', kind);
  const kinds = selection.kinds.filter(may);
  const carriers = selection.carriers.filter(may);
  const [refused] = selection.kinds.filter(own);
  if (kinds.length === 0 && carriers.length === 0 && refused !== undefined)
    policy.check(caller, 'delete', typeOf(refused));
  const { records, next } = await members(services, turn, request.path, request.query, {
    ...selection,
    kinds,
    carriers,
  });
  if (next !== undefined) throw new TooLarge('At most 1000 entities are deleted at once: narrow it by a filter');
  await removeAll(services, turn, records);
  return { type: 'done', ids: records.map((record) => record.id) };
}

/** Removes or hides records with their links: all, or (where one may not go) none. */
export async function removeAll(services: Services, turn: Turn, records: readonly EntityRecord[]): Promise<void> {
  const going = new Map<string, EntityRecord>();
  const writes: Write[] = [];
  const also: Write[] = [];
  const take = async (
    record: EntityRecord,
    forced: Removal['how'] | undefined,
  ): Promise<Removal['how'] | undefined> => {
    if (going.has(record.id)) return undefined;
    going.set(record.id, record);
    const hook = services.registry.behaviour(record.kind);
    if (forced === undefined && hook?.clientMay?.delete === false)
      throw methodNotAllowed(`${services.registry.pathOf(record)} is removed by the service only`, 'GET, HEAD');
    const removal = (await hook?.remove?.(record, turn.ctx)) ?? { how: 'remove' };
    if (removal.also !== undefined) also.push(...removal.also);
    const how = forced === 'hide' ? 'hide' : removal.how;
    const note = noteOf(services, turn, record, undefined);
    if (how === 'remove') writes.push({ op: 'remove', id: record.id, expect: { rev: record.rev }, note });
    else {
      const kept = removal.how === 'hide' ? (removal.record ?? record) : record;
      const hidden: EntityRecord = { ...kept, hidden: true, rev: record.rev + 1, updated: services.clock.now() };
      writes.push({ op: 'update', record: hidden, expect: { rev: record.rev }, note });
    }
    return how;
  };
  const { registry } = services;
  const hows = new Map<string, Removal['how']>();
  for (const record of records) {
    if (registry.isLink(record.kind)) continue;
    const how = await take(record, undefined);
    if (how !== undefined) hows.set(registry.pathOf(record), how);
  }
  for (const link of await linksAt(turn.ctx.store, [...hows.keys()])) {
    const ends = [hows.get(link.source?.location ?? ''), hows.get(link.target?.location ?? '')];
    await take(link, ends.includes('hide') ? 'hide' : 'remove');
  }
  for (const record of records) if (registry.isLink(record.kind)) await take(record, undefined);
  if (turn.keyed) turn.foresee({ type: 'outcome', outcome: { type: 'done', ids: records.map((record) => record.id) } });
  if (writes.length === 0) return;
  const touched = new Set(going.keys());
  // A link that goes may be spoken of by another's hook too: the first word stands.
  const others = also.filter((write) => !touched.has(write.op === 'remove' ? write.id : write.record.id));
  const result = await turn.ctx.store.write([...writes, ...others]);
  if (!result.ok) throw new ConcurrentChange();
  await Promise.all(
    [...going.values()].map(async (record) => {
      await registry.behaviour(record.kind)?.removed?.(record, turn.ctx);
    }),
  );
}
