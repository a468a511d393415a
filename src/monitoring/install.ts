import type { SampleStore } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, TransitionNote, Write } from '../occi/store.ts';
import { isoInstant, type Clock } from '../shared/clock.ts';
import { Unavailable } from '../shared/errors.ts';
import { urn } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Instruments } from '../sla/port.ts';
import type { Vendors } from '../vendor-host/port.ts';
import { collectorTimingAttributes, fitTiming, sensorTimingAttributes, textOf } from './fit.ts';
import { BROKER_VANTAGE, collectorAttribute, LIVE, sensorAttribute, STOPPED, types } from './names.ts';
import { isInstrument } from './owned.ts';
import { planOf, type Plan, type PlannedCollector } from './plan.ts';

export interface InstallDeps {
  readonly store: EntityStore;
  readonly samples: SampleStore;
  readonly vendors: Vendors;
  readonly clock: Clock;
  readonly log: Logger;
  /** Has the collector archived a value of the metric since this process started? */
  readonly delivered: (collector: EntityRecord['id'], metric: string) => boolean;
  readonly pathOf: (record: Pick<EntityRecord, 'id' | 'kind'>) => string;
}

const TRIES = 5;

/** Sensor and collectors of agreements: made at the start, found again by derived ids, stopped and kept at the end. */
export function createInstruments(deps: InstallDeps): Instruments {
  const { store, samples, vendors, clock, log } = deps;

  const plan = (sla: EntityRecord): Plan => {
    const vendor = sla.vendor === undefined ? undefined : vendors.get(sla.vendor);
    return planOf(sla, (metric) => vendor?.capabilities.measures.includes(metric) === true);
  };

  const note = (record: EntityRecord, from: string | null, to: string | null): TransitionNote => ({
    from,
    to,
    actor: 'broker',
    subject: deps.pathOf(record),
  });

  const create = (record: EntityRecord): Write => ({ op: 'create', record, note: note(record, null, LIVE) });

  const change = (before: EntityRecord, changes: Partial<EntityRecord>): Write => {
    const record = { ...before, ...changes, rev: before.rev + 1, updated: clock.now() };
    return {
      op: 'update',
      record,
      expect: { rev: before.rev },
      note: note(record, before.state ?? null, record.state ?? null),
    };
  };

  /** What is there, and what is missing or measures another resource than the one that was delivered. */
  async function needed(sla: EntityRecord, wanted: Plan): Promise<Write[]> {
    const [sensor, ...collectors] = await store.getMany([wanted.sensor, ...wanted.collectors.map(({ id }) => id)]);
    const writes: Write[] = [];
    if (sensor === undefined) writes.push(create(sensorRecord(sla, wanted, clock)));
    for (const [index, one] of wanted.collectors.entries()) {
      const there = collectors[index];
      const target = {
        location: deps.pathOf({ id: one.delivered.resource, kind: one.delivered.kind }),
        kind: one.delivered.kind,
      };
      if (there === undefined) writes.push(create(collectorRecord(sla, wanted, one, target, deps)));
      else if (there.target?.location !== target.location) writes.push(change(there, { target }));
    }
    return writes;
  }

  return {
    async install(sla) {
      const wanted = plan(sla);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const writes = await needed(sla, wanted);
        if (writes.length === 0) return;
        const result = await store.write(writes);
        if (result.ok) {
          log.info(
            { sla: sla.id, sensor: wanted.sensor, collectors: wanted.collectors.length },
            'instruments installed',
          );
          return;
        }
      }
      throw new Unavailable('instruments_changing', 'The instruments of the agreement kept changing meanwhile');
    },

    async delivering(sla) {
      const measuring = plan(sla).collectors.filter(({ meter }) => meter !== types.push);
      const waitingFor: string[] = [];
      for (const collector of measuring)
        for (const metric of collector.metrics)
          if (!deps.delivered(collector.id, metric) && !(await hasValue(samples, collector.id, metric)))
            waitingFor.push(`${collector.instance} ${metric}`);
      return { ready: waitingFor.length === 0, waitingFor };
    },

    async retire(sla) {
      const wanted = plan(sla);
      const needed = new Set(wanted.collectors.map(({ id }) => id));
      for (let tries = 0; tries < TRIES; tries += 1) {
        const query = { kinds: [types.collector], parent: wanted.sensor, states: [LIVE], limit: 1000 };
        const { items } = await store.list(query);
        const over = items.filter((record) => isInstrument(record) && !needed.has(record.id));
        if (over.length === 0) return;
        const result = await store.write(over.map((record) => change(record, stopped(record, clock))));
        if (result.ok) return;
      }
      throw new Unavailable('instruments_changing', 'The instruments of the agreement kept changing meanwhile');
    },

    async remove(sla) {
      const wanted = plan(sla);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await store.getMany([wanted.sensor, ...wanted.collectors.map(({ id }) => id)]);
        const fed = await store.list({ kinds: [types.collector], parent: wanted.sensor, states: [LIVE], limit: 1000 });
        const live = new Map(
          [...found, ...fed.items]
            .filter((record) => record?.state === LIVE)
            .flatMap((record) => (record === undefined ? [] : [[record.id, record] as const])),
        );
        if (live.size === 0) return;
        const result = await store.write([...live.values()].map((record) => change(record, stopped(record, clock))));
        if (result.ok) {
          log.info({ sla: sla.id, sensor: wanted.sensor }, 'instruments stopped');
          return;
        }
      }
      throw new Unavailable('instruments_changing', 'The instruments of the agreement kept changing meanwhile');
    },
  };
}

