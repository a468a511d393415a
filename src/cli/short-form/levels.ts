import { pointer } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import { compact, fieldsOf, nearestOf, plain, shown } from './fields.ts';
import type { Fields } from './fields.ts';
import { BYTES, SECONDS, SHARE, readDuration, readQuantity } from './quantity.ts';
import type { Units } from './quantity.ts';
import type { Placed } from './resources.ts';
import type { Located, Source } from './source.ts';

const PATH = '/attributes/org.parley.cfp.levels';
const NEEDS = ['must', 'prefer', 'measure'] as const;
const EXAMPLE = 'must: "net.reachable = 1" or prefer: "p95 http.response.time <= 300 ms"';
const INDICATOR = /^(?:(mean|min|max|sum|count|p\d+(?:\.\d+)?)\s+)?([a-z][a-z0-9_.-]*)\s*(>=|<=|!=|==|=|<|>)\s*(.+)$/;
const CALENDAR = ['hour', 'day', 'week', 'month', 'quarter', 'year'];
/** Metrics that are 1 or 0: what they mean for several instances is most often misread, so the scope is written out. */
const BINARY = new Set(['net.reachable', 'http.up']);

/** The asked levels, defaults left to the service. */
export function readLevels(source: Source, levels: Located | undefined, placed: Placed): Json[] | undefined {
  if (levels === undefined) return undefined;
  if (levels.is !== 'map') {
    source.wrong(
      levels.at,
      `levels are written as names with values, not as ${shown(levels)}`,
      `up: { of: web, ${EXAMPLE} }`,
    );
    return undefined;
  }
  return levels.entries.flatMap(({ key, keyAt, value }, index) => {
    placed(pointer(PATH, index), keyAt);
    const level = readLevel(source, key, keyAt, value);
    return level === undefined ? [] : [level];
  });
}

function readLevel(source: Source, id: string, keyAt: number, value: Located): JsonObject | undefined {
  const fields = fieldsOf(source, value, `level ${id}`);
  if (fields === undefined) return undefined;
  const of = fields.texts('of');
  const scope = fields.take('scope');
  const [need, indicator] = readNeed(fields, id, keyAt);
  const level = compact({
    id,
    of,
    scope: scope === undefined ? scopeOf(indicator) : plain(scope),
    need,
    indicator: indicator === undefined ? undefined : compact({ ...indicator, ...readMeasuring(fields) }),
    slice: duration(fields, 'slice'),
    minrun: fields.whole('minrun', 1),
    target: readTarget(fields),
    count: fields.text('count'),
    window: readWindow(fields),
    nodata: fields.text('nodata'),
    holdmax: duration(fields, 'holdmax'),
    mincoverage: readShare(fields, 'mincoverage'),
    settle: duration(fields, 'settle'),
    maintenance: asIs(fields, 'maintenance'),
    remedy: asIs(fields, 'remedy'),
  });
  fields.done(`level ${id}`, ['must', 'prefer', 'measure']);
  return level;
}

function scopeOf(indicator: JsonObject | undefined): Json | undefined {
  const metric = indicator?.['metric'];
  return typeof metric === 'string' && BINARY.has(metric) ? 'each' : undefined;
}

function asIs(fields: Fields, name: string): Json | undefined {
  const value = fields.take(name);
  return value === undefined ? undefined : plain(value);
}

function readNeed(fields: Fields, id: string, keyAt: number): [need?: string, indicator?: JsonObject] {
  const given = NEEDS.filter((need) => fields.has(need));
  const [need, other] = given;
  if (need === undefined || other !== undefined) {
    fields.source.wrong(
      keyAt,
      need === undefined
        ? `level ${id} says neither must, prefer nor measure`
        : `level ${id} says both ${given.join(' and ')}`,
      EXAMPLE,
    );
    for (const one of given) fields.take(one);
    return [];
  }
  const value = fields.take(need);
  if (value === undefined) return [];
  if (value.is === 'map') return [need, plain(value) as JsonObject];
  const text = value.is === 'scalar' && typeof value.value === 'string' ? value.value.trim() : '';
  const [, statistic, metric, op, operand] = INDICATOR.exec(text) ?? [];
  if (metric === undefined || op === undefined || operand === undefined) {
    fields.source.wrong(value.at, `${shown(value)} is not understood: [statistic] metric comparison value`, EXAMPLE);
    return [need];
  }
  const units = unitsOf(metric);
  const number = readQuantity(operand, units);
  if (number === undefined)
    fields.source.wrong(
      value.at,
      `${operand} is not a value of ${metric}`,
      `a number${Object.keys(units).length === 0 ? '' : `; units: ${Object.keys(units).join(', ')}`}`,
    );
  return [need, compact({ metric, statistic, op: op === '==' ? '=' : op, value: number })];
}

function unitsOf(metric: string): Units {
  if (metric.endsWith('.time')) return SECONDS;
  return metric === 'memory.used' ? BYTES : { ...SHARE, ...SECONDS };
}

/** How it is measured: part of the indicator. */
function readMeasuring(fields: Fields): Record<string, Json | undefined> {
  const from = fields.texts('from');
  return {
    probe: asIs(fields, 'probe'),
    period: duration(fields, 'period'),
    minsamples: fields.whole('minsamples', 1),
    from: from === undefined ? undefined : [...from],
    quorum: fields.whole('quorum', 1),
  };
}

function duration(fields: Fields, name: string): string | undefined {
  const value = fields.take(name);
  if (value === undefined) return undefined;
  const read = value.is === 'scalar' && typeof value.value === 'string' ? readDuration(value.value) : undefined;
  if (read === undefined)
    fields.source.wrong(
      value.at,
      `${name}: ${shown(value)} is not a duration`,
      '20s, 5m, 1h30m, 30d, or ISO 8601 such as PT5M',
    );
  return read;
}

function readTarget(fields: Fields): number | undefined {
  return readShare(fields, 'target');
}

function readShare(fields: Fields, name: string): number | undefined {
  const value = fields.take(name);
  if (value === undefined) return undefined;
  const given = value.is === 'scalar' ? value.value : undefined;
  const share = typeof given === 'string' ? readQuantity(given, SHARE) : given;
  if (typeof share === 'number' && share >= 0 && share <= 1) return share;
  fields.source.wrong(
    value.at,
    `${name}: ${shown(value)} is not a share`,
    typeof share === 'number' && share > 1 && share <= 100 ? `${share} % or ${share / 100}` : '99.9 % or 0.999',
  );
  return undefined;
}

function readWindow(fields: Fields): Json | undefined {
  const value = fields.take('window');
  if (value === undefined) return undefined;
  if (value.is === 'map') {
    const window = plain(value) as JsonObject;
    const { every } = window;
    return typeof every === 'string' ? { ...window, every: readDuration(every) ?? every } : window;
  }
  const text = value.is === 'scalar' && typeof value.value === 'string' ? value.value.trim() : '';
  const [name = '', timezone] = text.split(/\s+/);
  if (CALENDAR.includes(name)) return compact({ calendar: name, timezone });
  const rolling = readDuration(text);
  if (rolling !== undefined) return { rolling };
  fields.source.wrong(
    value.at,
    `window: ${shown(value)} is not understood`,
    nearestOf(name, CALENDAR) ??
      'month (also hour, day, week, quarter, year; with a time zone: month Europe/Berlin), a rolling 30d, or { anchor: 2026-01-01T00:00:00Z, every: 1mo }',
  );
  return undefined;
}
