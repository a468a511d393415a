import { pointer, type Json } from '../shared/json.ts';
import { isoOfMilliseconds, type Fields } from './level-fields.ts';
import type { Comparison, Indicator, Statistic } from './level.ts';
import { isBinaryMetric } from './metrics.ts';
import { satisfies } from './threshold.ts';

const METRIC = /^[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*$/;
const PERCENTILE = /^p(?:0*[1-9]\d?(?:\.\d{1,3})?|0?\.\d{1,3})$/;
const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
/** Of values that are 0 or 1, these are 0 or 1 again. */
const ZERO_OR_ONE = /^(?:min|max|p.*)$/;
const PLAIN = ['mean', 'min', 'max', 'sum', 'count'] as const;
const USUAL_PERIOD = 20_000;
const USUAL_TIMEOUT = 5000;
/** A slice that nothing else is said about gets three measurements, so that one lost or late does not empty it. */
const TRIES = 3;

export function isStatistic(text: string): text is Statistic {
  return PLAIN.some((each) => each === text) || (PERCENTILE.test(text) && Number(text.slice(1)) > 0);
}

/** Reads what is measured and when it is good, with defaults (levels, metrics). `slice` is in milliseconds. */
export function readIndicator(fields: Fields, slice: number | undefined): Indicator | undefined {
  fields.only(['metric', 'statistic', 'op', 'value', 'probe', 'period', 'minsamples', 'from', 'quorum']);
  fields.need('metric', 'what is measured, such as net.reachable');
  const metric = fields.text('metric', METRIC, 'a metric such as net.reachable');
  const binary = metric !== undefined && isBinaryMetric(metric);
  const statistic = readStatistic(fields, binary, metric);
  if (!binary) {
    fields.need('op', 'how the statistic is compared with the value');
    fields.need('value', 'the threshold');
  }
  const op: Comparison = fields.oneOf('op', COMPARISONS, '=');
  const value = fields.number('value') ?? 1;
  if (binary && ZERO_OR_ONE.test(statistic ?? 'mean') && ![0, 1].some((each) => satisfies(each, op, value)))
    fields.problems.nonsense(
      fields.at('value'),
      'threshold_impossible',
      `${metric} is 0 or 1, never ${op} ${value}: no slice can be good`,
      'such as = 1',
    );
  const minsamples = fields.whole('minsamples', 1, 1);
  const from = fields.names('from') ?? ['broker'];
  const quorum = fields.whole('quorum', 1, 1);
  if (quorum > from.length)
    fields.problems.nonsense(
      fields.at(fields.has('quorum') ? 'quorum' : 'from'),
      'quorum_high',
      `quorum ${quorum} can never be reached by ${from.length} vantage${from.length === 1 ? '' : 's'}`,
    );
  const period = readPeriod(fields, slice, minsamples);
  const probe = readProbe(fields.within('probe'), metric, period);
  if (metric === undefined || statistic === undefined || period === undefined) return undefined;
  return { metric, statistic, op, value, probe, period: period.text, minsamples, from, quorum };
}

function readStatistic(fields: Fields, binary: boolean, metric: string | undefined): Statistic | undefined {
  const text = fields.text('statistic');
  if (text === undefined) {
    if (binary) return 'max';
    if (metric !== undefined && !fields.has('statistic'))
      fields.problems.malformed(
        fields.at('statistic'),
        'member_missing',
        `a statistic must be named for ${metric}`,
        'such as p95 or mean',
      );
    return undefined;
  }
  if (isStatistic(text)) return text;
  fields.problems.malformed(
    fields.at('statistic'),
    'value_unknown',
    `there is no statistic ${text}`,
    'mean, min, max, sum, count, or a percentile such as p95',
  );
  return undefined;
}

function readPeriod(
  fields: Fields,
  slice: number | undefined,
  minsamples: number,
): { text: string; ms: number } | undefined {
  if (!fields.has('period')) {
    const third = (slice ?? TRIES * USUAL_PERIOD) / (TRIES * minsamples);
    const step = third >= 1000 ? 1000 : third >= 100 ? 100 : 1;
    const ms = Math.min(USUAL_PERIOD, Math.max(1, Math.floor(third / step) * step));
    return { text: isoOfMilliseconds(ms), ms };
  }
  const period = fields.fixed('period', 1);
  if (period !== undefined && slice !== undefined && period.ms * minsamples > slice) {
    fields.problems.nonsense(
      fields.at('period'),
      'period_over_slice',
      `${minsamples} measurement${minsamples === 1 ? '' : 's'} every ${period.text} do not fit into a slice`,
      'period times minsamples may not exceed the slice',
    );
    return undefined;
  }
  return period;
}

type Probe = Indicator['probe'];

function readProbe(fields: Fields | undefined, metric: string | undefined, period: { ms: number } | undefined): Probe {
  const probe: Record<string, Probe[string]> = {};
  if (fields !== undefined) {
    for (const [name, value] of Object.entries(fields.object)) {
      if (name === 'host' || name === 'url')
        fields.problems.nonsense(
          fields.at(name),
          'probe_address',
          'the endpoint is set by the vendor, never by a level',
        );
      else if (isPlain(value)) probe[name] = value;
      else
        fields.problems.malformed(
          pointer(fields.path, name),
          'type_wrong',
          `${name} must be a string, number, boolean or list of numbers`,
        );
    }
    const port = fields.whole('port', 1, 1);
    if (port > 65_535) fields.problems.nonsense(fields.at('port'), 'port_range', 'a port is at most 65535');
    fields.fixed('timeout', 1);
  }
  const probed = metric !== undefined && (isBinaryMetric(metric) || metric.startsWith('http.'));
  if (probed && probe['timeout'] === undefined)
    probe['timeout'] = isoOfMilliseconds(Math.min(USUAL_TIMEOUT, period?.ms ?? USUAL_TIMEOUT));
  return probe;
}

function isPlain(value: Json): value is string | number | boolean | readonly number[] {
  return Array.isArray(value)
    ? value.every((each) => typeof each === 'number')
    : ['string', 'number', 'boolean'].includes(typeof value);
}
