import type { Archiver } from '../archive/archiver.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { aggregators, type Aggregate } from './aggregate.ts';
import { numberOf, sensorTiming, textOf } from './fit.ts';
import { BROKER_VANTAGE, channelAttribute, metrics, types } from './names.ts';

/** A value on its way through a sensor's pipe. */
export interface Flowing {
  /** The collector that it comes from. */
  readonly collector: EntityRecord;
  readonly metric: string;
  readonly vantage: string;
  readonly at: Instant;
  readonly value: number | null;
  /** It is in the archive already: for the other stages only. */
  readonly archived?: boolean;
}

/** The pipe of one sensor: metric → aggregator → publisher, joined where channels have the same name (section 3.6). */
export interface Pipe {
  /** Resolves when what the archiver publisher took is durable. */
  flow(value: Flowing): Promise<void>;
}

interface Stage {
  readonly input: string;
  readonly output: string;
  readonly windowMs: number;
  readonly aggregate: Aggregate;
  window: Instant | undefined;
  values: number[];
}

/** Which channels a publisher takes; undefined: every raw one. */
type Intake = ReadonlySet<string> | undefined;

const OUTPUTS: Readonly<Record<string, string>> = {
  [metrics.reachable]: channelAttribute.tcpReachable,
  [metrics.up]: channelAttribute.httpUp,
  [metrics.responseTime]: channelAttribute.httpTime,
};

/** The output channel of a collector for a metric: as its attribute says, else the metric's own name. */
export function outputChannel(collector: EntityRecord, metric: string): string {
  const name = collector.mixins.includes(types.push)
    ? channelAttribute.pushOut
    : (OUTPUTS[metric] ?? channelAttribute.vendorOut);
  return textOf(collector.attributes, name) ?? metric;
}

export function createPipe(
  sensor: EntityRecord,
  deps: { readonly archiver: Archiver; readonly log: Logger; readonly since: Instant },
): Pipe {
  const { attributes } = sensor;
  const stages: Stage[] = [];
  for (const mixin of sensor.mixins) {
    const aggregator = aggregators.get(mixin);
    if (aggregator === undefined) continue;
    const { term } = aggregator;
    const input = textOf(attributes, `org.parley.${term}.in`);
    // Not connected: nothing flows into it.
    if (input === undefined) continue;
    const seconds = numberOf(attributes, `org.parley.${term}.window`) ?? sensorTiming(attributes).period;
    stages.push({
      input,
      output: textOf(attributes, `org.parley.${term}.out`) ?? term,
      windowMs: Math.max(Math.round(seconds * 1000), 1),
      aggregate: aggregator.make(attributes),
      window: undefined,
      values: [],
    });
  }
  const archives = intakeOf(sensor, types.archiver, channelAttribute.archiverIn);
  const logs = intakeOf(sensor, types.log, channelAttribute.logIn);

  /** Publishes what is on a channel and hands it to the aggregators; `depth` ends circles of channels. */
  function carry(
    channel: string,
    raw: Flowing | undefined,
    at: Instant,
    value: number | null,
    depth: number,
  ): Promise<void>[] {
    const durable: Promise<void>[] = [];
    if (raw?.archived !== true && archives?.takes(channel, raw !== undefined) === true)
      durable.push(
        deps.archiver
          .append(
            raw === undefined
              ? { tenant: sensor.tenant, collector: sensor.id, channel, vantage: BROKER_VANTAGE }
              : { tenant: sensor.tenant, collector: raw.collector.id, channel: raw.metric, vantage: raw.vantage },
            [{ at, value }],
          )
          .then(() => undefined),
      );
    if (logs?.takes(channel, raw !== undefined) === true)
      deps.log.info(
        { sensor: sensor.id, collector: raw?.collector.id, channel, vantage: raw?.vantage, at, value },
        'measurement',
      );
    if (depth < 8)
      for (const stage of stages)
        if (stage.input === channel)
          for (const closed of advance(stage, at, value, deps.since))
            durable.push(...carry(stage.output, undefined, closed.at, closed.value, depth + 1));
    return durable;
  }

  return {
    async flow(value) {
      await Promise.all(carry(outputChannel(value.collector, value.metric), value, value.at, value.value, 0));
    },
  };
}

interface IntakeTest {
  takes(channel: string, raw: boolean): boolean;
}

function intakeOf(sensor: EntityRecord, mixin: typeof types.archiver, attribute: string): IntakeTest | undefined {
  if (!sensor.mixins.includes(mixin)) return undefined;
  const named = textOf(sensor.attributes, attribute)
    ?.split(/\s+/)
    .filter((name) => name !== '');
  const intake: Intake = named === undefined || named.length === 0 ? undefined : new Set(named);
  return { takes: (channel, raw) => (intake === undefined ? raw : intake.has(channel)) };
}

/**
 * Adds a value to its window, aligned to UTC midnight, and answers the window before if this value
 * ends it. A window that began before the pipe did is not told: it would be told wrongly. So is a
 * value that comes after its window was closed.
 */
function advance(stage: Stage, at: Instant, value: number | null, since: Instant): { at: Instant; value: number }[] {
  const window = Math.floor(at / stage.windowMs) * stage.windowMs;
  const closed: { at: Instant; value: number }[] = [];
  if (stage.window !== undefined && window > stage.window) {
    const result = stage.aggregate(stage.values);
    if (result !== undefined && stage.window >= since) closed.push({ at: stage.window, value: result });
    stage.values = [];
  }
  if (stage.window === undefined || window > stage.window) stage.window = window;
  if (window === stage.window && value !== null) stage.values.push(value);
  return closed;
}
