import type { EntityRecord } from '../occi/entity.ts';
import type { Behaviour, Drafted, RequestContext } from '../occi/extension.ts';
import { parseEntityId, urn } from '../shared/ids.ts';
import { Problems, Unprocessable } from '../shared/errors.ts';
import { pointer, type Json } from '../shared/json.ts';
import type { Vendors } from '../vendor-host/port.ts';
import type { SampleStore } from '../archive/store.ts';
import { exportCsv } from './export.ts';
import { collectorTiming, collectorTimingAttributes, sensorTiming, textOf } from './fit.ts';
import type { Latest } from './latest.ts';
import { checkProbe } from './meters/probe.ts';
import { BROKER_VANTAGE, collectorAttribute, LIVE, metrics, types } from './names.ts';
import { inService, refuseChange, removal, vendorAccess } from './owned.ts';
import { push, type PushDeps } from './push.ts';

export interface CollectorDeps extends PushDeps {
  readonly samples: SampleStore;
  readonly vendors: Vendors;
  readonly latest: Pick<Latest, 'ofCollector'>;
}

const FEEDS = [types.tcp, types.http, types.vendor, types.push] as const;

/** The Collector of the text of 2015, section 3.2: from a sensor to what it measures. */
export function collectorBehaviour(deps: CollectorDeps): Behaviour {
  return {
    kind: types.collector,
    ...vendorAccess,
    create: (draft, _document, ctx) => complete(draft, ctx, deps),
    async update(draft, before, ctx) {
      refuseChange(draft, before);
      if (inService(before)) return { record: draft };
      return complete(draft, ctx, deps);
    },
    remove: (record) => removal(record),
    project: (record) => deps.latest.ofCollector(record),
    actions: { push: (record, attributes, ctx) => push(record, attributes, ctx, deps) },
    exports: { 'text/csv': (record, ctx) => exportCsv(record, ctx, deps.samples) },
  };
}

async function complete(draft: EntityRecord, ctx: RequestContext, deps: CollectorDeps): Promise<Drafted> {
  const problems = new Problems();
  const ends = await joined(draft, ctx, problems);
  const sensor = ends?.sensor;
  const target = ends?.target;
  const feed = FEEDS.filter((mixin) => draft.mixins.includes(mixin));
  if (feed.length > 1)
    problems.add('/mixins', 'meters_contradict', 'a collector carries one meter, or push', feed.join(' or '));
  const [only] = feed;
  const metric = only === undefined ? undefined : checkMetric(only, draft, target, deps.vendors, problems);
  const probe = draft.attributes[collectorAttribute.probe];
  if (probe !== undefined) checkProbe(probe, pointer('/attributes', collectorAttribute.probe), problems);
  if (only !== undefined && only !== types.push && ends !== undefined && target === undefined)
    problems.add('/target', 'target_unknown', 'a meter measures entities of this service only');
  problems.throwIfAny(
    (list) => new Unprocessable('invalid_collector', 'The collector makes no sense as written', { problems: list }),
  );
  if (ends === undefined || sensor === undefined) throw new TypeError('a collector without ends passed its checks');

  const place = target === undefined ? {} : placeOf(target);
  const vantage = textOf(draft.attributes, collectorAttribute.vantage);
  const { target: end } = ends;
  return {
    record: {
      ...draft,
      source: { location: ctx.pathOf(sensor), kind: sensor.kind },
      ...(end === undefined ? {} : { target: { location: ctx.pathOf(end), kind: end.kind } }),
      parent: sensor.id,
      state: LIVE,
      ...(target?.vendor === undefined ? {} : { vendor: target.vendor }),
      attributes: {
        ...draft.attributes,
        ...collectorTimingAttributes(collectorTiming(draft.attributes, sensorTiming(sensor.attributes))),
        ...(metric === undefined ? {} : { [collectorAttribute.metric]: metric }),
        ...(only === undefined || only === types.push
          ? {}
          : { [collectorAttribute.vantage]: vantage ?? BROKER_VANTAGE }),
        ...place,
      },
    },
  };
}

/**
 * Sensor and target. The source must be a sensor; the direction of the older drafts (source the
 * resource, target the sensor) is turned round. Undefined: neither fits, which has been told. A
 * target outside this service stays what it is.
 */
async function joined(
  draft: EntityRecord,
  ctx: RequestContext,
  problems: Problems,
): Promise<{ readonly sensor: EntityRecord; readonly target: EntityRecord | undefined } | undefined> {
  const [source, target] = await Promise.all([
    draft.source === undefined ? undefined : ctx.resolve(draft.source.location),
    draft.target === undefined ? undefined : ctx.resolve(draft.target.location),
  ]);
  if (source?.kind === types.sensor) return { sensor: checked(source, '/source', problems), target };
  if (target?.kind === types.sensor && source !== undefined)
    return { sensor: checked(target, '/target', problems), target: source };
  problems.add('/source', 'source_not_sensor', 'the source of a collector is a sensor');
  return undefined;
}

function checked(sensor: EntityRecord, path: string, problems: Problems): EntityRecord {
  if (sensor.state !== undefined && sensor.state !== LIVE)
    problems.add(path, 'sensor_stopped', 'the sensor has been stopped with its agreement');
  return sensor;
}

function checkMetric(
  feed: (typeof FEEDS)[number],
  draft: EntityRecord,
  target: EntityRecord | undefined,
  vendors: Vendors,
  problems: Problems,
): string | undefined {
  const path = pointer('/attributes', collectorAttribute.metric);
  const named = textOf(draft.attributes, collectorAttribute.metric);
  const fixed: readonly string[] | undefined =
    feed === types.tcp ? [metrics.reachable] : feed === types.http ? [metrics.up, metrics.responseTime] : undefined;
  if (fixed !== undefined) {
    if (named !== undefined && !fixed.includes(named))
      problems.add(path, 'metric_unknown', `this meter does not deliver ${named}`, fixed.join(', '));
    return named ?? fixed[0];
  }
  if (named === undefined) {
    problems.add(path, 'metric_missing', 'the collector must name its metric', 'such as net.reachable');
    return undefined;
  }
  if (feed === types.push) return named;
  const vendor = target?.vendor === undefined ? undefined : vendors.get(target.vendor);
  if (vendor === undefined) {
    if (target !== undefined)
      problems.add('/target', 'no_vendor', 'no vendor that is connected stands behind the target');
  } else if (!vendor.capabilities.measures.includes(named))
    problems.add(
      path,
      'metric_unknown',
      `${vendor.id} does not measure ${named}`,
      vendor.capabilities.measures.join(', '),
    );
  return named;
}

/** The target's agreement and place in it, as its own record says. */
function placeOf(target: EntityRecord): Readonly<Record<string, Json>> {
  const { sla, for: id, index } = target.internal;
  const agreement = typeof sla === 'string' ? parseEntityId(sla) : undefined;
  if (agreement === undefined || typeof id !== 'string' || typeof index !== 'number') return {};
  return { [collectorAttribute.sla]: urn(agreement), [collectorAttribute.instance]: `${id}/${index}` };
}
