import { typeId, type TypeId } from '../shared/ids.ts';

/** The scheme of the OCCI Monitoring extension (text of 2015), and that of our own mixins. */
export const STANDARD = 'http://schemas.ogf.org/occi/monitoring#';
export const OURS = 'http://schemas.parley.org/occi/monitoring#';
export const ACTIONS = 'http://schemas.parley.org/occi/monitoring/collector/action#';

const standard = (term: string): TypeId => typeId(STANDARD + term);
const ours = (term: string): TypeId => typeId(OURS + term);

export const types = {
  sensor: standard('sensor'),
  collector: standard('collector'),
  metric: standard('metric'),
  aggregator: standard('aggregator'),
  publisher: standard('publisher'),
  meter: ours('meter'),
  tcp: ours('tcp'),
  http: ours('http'),
  vendor: ours('vendor'),
  push: ours('push'),
  mean: ours('mean'),
  min: ours('min'),
  max: ours('max'),
  percentile: ours('percentile'),
  count: ours('count'),
  archiver: ours('archiver'),
  log: ours('log'),
  pushAction: typeId(`${ACTIONS}push`),
} as const;

export const sensorAttribute = {
  timebase: 'occi.sensor.timebase',
  timestart: 'occi.sensor.timestart',
  timestop: 'occi.sensor.timestop',
  period: 'occi.sensor.period',
  granularity: 'occi.sensor.granularity',
  accuracy: 'occi.sensor.accuracy',
} as const;

export const collectorAttribute = {
  period: 'occi.collector.period',
  granularity: 'occi.collector.granularity',
  accuracy: 'occi.collector.accuracy',
  metric: 'org.parley.collector.metric',
  vantage: 'org.parley.collector.vantage',
  levels: 'org.parley.collector.levels',
  sla: 'org.parley.collector.sla',
  instance: 'org.parley.collector.instance',
  probe: 'org.parley.collector.probe',
  lastValue: 'org.parley.collector.last.value',
  lastAt: 'org.parley.collector.last.at',
  latest: 'org.parley.collector.latest',
} as const;

/** What a sensor that archives shows of what came last. */
export const latestAttribute = {
  value: 'org.parley.archiver.last.value',
  at: 'org.parley.archiver.last.at',
  all: 'org.parley.archiver.latest',
} as const;

/** Channel attributes: strings; equal strings within a sensor's scope are connected (text of 2015, section 3.6). */
export const channelAttribute = {
  tcpReachable: 'org.parley.tcp.reachable',
  httpUp: 'org.parley.http.up',
  httpTime: 'org.parley.http.time',
  vendorOut: 'org.parley.vendor.out',
  pushOut: 'org.parley.push.out',
  archiverIn: 'org.parley.archiver.in',
  logIn: 'org.parley.log.in',
} as const;

/** Metrics that the built-in meters deliver. */
export const metrics = {
  reachable: 'net.reachable',
  up: 'http.up',
  responseTime: 'http.response.time',
} as const;

/** What our own collectors see from. Nobody but the service and an operator may speak for it. */
export const BROKER_VANTAGE = 'broker';

/** `EntityRecord.state` of sensors and collectors: only those that are live are run. */
export const LIVE = 'live';
export const STOPPED = 'stopped';
