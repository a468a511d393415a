import { createArchiver, type Archiver } from '../archive/archiver.ts';
import type { SampleStore } from '../archive/store.ts';
import type { Extension } from '../occi/extension.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Instruments } from '../sla/port.ts';
import type { Vendors } from '../vendor-host/port.ts';
import { createBeats, type BeatFigures } from './beats.ts';
import { collectorBehaviour } from './collector.ts';
import { exportCsv } from './export.ts';
import { createInstruments } from './install.ts';
import { collectorKind, pushAction, sensorKind } from './kinds.ts';
import { createLatest } from './latest.ts';
import { dnsLookup, type Lookup } from './meters/address.ts';
import { httpMeter } from './meters/http.ts';
import { tcpMeter } from './meters/tcp.ts';
import { vendorMeter } from './meters/vendor.ts';
import { mixins } from './mixins.ts';
import type { PushDeps } from './push.ts';
import { createRoster } from './roster.ts';
import { sensorBehaviour } from './sensor.ts';
import { createSeriesIndex, type SeriesIndex } from './series-index.ts';

export interface MonitoringDeps {
  readonly store: EntityStore;
  readonly samples: SampleStore;
  /** Default: one over `samples`, closed by `stop`. */
  readonly archiver?: Archiver;
  readonly vendors: Vendors;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The end of the last final window, if there is one: pushed samples that are older are refused. */
  readonly finalBefore?: PushDeps['finalBefore'];
  /** How meters resolve host names. Default: the system's resolver. */
  readonly lookup?: Lookup;
  /** Measurements that may run at once. Default 4,096. */
  readonly parallel?: number;
}

export interface Monitoring {
  readonly extension: Extension;
  readonly instruments: Instruments;
  /** Satisfies the port `MeasurementIndex` of compliance. */
  readonly index: Pick<SeriesIndex, 'seriesFor'>;
  readonly archiver: Archiver;
  /** How well the collectors keep their time. */
  figures(): BeatFigures & { readonly collectors: number };
  /** Takes up all live collectors from the store and begins to measure. */
  start(): Promise<void>;
  /** Measures nothing more; resolves when what was measured is durable. */
  stop(): Promise<void>;
}

/** The OCCI Monitoring extension (text of 2015, profile 2) with our meters, aggregators and publishers. */
export function createMonitoring(deps: MonitoringDeps): Monitoring {
  const { store, samples, vendors, clock, metrics } = deps;
  const log = deps.log.child({ part: 'monitoring' });
  const archiver = deps.archiver ?? createArchiver({ store: samples, log, metrics });
  const lookup = deps.lookup ?? dnsLookup;
  const beats = createBeats({ clock, metrics, ...(deps.parallel === undefined ? {} : { parallel: deps.parallel }) });
  const meters = [tcpMeter({ clock, lookup }), httpMeter({ clock, lookup }), vendorMeter({ clock, vendors })];
  const latest = createLatest({ store, samples });
  const roster = createRoster({ store, archiver, beats, meters, vendors, clock, log, metrics, latest });
  const index = createSeriesIndex({ store, samples });
  const unfollow = store.subscribe((change) => {
    index.changed(change);
  });

  return {
    extension: {
      name: 'monitoring',
      kinds: [sensorKind, collectorKind],
      mixins,
      actions: [pushAction],
      behaviours: [
        {
          ...sensorBehaviour,
          project: (record) => latest.ofSensor(record),
          exports: { 'text/csv': (record, ctx) => exportCsv(record, ctx, samples) },
        },
        collectorBehaviour({
          latest,
          archiver,
          samples,
          vendors,
          pipe: (collector) => roster.pipe(collector),
          ...(deps.finalBefore === undefined ? {} : { finalBefore: deps.finalBefore }),
        }),
      ],
    },
    instruments: createInstruments({
      store,
      samples,
      vendors,
      clock,
      log,
      delivered: (collector, metric) => roster.delivered(collector, metric),
      // Every kind that is delivered or measures is bound to `/TERM/`.
      pathOf: ({ id, kind }) => `/${kind.slice(kind.indexOf('#') + 1)}/${id}`,
    }),
    index: { seriesFor: (sla, level) => index.seriesFor(sla, level) },
    archiver,
    figures: () => ({ ...beats.figures(), collectors: beats.size }),
    start: () => roster.start(),
    async stop() {
      await roster.stop();
      unfollow();
      if (deps.archiver === undefined) await archiver.close();
    },
  };
}
