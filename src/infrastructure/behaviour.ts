import { isDeepStrictEqual } from 'node:util';
import { typeOf, type Action } from '../occi/category.ts';
import { ConcurrentChange } from '../occi/concurrency.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import type { Clock } from '../shared/clock.ts';
import { Conflict, NotFound, ParleyError } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import { pointer, type JsonObject } from '../shared/json.ts';
import { movesFrom, type StateTable } from '../shared/state-machine.ts';
import type { BackendView, ResourceBackend, ResourceInternal } from './backend.ts';
import { actDirectly, isGranted } from './direct/act.ts';
import { stated } from './direct/delivered.ts';
import type { DirectParts } from './direct/parts.ts';
import { planned } from './direct/plan.ts';
import { saveTemplate } from './direct/saved.ts';
import { updatedDirectly } from './direct/update.ts';
import { directOf, refOf } from './direct/record.ts';
import { observed } from './observe.ts';
import { stoppedAfter } from './stopped.ts';

export interface InfrastructureParts {
  readonly backend: ResourceBackend;
  readonly clock: Clock;
  /** Vendors that take what is posted without an agreement; absent: what is posted is a record with a state machine. */
  readonly direct?: DirectParts;
}

/** What one kind adds to the common behaviour of resources. */
export interface ResourceShape {
  readonly kind: TypeId;
  readonly term: string;
  readonly names: { readonly state: string; readonly message: string };
  readonly states?: StateTable<string, string>;
  readonly actions: readonly Action[];
}

/** Times that a vendor's answer is tried to be written beside the changes of others. */
const MOST_WRITES = 8;

const internalOf = (record: EntityRecord): ResourceInternal => record.internal;

/** Resources and links that a vendor runs: actions go to it, and what it answers is written with history and event. */
export function resourceBehaviour(shape: ResourceShape, parts: InfrastructureParts): Behaviour {
  const { direct } = parts;
  return {
    kind: shape.kind,
    stateAttribute: shape.names.state,
    ...(shape.states === undefined ? {} : { states: shape.states }),
    create: async (draft, _, ctx) => ({
      record: direct === undefined ? draft : await planned(draft, direct, ctx),
    }),
    created(record) {
      if (directOf(record) !== undefined) direct?.work.soon(record);
    },
    settled: (record) => directOf(record) === undefined || record.due === undefined,
    update: async (draft, before) => {
      if (direct !== undefined && directOf(before) !== undefined)
        return { record: await updatedDirectly(draft, before, shape.names, direct) };
      checkAgreed(draft, before);
      return { record: draft };
    },
    remove: (record, ctx) => {
      checkFree(record, ctx);
      // Nobody was asked to make it, so nobody has to be asked to take it back.
      if (!wasAsked(record)) return Promise.resolve({ how: 'remove' });
      return Promise.resolve({ how: 'hide', record: { ...record, due: { at: parts.clock.now(), action: 'destroy' } } });
    },
    removed: async (record) => {
      if (wasAsked(record)) await direct?.work.gone(record.id);
      else direct?.work.forget(record.id);
    },
    onDue: async (record) => direct?.work.due(record.id),
    refresh: (record, ctx) => observed(shape, parts, record, ctx),
    fulfilled: (record, term) =>
      shape.states?.moves.some((move) => move.on === term && move.to === record.state) === true,
    granted: (record, term) => isGranted(shape, term, record),
    actions: Object.fromEntries(
      shape.actions.map((action) => [
        action.term,
        (record: EntityRecord, attributes: Attributes, ctx: RequestContext) =>
          perform(shape, parts, action, record, attributes, ctx),
      ]),
    ),
  };
}

/** May its vendor have made it, so that it must be undone there? */
function wasAsked(record: EntityRecord): boolean {
  const posted = directOf(record);
  return posted !== undefined && (posted.asked !== undefined || refOf(record) !== undefined);
}

