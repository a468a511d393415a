import type { Attributes } from '../occi/entity.ts';
import { parseInstant } from '../shared/duration.ts';
import type { Instant } from '../shared/clock.ts';
import { collectorAttribute, sensorAttribute } from './names.ts';

/** What this service can keep: seconds. */
export const SHORTEST_PERIOD = 0.1;
export const LONGEST_PERIOD = 86_400;
const FINEST_ACCURACY = 0.02;
/** Times are whole milliseconds. */
const TICK = 0.001;
/** A start strays by no more than this share of its period; what would is not tried. */
export const STRAY_SHARE = 0.2;

/** In seconds. */
export interface Timing {
  readonly period: number;
  readonly granularity: number;
  readonly accuracy: number;
}

const whole = (seconds: number): number => Math.max(Math.round(seconds * 1000), 1) / 1000;
const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/**
 * The best fit of what is wanted, and worst-case values for what is not named (text of 2015,
 * sections 3.1 and 3.2): times are told to the millisecond, and a measurement starts at most a
 * fifth of its period late, or as much less as `accuracy` asks for, down to 20 ms.
 */
export function fitTiming(wanted: {
  readonly period: number;
  readonly granularity?: number | undefined;
  readonly accuracy?: number | undefined;
}): Timing {
  const granularity = whole(clamp(wanted.granularity ?? TICK, TICK, LONGEST_PERIOD));
  const period = whole(clamp(wanted.period, Math.max(SHORTEST_PERIOD, granularity), LONGEST_PERIOD));
  const worst = period * STRAY_SHARE;
  return {
    period,
    granularity,
    accuracy: whole(clamp(wanted.accuracy ?? worst, Math.min(FINEST_ACCURACY, worst), worst)),
  };
}

export function numberOf(attributes: Attributes, name: string): number | undefined {
  const value = attributes[name];
  return typeof value === 'number' ? value : undefined;
}

export function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' ? value : undefined;
}

/** When a sensor's collectors measure: `[from, until)`, both open where absent; undefined while suspended. */
export interface SensorInterval {
  readonly from?: Instant;
  readonly until?: Instant;
}

export function sensorInterval(attributes: Attributes): SensorInterval | undefined {
  const timebase = textOf(attributes, sensorAttribute.timebase);
  if (timebase === undefined) return {};
  // Section 3.1: a negative timebase means suspended. The attribute is a string, so the sign is its first character.
  if (timebase.startsWith('-')) return undefined;
  const base = parseInstant(timebase);
  if (base === undefined) return {};
  const start = numberOf(attributes, sensorAttribute.timestart);
  const stop = numberOf(attributes, sensorAttribute.timestop);
  return {
    from: base + Math.round((start ?? 0) * 1000),
    ...(stop === undefined ? {} : { until: base + Math.round(stop * 1000) }),
  };
}

export function sensorTiming(attributes: Attributes): Timing {
  return fitTiming({
    period: numberOf(attributes, sensorAttribute.period) ?? 60,
    granularity: numberOf(attributes, sensorAttribute.granularity),
    accuracy: numberOf(attributes, sensorAttribute.accuracy),
  });
}

/** What a collector leaves open is its sensor's. */
export function collectorTiming(attributes: Attributes, sensor: Timing | undefined): Timing {
  return fitTiming({
    period: numberOf(attributes, collectorAttribute.period) ?? sensor?.period ?? 60,
    granularity: numberOf(attributes, collectorAttribute.granularity),
    accuracy: numberOf(attributes, collectorAttribute.accuracy),
  });
}

export const sensorTimingAttributes = (timing: Timing): Attributes => ({
  [sensorAttribute.period]: timing.period,
  [sensorAttribute.granularity]: timing.granularity,
  [sensorAttribute.accuracy]: timing.accuracy,
});

export const collectorTimingAttributes = (timing: Timing): Attributes => ({
  [collectorAttribute.period]: timing.period,
  [collectorAttribute.granularity]: timing.granularity,
  [collectorAttribute.accuracy]: timing.accuracy,
});
