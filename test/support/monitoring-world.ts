import type { SampleStore } from '../../src/archive/store.ts';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import { createMonitoring, type Monitoring, type MonitoringDeps } from '../../src/monitoring/monitoring.ts';
import type { Engine } from '../../src/occi/api.ts';
import type { Caller, Role } from '../../src/occi/caller.ts';
import type { EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import { createEngine } from '../../src/occi/engine.ts';
import type { EntityStore } from '../../src/occi/store.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import type { OcciOutcome } from '../../src/occi/request.ts';
import { policy } from '../../src/auth/policy.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import {
  idSource,
  principalId,
  tenantId,
  typeId,
  vendorId,
  type EntityId,
  type IdSource,
  type TypeId,
} from '../../src/shared/ids.ts';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { systemRandom } from '../../src/shared/random.ts';
import type { Level } from '../../src/terms/level.ts';
import type { Measurement } from '../../src/vendor-kit/types.ts';
import type { Vendors } from '../../src/vendor-host/port.ts';
import { HandClock } from './hand-clock.ts';
import { memorySamples } from './memory-samples.ts';
import { MemoryStore } from './memory-store.ts';

export const COMPUTE = typeId('http://schemas.ogf.org/occi/infrastructure#compute');
const SLA = typeId('http://schemas.parley.org/occi/sla#sla');

/** The engine with infrastructure and monitoring over stores in memory; time stands still until it is moved. */
export class MonitoringWorld {
  readonly clock: HandClock;
  readonly store: EntityStore;
  readonly samples: SampleStore;
  readonly newId: IdSource;
  /** What the vendor `v` measures next. */
  measured: readonly Measurement[] = [{ metric: 'cpu.used', at: 0, value: 0.25 }];
  readonly vendors: Vendors = {
    list: () => [],
    get: (id) =>
      id === vendorId('v')
        ? ({
            id,
            capabilities: { measures: ['cpu.used', 'memory.used'] },
            profile: { internal: true },
            calls: { measure: () => Promise.resolve(this.measured) },
          } as unknown as ReturnType<Vendors['get']>)
        : undefined,
  };
  readonly monitoring: Monitoring;
  readonly engine: Engine;

  constructor(more: Partial<MonitoringDeps> = {}, clock = new HandClock()) {
    this.clock = clock;
    this.store = more.store ?? new MemoryStore(clock);
    this.samples = more.samples ?? memorySamples();
    this.newId = idSource(clock, systemRandom);
    this.monitoring = this.another(more);
    const registry = createRegistry(
      [
        createInfrastructure({
          backend: { perform: () => Promise.reject(new Error('none')), inspect: () => Promise.resolve(undefined) },
          inUse: () => Promise.resolve(false),
        } as unknown as Parameters<typeof createInfrastructure>[0]),
        this.monitoring.extension,
      ],
      { baseUrl: 'http://127.0.0.1:8080' },
    );
    this.engine = createEngine({
      registry,
      store: this.store,
      clock: this.clock,
      newId: this.newId,
      log: silentLogger,
      policy,
      owner: 'test',
    });
  }

  /** Monitoring over the same stores, as after a restart. */
  another(more: Partial<MonitoringDeps> = {}): Monitoring {
    return createMonitoring({
      store: this.store,
      samples: this.samples,
      vendors: this.vendors,
      clock: this.clock,
      log: silentLogger,
      metrics: noMetrics,
      ...more,
    });
  }

  caller(role: Role = 'customer', tenant = 'acme'): Caller {
    return {
      principal: principalId('ann'),
      tenant: tenantId(tenant),
      role,
      ...(role === 'vendor' ? { vendor: vendorId('v') } : {}),
    };
  }

  handle(request: Parameters<Engine['handle']>[0], caller = this.caller()): Promise<OcciOutcome> {
    return this.engine.handle(request, { caller, request: 'r', signal: new AbortController().signal });
  }

  async create(
    path: string,
    document: Partial<EntityDocument> & { attributes?: Record<string, Json> },
    caller = this.caller(),
  ): Promise<EntityRecord> {
    const outcome = await this.handle(
      { op: 'create', path, documents: [{ mixins: [], attributes: {}, ...document }] },
      caller,
    );
    if (outcome.type !== 'created' || outcome.views[0] === undefined) throw new Error(outcome.type);
    return outcome.views[0].record;
  }

