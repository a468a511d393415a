import type { Attributes } from '../occi/entity.ts';
import { parseMoney } from '../shared/decimal.ts';
import { fixedMilliseconds, isIsoDuration, parseInstant } from '../shared/duration.ts';
import { BadRequest, Problems, Unprocessable, type Problem } from '../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import type { Instant } from '../shared/clock.ts';
import { isCurrency } from '../terms/currency.ts';
import { instanceCounts } from '../terms/instances.ts';
import { parseLevels } from '../terms/level-parse.ts';
import type { Usage } from '../terms/price.ts';
import { idsAsWritten, parseResources, type SortedProblems, type TypeCatalog } from '../terms/resources-parse.ts';
import { cfpAttr } from './names.ts';
import { readPeriod } from './period-parse.ts';
import type { Budget, CfpTerms } from './terms.ts';

const BASE = '/attributes';
const CURRENCY = /^[A-Z]{3}$/;
const BUDGET_PERS = ['month', 'hour', 'once', 'term'];
const USAGE_PERS = ['hour', 'day', 'month', 'year', 'once'];
const USAGE_MEMBERS = ['of', 'what', 'quantity', 'unit', 'per', 'each'];
const MOST_PER_VENDOR = 100;
const MOST_USAGE = 100;

/** Collects what is wrong with a call, sorted by what it means. */
export class CfpProblems implements SortedProblems {
  readonly malformed = new Problems();
  readonly senseless = new Problems();

  get any(): boolean {
    return this.malformed.any || this.senseless.any;
  }

  /** Takes over what another check found. */
  add(status: number, problems: readonly Problem[]): void {
    const into = status === 400 ? this.malformed : this.senseless;
    for (const { path, code, detail, hint } of problems) into.add(path, code, detail, hint);
  }

  /** Throws everything at once: 400 if anything is malformed, else 422. `lenient`: a draft may make no sense yet. */
  throwIfAny(lenient = false): void {
    if (this.malformed.any) {
      const problems = lenient ? this.malformed.list : [...this.malformed.list, ...this.senseless.list];
      throw new BadRequest('invalid_cfp', 'The call for proposals cannot be read as written', { problems });
    }
    if (this.senseless.any && !lenient)
      throw new Unprocessable('invalid_cfp', 'The call for proposals makes no sense as written', {
        problems: this.senseless.list,
      });
  }
}

/** Reads the attributes of a call (api.md, A call for proposals). All problems go into `problems`. */
export function parseCfp(
  attributes: Attributes,
  types: TypeCatalog,
  defaults: { readonly currency: string; readonly perVendor: number; readonly now: Instant },
  problems: CfpProblems,
): CfpTerms {
  const at = (name: string): string => pointer(BASE, name);
  const wanted = parseResources(attributes[cfpAttr.resources] ?? null, at(cfpAttr.resources), types, problems);
  const resources = wanted.filter((one) => one.type === 'resource');
  const written = idsAsWritten(attributes[cfpAttr.resources]);
  const links = new Set(wanted.flatMap((one) => (one.type === 'link' ? [one.id] : [])));
  const referable = written === undefined ? undefined : [...written].filter((id) => !links.has(id));
  const levels = parseLevels(attributes[cfpAttr.levels], {
    path: at(cfpAttr.levels),
    ...(referable === undefined ? {} : { resourceIds: referable }),
    counts: Object.fromEntries(instanceCounts(resources)),
  });
  for (const { sort, path, code, detail, hint } of levels.problems)
    (sort === 'malformed' ? problems.malformed : problems.senseless).add(path, code, detail, hint);
  const budget = readBudget(attributes[cfpAttr.budget], at(cfpAttr.budget), problems);
  const period = readPeriod(attributes[cfpAttr.period], at(cfpAttr.period), defaults.now, problems);
  if (budget?.per === 'term' && period.length === undefined && period.until === undefined)
    problems.senseless.add(
      pointer(at(cfpAttr.budget), 'per'),
      'period_open',
      'a budget for the term needs a period with an end',
      `give ${cfpAttr.period} a length`,
    );
  return {
    wanted,
    levels: levels.levels,
    usage: readUsage(attributes[cfpAttr.usage], at(cfpAttr.usage), written, problems),
    ...(budget === undefined ? {} : { budget }),
    currency: readCurrency(attributes, budget, at, defaults.currency, problems),
    perVendor: readPerVendor(attributes[cfpAttr.pervendor], at(cfpAttr.pervendor), defaults.perVendor, problems),
    period,
  };
}

function readBudget(value: Json | undefined, path: string, { malformed, senseless }: CfpProblems): Budget | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    malformed.add(path, 'type_wrong', 'a budget is an object of amount, currency and per');
    return undefined;
  }
  onlyMembers(value, ['amount', 'currency', 'per'], path, malformed);
  const { amount, currency, per } = value;
  const money = parseMoney(amount);
  if (money === undefined)
    malformed.add(
      pointer(path, 'amount'),
      amount === undefined ? 'member_missing' : 'money_invalid',
      'an amount is a decimal string of at most nine decimals',
      'such as "90.00"',
    );
  else if (money.lte(0)) senseless.add(pointer(path, 'amount'), 'range_empty', 'nothing costs less than that');
  const validCurrency = typeof currency === 'string' && CURRENCY.test(currency);
  if (!validCurrency)
    malformed.add(
      pointer(path, 'currency'),
      currency === undefined ? 'member_missing' : 'value_invalid',
      'a currency code of ISO 4217, such as EUR',
    );
  else if (!isCurrency(currency)) senseless.add(pointer(path, 'currency'), 'currency_unknown', noCurrency(currency));
  const validPer = typeof per === 'string' && BUDGET_PERS.includes(per);
  if (!validPer)
    malformed.add(
      pointer(path, 'per'),
      per === undefined ? 'member_missing' : 'value_invalid',
      `one of ${BUDGET_PERS.join(', ')}`,
    );
  return money !== undefined && validCurrency && validPer
    ? { amount: amount as string, currency, per: per as Budget['per'] }
    : undefined;
}

