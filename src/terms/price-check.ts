import { isIsoDuration, parseInstant } from '../shared/duration.ts';
import { Problems } from '../shared/errors.ts';
import type { Problem } from '../shared/errors.ts';
import { isObject, pointer } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { isMoney, isNegative } from './billionths.ts';
import { isSoundQuote } from './price-sound.ts';
import { pricesUsage } from './price-total.ts';
import type { WantedCounts } from './price-total.ts';
import type { Per, Quote, Usage } from './price.ts';

/** What a quote is checked against. Without `counts` only its form is checked. */
export interface QuoteContext {
  /** Where the quote stands in the document that problems point into. */
  readonly path?: string;
  /** How many instances each wanted resource or link has. */
  readonly counts?: WantedCounts;
  readonly usage?: readonly Usage[];
}

export interface CheckedQuote {
  /** Present exactly when there are no problems; `open` completed with usage that is priced but not stated. */
  readonly quote?: Quote;
  readonly problems: readonly Problem[];
}

const PERS: ReadonlySet<string> = new Set<Per>(['second', 'hour', 'day', 'month', 'year', 'once', 'unit']);
const CURRENCY = /^[A-Z]{3}$/;
const DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;

const QUOTE_MEMBERS = ['currency', 'tax', 'source', 'asof', 'fixeduntil', 'minimum', 'items', 'unpriced', 'open'];
const ITEM_MEMBERS = ['id', 'for', 'index', 'what', 'amount', 'per', 'while', 'increment', 'unit', 'quantity'];

/**
 * Checks a vendor's quote (api.md, What comes back): its form, that money is decimal strings and
 * never negative, that items speak of what is wanted, and that every wanted instance and link has
 * an item or stands in `unpriced`. All problems at once.
 */
export function checkQuote(value: Json, context: QuoteContext = {}): CheckedQuote {
  if (isSoundQuote(value, context.counts))
    return { quote: withOpen(value as unknown as Quote, context.usage), problems: [] };
  const problems = new Problems();
  const path = context.path ?? '';
  if (!isObject(value)) {
    problems.add(path, 'type_wrong', 'a price is an object');
    return { problems: problems.list };
  }
  onlyMembers(value, QUOTE_MEMBERS, path, problems);
  matches(value, 'currency', CURRENCY, 'a currency code of ISO 4217, such as EUR', path, problems);
  oneOf(value, 'tax', ['excluded', 'included'], path, problems);
  oneOf(value, 'source', ['list', 'quote'], path, problems);
  if (!isDate(value['asof'])) problems.add(pointer(path, 'asof'), 'date_invalid', 'a date or instant of ISO 8601');
  if (value['fixeduntil'] !== undefined && parseInstant(value['fixeduntil']) === undefined)
    problems.add(pointer(path, 'fixeduntil'), 'instant_invalid', 'an instant of ISO 8601');
  checkMinimum(value['minimum'], pointer(path, 'minimum'), problems);
  checkItems(value['items'], pointer(path, 'items'), context, problems);
  strings(value, 'unpriced', path, problems);
  strings(value, 'open', path, problems);
  if (!problems.any) checkCoverage(value as unknown as Quote, path, context, problems);
  if (problems.any) return { problems: problems.list };
  return { quote: withOpen(value as unknown as Quote, context.usage), problems: [] };
}

function checkMinimum(value: Json | undefined, path: string, problems: Problems): void {
  if (value === undefined) return;
  if (!isObject(value)) {
    problems.add(path, 'type_wrong', 'a minimum is an object of period, notice and exit');
    return;
  }
  onlyMembers(value, ['period', 'notice', 'exit'], path, problems);
  for (const name of ['period', 'notice'])
    if (!isIsoDuration(value[name])) problems.add(pointer(path, name), 'duration_invalid', 'a duration of ISO 8601');
  checkMoney(value['exit'], pointer(path, 'exit'), problems);
}

function checkItems(value: Json | undefined, path: string, context: QuoteContext, problems: Problems): void {
  if (!Array.isArray(value)) {
    problems.add(path, 'type_wrong', 'items are a list');
    return;
  }
  const ids = new Set<Json>();
  (value as readonly Json[]).forEach((item, at) => {
    const here = pointer(path, at);
    if (!isObject(item)) {
      problems.add(here, 'type_wrong', 'an item is an object');
      return;
    }
    checkItem(item, here, context.counts, problems);
    const id = item['id'] ?? null;
    if (ids.has(id)) problems.add(pointer(here, 'id'), 'duplicate', 'two items have this id');
    ids.add(id);
  });
}

