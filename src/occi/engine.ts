import { ParleyError, PreconditionFailed } from '../shared/errors.ts';
import type { Engine } from './api.ts';
import { typeOf, type Kind } from './category.ts';
import { ConcurrentChange } from './concurrency.ts';
import { act, actOnAll } from './engine/act.ts';
import { entityPath, load, visible } from './engine/access.ts';
import { beginTurn, innerContext } from './engine/context.ts';
import { create } from './engine/create.ts';
import { createIdempotency, repeated } from './engine/idempotency.ts';
import { list } from './engine/list.ts';
import { members } from './engine/members.ts';
import { changeMembers } from './engine/mixins.ts';
import { remove, removeCollection } from './engine/remove.ts';
import { select } from './engine/select.ts';
import { entityReader } from './engine/read-entity.ts';
import type { Answer, EngineOptions, Services, Turn } from './engine/services.ts';
import { update } from './engine/update.ts';
import { addMixins, removeMixins } from './engine/user-mixins.ts';
import { viewsOf } from './engine/views.ts';
import { createWatch } from './engine/watch.ts';
import type { EntityRecord } from './entity.ts';
import type { ModelRegistry } from './registry.ts';
import type { OcciOutcome, OcciRequest } from './request.ts';
import { createModels } from './schema/model.ts';

export type { EngineOptions } from './engine/services.ts';
export { restoreMixins } from './engine/user-mixins.ts';

/** How often a request is run again when somebody else was faster each time. */
const MOST_RUNS = 8;

/** The OCCI engine over a registry and a store: neither HTTP nor a database is known to it. */
export function createEngine(options: EngineOptions): Engine & { readonly registry: ModelRegistry } {
  const services: Services = {
    ...options,
    models: createModels(options.registry),
    watch: createWatch(options.store, options.clock),
  };
  const idempotency = createIdempotency(services);
  const readEntity = entityReader(services);
  const never = new AbortController().signal;

  return {
    registry: options.registry,
    context: (caller, signal) => innerContext(services, caller, signal ?? never),
    async handle(request, envelope) {
      if (request.op === 'read' && request.export === undefined) return readEntity(request.path, envelope);
      const turn = beginTurn(services, envelope);
      const work = async (): Promise<OcciOutcome> =>
        waited(services, turn, await persistently(turn, request, () => run(services, turn, request)));
      if (envelope.idempotency === undefined || !changes(request)) return work();
      return idempotency.run(envelope, turn, work, (answer) => reread(services, turn, answer));
    },
  };
}

function changes(request: OcciRequest): boolean {
  return request.op !== 'discover' && request.op !== 'list' && request.op !== 'read';
}

function run(services: Services, turn: Turn, request: OcciRequest): Promise<OcciOutcome> {
  switch (request.op) {
    case 'discover':
      return Promise.resolve(discover(services, turn, request.filter));
    case 'addMixins':
      return addMixins(services, turn, request.mixins);
    case 'removeMixins':
      return removeMixins(services, turn, request.mixins);
    case 'list':
      return list(services, turn, request.path, request.query);
    case 'create':
      return create(services, turn, request.path, request.documents);
    case 'associate':
    case 'replaceMembers':
    case 'disassociate':
      return changeMembers(services, turn, request);
    case 'deleteAll':
      return removeCollection(services, turn, request);
    case 'actOnAll':
      return onAll(services, turn, request);
    case 'read':
      return exported(services, turn, request);
    case 'replace':
    case 'patch':
      return update(services, turn, request);
    case 'delete':
      return remove(services, turn, request.path, request.ifMatch);
    case 'act':
      return act(services, turn, request.path, request.invocation, request.ifMatch);
  }
}

/** Runs again what missed because of a concurrent change, unless the client named the revision it meant. */
async function persistently(
  turn: Turn,
  request: OcciRequest,
  attempt: () => Promise<OcciOutcome>,
): Promise<OcciOutcome> {
  const pinned = 'ifMatch' in request && Array.isArray(request.ifMatch);
  for (let runs = 1; ; runs++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConcurrentChange)) throw error;
      if (pinned) throw new PreconditionFailed();
      if (runs >= MOST_RUNS || turn.wrote()) throw error;
    }
  }
}

