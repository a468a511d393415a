import { createBroker, type BrokerPart } from '../../src/broker/extension.ts';
import type { BrokerDefaults } from '../../src/broker/deps.ts';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import type { Engine } from '../../src/occi/api.ts';
import type { Caller, Role } from '../../src/occi/caller.ts';
import { createEngine } from '../../src/occi/engine.ts';
import type { Attributes, EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import { createRegistry, type ModelRegistry } from '../../src/occi/registry.ts';
import type { OcciOutcome, OcciRequest, View } from '../../src/occi/request.ts';
import type { EntityStore } from '../../src/occi/store.ts';
import { createRuleBook } from '../../src/rules/book.ts';
import { createSweeper, type Sweeper } from '../../src/scheduler/sweeper.ts';
import { systemClock, type Clock } from '../../src/shared/clock.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { idSource, principalId, tenantId, typeId, vendorId } from '../../src/shared/ids.ts';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import { silentLogger, type Logger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { projectRoot } from '../../src/shared/paths.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { createSla, type SlaPart } from '../../src/sla/extension.ts';
import type { SlaTimes } from '../../src/sla/deps.ts';
import { createResourceBackend } from '../../src/sla/resource-backend.ts';
import type { Instruments } from '../../src/sla/port.ts';
import type { RateTable } from '../../src/terms/price-compare.ts';
import type { VendorHost, VendorHostOptions } from '../../src/vendor-host/host.ts';
import { MemoryStore } from './memory-store.ts';
import { testHost } from './vendor-world.ts';
import { HandClock, settle } from './hand-clock.ts';

export const CFP = typeId('http://schemas.parley.org/occi/broker#cfp');
const CFP_ACTION = 'http://schemas.parley.org/occi/broker/cfp/action#';
const PROPOSAL_ACTION = 'http://schemas.parley.org/occi/broker/proposal/action#';
const SLA_ACTION = 'http://schemas.ogf.org/occi/sla#';

export const rules = createRuleBook({ folder: `${projectRoot}/rules` });

/** Instruments that deliver when a test says so. */
export class FakeInstruments implements Instruments {
  ready = true;
  readonly installed: string[] = [];
  readonly removed: string[] = [];

  install(sla: EntityRecord): Promise<void> {
    this.installed.push(sla.id);
    return Promise.resolve();
  }

  delivering(): ReturnType<Instruments['delivering']> {
    return Promise.resolve({ ready: this.ready, waitingFor: this.ready ? [] : ['web/0 net.reachable'] });
  }

  remove(sla: EntityRecord): Promise<void> {
    this.removed.push(sla.id);
    return Promise.resolve();
  }
}

export interface WorldOptions {
  readonly vendors?: readonly { id: string; plugin: string; config?: JsonObject }[];
  readonly host?: Partial<VendorHostOptions>;
  /** Vendors that outlive the world: those of the world before a crash. */
  readonly sharedHost?: VendorHost;
  readonly clock?: Clock;
  readonly store?: EntityStore;
  readonly rates?: RateTable;
  readonly times?: Partial<SlaTimes>;
  readonly defaults?: Partial<BrokerDefaults>;
  readonly instruments?: FakeInstruments;
  readonly log?: Logger;
  readonly tidy?: () => void;
  /** Go on with what the store holds, as after a restart. */
  readonly start?: boolean;
}

export interface BrokerWorld {
  readonly engine: Engine & { readonly registry: ModelRegistry };
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly host: VendorHost;
  readonly broker: BrokerPart;
  readonly sla: SlaPart;
  readonly sweeper: Sweeper;
  readonly instruments: FakeInstruments;
  readonly ended: string[];
  handle(request: OcciRequest, more?: { wait?: number; role?: Role; vendor?: string }): Promise<OcciOutcome>;
  /** POSTs a call; answers its view, waited for `wait` seconds. */
  post(document: EntityDocument, wait?: number): Promise<View>;
  get(path: string, as?: { role: Role; vendor?: string }): Promise<View>;
  proposals(cfp: View): Promise<readonly View[]>;
  award(cfp: View, proposals: readonly string[]): Promise<readonly View[]>;
  act(
    path: string,
    action: string,
    attributes?: Attributes,
    as?: { role: Role; vendor?: string },
  ): Promise<OcciOutcome>;
  /** Waits until an entity is in one of the states, sweeping in between. */
  until(path: string, ...states: string[]): Promise<View>;
  stop(): Promise<void>;
}

const TENANT = tenantId('acme');

function callerOf(role: Role, vendor?: string): Caller {
  return {
    principal: principalId(role === 'vendor' ? `vendor-${vendor ?? ''}` : 'alice'),
    tenant: TENANT,
    role,
    ...(vendor === undefined ? {} : { vendor: vendorId(vendor) }),
  };
}

export async function brokerWorld(options: WorldOptions = {}): Promise<BrokerWorld> {
  const clock = options.clock ?? systemClock;
  const store = options.store ?? new MemoryStore(clock);
  const newId = idSource(clock, systemRandom);
  const log = options.log ?? silentLogger;
  const host =
    options.sharedHost ??
    (await testHost(options.vendors ?? [{ id: 'a', plugin: 'instant' }], { clock, ...options.host }));
  const instruments = options.instruments ?? new FakeInstruments();
  const ended: string[] = [];
  const late: { registry?: ModelRegistry; broker?: BrokerPart } = {};
  const registry = (): ModelRegistry => {
    if (late.registry === undefined) throw new Error('too early');
    return late.registry;
  };
  const common = { store, clock, newId, log, metrics: noMetrics, vendors: host.vendors, registry };
  const sla = createSla({
    ...common,
    instruments,
    listener: {
      activated: async (record) => late.broker?.slaListener.activated?.(record),
      scheduled: async (record) => late.broker?.slaListener.scheduled?.(record),
      failed: async (record, why) => late.broker?.slaListener.failed?.(record, why),
      ended(record) {
        ended.push(record.id);
        return Promise.resolve();
      },
    },
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  const made = createBroker({
    ...common,
    rules: await rules,
    sla: sla.service,
    rates: options.rates ?? { base: 'EUR', date: '2026-11-20', source: 'a test', rates: { USD: '0.92' } },
    ...(options.defaults === undefined ? {} : { defaults: options.defaults }),
    ...(options.tidy === undefined ? {} : { tidy: options.tidy }),
  });
  late.broker = made;
  const known = createRegistry(
    [
      createInfrastructure({ backend: createResourceBackend({ vendors: host.vendors, clock, store }), clock }),
      made.extension,
      sla.extension,
    ],
    { baseUrl: 'http://127.0.0.1:8080' },
  );
  late.registry = known;
  const engine = createEngine({
    registry: known,
    store,
    clock,
    newId,
    log,
    owner: 'test',
    policy: { check: () => undefined, sees: (caller, record) => caller.tenant === record.tenant },
  });
  const sweeper = createSweeper({
    store,
    behaviours: (kind) => {
      const behaviour = registry().behaviour(kind);
      return behaviour?.onDue === undefined ? undefined : (record) => behaviour.onDue!(record);
    },
    clock,
    log,
    owner: 'test',
  });
  if (options.start === true) {
    await sla.start();
    await made.start();
  }
  const signal = new AbortController().signal;

  const world: BrokerWorld = {
    engine,
    store,
    clock,
    host,
    broker: made,
    sla,
    sweeper,
    instruments,
    ended,
    handle: (request, more = {}) =>
      engine.handle(request, {
        caller: callerOf(more.role ?? 'customer', more.vendor),
        request: 'test',
        signal,
        ...(more.wait === undefined ? {} : { wait: more.wait }),
      }),
    async post(document, wait) {
      const outcome = await world.handle(
        { op: 'create', path: '/cfp/', documents: [document] },
        wait === undefined ? {} : { wait },
      );
      if (outcome.type !== 'created') throw new Error(outcome.type);
      if (clock instanceof HandClock) await settle(20);
      return outcome.views[0]!;
    },
    async get(path, as = { role: 'customer' }) {
      const outcome = await world.handle({ op: 'read', path }, as);
      if (outcome.type !== 'entity') throw new Error(outcome.type);
      return outcome.view;
    },
    async proposals(cfp) {
      const outcome = await world.handle({
        op: 'list',
        path: '/proposal/',
        query: { attributes: { 'org.parley.proposal.cfp': `urn:uuid:${cfp.record.id}` }, number: 1000, page: 1 },
      });
      if (outcome.type !== 'collection') throw new Error(outcome.type);
      return outcome.views;
    },
    async award(cfp, proposals) {
      const outcome = await world.act(cfp.path, `${CFP_ACTION}award`, { proposals });
      if (outcome.type !== 'collection') throw new Error(outcome.type);
      return outcome.views;
    },
    act: (path, action, attributes = {}, as = { role: 'customer' }) => {
      const full = action.includes('#')
        ? action
        : (path.startsWith('/cfp/') ? CFP_ACTION : path.startsWith('/proposal/') ? PROPOSAL_ACTION : SLA_ACTION) +
          action;
      return world.handle({ op: 'act', path, invocation: { action: typeId(full), attributes } }, as);
    },
    async until(path, ...states) {
      for (let tries = 0; tries < 400; tries += 1) {
        const view = await world.get(path);
        if (states.includes(view.record.state ?? '')) return view;
        await sweeper.sweep();
        if (clock instanceof HandClock) await clock.advance(100);
        else await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const { record } = await world.get(path);
      throw new Error(
        `${path} is ${String(record.state)}, not ${states.join(' or ')}: ${JSON.stringify(record.attributes)}`,
      );
    },
    async stop() {
      await sweeper.stop(1000);
      await made.stop();
      await sla.stop();
      if (options.sharedHost === undefined) await host.close();
    },
  };
  return world;
}

const INFRA = 'http://schemas.ogf.org/occi/infrastructure#';

/** The example of the documentation, its levels as `prefer`; attributes given replace its own, null takes them out. */
export function exampleCfp(more: Readonly<Record<string, Json>> = {}): EntityDocument {
  const attributes: Record<string, Json> = {
    'org.parley.cfp.resources': exampleResources(),
    'org.parley.cfp.levels': [
      {
        id: 'up',
        of: ['web'],
        scope: 'each',
        need: 'prefer',
        indicator: { metric: 'net.reachable', op: '=', value: 1 },
        target: 0.99,
        window: { calendar: 'month' },
      },
    ],
    'org.parley.cfp.rules': { ref: 'balanced@1' },
    'org.parley.cfp.budget': { amount: '90.00', currency: 'EUR', per: 'month' },
    'org.parley.cfp.replyby': 'PT30S',
    'org.parley.cfp.period': { length: 'P1Y' },
    ...more,
  };
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
  return { kind: CFP, mixins: [], title: 'Two small web servers, a volume each', attributes: given };
}

export function exampleResources(): Json[] {
  return [
    {
      id: 'web',
      count: 2,
      kind: `${INFRA}compute`,
      attributes: {
        'occi.compute.cores': { min: 1 },
        'occi.compute.memory': { min: 0.5, max: 16 },
        'occi.compute.architecture': 'x64',
        'org.parley.placement.country': { in: ['DE', 'FR', 'IE', 'NL', 'US'] },
      },
    },
    { id: 'data', count: 2, kind: `${INFRA}storage`, attributes: { 'occi.storage.size': { min: 1 } } },
    { id: 'mount', pair: 'index', kind: `${INFRA}storagelink`, source: 'web', target: 'data' },
  ];
}

/** What a promise was rejected with, which must be one of ours. */
export async function refusal(promise: Promise<unknown>): Promise<ParleyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ParleyError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