/** Has it archived anything but absence? Asked before an agreement is in force, so the series is short. */
async function hasValue(samples: SampleStore, collector: EntityRecord['id'], metric: string): Promise<boolean> {
  for (const { id, channel } of await samples.seriesOf(collector)) {
    if (channel !== metric) continue;
    const extent = await samples.extent(id);
    if (extent === undefined) continue;
    const { values } = await samples.read(id, extent.first, extent.last + 1);
    if (values.some((value) => !Number.isNaN(value))) return true;
  }
  return false;
}

/** Stopped and kept: what it archived can still be read. A sensor's timestop says since when. */
function stopped(record: EntityRecord, clock: Clock): Partial<EntityRecord> {
  const base = Date.parse(textOf(record.attributes, sensorAttribute.timebase) ?? '');
  return {
    state: STOPPED,
    ...(record.kind !== types.sensor || !isInstrument(record) || Number.isNaN(base)
      ? {}
      : {
          attributes: {
            ...record.attributes,
            [sensorAttribute.timestop]: Math.max((clock.now() - base) / 1000, 0.001),
          },
        }),
  };
}

function common(
  sla: EntityRecord,
  clock: Clock,
): Pick<EntityRecord, 'tenant' | 'owner' | 'rev' | 'state' | 'internal' | 'hidden' | 'created' | 'updated' | 'vendor'> {
  const now = clock.now();
  return {
    tenant: sla.tenant,
    owner: sla.owner,
    rev: 1,
    state: LIVE,
    internal: { sla: sla.id },
    hidden: false,
    created: now,
    updated: now,
    ...(sla.vendor === undefined ? {} : { vendor: sla.vendor }),
  };
}

function sensorRecord(sla: EntityRecord, plan: Plan, clock: Clock): EntityRecord {
  const period = Math.min(60, ...plan.collectors.map((collector) => collector.period));
  return {
    ...common(sla, clock),
    id: plan.sensor,
    kind: types.sensor,
    mixins: [types.archiver],
    title: `Sensor of the agreement ${sla.title ?? sla.id}`,
    attributes: {
      [sensorAttribute.timebase]: isoInstant(clock.now()),
      ...sensorTimingAttributes(fitTiming({ period })),
    },
    parent: sla.id,
  };
}

function collectorRecord(
  sla: EntityRecord,
  plan: Plan,
  one: PlannedCollector,
  target: NonNullable<EntityRecord['target']>,
  deps: InstallDeps,
): EntityRecord {
  const fed = one.meter === types.push;
  return {
    ...common(sla, deps.clock),
    id: one.id,
    kind: types.collector,
    mixins: fed ? [types.push] : [types.meter, one.meter],
    title: `${one.metrics.join(', ')} of ${one.instance}`,
    attributes: {
      ...collectorTimingAttributes(fitTiming({ period: one.period })),
      [collectorAttribute.metric]: one.metrics[0] ?? '',
      [collectorAttribute.levels]: [...one.levels],
      [collectorAttribute.sla]: urn(sla.id),
      [collectorAttribute.instance]: one.instance,
      ...(fed ? {} : { [collectorAttribute.vantage]: BROKER_VANTAGE, [collectorAttribute.probe]: one.probe }),
    },
    source: { location: deps.pathOf({ id: plan.sensor, kind: types.sensor }), kind: types.sensor },
    target,
    parent: plan.sensor,
  };
}
