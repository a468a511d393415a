import { NotFound } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { Caller } from '../caller.ts';
import { typeOf } from '../category.ts';
import type { EntityRecord } from '../entity.ts';
import type { OcciOutcome, RequestEnvelope } from '../request.ts';
import { entityPath, visible } from './access.ts';
import { beginTurn } from './context.ts';
import { linksFrom } from './links.ts';
import type { Services } from './services.ts';
import { viewOf } from './views.ts';

type Shown = Extract<OcciOutcome, { type: 'entity' }>;

/** What a caller was shown of a record with these links. */
interface Seen {
  readonly caller: Caller;
  readonly links: readonly EntityRecord[];
  readonly shown: Shown;
}

/**
 * GET of one entity. As long as the store gives the same record and the same links, the same caller is shown the
 * same outcome; a store that makes new objects each time is looked at anew each time.
 */
export function entityReader(services: Services): (path: string, envelope: RequestEnvelope) => Promise<Shown> {
  const { registry, store, policy } = services;
  const seen = new WeakMap<EntityRecord, Seen>();
  const plain = (kind: TypeId): boolean => registry.behaviour(kind)?.project === undefined;

  return async (path, envelope) => {
    const { caller } = envelope;
    const { kind, id } = entityPath(services, path);
    const type = typeOf(kind);
    policy.check(caller, 'read', type);
    // Asked for together, so that a read costs one turn of the store and not two.
    const found = store.get(id);
    const outgoing = registry.isLink(type) ? undefined : linksFrom(store, path);
    outgoing?.catch(() => undefined);
    const record = await found;
    const links = outgoing === undefined ? NONE : await outgoing;
    const before = record === undefined ? undefined : seen.get(record);
    if (before?.caller === caller && before.links === links) return before.shown;

    const turn = beginTurn(services, envelope);
    if (record?.kind !== type || !(await visible(services, turn.ctx, record)))
      throw new NotFound(`Nothing is found at ${path}`);
    const shown: Shown = { type: 'entity', view: await viewOf(services, turn, record, Promise.resolve(links)) };
    // What a vendor may see depends on other entities, and a projection on the moment.
    if (caller.role !== 'vendor' && plain(record.kind) && links.every((link) => plain(link.kind)))
      seen.set(record, { caller, links, shown });
    return shown;
  };
}

const NONE: readonly EntityRecord[] = [];