function checkItem(item: JsonObject, path: string, counts: WantedCounts | undefined, problems: Problems): void {
  onlyMembers(item, ITEM_MEMBERS, path, problems);
  for (const name of ['id', 'what'])
    if (typeof item[name] !== 'string' || item[name] === '')
      problems.add(pointer(path, name), 'type_wrong', `${name} is a string`);
  checkMoney(item['amount'], pointer(path, 'amount'), problems);
  if (typeof item['per'] !== 'string' || !PERS.has(item['per']))
    problems.add(pointer(path, 'per'), 'value_invalid', `one of ${[...PERS].join(', ')}`);
  if (item['while'] !== undefined) oneOf(item, 'while', ['allocated', 'running'], path, problems);
  if (item['increment'] !== undefined && !isIsoDuration(item['increment']))
    problems.add(pointer(path, 'increment'), 'duration_invalid', 'a duration of ISO 8601');
  if (item['unit'] !== undefined && typeof item['unit'] !== 'string')
    problems.add(pointer(path, 'unit'), 'type_wrong', 'unit is a string');
  if (item['quantity'] !== undefined) {
    checkMoney(item['quantity'], pointer(path, 'quantity'), problems);
    if (item['per'] === 'unit')
      problems.add(pointer(path, 'quantity'), 'quantity_unexpected', 'the stated usage is the quantity of per unit');
  }
  checkReference(item, path, counts, problems);
}

function checkReference(item: JsonObject, path: string, counts: WantedCounts | undefined, problems: Problems): void {
  const wanted = item['for'];
  if (wanted !== undefined && typeof wanted !== 'string') {
    problems.add(pointer(path, 'for'), 'type_wrong', 'for is the id of something wanted');
    return;
  }
  const count = wanted === undefined ? undefined : counts?.get(wanted);
  if (wanted !== undefined && counts !== undefined && count === undefined)
    problems.add(pointer(path, 'for'), 'reference_unknown', `nothing wanted has the id ${wanted}`);
  const index = item['index'];
  if (index === undefined) return;
  if (wanted === undefined || !Array.isArray(index) || index.length === 0) {
    problems.add(pointer(path, 'index'), 'type_wrong', 'index is a list of instances of what for names');
    return;
  }
  const seen = new Set<Json>();
  for (const one of index as readonly Json[]) {
    const valid = Number.isInteger(one) && Number(one) >= 0 && (count === undefined || Number(one) < count);
    if (!valid || seen.has(one))
      problems.add(pointer(path, 'index'), 'index_invalid', `no instance ${JSON.stringify(one)}`);
    seen.add(one);
  }
}

function checkCoverage(quote: Quote, path: string, context: QuoteContext, problems: Problems): void {
  if (context.counts === undefined) return;
  const unpriced = new Set(quote.unpriced);
  const priced = new Set<string>();
  for (const item of quote.items) {
    if (item.for === undefined) continue;
    for (const one of item.index ?? upTo(context.counts.get(item.for) ?? 0)) priced.add(`${item.for}/${one}`);
  }
  for (const [id, count] of context.counts) {
    if (unpriced.has(id)) continue;
    const missing = upTo(count).filter((one) => !priced.has(`${id}/${one}`) && !unpriced.has(`${id}/${one}`));
    if (missing.length > 0)
      problems.add(
        pointer(path, 'items'),
        'price_missing',
        `${id} ${missing.join(', ')} has no item`,
        `an item of amount "0" if it is free, or "${id}" in unpriced`,
      );
  }
}

/** Usage that is priced but not stated in the CFP stands in `open`. */
function withOpen(quote: Quote, usage: readonly Usage[] | undefined): Quote {
  if (usage === undefined) return quote;
  if (quote.open.length < 2 && !quote.items.some(({ per }) => per === 'unit')) return quote;
  const open = new Set(quote.open);
  for (const item of quote.items)
    if (item.per === 'unit' && !usage.some((stated) => pricesUsage(item, stated))) open.add(item.what);
  return open.size === quote.open.length ? quote : { ...quote, open: [...open] };
}

function onlyMembers(value: JsonObject, known: readonly string[], path: string, problems: Problems): void {
  for (const name of Object.keys(value))
    if (!known.includes(name)) problems.add(pointer(path, name), 'member_unknown', `${name} is not known here`);
}

function checkMoney(value: Json | undefined, path: string, problems: Problems): void {
  if (!isMoney(value))
    problems.add(path, 'money_invalid', 'money is a decimal string of at most nine decimals', 'such as "90.00"');
  else if (isNegative(value)) problems.add(path, 'money_negative', 'an amount is not negative');
}

function matches(
  value: JsonObject,
  name: string,
  pattern: RegExp,
  what: string,
  path: string,
  problems: Problems,
): void {
  const text = value[name];
  if (typeof text !== 'string' || !pattern.test(text)) problems.add(pointer(path, name), 'value_invalid', what);
}

function oneOf(value: JsonObject, name: string, known: readonly string[], path: string, problems: Problems): void {
  const text = value[name];
  if (typeof text !== 'string' || !known.includes(text))
    problems.add(pointer(path, name), 'value_invalid', `one of ${known.join(', ')}`);
}

function strings(value: JsonObject, name: string, path: string, problems: Problems): void {
  const list = value[name];
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string'))
    problems.add(pointer(path, name), 'type_wrong', `${name} is a list of strings`);
}

function isDate(value: Json | undefined): boolean {
  return typeof value === 'string' && (DATE.test(value) || parseInstant(value) !== undefined);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