/** Another media type of an entity that its kind offers. */
async function exported(
  services: Services,
  turn: Turn,
  { path, export: wanted }: Extract<OcciRequest, { op: 'read' }>,
): Promise<OcciOutcome> {
  const { kind } = entityPath(services, path);
  const type = typeOf(kind);
  services.policy.check(turn.ctx.caller, 'read', type);
  const offered = services.registry.behaviour(type)?.exports ?? {};
  const make = wanted !== undefined && Object.hasOwn(offered, wanted.type) ? offered[wanted.type] : undefined;
  if (wanted === undefined || make === undefined)
    throw new ParleyError('not_acceptable', 406, `${path} has no rendering as ${wanted?.type ?? 'an export'}`);
  const record = await load(services, turn, path);
  const content = await make(record, { ...turn.ctx, query: wanted.query });
  return { type: 'export', mediaType: wanted.type, content };
}

async function onAll(
  services: Services,
  turn: Turn,
  request: Extract<OcciRequest, { op: 'actOnAll' }>,
): Promise<OcciOutcome> {
  const selection = select(services, turn, request.path, request.query);
  const { records, next } = await members(services, turn, request.path, request.query, selection);
  return actOnAll(services, turn, records, next !== undefined, request.invocation);
}

/** The query interface (GFD.223 sections 7.1 and 9.1): all categories, or those named and those right below them. */
function discover(
  services: Services,
  turn: Turn,
  filter: Extract<OcciRequest, { op: 'discover' }>['filter'],
): OcciOutcome {
  const { registry } = services;
  const kinds = registry.kinds();
  const mixins = registry.mixins(turn.ctx.caller.tenant);
  const actions = registry.actions();
  if (filter === undefined || filter.length === 0) return { type: 'categories', kinds, mixins, actions };
  const wanted = new Set(filter);
  const below = (kind: Kind): boolean => kind.parent !== undefined && wanted.has(kind.parent);
  return {
    type: 'categories',
    kinds: kinds.filter((kind) => wanted.has(typeOf(kind)) || below(kind)),
    mixins: mixins.filter((mixin) => wanted.has(typeOf(mixin)) || mixin.depends.some((type) => wanted.has(type))),
    actions: actions.filter((action) => wanted.has(typeOf(action))),
  };
}

/** `Prefer: wait` (RFC 7240 section 4.3): answers once what was made or acted on is at rest, or the time is over. */
async function waited(services: Services, turn: Turn, outcome: OcciOutcome): Promise<OcciOutcome> {
  const seconds = turn.envelope.wait ?? 0;
  if (!(seconds > 0) || (outcome.type !== 'created' && outcome.type !== 'entity')) return outcome;
  const views = outcome.type === 'created' ? outcome.views : [outcome.view];
  // A plain GET is answered at once: waiting is for what the request has set in motion.
  if (!turn.wrote()) return outcome;
  const resting = views.flatMap(({ record }) => {
    const hook = services.registry.behaviour(record.kind);
    if (hook?.settled === undefined) return [];
    const done = (now: EntityRecord): boolean => hook.settled?.(now) ?? true;
    return [services.watch.until(record.id, done, seconds * 1000, turn.envelope.signal)];
  });
  if (resting.length === 0) return outcome;
  await Promise.all(resting);
  const fresh = await turn.ctx.store.getMany(views.map(({ record }) => record.id));
  const again = await viewsOf(
    services,
    turn,
    views.map(({ record }, index) => fresh[index] ?? record),
  );
  if (outcome.type === 'created') return { ...outcome, views: again, waited: true };
  return { ...outcome, view: again[0] ?? outcome.view, waited: true };
}

/** What became of a request that took effect and was never answered. */
async function reread(
  services: Services,
  turn: Turn,
  answer: Extract<Answer, { type: 'reread' }>,
): Promise<OcciOutcome> {
  const found = await turn.ctx.store.getMany(answer.ids);
  const records: EntityRecord[] = [];
  for (const record of found)
    if (record !== undefined && (await visible(services, turn.ctx, record))) records.push(record);
  const views = await viewsOf(services, turn, records);
  const [first] = views;
  if (answer.as === 'done' || first === undefined) return repeated({ type: 'done', ids: answer.ids });
  if (answer.as === 'created') return repeated({ type: 'created', views });
  return repeated(views.length === 1 ? { type: 'entity', view: first } : { type: 'collection', views, of: 'mixed' });
}
