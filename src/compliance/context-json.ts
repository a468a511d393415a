import { isoInstant, type Instant } from '../shared/clock.ts';
import { parseMoney } from '../shared/decimal.ts';
import { parseInstant } from '../shared/duration.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import type { Interval, Suspension } from '../sla/document.ts';
import { Fields, type LevelProblems } from '../terms/level-fields.ts';
import type { Charge, EvaluationContext, ExclusionFact, Stop } from './types.ts';

const MEMBERS = [
  'from', 'until', 'now', 'instances', 'inforce', 'agreedend', 'stopped', 'suspended', 'outages', 'exclusions',
  'currency', 'charges', 'rollinguntil',
]; // prettier-ignore
/** An instance as it is written: resource and index. */
export const INSTANCE = /^[^/]+\/\d+$/;

/** Reads CONTEXT.json (levels, The same computation without the service); undefined where it told a problem. */
export function readContext(input: Json, path: string, problems: LevelProblems): EvaluationContext | undefined {
  const before = problems.list.length;
  if (!isObject(input)) {
    problems.malformed(path, 'type_wrong', 'a context is an object');
    return undefined;
  }
  const fields = new Fields(input, path, problems);
  fields.only(MEMBERS);
  const from = neededInstant(fields, 'from', 'the context needs it');
  const until = neededInstant(fields, 'until', 'the context needs it');
  const now = neededInstant(fields, 'now', 'the context needs it');
  fields.need('instances', 'the context needs it');
  const instances = fields.names('instances');
  instances?.forEach((each, i) => {
    if (!INSTANCE.test(each))
      problems.malformed(pointer(fields.at('instances'), i), 'instance_invalid', 'an instance is written as web/0');
  });
  if (from !== undefined && until !== undefined && until <= from)
    problems.nonsense(fields.at('until'), 'range_empty', 'until must lie after from');
  const agreedend = instant(fields, 'agreedend');
  const rollinguntil = instant(fields, 'rollinguntil');
  const currency = fields.text('currency', /^[A-Z]{3}$/, 'an ISO 4217 currency');
  const inforce = each(fields, 'inforce', ['from', 'until'], interval);
  const stopped = each(fields, 'stopped', ['instance', 'from', 'until'], stop);
  const suspended = each(fields, 'suspended', ['by', 'listed', 'from', 'until'], suspension);
  const outages = each(fields, 'outages', ['from', 'until'], interval);
  const exclusions = each(
    fields,
    'exclusions',
    ['from', 'until', 'announcedat', 'state', 'reason', 'levels'],
    exclusion,
  );
  const charges = each(fields, 'charges', ['instance', 'from', 'until', 'amount'], charge);
  if (charges !== undefined && charges.length > 0 && currency === undefined && !fields.has('currency'))
    problems.malformed(fields.at('currency'), 'member_missing', 'charges need a currency');
  if (problems.list.length > before) return undefined;
  if (from === undefined || until === undefined || now === undefined || instances === undefined) return undefined;
  return {
    from, until, now, instances,
    ...(rollinguntil === undefined ? {} : { rollinguntil }),
    ...(inforce === undefined ? {} : { inforce }),
    ...(agreedend === undefined ? {} : { agreedend }),
    ...(stopped === undefined ? {} : { stopped }),
    ...(suspended === undefined ? {} : { suspended }),
    ...(outages === undefined ? {} : { outages }),
    ...(exclusions === undefined ? {} : { exclusions }),
    ...(currency === undefined ? {} : { currency }),
    ...(charges === undefined ? {} : { charges }),
  }; // prettier-ignore
}

