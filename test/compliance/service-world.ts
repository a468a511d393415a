import type { Level } from '../../src/terms/level.ts';
import type { SeriesId } from '../../src/archive/store.ts';
import { createCompliance, type Compliance } from '../../src/compliance/extension.ts';
import type { ComplianceTimes } from '../../src/compliance/deps.ts';
import { createEngine } from '../../src/occi/engine.ts';
import type { Engine } from '../../src/occi/api.ts';
import { without } from '../../src/compliance/change.ts';
import type { Attributes, EntityRecord } from '../../src/occi/entity.ts';
import type { Role, Caller } from '../../src/occi/caller.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import type { OcciOutcome } from '../../src/occi/request.ts';
import { policy } from '../../src/auth/policy.ts';
import { idSource, principalId, tenantId, typeId, vendorId, type EntityId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { systemRandom } from '../../src/shared/random.ts';
import type { TermState } from '../../src/sla/port.ts';
import { agreementKind, agreementMixins, agreementActions, slaActions, slaKind } from '../../src/sla/model.ts';
import { draftSla } from '../../src/sla/draft.ts';
import type { Price } from '../../src/terms/price.ts';
import type { OfferedInstance } from '../../src/terms/resources.ts';
import { HandClock } from '../support/hand-clock.ts';
import { memorySamples, type MemorySamples } from '../support/memory-samples.ts';
import { MemoryStore } from '../support/memory-store.ts';

const COMPUTE = typeId('http://schemas.ogf.org/occi/infrastructure#compute');
export const TENANT = tenantId('default');

export const price: Price = {
  currency: 'EUR',
  tax: 'excluded',
  source: 'list',
  asof: '2026-11-20',
  items: [{ id: 'c', for: 'web', index: [0, 1], what: 'compute', amount: '36.00', per: 'hour' }],
  unpriced: [],
  open: [],
};

export interface ServiceWorld {
  readonly clock: HandClock;
  readonly store: MemoryStore;
  readonly samples: MemorySamples;
  readonly engine: Engine;
  readonly compliance: Compliance;
  readonly sla: EntityRecord;
  readonly health: { degraded: boolean; terms: Readonly<Record<string, TermState>>; reports: number };
  /** Stores a sample of an instance. */
  feed(instance: string, at: number, value: number | null): Promise<void>;
  /** Moves time on in steps, feeding what `value` says, and runs what is due. */
  run(ms: number, value: (instance: string, at: number) => number | null | undefined): Promise<void>;
  /** Runs what is due now. */
  sweep(): Promise<void>;
  records(term: string): Promise<readonly EntityRecord[]>;
  act(path: string, term: string, attributes: Attributes, role: Role): Promise<OcciOutcome>;
  create(path: string, attributes: Attributes, role: Role): Promise<OcciOutcome>;
  /** The same service after a crash: nothing in memory. */
  restart(): void;
  end(): Promise<void>;
}

export function caller(role: Role): Caller {
  return {
    principal: principalId(`${role}-1`),
    tenant: TENANT,
    role,
    ...(role === 'vendor' ? { vendor: vendorId('acme') } : {}),
  };
}

export async function serviceWorld(
  levels: readonly { readonly level: Level; readonly committed: boolean }[],
  options: {
    readonly begin?: string;
    readonly step?: number;
    readonly times?: Partial<ComplianceTimes>;
    readonly until?: number;
  } = {},
): Promise<ServiceWorld> {
  const clock = new HandClock(Date.parse(options.begin ?? '2026-11-20T10:00:00Z'));
  const store = new MemoryStore(clock);
  const samples = memorySamples();
  const newId = idSource(clock, systemRandom);
  const step = options.step ?? 1000;
  const collectors = new Map<string, EntityId>(['web/0', 'web/1'].map((instance) => [instance, newId()]));
  const health = { degraded: false, terms: {} as Readonly<Record<string, TermState>>, reports: 0 };
  const series = async (instance: string, metric: string): Promise<SeriesId> =>
    samples.series({
      tenant: TENANT,
      collector: collectors.get(instance) ?? newId(),
      channel: metric,
      vantage: 'broker',
    });
  const make = (): { compliance: Compliance; engine: Engine; due: (record: EntityRecord) => Promise<void> } => {
    const compliance = createCompliance({
      store,
      samples,
      measurements: {
        seriesFor: async (_sla, level) =>
          Promise.all(
            [...collectors.keys()].map(async (instance) => ({
              instance,
              vantage: 'broker',
              series: await series(instance, level.indicator.metric),
            })),
          ),
      },
      health: {
        report(_id, told) {
          health.degraded = told.degraded;
          health.terms = told.terms;
          health.reports += 1;
          return Promise.resolve();
        },
      },
      clock,
      log: silentLogger,
      program: 'parley test',
      ...(options.times === undefined ? {} : { times: options.times }),
    });
    const registry = createRegistry(
      [
        {
          name: 'sla',
          kinds: [agreementKind, slaKind],
          mixins: agreementMixins,
          actions: [...agreementActions, ...slaActions],
          behaviours: [],
        },
        compliance.extension,
      ],
      { baseUrl: 'http://127.0.0.1:8080' },
    );
    const engine = createEngine({ registry, store, clock, newId, log: silentLogger, policy, owner: 'p' });
    return {
      compliance,
      engine,
      due: async (record) => registry.behaviour(record.kind)?.onDue?.(record),
    };
  };
  let service = make();

  const begin = clock.now();
  const resources: readonly OfferedInstance[] = [0, 1].map((index) => ({
    for: 'web',
    index,
    kind: COMPUTE,
    mixins: [],
    attributes: { 'occi.compute.cores': 2 },
  }));
  const draft = draftSla({
    id: newId(),
    cfp: newId(),
    proposal: newId(),
    tenant: TENANT,
    owner: principalId('customer-1'),
    vendor: vendorId('acme'),
    attempt: 1,
    wanted: [],
    levels: levels.map(({ level }) => level),
    period: options.until === undefined ? {} : { until: options.until },
    resources,
    commitments: levels.map(({ level, committed }) => ({ for: level.id, commit: committed ? 'asked' : 'none' })),
    price,
    offer: { variant: '', validUntil: begin, binding: true },
    awardedBy: principalId('customer-1'),
    at: begin,
    confirmWithin: 1000,
    provisionWithin: 1000,
  });
  const rest = without(draft, 'due') as EntityRecord;
  const resourceIds = [newId(), newId()];
  const sla: EntityRecord = {
    ...rest,
    state: 'active',
    internal: {
      ...draft.internal,
      inforce: [{ from: begin }],
      delivered: resourceIds.map((resource, index) => ({
        for: 'web',
        index,
        kind: COMPUTE,
        resource,
        ref: `r${index}`,
      })),
    },
  };
  await store.write([
    { op: 'create', record: sla },
    ...resourceIds.map((id, index) => ({
      op: 'create' as const,
      record: {
        ...rest,
        id,
        kind: COMPUTE,
        mixins: [],
        attributes: { 'occi.compute.cores': 2 },
        parent: sla.id,
        internal: { ref: `r${index}`, for: 'web', index },
      },
    })),
  ]);
  await service.compliance.listener.activated?.(sla);

  const world: ServiceWorld = {
    clock,
    store,
    samples,
    get engine() {
      return service.engine;
    },
    get compliance() {
      return service.compliance;
    },
    sla,
    health,
    async feed(instance, at, value) {
      const metrics = new Set(levels.map(({ level }) => level.indicator.metric));
      for (const metric of metrics)
        await samples.append([{ series: await series(instance, metric), samples: [{ at, value }] }]);
    },
    async run(ms, value) {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        for (const instance of collectors.keys()) {
          const measured = value(instance, clock.now());
          if (measured !== undefined) await world.feed(instance, clock.now(), measured);
        }
        await clock.advance(step);
        await world.sweep();
      }
    },
    async sweep() {
      for (let turns = 0; turns < 10; turns++) {
        const due = await store.claimDue({ now: clock.now(), limit: 100, owner: 'p', leaseMs: 1 });
        if (due.length === 0) return;
        for (const record of due) await service.due(record);
        for (const record of due) await store.release(record.id, 'p');
      }
      throw new Error('busy: due again and again');
    },
    async records(term) {
      const kind = typeId(`http://schemas.parley.org/occi/compliance#${term}`);
      return (await store.list({ kinds: [kind], limit: 1000 })).items;
    },
    act: (path, term, attributes, role) =>
      service.engine.handle(
        { op: 'act', path, invocation: { term, attributes } },
        { caller: caller(role), request: 'r', signal: new AbortController().signal },
      ),
    create: (path, attributes, role) =>
      service.engine.handle(
        { op: 'create', path, documents: [{ mixins: [], attributes }] },
        { caller: caller(role), request: 'r', signal: new AbortController().signal },
      ),
    restart() {
      service = make();
    },
    async end() {
      const stored = await store.get(sla.id);
      if (stored === undefined) throw new Error('no SLA');
      const ended: EntityRecord = {
        ...stored,
        rev: stored.rev + 1,
        state: 'completed',
        internal: { ...stored.internal, inforce: [{ from: begin, until: clock.now() }] },
      };
      await store.write([{ op: 'update', record: ended, expect: { rev: stored.rev } }]);
      await service.compliance.listener.ended?.(ended);
    },
  };
  return world;
}
