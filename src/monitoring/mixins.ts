import type { AttributeDefinition, AttributeDefinitions, Mixin } from '../occi/category.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { TypeId } from '../shared/ids.ts';
import { channelAttribute, collectorAttribute, latestAttribute, metrics, OURS, STANDARD, types } from './names.ts';

const CHANNEL = '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$';

/** A channel, input or output. */
const channel = (description: string, standard?: string): AttributeDefinition => ({
  type: 'string',
  mutable: true,
  required: false,
  pattern: { pattern: CHANNEL },
  ...(standard === undefined ? {} : { default: standard }),
  description,
});

/** Several input channels, with blanks between; absent: every raw metric of the sensor's collectors. */
const channels = (description: string): AttributeDefinition => ({
  type: 'string',
  mutable: true,
  required: false,
  pattern: { maxLength: 1000 },
  description,
});

const control = (
  type: 'string' | 'number',
  description: string,
  pattern: JsonObject,
  standard?: Json,
): AttributeDefinition => ({
  type,
  mutable: true,
  required: false,
  pattern,
  ...(standard === undefined ? {} : { default: standard }),
  description,
});

/** Read from what was measured, and so another each time. */
const observed = (type: AttributeDefinition['type'], description: string): AttributeDefinition => ({
  type,
  mutable: false,
  required: false,
  observed: true,
  description,
});

const NAME: JsonObject = { pattern: '^[a-z][a-z0-9_-]*(\\.[a-z][a-z0-9_-]*)*$', maxLength: 64 };

/** What a collector measures, or is fed. Both mixins that make a collector deliver carry it. */
const measured: AttributeDefinitions = {
  [collectorAttribute.metric]: control('string', 'The metric that is delivered, such as net.reachable', NAME),
  [collectorAttribute.vantage]: control('string', 'Where it is measured from', { pattern: CHANNEL }),
  [collectorAttribute.levels]: {
    type: 'array',
    mutable: false,
    settable: true,
    required: false,
    pattern: { items: { type: 'string', maxLength: 64 }, maxItems: 100 },
    description: 'Ids of the levels it was made for; absent: any level with that metric',
  },
  [collectorAttribute.sla]: {
    type: 'string',
    mutable: false,
    required: false,
    description: 'The agreement that its target belongs to',
  },
  [collectorAttribute.instance]: {
    type: 'string',
    mutable: false,
    required: false,
    description: 'The place of its target in the agreement, such as web/0',
  },
  [collectorAttribute.lastValue]: observed('number', 'The last value of the metric; absent where nothing came'),
  [collectorAttribute.lastAt]: observed('string', 'When that was'),
  [collectorAttribute.latest]: observed('object', 'Of several metrics, the last of each: at, value'),
};

const probe: AttributeDefinition = {
  type: 'object',
  mutable: false,
  settable: true,
  required: false,
  description: 'How it is probed: timeout (ISO 8601), port, path, method, status, as far as the meter knows them',
};

interface Draft {
  readonly scheme?: string;
  readonly term: string;
  readonly title: string;
  readonly location: string;
  readonly depends: readonly TypeId[];
  readonly applies: TypeId;
  readonly attributes?: AttributeDefinitions;
  readonly actions?: readonly TypeId[];
}

const mixin = (draft: Draft): Mixin => ({
  class: 'mixin',
  scheme: draft.scheme ?? OURS,
  term: draft.term,
  title: draft.title,
  location: draft.location,
  depends: draft.depends,
  applies: [draft.applies],
  actions: draft.actions ?? [],
  attributes: draft.attributes ?? {},
});

/** Table 2 of the text of 2015: tags without capabilities, for providers' and users' mixins to depend on (profile 2). */
const tag = (term: string, title: string, applies: TypeId): Mixin =>
  mixin({ scheme: STANDARD, term, title, location: `/${term}/`, depends: [], applies });

const meter = (term: string, title: string, attributes: AttributeDefinitions): Mixin =>
  mixin({
    term,
    title,
    location: `/meter/${term}/`,
    depends: [types.meter],
    applies: types.collector,
    attributes: { ...measured, [collectorAttribute.probe]: probe, ...attributes },
  });

const aggregator = (term: string, title: string, more: AttributeDefinitions = {}): Mixin =>
  mixin({
    term,
    title,
    location: `/aggregator/${term}/`,
    depends: [types.aggregator],
    applies: types.sensor,
    attributes: {
      [`org.parley.${term}.in`]: channel('Input channel'),
      [`org.parley.${term}.out`]: channel('Output channel', term),
      [`org.parley.${term}.window`]: control(
        'number',
        "Seconds that are drawn together, aligned to UTC midnight; the sensor's period where absent",
        { exclusiveMinimum: 0, maximum: 86_400 },
      ),
      ...more,
    },
  });

const publisher = (term: string, title: string, location: string, attributes: AttributeDefinitions): Mixin =>
  mixin({ term, title, location, depends: [types.publisher], applies: types.sensor, attributes });

export const mixins: readonly Mixin[] = [
  tag('metric', 'Metric', types.collector),
  tag('aggregator', 'Aggregator', types.sensor),
  tag('publisher', 'Publisher', types.sensor),
  mixin({
    term: 'meter',
    title: 'Meter: measures chosen parameters of a resource',
    location: '/meter/',
    depends: [types.metric],
    applies: types.collector,
    attributes: { ...measured, [collectorAttribute.probe]: probe },
  }),
  meter('tcp', 'Can a TCP connection be made', {
    [channelAttribute.tcpReachable]: channel('Output: 1 or 0', metrics.reachable),
  }),
  meter('http', 'Does a request get its answer and how fast', {
    [channelAttribute.httpUp]: channel('Output: 1 or 0', metrics.up),
    [channelAttribute.httpTime]: channel('Output: seconds', metrics.responseTime),
  }),
  meter('vendor', 'Asks the vendor for what only it can see', {
    [channelAttribute.vendorOut]: channel('Output; the metric where it is absent'),
  }),
  mixin({
    term: 'push',
    title: 'Fed from outside instead of measuring',
    location: '/push/',
    depends: [types.metric],
    applies: types.collector,
    attributes: { ...measured, [channelAttribute.pushOut]: channel('Output; the metric where it is absent') },
    actions: [types.pushAction],
  }),
  aggregator('mean', 'Arithmetic mean'),
  aggregator('min', 'Smallest value'),
  aggregator('max', 'Largest value'),
  aggregator('percentile', 'Percentile by nearest rank', {
    'org.parley.percentile.rank': control('number', 'Which percentile', { exclusiveMinimum: 0, maximum: 100 }, 95),
  }),
  aggregator('count', 'Number of values'),
  publisher('archiver', 'Archiver: stores what reaches it', '/archiver/', {
    [channelAttribute.archiverIn]: channels('Channels to store, with blanks between; absent: every raw metric'),
    [latestAttribute.value]: observed('number', 'The value that came last; absent where nothing came'),
    [latestAttribute.at]: observed('string', 'When that was'),
    [latestAttribute.all]: observed('array', 'The last of each collector and aggregate: metric, at, value'),
  }),
  publisher('log', "Writes what reaches it to the service's log", '/publisher/log/', {
    [channelAttribute.logIn]: channels('Channels to log, with blanks between; absent: every raw metric'),
  }),
];
