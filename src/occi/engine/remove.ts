import { ConcurrentChange } from '../concurrency.ts';
import type { EntityRecord } from '../entity.ts';
import type { Removal } from '../extension.ts';
import { methodNotAllowed } from '../findings.ts';
import type { IfMatch, OcciOutcome } from '../request.ts';
import type { Write } from '../store.ts';
import { typeOf } from '../category.ts';
import { checkMatch, entityPath, load } from './access.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { linksFrom, linksTo } from './views.ts';

/** DELETE of one entity (GFD.223 section 5.5): its links go with it (GFD.221 section 4.5.2), in one write. */
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
      const hidden: EntityRecord = { ...record, hidden: true, rev: record.rev + 1, updated: services.clock.now() };
      writes.push({ op: 'update', record: hidden, expect: { rev: record.rev }, note });
    }
    return how;
  };
  for (const record of records) {
    const how = await take(record, undefined);
    if (how === undefined || services.registry.isLink(record.kind)) continue;
    const path = services.registry.pathOf(record);
    const [from, to] = await Promise.all([linksFrom(turn.ctx.store, path), linksTo(turn.ctx.store, path)]);
    for (const link of [...from, ...to]) await take(link, how);
  }
  if (turn.keyed) turn.foresee({ type: 'outcome', outcome: { type: 'done', ids: records.map((record) => record.id) } });
  if (writes.length === 0) return;
  const touched = new Set(going.keys());
  // A link that goes may be spoken of by another's hook too: the first word stands.
  const others = also.filter((write) => !touched.has(write.op === 'remove' ? write.id : write.record.id));
  const result = await turn.ctx.store.write([...writes, ...others]);
  if (!result.ok) throw new ConcurrentChange();
}
