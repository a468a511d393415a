import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Archiver } from '../archive/archiver.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Change, EntityStore } from '../occi/store.ts';
import type { Clock, Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import { isObject } from '../shared/json.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Vendors } from '../vendor-host/port.ts';
import type { Beats } from './beats.ts';
import { collectorTiming, sensorInterval, sensorTiming, textOf } from './fit.ts';
import type { Latest } from './latest.ts';
import type { Meter } from './meters/meter.ts';
import { BROKER_VANTAGE, collectorAttribute, LIVE, types } from './names.ts';
import { createPipe, type Pipe } from './pipe.ts';
import { createTargets, idOfPath } from './targets.ts';

/** All sensors and collectors that are live, and the beats of those that measure. */
export interface Roster {
  /** Reads all of them from the store, and follows its changes from then on. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The pipe of a collector's sensor; undefined when the sensor is gone. */
  pipe(collector: EntityRecord): Promise<Pipe | undefined>;
  /** Has the collector archived a value of the metric since this process started? */
  delivered(collector: EntityId, metric: string): boolean;
}

export interface RosterDeps {
  readonly store: EntityStore;
  readonly archiver: Archiver;
  readonly beats: Beats;
  readonly meters: readonly Meter[];
  readonly vendors: Vendors;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Is told what came last. */
  readonly latest: Pick<Latest, 'noted' | 'forgotten'>;
}

/** Spreads starts over the period: the same id always gives the same phase. */
export function phaseOf(id: EntityId, periodMs: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % periodMs;
}

const PAGE = 500;

export function createRoster(deps: RosterDeps): Roster {
  const { store, archiver, beats, meters, vendors, clock, log, metrics, latest } = deps;
  const targets = createTargets(store, clock);
  const sensors = new Map<EntityId, EntityRecord>();
  const pipes = new Map<EntityId, Pipe>();
  const collectors = new Map<EntityId, EntityRecord>();
  const bySensor = new Map<EntityId, Set<EntityId>>();
  const delivered = new Set<string>();
  const aborter = new AbortController();
  // Every measurement under way listens to it.
  setMaxListeners(0, aborter.signal);
  let unsubscribe = (): void => undefined;

  const alive = (record: EntityRecord | undefined): record is EntityRecord =>
    record !== undefined && !record.hidden && record.state === LIVE;

  const meterOf = (collector: EntityRecord): Meter | undefined =>
    meters.find((meter) => collector.mixins.includes(meter.mixin));

  function changed(change: Change): void {
    const { id, record } = change;
    targets.changed(change);
    if (sensors.has(id) || record?.kind === types.sensor) sensorChanged(id, record);
    else if (collectors.has(id) || record?.kind === types.collector) collectorChanged(id, record);
  }

  function sensorChanged(id: EntityId, record: EntityRecord | undefined): void {
    pipes.delete(id);
    if (alive(record)) sensors.set(id, record);
    else sensors.delete(id);
    for (const collector of bySensor.get(id) ?? []) place(collector);
  }

  function collectorChanged(id: EntityId, record: EntityRecord | undefined): void {
    const before = collectors.get(id);
    if (before?.parent !== undefined) bySensor.get(before.parent)?.delete(id);
    if (!alive(record) || record.parent === undefined) {
      collectors.delete(id);
      latest.forgotten(id);
      beats.remove(id);
      counted();
      return;
    }
    collectors.set(id, record);
    const siblings = bySensor.get(record.parent) ?? new Set();
    bySensor.set(record.parent, siblings.add(id));
    if (sensors.has(record.parent)) {
      place(id);
      // A new collector has something to tell as soon as it is there, and keeps its beats from then on.
      if (before === undefined && record.rev === 1) beats.now(id);
      return;
    }
    // Of one write the collector may be told before its sensor.
    void store
      .get(record.parent)
      .then((sensor) => {
        if (!alive(sensor) || sensors.has(sensor.id)) return;
        sensorChanged(sensor.id, sensor);
        if (before === undefined && record.rev === 1) beats.now(id);
      })
      .catch((error: unknown) => {
        log.error({ collector: id, err: error }, 'sensor not read');
      });
  }

  /** Sets a collector's beat as its record and its sensor's say, or takes it away. */
  function place(id: EntityId): void {
    const collector = collectors.get(id);
    const sensor = collector?.parent === undefined ? undefined : sensors.get(collector.parent);
    const interval = sensor === undefined ? undefined : sensorInterval(sensor.attributes);
    const meter = collector === undefined ? undefined : meterOf(collector);
    if (collector === undefined || sensor === undefined || interval === undefined || meter === undefined) {
      beats.remove(id);
      counted();
      return;
    }
    const timing = collectorTiming(collector.attributes, sensorTiming(sensor.attributes));
    const periodMs = Math.round(timing.period * 1000);
    beats.set({
      id,
      phase: phaseOf(id, periodMs),
      periodMs,
      lateMs: Math.round(timing.accuracy * 1000),
      ...interval,
      run: (at) => measure(id, meter, at),
    });
    counted();
  }

  function counted(): void {
    metrics.set('parley_collectors', 'Collectors that measure', beats.size);
  }

  async function measure(id: EntityId, meter: Meter, at: Instant): Promise<void> {
    const collector = collectors.get(id);
    if (collector === undefined) return;
    try {
      const targetId = idOfPath(collector.target?.location ?? '');
      const target = targetId === undefined ? undefined : await targets.get(targetId);
      const metric = textOf(collector.attributes, collectorAttribute.metric);
      const wanted = meter.delivers ?? (metric === undefined ? [] : [metric]);
      const probe = collector.attributes[collectorAttribute.probe];
      const readings =
        target === undefined
          ? wanted.map((name) => ({ metric: name, value: null }))
          : await meter.measure({
              collector: id,
              metrics: wanted,
              target,
              probe: isObject(probe) ? probe : {},
              internal: target.vendor !== undefined && vendors.get(target.vendor)?.profile.internal === true,
              at,
              signal: aborter.signal,
              log,
            });
      const pipe = pipeOf(collector);
      if (pipe === undefined) return;
      const vantage = textOf(collector.attributes, collectorAttribute.vantage) ?? BROKER_VANTAGE;
      await Promise.all(
        readings.map(async (reading) => {
          await pipe.flow({ collector, vantage, at, ...reading });
          latest.noted(id, { metric: reading.metric, at, value: reading.value });
          if (reading.value !== null) delivered.add(`${id} ${reading.metric}`);
        }),
      );
    } catch (error) {
      metrics.count('parley_measurements_lost_total', 'Measurements that were made and could not be stored');
      log.error({ collector: id, at, err: error }, 'measurement lost');
    }
  }

  function pipeOf(collector: EntityRecord): Pipe | undefined {
    const sensor = collector.parent === undefined ? undefined : sensors.get(collector.parent);
    if (sensor === undefined) return undefined;
    let pipe = pipes.get(sensor.id);
    if (pipe === undefined) {
      pipe = createPipe(sensor, { archiver, log, since: clock.now() });
      pipes.set(sensor.id, pipe);
    }
    return pipe;
  }

  async function readAll(kind: EntityRecord['kind'], take: (record: EntityRecord) => void): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await store.list({
        kinds: [kind],
        states: [LIVE],
        hidden: 'without',
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const record of page.items) take(record);
      if (page.next === undefined) return;
      after = page.next;
    }
  }

  return {
    async start() {
      // Followed first: what changes while the lists are read is newer than what they say.
      const during = new Set<EntityId>();
      unsubscribe = store.subscribe((change) => {
        during.add(change.id);
        changed(change);
      });
      await readAll(types.sensor, (record) => {
        if (!during.has(record.id)) sensors.set(record.id, record);
      });
      await readAll(types.collector, (record) => {
        if (during.has(record.id) || record.parent === undefined) return;
        collectors.set(record.id, record);
        bySensor.set(record.parent, (bySensor.get(record.parent) ?? new Set()).add(record.id));
        place(record.id);
      });
      unsubscribe();
      unsubscribe = store.subscribe(changed);
    },
    async stop() {
      unsubscribe();
      aborter.abort(new Error('stopping'));
      await beats.stop();
    },
    async pipe(collector) {
      if (collector.parent !== undefined && !sensors.has(collector.parent)) {
        const sensor = await store.get(collector.parent);
        if (alive(sensor)) sensors.set(sensor.id, sensor);
      }
      return pipeOf(collector);
    },
    delivered: (collector, metric) => delivered.has(`${collector} ${metric}`),
  };
}