  sensor(attributes: Record<string, Json> = {}, mixins: readonly TypeId[] = []): Promise<EntityRecord> {
    return this.create('/sensor/', { mixins, attributes: { 'occi.sensor.period': 10, ...attributes } });
  }

  collector(
    sensor: EntityRecord,
    target: EntityRecord,
    mixins: readonly TypeId[],
    attributes: Record<string, Json> = {},
  ): Promise<EntityRecord> {
    return this.create('/collector/', {
      mixins,
      attributes,
      source: { location: `/sensor/${sensor.id}` },
      target: { location: `/compute/${target.id}` },
    });
  }

  async push(collector: EntityRecord, attributes: Record<string, Json>, caller = this.caller()): Promise<JsonObject> {
    const outcome = await this.handle(
      { op: 'act', path: `/collector/${collector.id}`, invocation: { term: 'push', attributes } },
      caller,
    );
    if (outcome.type !== 'document') throw new Error(outcome.type);
    return outcome.body;
  }

  async csv(record: EntityRecord, query: Record<string, string> = {}): Promise<string> {
    const kind = record.kind.slice(record.kind.indexOf('#') + 1);
    const outcome = await this.handle({
      op: 'read',
      path: `/${kind}/${record.id}`,
      export: { type: 'text/csv', query },
    });
    if (outcome.type !== 'export') throw new Error(outcome.type);
    return String(outcome.content.body);
  }

  /** A compute that vendor `v` runs. */
  async compute(attributes: Record<string, Json> = {}, internal: JsonObject = {}): Promise<EntityRecord> {
    const record: EntityRecord = {
      id: this.newId(),
      kind: COMPUTE,
      mixins: [],
      tenant: tenantId('acme'),
      owner: principalId('ann'),
      rev: 1,
      attributes: { 'occi.compute.state': 'active', ...attributes },
      state: 'active',
      vendor: vendorId('v'),
      internal: { ref: 'vm', ...internal },
      hidden: false,
      created: this.clock.now(),
      updated: this.clock.now(),
    };
    await this.store.write([{ op: 'create', record }]);
    return record;
  }

  /** An agreement about instances of `web`, with their computes. */
  async sla(
    levels: readonly Level[],
    attributes: Record<string, Json> = {},
    count = 1,
  ): Promise<{ sla: EntityRecord; computes: readonly EntityRecord[] }> {
    const id = this.newId();
    const computes = await Promise.all(
      Array.from({ length: count }, (_, index) => this.compute(attributes, { sla: id, for: 'web', index })),
    );
    const sla: EntityRecord = {
      id,
      kind: SLA,
      mixins: [],
      tenant: tenantId('acme'),
      owner: principalId('ann'),
      rev: 1,
      attributes: {},
      state: 'provisioning',
      vendor: vendorId('v'),
      internal: {
        document: { levels: levels.map((level) => ({ level, committed: true })) },
        delivered: computes.map((compute, index) => ({
          for: 'web',
          index,
          kind: COMPUTE,
          resource: compute.id,
          ref: 'vm',
        })),
        inforce: [],
        suspended: [],
      } as unknown as JsonObject,
      hidden: false,
      created: this.clock.now(),
      updated: this.clock.now(),
    };
    await this.store.write([{ op: 'create', record: sla }]);
    return { sla, computes };
  }

  async record(id: EntityId): Promise<EntityRecord> {
    const record = await this.store.get(id);
    if (record === undefined) throw new Error(`${id} is gone`);
    return record;
  }

  async all(kind: TypeId): Promise<readonly EntityRecord[]> {
    return (await this.store.list({ kinds: [kind], hidden: 'with', limit: 1000 })).items;
  }
}

/** A level with every default filled in. */
export function levelOf(id: string, indicator: Partial<Level['indicator']> & { metric: string }): Level {
  return {
    id,
    need: 'must',
    of: ['web'],
    scope: 'each',
    method: 'slices',
    indicator: {
      statistic: 'max',
      op: '=',
      value: 1,
      probe: {},
      period: 'PT10S',
      minsamples: 1,
      from: ['broker'],
      quorum: 1,
      ...indicator,
    },
    slice: 'PT1M',
    minrun: 1,
    target: 0.99,
    count: 'window',
    window: { calendar: 'month', timezone: 'UTC' },
    nodata: 'bad',
    holdmax: 'PT10M',
    mincoverage: 0.9,
    settle: 'PT15M',
    maintenance: null,
    remedy: null,
  };
}

/** The error that a promise rejects with. */
export async function refused(promise: Promise<unknown>): Promise<ParleyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ParleyError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
