import { parseMoney } from '../shared/decimal.ts';
import { isObject, pointer } from '../shared/json.ts';
import { Fields, type LevelProblems } from './level-fields.ts';
import type { Maintenance, Remedy, Scope, Tier, Window } from './level.ts';

const PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

/** Reads a remedy (levels, Credits): tiers fall strictly, and no rolling window carries one. */
export function readRemedy(fields: Fields, scope: Scope, window: Window | undefined): Remedy | undefined {
  fields.only(['tiers', 'base', 'cap', 'min', 'combine', 'claim', 'exit']);
  const tiers = readTiers(fields);
  const base = fields.oneOf('base', ['instance', 'level', 'sla'], scope === 'each' ? 'instance' : 'level');
  if (base === 'instance' && scope !== 'each')
    fields.problems.nonsense(fields.at('base'), 'base_scope', 'base instance goes with scope each only', 'take level');
  if (window !== undefined && 'rolling' in window)
    fields.problems.nonsense(
      fields.path,
      'remedy_rolling',
      'a rolling window carries no remedy: the same minutes would be paid twice',
      'take a calendar window, or leave the remedy out',
    );
  const cap = fields.share('cap', 0, 1000) ?? 1;
  const min = fields.object['min'] ?? '0.00';
  const least = parseMoney(min);
  if (least === undefined || least.lt(0))
    fields.problems.malformed(fields.at('min'), 'money_invalid', 'min must be a decimal string such as "1.00"');
  const combine = fields.oneOf('combine', ['largest', 'sum'], 'largest');
  const claim = readClaim(fields.within('claim'));
  const exit = readExit(fields.within('exit'));
  return {
    tiers,
    base,
    cap,
    min: typeof min === 'string' ? min : '0.00',
    combine,
    ...(claim === undefined ? {} : { claim }),
    ...(exit === undefined ? {} : { exit }),
  };
}

function readTiers(fields: Fields): readonly Tier[] {
  const list = fields.need('tiers', 'the steps of the credit');
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    fields.problems.malformed(fields.at('tiers'), 'type_wrong', 'tiers must be a list');
    return [];
  }
  if (list.length === 0) fields.problems.nonsense(fields.at('tiers'), 'list_empty', 'a remedy needs a tier at least');
  const tiers: Tier[] = [];
  list.forEach((each, i) => {
    const tier = readTier(each, pointer(fields.at('tiers'), i), fields.problems);
    if (tier === undefined) return;
    const above = tiers.at(-1);
    if (above !== undefined && tier.below >= above.below)
      fields.problems.nonsense(
        pointer(fields.at('tiers'), i, 'below'),
        'tiers_order',
        `tiers must fall strictly: ${tier.below} does not lie under ${above.below}`,
      );
    tiers.push(tier);
  });
  return tiers;
}

function readTier(value: unknown, path: string, problems: LevelProblems): Tier | undefined {
  if (!isObject(value)) {
    problems.malformed(path, 'type_wrong', 'a tier is an object of below and credit');
    return undefined;
  }
  const fields = new Fields(value, path, problems);
  fields.only(['below', 'credit']);
  fields.need('below', 'the attainment under which the tier applies');
  fields.need('credit', 'the share of the base');
  const below = fields.share('below', 0, 1, 'shares are written as 0.99, not as 99');
  const credit = fields.share('credit', 0, 1000, 'shares are written as 0.1, not as 10');
  return below === undefined || credit === undefined ? undefined : { below, credit };
}

function readClaim(fields: Fields | undefined): Remedy['claim'] {
  if (fields === undefined) return undefined;
  fields.only(['by', 'within']);
  fields.need('within', 'how long after the window');
  const within = fields.duration('within');
  const by = fields.oneOf('by', ['broker', 'customer'], 'broker');
  return within === undefined ? undefined : { by, within: within.text };
}

function readExit(fields: Fields | undefined): Remedy['exit'] {
  if (fields === undefined) return undefined;
  fields.only(['breaches', 'within']);
  fields.need('breaches', 'after how many');
  fields.need('within', 'in how long a time');
  const within = fields.duration('within');
  const breaches = fields.whole('breaches', 1, 1);
  return within === undefined ? undefined : { breaches, within: within.text };
}

/** Reads the allowance for planned maintenance (levels, Exclusions). */
export function readMaintenance(fields: Fields): Maintenance | undefined {
  fields.only(['notice', 'max', 'per']);
  fields.need('notice', 'how long before');
  fields.need('max', 'how much');
  fields.need('per', 'in how long a time');
  const notice = fields.duration('notice');
  const max = fields.fixed('max', 0);
  const per = fields.oneOf('per', PERIODS, 'month');
  return notice === undefined || max === undefined ? undefined : { notice: notice.text, max: max.text, per };
}