function noCurrency(code: string): string {
  return `ISO 4217 knows no currency ${code}`;
}

function readCurrency(
  attributes: Attributes,
  budget: Budget | undefined,
  at: (name: string) => string,
  fallback: string,
  { malformed, senseless }: CfpProblems,
): string {
  const value = attributes[cfpAttr.currency];
  if (value === undefined) return budget?.currency ?? fallback;
  if (typeof value !== 'string' || !CURRENCY.test(value)) {
    malformed.add(at(cfpAttr.currency), 'value_invalid', 'a currency code of ISO 4217, such as EUR');
    return fallback;
  }
  if (!isCurrency(value)) senseless.add(at(cfpAttr.currency), 'currency_unknown', noCurrency(value));
  else if (budget !== undefined && budget.currency !== value)
    senseless.add(
      at(cfpAttr.currency),
      'currency_contradictory',
      `the budget is in ${budget.currency}: prices are compared in one currency`,
    );
  return value;
}

function readPerVendor(
  value: Json | undefined,
  path: string,
  fallback: number,
  { malformed, senseless }: CfpProblems,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    malformed.add(path, 'type_wrong', 'a whole number of proposals');
    return fallback;
  }
  if (value < 1 || value > MOST_PER_VENDOR) {
    senseless.add(path, 'out_of_range', `between 1 and ${MOST_PER_VENDOR}`);
    return fallback;
  }
  return value;
}

function readUsage(
  value: Json | undefined,
  path: string,
  written: ReadonlySet<string> | undefined,
  { malformed, senseless }: CfpProblems,
): readonly Usage[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    malformed.add(path, 'type_wrong', 'usage is a list');
    return [];
  }
  const list = value as readonly Json[];
  if (list.length > MOST_USAGE) senseless.add(path, 'too_many', `at most ${MOST_USAGE} entries`);
  return list.slice(0, MOST_USAGE).flatMap((one, index): Usage[] => {
    const here = pointer(path, index);
    if (!isObject(one)) {
      malformed.add(here, 'type_wrong', 'a use is an object');
      return [];
    }
    const before = malformed.list.length;
    onlyMembers(one, USAGE_MEMBERS, here, malformed);
    for (const name of ['what', 'unit'])
      if (typeof one[name] !== 'string' || one[name] === '')
        malformed.add(
          pointer(here, name),
          one[name] === undefined ? 'member_missing' : 'type_wrong',
          `${name} is a string`,
        );
    const quantity = parseMoney(one['quantity']);
    if (quantity === undefined)
      malformed.add(pointer(here, 'quantity'), 'quantity_invalid', 'a quantity is a decimal string', 'such as "200"');
    else if (quantity.lt(0)) senseless.add(pointer(here, 'quantity'), 'range_empty', 'a use is not negative');
    if (typeof one['per'] !== 'string' || !USAGE_PERS.includes(one['per']))
      malformed.add(pointer(here, 'per'), 'value_invalid', `one of ${USAGE_PERS.join(', ')}`);
    if (one['each'] !== undefined && typeof one['each'] !== 'boolean')
      malformed.add(pointer(here, 'each'), 'type_wrong', 'each is true or false');
    const of = one['of'];
    if (of !== undefined && typeof of !== 'string')
      malformed.add(pointer(here, 'of'), 'type_wrong', 'of is the id of something wanted');
    else if (of !== undefined && written?.has(of) === false)
      senseless.add(pointer(here, 'of'), 'reference_unknown', `nothing wanted has the id ${of}`);
    return malformed.list.length > before ? [] : [one as unknown as Usage];
  });
}

function onlyMembers(value: JsonObject, known: readonly string[], path: string, malformed: Problems): void {
  for (const name of Object.keys(value))
    if (!known.includes(name)) malformed.add(pointer(path, name), 'member_unknown', `${name} is not known here`);
}

const MOST_DAYS = 7;
const LEAST_MS = 1000;
const MOST_MS = MOST_DAYS * 86_400_000;

/** Reads a point in time given as an instant, or as a duration from `from`; undefined with a problem. */
export function readMoment(
  value: Json | undefined,
  path: string,
  from: Instant,
  problems: SortedProblems,
): Instant | undefined {
  if (value === undefined) return undefined;
  const instant = parseInstant(value);
  if (instant !== undefined) return instant;
  const ms = isIsoDuration(value) ? fixedMilliseconds(value) : undefined;
  if (ms !== undefined) return from + ms;
  problems.malformed.add(
    path,
    'moment_invalid',
    'an instant of ISO 8601, or a duration in days, hours, minutes and seconds',
    'such as PT30S',
  );
  return undefined;
}

/** Vendors have from one second to seven days (negotiation C2). */
export function checkReplyBy(at: Instant, now: Instant, path: string, problems: SortedProblems): void {
  const wait = at - now;
  if (wait < LEAST_MS || wait > MOST_MS)
    problems.senseless.add(path, 'out_of_range', `between one second and ${MOST_DAYS} days from now`);
}
