import { request as rawRequest, type IncomingHttpHeaders } from 'node:http';
import { createAuth, type Auth } from '../../src/auth/index.ts';
import { createApp } from '../../src/http/app.ts';
import { defaultLimits, type Health, type HealthState, type Limits } from '../../src/http/parts.ts';
import { listen, type HttpServer } from '../../src/http/server.ts';
import { createEventFeed, notifyExtension, type EventFeed } from '../../src/notify/index.ts';
import type { Engine } from '../../src/occi/api.ts';
import { typeOf, type Action, type AttributeDefinition, type Kind, type Mixin } from '../../src/occi/category.ts';
import { LINK, RESOURCE } from '../../src/occi/core.ts';
import { createEngine } from '../../src/occi/engine.ts';
import type { Extension } from '../../src/occi/extension.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { systemClock, type Clock } from '../../src/shared/clock.ts';
import { idSource, typeId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import type { Logger } from '../../src/shared/logger.ts';
import { prometheusMetrics } from '../../src/shared/metrics.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { MemoryStore } from './memory-store.ts';
import { memoryValues } from './memory-values.ts';

const SCHEME = 'http://example.org/occi/test#';
const ACTIONS = 'http://example.org/occi/test/machine/action#';

const attribute = (
  type: AttributeDefinition['type'],
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({ type, mutable: true, required: false, description: 'For tests', ...more });

export const startAction: Action = { class: 'action', scheme: ACTIONS, term: 'start', title: 'Start', attributes: {} };
export const stopAction: Action = {
  class: 'action',
  scheme: ACTIONS,
  term: 'stop',
  title: 'Stop',
  attributes: { method: attribute('string', { pattern: { enum: ['graceful', 'poweroff'] } }) },
};

export const machineKind: Kind = {
  class: 'kind',
  scheme: SCHEME,
  term: 'machine',
  title: 'Machine, for tests',
  parent: RESOURCE,
  location: '/machine/',
  actions: [typeOf(startAction), typeOf(stopAction)],
  attributes: {
    'org.test.cores': attribute('number', { required: true, pattern: { multipleOf: 1, minimum: 1 } }),
    'org.test.memory': attribute('number'),
    'org.test.label': attribute('string'),
    'org.test.on': attribute('boolean'),
    'org.test.tags': attribute('array'),
    'org.test.plan': attribute('object'),
    'org.test.state': attribute('string', { mutable: false }),
  },
};

export const cableKind: Kind = {
  class: 'kind',
  scheme: SCHEME,
  term: 'cable',
  title: 'Cable',
  parent: LINK,
  location: '/cable/',
  actions: [],
  attributes: { 'org.test.length': attribute('number') },
};

export const fastMixin: Mixin = {
  class: 'mixin',
  scheme: SCHEME,
  term: 'fast',
  title: 'Fast',
  location: '/fast/',
  depends: [],
  applies: [typeOf(machineKind)],
  actions: [],
  attributes: { 'org.test.turbo': attribute('number') },
};

export const MACHINE = typeOf(machineKind);
export const CABLE = typeOf(cableKind);
export const FAST = typeOf(fastMixin);
export const START = typeOf(startAction);
export const STOP = typeOf(stopAction);

/** A small model with every kind of attribute, states, actions, an export, and a failure on demand. */
const testExtension: Extension = {
  name: 'test',
  kinds: [machineKind, cableKind],
  mixins: [fastMixin],
  actions: [startAction, stopAction],
  behaviours: [
    {
      kind: MACHINE,
      stateAttribute: 'org.test.state',
      states: {
        name: 'machine',
        states: ['off', 'on'],
        terminal: [],
        moves: [
          { from: null, to: 'off', on: 'create', by: ['customer'], row: 'M1' },
          { from: 'off', to: 'on', on: 'start', by: ['customer', 'operator'], row: 'M2' },
          { from: 'on', to: 'off', on: 'stop', by: ['customer', 'operator'], row: 'M3' },
        ],
      },
      create: (draft) => {
        if (draft.attributes['org.test.label'] === 'explode') throw new Error('a secret of the inside');
        const attributes = { ...draft.attributes, 'org.test.state': 'off' };
        return Promise.resolve({ record: { ...draft, state: 'off', attributes } });
      },
      settled: (record) => record.state === 'off' || record.state === 'on',
      actions: Object.fromEntries(
        (['start', 'stop'] as const).map((term) => [
          term,
          async (record, _attributes, ctx) => {
            const state = term === 'start' ? 'on' : 'off';
            const next = {
              ...record,
              rev: record.rev + 1,
              state,
              attributes: { ...record.attributes, 'org.test.state': state },
            };
            await ctx.store.write([
              {
                op: 'update',
                record: next,
                expect: { rev: record.rev },
                note: {
                  from: record.state ?? null,
                  to: state,
                  actor: ctx.caller.role,
                  event: `org.parley.machine.${state}`,
                  subject: ctx.pathOf(record),
                },
              },
            ]);
            return { type: 'entity' as const, record: next };
          },
        ]),
      ),
      exports: {
        'text/csv': (record, ctx) =>
          Promise.resolve({
            body: `id,from\n${record.id},${ctx.query['from'] ?? ''}\n`,
            headers: { 'Content-Disposition': 'attachment; filename="machine.csv"' },
          }),
      },
    },
  ],
};

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: JsonObject;
}

export interface Asked {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | JsonObject;
}

export interface World {
  readonly url: string;
  readonly store: MemoryStore;
  readonly engine: Engine;
  readonly auth: Auth;
  readonly feed: EventFeed;
  readonly server: HttpServer;
  readonly operator: string;
  readonly logged: { level: string; fields: object; message: string }[];
  health: HealthState;
  ask(method: string, path: string, asked?: Asked): Promise<Reply>;
  /** POST of a machine in JSON; answers its path. */
  machine(attributes?: JsonObject, token?: string): Promise<string>;
  tokenFor(attributes: JsonObject): Promise<string>;
  close(): Promise<void>;
}

/** The whole HTTP face over a store in memory, listening on a free port. */
export async function httpWorld(options: { clock?: Clock; limits?: Partial<Limits> } = {}): Promise<World> {
  const clock = options.clock ?? systemClock;
  const store = new MemoryStore(clock);
  const logged: World['logged'] = [];
  const log = recordingLogger(logged);
  const newId = idSource(clock, systemRandom);
  const kv = memoryValues();
  const auth = createAuth({ store, kv, clock, random: systemRandom, newId, log });
  const baseUrl = 'http://parley.test';
  const registry = createRegistry([auth.extension, notifyExtension, testExtension], { baseUrl });
  const engine = createEngine({ registry, store, clock, newId, log, policy: auth.policy, owner: 'test' });
  const feed = createEventFeed({ store, clock, log, registry, policy: auth.policy, source: baseUrl });
  const operator = (await auth.bootstrap()) ?? '';
  const state = { health: 'ready' as HealthState };
  const health: Health = { state: () => state.health };
  const app = createApp({
    engine,
    auth,
    metrics: prometheusMetrics(),
    log,
    health,
    events: feed,
    limits: { ...defaultLimits, ...options.limits },
    baseUrl,
    version: '0.0.0',
    clock,
  });
  const server = await listen({ app, clock: systemClock, log, version: '0.0.0', events: feed }, '127.0.0.1', 0);

  const ask: World['ask'] = (method, path, asked = {}) => send(server.port, method, path, asked, operator);
  const post = async (path: string, body: JsonObject, token = operator): Promise<Reply> =>
    ask('POST', path, { token, headers: { 'Content-Type': 'application/occi+json' }, body });
  return {
    url: server.url,
    store,
    engine,
    auth,
    feed,
    server,
    operator,
    logged,
    get health() {
      return state.health;
    },
    set health(next) {
      state.health = next;
    },
    ask,
    async machine(attributes = {}, token = operator) {
      const reply = await post(
        '/machine/',
        { kind: MACHINE, attributes: { 'org.test.cores': 2, ...attributes } },
        token,
      );
      if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
      return String(reply.headers.location).slice(baseUrl.length);
    },
    async tokenFor(attributes) {
      const reply = await post('/token/', { kind: typeId('http://schemas.parley.org/occi/auth#token'), attributes });
      if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
      return (reply.json['attributes'] as Record<string, string>)['org.parley.token.secret'] ?? '';
    },
    async close() {
      await server.close(1000);
      auth.close();
    },
  };
}

function send(port: number, method: string, path: string, asked: Asked, operator: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { token = operator, headers = {}, body } = asked;
    const request = rawRequest({ port, host: '127.0.0.1', method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = (response.headers['content-type'] ?? '').includes('json') && text !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson ? (JSON.parse(text) as JsonObject) : {},
        });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    if (token !== null) request.setHeader('Authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers))
      request.setHeader(name, typeof value === 'string' ? value : [...value]);
    if (body === undefined) {
      request.end();
      return;
    }
    const bytes =
      body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    // Node sends a DELETE's body without a length unless told.
    if (headers['Transfer-Encoding'] === undefined) request.setHeader('Content-Length', bytes.length);
    request.end(bytes);
  });
}

function recordingLogger(logged: World['logged']): Logger {
  const at =
    (level: string) =>
    (fields: object, message: string): void => {
      logged.push({ level, fields, message });
    };
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}
