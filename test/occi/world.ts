import type { Engine, Policy } from '../../src/occi/api.ts';
import type { Caller, Role } from '../../src/occi/caller.ts';
import type { Action, AttributeDefinition, Kind, Mixin } from '../../src/occi/category.ts';
import { RESOURCE, LINK } from '../../src/occi/core.ts';
import { createEngine, type EngineOptions } from '../../src/occi/engine.ts';
import type { EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import type { Behaviour, Extension, RequestContext } from '../../src/occi/extension.ts';
import { writeOrRetry } from '../../src/occi/concurrency.ts';
import { createRegistry, type ModelRegistry } from '../../src/occi/registry.ts';
import type { OcciOutcome, OcciRequest, RequestEnvelope, View } from '../../src/occi/request.ts';
import { Forbidden, ParleyError, Unprocessable } from '../../src/shared/errors.ts';
import { idSource, principalId, tenantId, typeId, vendorId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { systemRandom } from '../../src/shared/random.ts';
import type { StateTable } from '../../src/shared/state-machine.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { HandClock } from '../support/hand-clock.ts';

const SCHEME = 'http://example.org/test#';
export const TASK = typeId(`${SCHEME}task`);
export const RIBBON = typeId(`${SCHEME}ribbon`);
export const SEALED = typeId(`${SCHEME}sealed`);
export const NOTICE = typeId(`${SCHEME}notice`);
export const RATED = typeId(`${SCHEME}rated`);
export const STARRED = typeId(`${SCHEME}starred`);
export const LOUD = typeId(`${SCHEME}loud`);
export const TAG = typeId(`${SCHEME}tag`);

const attribute = (more: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  type: 'string',
  mutable: true,
  required: false,
  description: 'a test attribute',
  ...more,
});

const kind = (term: string, more: Partial<Kind> = {}): Kind => ({
  class: 'kind',
  scheme: SCHEME,
  term,
  title: term,
  parent: RESOURCE,
  location: `/${term}/`,
  actions: [],
  attributes: {},
  ...more,
});

const mixin = (term: string, more: Partial<Mixin> = {}): Mixin => ({
  class: 'mixin',
  scheme: SCHEME,
  term,
  title: term,
  location: `/${term}/`,
  actions: [],
  attributes: {},
  depends: [],
  applies: [],
  ...more,
});

export const ACTION_SCHEME = 'http://example.org/test/task/action#';
const action = (term: string, attributes: Action['attributes'] = {}, ...aliases: string[]): Action => ({
  class: 'action',
  scheme: ACTION_SCHEME,
  term,
  title: term,
  attributes,
  ...(aliases.length === 0 ? {} : { aliases: aliases.map(typeId) }),
});
/** What an older text calls the action `finish`. */
export const COMPLETE = typeId('http://old.example.org/task#complete');

export const taskStates: StateTable<'open' | 'running' | 'done', 'begin' | 'finish' | 'lapse'> = {
  name: 'task',
  states: ['open', 'running', 'done'],
  terminal: ['done'],
  moves: [
    { row: 'T1', from: 'open', to: 'running', on: 'begin', by: ['customer'] },
    { row: 'T2', from: 'running', to: 'done', on: 'finish', by: ['customer'] },
    { row: 'T3', from: 'running', to: 'done', on: 'lapse', by: ['timer'] },
  ],
};

const moved = (record: EntityRecord, state: string): EntityRecord => ({
  ...record,
  state,
  rev: record.rev + 1,
  attributes: { ...record.attributes, 'task.state': state },
});

/** What tests may hang into the behaviour of tasks. */
export interface Hooks {
  beforeActionWrite?: (record: EntityRecord) => Promise<void>;
  created?: (record: EntityRecord) => void;
  refresh?: (record: EntityRecord, ctx: RequestContext) => Promise<EntityRecord>;
}

function taskBehaviour(hooks: Hooks): Behaviour {
  const go =
    (state: string): NonNullable<Behaviour['actions']>[string] =>
    async (record, attributes, ctx) => {
      await hooks.beforeActionWrite?.(record);
      const next = moved(record, state);
      const note = { from: record.state ?? null, to: state, actor: 'customer', subject: ctx.pathOf(record) };
      await writeOrRetry(ctx.store, [
        {
          op: 'update',
          record: next,
          expect: { rev: record.rev },
          note: { ...note, event: `org.parley.task.${state}` },
        },
      ]);
      if (attributes['fail'] === true) throw new Unprocessable('failed_late', 'asked to fail after the change');
      return { type: 'entity', record: next };
    };
  return {
    kind: TASK,
    states: taskStates,
    stateAttribute: 'task.state',
    create: (draft) => {
      if (draft.attributes['task.name'] === 'senseless')
        throw new Unprocessable('senseless', 'no', {
          problems: [{ path: '/attributes/task.name', code: 'senseless', detail: 'says nothing' }],
        });
      return Promise.resolve({ record: draft });
    },
    created: (record) => hooks.created?.(record),
    refresh: (record, ctx) => hooks.refresh?.(record, ctx) ?? Promise.resolve(record),
    unsupported: { dream: 'Dreaming is not supported yet: sleep' },
    settled: (record) => record.state === 'done',
    actions: {
      begin: go('running'),
      finish: go('done'),
      shout: (record) => Promise.resolve({ type: 'entity', record }),
    },
    exports: { 'text/csv': (record, ctx) => Promise.resolve({ body: `${record.id},${ctx.query['x'] ?? ''}` }) },
  };
}

export function testExtension(hooks: Hooks = {}): Extension {
  return {
    name: 'test',
    kinds: [
      kind('task', {
        actions: [
          typeId(`${ACTION_SCHEME}begin`),
          typeId(`${ACTION_SCHEME}finish`),
          typeId(`${ACTION_SCHEME}dream`),
          typeId(`${ACTION_SCHEME}soar`),
        ],
        attributes: {
          'task.name': attribute({ required: true, pattern: { minLength: 1 } }),
          'task.count': attribute({ type: 'number', pattern: { multipleOf: 1, minimum: 0 }, default: 1 }),
          'task.size': attribute({ default: 'small' }),
          'task.birth': attribute({ mutable: false, settable: true }),
          'task.state': attribute({ mutable: false, default: 'open' }),
          'task.data': attribute({ type: 'object' }),
          'task.mood': attribute({ pattern: { enum: ['calm', 'hectic'] }, anyCase: true }),
        },
      }),
      kind('ribbon', { parent: LINK, attributes: { 'ribbon.colour': attribute({ default: 'red' }) } }),
      kind('sealed'),
      kind('notice'),
    ],
    mixins: [
      mixin('rated', {
        attributes: { 'task.size': attribute({ default: 'big' }), 'rated.by': attribute({ default: 'me' }) },
      }),
      mixin('starred', {
        depends: [RATED],
        applies: [TASK],
        attributes: { 'starred.stars': attribute({ type: 'number', required: true }) },
      }),
      mixin('loud', { applies: [TASK], actions: [typeId(`${ACTION_SCHEME}shout`)] }),
      mixin('tag'),
    ],
    actions: [
      action('begin', {
        fail: attribute({ type: 'boolean' }),
        speed: attribute({ type: 'number', pattern: { minimum: 1 } }),
      }),
      action('finish', { result: attribute({ required: true, default: 'fine' }) }, COMPLETE),
      action('shout'),
      action('dream'),
      action('soar'),
    ],
    behaviours: [
      taskBehaviour(hooks),
      { kind: SEALED, clientMay: { create: false, update: false, delete: false } },
      { kind: NOTICE, shared: true },
    ],
  };
}

export const testPolicy: Policy = {
  check(caller, operation) {
    if (caller.role === 'auditor' && operation !== 'read') throw new Forbidden('role_forbids', 'auditors only read');
  },
  sees: (caller, record) => caller.role === 'operator' || caller.tenant === record.tenant,
};

export interface World {
  readonly engine: Engine & { readonly registry: ModelRegistry };
  readonly store: MemoryStore;
  readonly clock: HandClock;
  readonly hooks: Hooks;
  readonly ask: (request: OcciRequest, more?: Partial<RequestEnvelope>) => Promise<OcciOutcome>;
  /** Creates one task, answering its view. */
  readonly task: (attributes?: EntityDocument['attributes'], more?: Partial<RequestEnvelope>) => Promise<View>;
}

export function caller(role: Role = 'customer', tenant = 'default'): Caller {
  return {
    principal: principalId(`${role}-1`),
    tenant: tenantId(tenant),
    role,
    ...(role === 'vendor' ? { vendor: vendorId('acme') } : {}),
  };
}

export function envelope(more: Partial<RequestEnvelope> = {}): RequestEnvelope {
  return { caller: caller(), request: 'r1', signal: new AbortController().signal, ...more };
}

export function world(
  options: { store?: MemoryStore; extensions?: readonly Extension[] } & Partial<EngineOptions> = {},
): World {
  const hooks: Hooks = {};
  const clock = new HandClock();
  const store = options.store ?? new MemoryStore(clock);
  const registry = createRegistry(options.extensions ?? [testExtension(hooks)], { baseUrl: 'http://127.0.0.1:8080' });
  const engine = createEngine({
    registry,
    clock,
    newId: idSource(clock, systemRandom),
    log: silentLogger,
    policy: testPolicy,
    owner: 'process-1',
    ...options,
    store,
  });
  const ask: World['ask'] = (request, more) => engine.handle(request, envelope(more));
  return {
    engine,
    store,
    clock,
    hooks,
    ask,
    async task(attributes = { 'task.name': 'a' }, more = {}) {
      const outcome = await ask({ op: 'create', path: '/task/', documents: [{ mixins: [], attributes }] }, more);
      if (outcome.type !== 'created' || outcome.views[0] === undefined) throw new Error('not created');
      return outcome.views[0];
    },
  };
}

/** The error that a promise is rejected with; fails if it is fulfilled, or rejected with something else. */
export async function refusal(promise: Promise<unknown>): Promise<ParleyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ParleyError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

export function entityOf(outcome: OcciOutcome): View {
  if (outcome.type === 'entity') return outcome.view;
  if (outcome.type === 'created' && outcome.views[0] !== undefined) return outcome.views[0];
  throw new Error(`no entity but ${outcome.type}`);
}

export function viewsOf(outcome: OcciOutcome): readonly View[] {
  if (outcome.type !== 'collection') throw new Error(`no collection but ${outcome.type}`);
  return outcome.views;
}

/** A task as a client sends it. */
export const document = (more: Partial<EntityDocument> = {}): EntityDocument => ({
  mixins: [],
  attributes: { 'task.name': 'a' },
  ...more,
});

export const create = (path: string, ...documents: EntityDocument[]): OcciRequest => ({
  op: 'create',
  path,
  documents,
});