/** What a vendor runs was agreed: clients may name it and tag it, not make it something else. */
function checkAgreed(draft: EntityRecord, before: EntityRecord): void {
  if (internalOf(before).ref === undefined) return;
  const names = new Set([...Object.keys(draft.attributes), ...Object.keys(before.attributes)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(draft.attributes[name], before.attributes[name]));
  const problems = changed.map((name) => ({
    path: pointer('/attributes', name),
    code: 'attribute_agreed',
    detail: 'is as it was agreed and delivered',
  }));
  for (const end of ['source', 'target'] as const)
    if (!isDeepStrictEqual(draft[end], before[end]))
      problems.push({ path: `/${end}`, code: 'attribute_agreed', detail: 'is as it was agreed and delivered' });
  if (problems.length > 0)
    throw new Conflict('resource_agreed', 'What was agreed is changed through its SLA: renegotiate it', { problems });
}

/** DELETE under a live SLA names the action to use (api.md, What comes back). */
function checkFree(record: EntityRecord, ctx: RequestContext): void {
  const { sla } = internalOf(record);
  if (sla === undefined || record.internal['released'] === true) return;
  throw new Conflict(
    'resource_under_sla',
    `${ctx.pathOf(record)} belongs to a live SLA: end it there by the action terminate`,
    { extra: { sla: `/sla/${sla}`, use: 'terminate', state: record.state ?? null, moves: ['terminate'] } },
  );
}

async function perform(
  shape: ResourceShape,
  { backend, clock, direct }: InfrastructureParts,
  action: Action,
  record: EntityRecord,
  attributes: Attributes,
  ctx: RequestContext,
): Promise<ActionResult> {
  const runs = internalOf(record).ref !== undefined && record.vendor !== undefined;
  if (direct !== undefined && action.term === 'save' && (runs || directOf(record) !== undefined))
    return saveTemplate(record, attributes, direct, ctx);
  if (direct !== undefined && directOf(record) !== undefined)
    return actDirectly(shape, direct, backend, action, record, attributes, ctx);
  if (!runs) return moved(shape, action, record, attributes, clock.now(), ctx);
  const from = clock.now();
  const view = await asked(backend, action, record, attributes);
  const given = action.term === 'resize' ? resized(attributes) : {};
  const done = { shape, action, view, given, from, until: clock.now() };
  return { type: 'entity', record: await written(done, record, ctx) };
}

/**
 * A record that no vendor runs: the state machine of the standard and nothing behind it. What is to be made of
 * something that really exists (a template of an instance, a copy of a volume) is refused.
 */
async function moved(
  shape: ResourceShape,
  action: Action,
  record: EntityRecord,
  attributes: Attributes,
  now: number,
  ctx: RequestContext,
): Promise<ActionResult> {
  const to =
    shape.states === undefined
      ? undefined
      : movesFrom(shape.states, record.state ?? '').find(({ on }) => on === action.term)?.to;
  if (internalOf(record).sla !== undefined || to === undefined)
    throw new Conflict(
      'not_provisioned',
      `No vendor runs ${ctx.pathOf(record)}, so there is nothing to ${action.term}`,
      {
        extra: { state: record.state ?? null, moves: [] },
      },
    );
  if (NEEDS_SUBSTANCE.has(action.term))
    throw new Conflict('not_supported', `No vendor runs ${ctx.pathOf(record)}: there is nothing to ${action.term}`, {
      extra: { state: record.state ?? null },
    });
  const given = action.term === 'resize' ? resized(attributes) : {};
  const done = { shape, action, view: { state: to, attributes: {} }, given, from: now, until: now };
  return { type: 'entity', record: await written(done, record, ctx) };
}

const NEEDS_SUBSTANCE: ReadonlySet<string> = new Set(['save', 'backup', 'snapshot']);

/** 409 `not_supported` where the vendor of this one resource cannot do what the service does for others. */
async function asked(
  backend: ResourceBackend,
  action: Action,
  record: EntityRecord,
  attributes: Attributes,
): Promise<BackendView> {
  try {
    return await backend.perform(record, typeOf(action), attributes);
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'unsupported')
      throw new Conflict('not_supported', `The vendor of this resource does not offer ${action.term}`, {
        cause: error,
      });
    throw error;
  }
}

function resized(attributes: Attributes): Attributes {
  const size = attributes['size'];
  return size === undefined ? {} : { 'occi.storage.size': size };
}

interface Done {
  readonly shape: ResourceShape;
  readonly action: Action;
  readonly view: BackendView;
  readonly given: Attributes;
  readonly from: number;
  readonly until: number;
}

/**
 * What the vendor did is a fact: it is written upon whatever the record has become in between, and never
 * lost to somebody else's change.
 */
async function written(done: Done, first: EntityRecord, ctx: RequestContext): Promise<EntityRecord> {
  let before = first;
  for (let tries = 1; tries <= MOST_WRITES; tries++) {
    const record = after(done, before);
    const result = await ctx.store.write([
      {
        op: 'update',
        record,
        expect: { rev: before.rev },
        note: {
          from: before.state ?? null,
          to: record.state ?? null,
          actor: ctx.caller.role,
          code: done.action.term,
          event: `org.parley.${done.shape.term}.${done.view.state}`,
          subject: ctx.pathOf(record),
          ...(done.view.message === undefined ? {} : { detail: done.view.message }),
        },
      },
    ]);
    if (result.ok) return record;
    const now = await ctx.store.get(first.id);
    if (now === undefined || now.hidden) throw new NotFound(`${ctx.pathOf(first)} is gone`);
    before = now;
  }
  throw new ConcurrentChange();
}

function after({ shape, action, view, given, from, until }: Done, before: EntityRecord): EntityRecord {
  const internal = internalOf(before);
  const stopped = stoppedAfter(internal.stopped ?? [], action.term, from, until);
  return {
    ...before,
    rev: before.rev + 1,
    updated: until,
    state: view.state,
    attributes: stated({ ...before.attributes, ...given, ...view.attributes }, shape.names, view.state, view.message),
    internal: (stopped.length === 0 ? internal : { ...internal, stopped }) as unknown as JsonObject,
  };
}
