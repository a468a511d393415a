import { createHash } from 'node:crypto';
import type { EntityRecord } from '../occi/entity.ts';
import { fixedMilliseconds } from '../shared/duration.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import { hashOf } from '../shared/json.ts';
import type { Delivered, SlaInternal } from '../sla/document.ts';
import { BROKER_VANTAGE, metrics, types } from './names.ts';
import type { Probe } from './meters/probe.ts';

/** A collector that an agreement needs: one for all levels that ask for the same of the same instance. */
export interface PlannedCollector {
  readonly id: EntityId;
  readonly instance: string;
  readonly delivered: Delivered;
  readonly meter: TypeId;
  /** The metrics that levels ask it for; the first names the collector. */
  readonly metrics: readonly string[];
  readonly levels: readonly string[];
  /** Seconds. */
  readonly period: number;
  readonly probe: Probe;
}

export interface Plan {
  readonly sensor: EntityId;
  readonly collectors: readonly PlannedCollector[];
}

/**
 * An id that is the same each time: a version 7 UUID (RFC 9562) with the time of `of` and, in place
 * of chance, a hash of what it is for. So installing twice makes nothing twice.
 */
export function derivedId(of: EntityId, purpose: string): EntityId {
  const hash = createHash('sha256').update(`${of}\n${purpose}`).digest();
  hash[2] = ((hash[2] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${of.slice(0, 13)}-7${hex.slice(1, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 20)}` as EntityId;
}

/**
 * Sensor and collectors of an agreement, by its levels and delivered instances. A metric that no
 * meter of ours delivers, and vantages other than the broker's, get a collector that is fed.
 * `measures`: can the agreement's vendor measure the metric?
 */
export function planOf(sla: EntityRecord, measures: (metric: string) => boolean): Plan {
  const { document, delivered } = sla.internal as unknown as SlaInternal;
  const planned = new Map<EntityId, PlannedCollector>();
  for (const { level } of document.levels) {
    const { metric, probe, from } = level.indicator;
    const period = (fixedMilliseconds(level.indicator.period) ?? 20_000) / 1000;
    const own = from.includes(BROKER_VANTAGE) ? meterFor(metric, measures) : undefined;
    const fed = own === undefined || from.some((vantage) => vantage !== BROKER_VANTAGE);
    for (const one of delivered.filter((candidate) => level.of.includes(candidate.for))) {
      const instance = `${one.for}/${one.index}`;
      const add = (meter: TypeId, purpose: string, use: Probe): void => {
        const id = derivedId(sla.id, `${instance}\n${meter}\n${purpose}`);
        const there = planned.get(id);
        planned.set(id, {
          id,
          instance,
          delivered: one,
          meter,
          metrics: [...new Set([...(there?.metrics ?? []), metric])],
          levels: [...new Set([...(there?.levels ?? []), level.id])],
          period,
          probe: use,
        });
      };
      if (own !== undefined) {
        // One request feeds both metrics of the meter http.
        const what = own === types.http ? '' : metric;
        add(own, `${what}\n${hashOf(probe)}\n${period}`, probe);
      }
      if (fed) add(types.push, metric, {});
    }
  }
  return { sensor: derivedId(sla.id, 'sensor'), collectors: [...planned.values()] };
}

function meterFor(metric: string, measures: (metric: string) => boolean): TypeId | undefined {
  if (metric === metrics.reachable) return types.tcp;
  if (metric === metrics.up || metric === metrics.responseTime) return types.http;
  return measures(metric) ? types.vendor : undefined;
}