/** ISO 8601 with offset, or epoch milliseconds; null counts as absent. */
function instant(fields: Fields, name: string): Instant | undefined {
  const value = fields.object[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const at = parseInstant(value);
  if (at === undefined)
    fields.problems.malformed(fields.at(name), 'instant_invalid', `${name} must be an ISO 8601 instant with offset`);
  return at;
}

/** The same where null will not do. */
function neededInstant(fields: Fields, name: string, what: string): Instant | undefined {
  const value = fields.object[name];
  if (value !== undefined && value !== null) return instant(fields, name);
  fields.problems.malformed(fields.at(name), 'member_missing', `${name} is missing: ${what}`);
  return undefined;
}

function each<T>(
  fields: Fields,
  name: string,
  members: readonly string[],
  read: (fields: Fields) => T | undefined,
): readonly T[] | undefined {
  const value = fields.object[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) {
    fields.problems.malformed(fields.at(name), 'type_wrong', `${name} must be a list`);
    return undefined;
  }
  return value.flatMap((item: Json, i) => {
    const path = pointer(fields.at(name), i);
    if (!isObject(item)) {
      fields.problems.malformed(path, 'type_wrong', 'an object is wanted here');
      return [];
    }
    const inner = new Fields(item, path, fields.problems);
    inner.only(members);
    const found = read(inner);
    return found === undefined ? [] : [found];
  });
}

function interval(fields: Fields, ends = false): Interval | undefined {
  const from = neededInstant(fields, 'from', 'when it begins');
  const until = ends ? neededInstant(fields, 'until', 'when it ends') : instant(fields, 'until');
  if (from === undefined) return undefined;
  if (until !== undefined && until < from)
    fields.problems.nonsense(fields.at('until'), 'range_empty', 'until lies before from');
  return until === undefined ? { from } : { from, until };
}

function stop(fields: Fields): Stop | undefined {
  fields.need('instance', 'which instance was stopped');
  const instance = fields.text('instance', INSTANCE, 'an instance such as web/0');
  const time = interval(fields);
  return instance === undefined || time === undefined ? undefined : { instance, ...time };
}

function suspension(fields: Fields): Suspension | undefined {
  fields.need('by', 'customer or vendor');
  const by = fields.oneOf('by', ['customer', 'vendor'], 'vendor');
  const listed = fields.object['listed'] ?? false;
  if (typeof listed !== 'boolean')
    fields.problems.malformed(fields.at('listed'), 'type_wrong', 'listed must be true or false');
  const time = interval(fields);
  return time === undefined ? undefined : { by, listed: listed === true, ...time };
}

function exclusion(fields: Fields): ExclusionFact | undefined {
  fields.need('state', 'only planned and approved ones can hold');
  const state = fields.oneOf('state', ['proposed', 'planned', 'approved', 'refused', 'withdrawn'], 'proposed');
  const announcedat = instant(fields, 'announcedat');
  const reason = fields.object['reason'] === null ? undefined : fields.text('reason');
  const levels = fields.names('levels');
  const { from, until } = interval(fields, true) ?? {};
  if (from === undefined || until === undefined) return undefined;
  return {
    from,
    until,
    state,
    ...(levels === undefined ? {} : { levels }),
    ...(announcedat === undefined ? {} : { announcedat }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function charge(fields: Fields): Charge | undefined {
  fields.need('amount', 'a decimal string');
  const raw = fields.object['amount'];
  const amount = typeof raw === 'number' ? String(raw) : raw;
  if (raw !== undefined && parseMoney(amount) === undefined)
    fields.problems.malformed(fields.at('amount'), 'money_invalid', 'amount must be a decimal string such as "29.78"');
  const instance = fields.object['instance'] === null ? undefined : fields.text('instance');
  const { from, until } = interval(fields, true) ?? {};
  if (from === undefined || until === undefined || typeof amount !== 'string') return undefined;
  return { from, until, amount, ...(instance === undefined ? {} : { instance }) };
}

/** The context as CONTEXT.json has it, so that a report can be computed again from itself. */
export function contextJson(context: EvaluationContext): JsonObject {
  const times = (of: Interval): JsonObject => ({
    from: isoInstant(of.from),
    ...(of.until === undefined ? {} : { until: isoInstant(of.until) }),
  });
  return {
    from: isoInstant(context.from),
    until: isoInstant(context.until),
    now: isoInstant(context.now),
    instances: context.instances,
    ...(context.rollinguntil === undefined ? {} : { rollinguntil: isoInstant(context.rollinguntil) }),
    ...(context.inforce === undefined ? {} : { inforce: context.inforce.map(times) }),
    ...(context.agreedend === undefined ? {} : { agreedend: isoInstant(context.agreedend) }),
    stopped: (context.stopped ?? []).map((of) => ({ instance: of.instance, ...times(of) })),
    suspended: (context.suspended ?? []).map((of) => ({ by: of.by, listed: of.listed, ...times(of) })),
    outages: (context.outages ?? []).map(times),
    exclusions: (context.exclusions ?? []).map((of) => ({
      ...times(of),
      ...(of.announcedat === undefined ? {} : { announcedat: isoInstant(of.announcedat) }),
      state: of.state,
      ...(of.reason === undefined ? {} : { reason: of.reason }),
      ...(of.levels === undefined ? {} : { levels: of.levels }),
    })),
    ...(context.currency === undefined ? {} : { currency: context.currency }),
    charges: (context.charges ?? []).map((of) => ({
      ...(of.instance === undefined ? {} : { instance: of.instance }),
      ...times(of),
      amount: of.amount,
    })),
  };
}
