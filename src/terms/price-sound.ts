import { isIsoDuration, parseInstant } from '../shared/duration.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { isMoney, isNegative } from './billionths.ts';
import type { WantedCounts } from './price-total.ts';

/**
 * The quick look at a quote: true only if nothing at all is wrong with it, so that the thorough
 * check, which tells what is wrong and where, is spared for the many that are right.
 */
export function isSoundQuote(value: Json, counts: WantedCounts | undefined): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (!QUOTE.has(name)) return false;
  const { currency, tax, source, asof, items, unpriced, open } = value;
  return (
    typeof currency === 'string' &&
    CURRENCY.test(currency) &&
    (tax === 'excluded' || tax === 'included') &&
    (source === 'list' || source === 'quote') &&
    typeof asof === 'string' &&
    DATE.test(asof) &&
    (value['fixeduntil'] === undefined || parseInstant(value['fixeduntil']) !== undefined) &&
    isSoundMinimum(value['minimum']) &&
    Array.isArray(unpriced) &&
    Array.isArray(open) &&
    unpriced.length === 0 &&
    open.every((one) => typeof one === 'string') &&
    Array.isArray(items) &&
    areSoundItems(items as readonly Json[], counts)
  );
}

const QUOTE: ReadonlySet<string> = new Set([
  'currency',
  'tax',
  'source',
  'asof',
  'fixeduntil',
  'minimum',
  'items',
  'unpriced',
  'open',
]);
const ITEM: ReadonlySet<string> = new Set([
  'id',
  'for',
  'index',
  'what',
  'amount',
  'per',
  'while',
  'increment',
  'unit',
  'quantity',
]);
const PERS: ReadonlySet<Json | undefined> = new Set(['second', 'hour', 'day', 'month', 'year', 'once', 'unit']);
const CURRENCY = /^[A-Z]{3}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

function isAmount(value: Json | undefined): boolean {
  return isMoney(value) && !isNegative(value);
}

function isSoundMinimum(value: Json | undefined): boolean {
  if (value === undefined) return true;
  if (!isObject(value) || Object.keys(value).length !== 3) return false;
  return isIsoDuration(value['period']) && isIsoDuration(value['notice']) && isAmount(value['exit']);
}

/** Every wanted instance has an item of its own, or one for all of its id. */
function areSoundItems(items: readonly Json[], counts: WantedCounts | undefined): boolean {
  const ids = new Set<Json | undefined>();
  const priced = new Map<string, Set<Json>>();
  for (const item of items) {
    if (!isObject(item) || !isSoundItem(item, counts, priced)) return false;
    ids.add(item['id']);
  }
  if (ids.size !== items.length) return false;
  if (counts === undefined) return true;
  for (const [id, count] of counts) if ((priced.get(id)?.size ?? 0) !== count) return false;
  return true;
}

function isSoundItem(item: JsonObject, counts: WantedCounts | undefined, priced: Map<string, Set<Json>>): boolean {
  for (const name in item) if (!ITEM.has(name)) return false;
  const { id, what, amount, per, unit, quantity, increment, index } = item;
  const during = item['while'];
  const wanted = item['for'];
  if (typeof id !== 'string' || id === '' || typeof what !== 'string' || what === '') return false;
  if (!isAmount(amount) || !PERS.has(per)) return false;
  if (during !== undefined && during !== 'allocated' && during !== 'running') return false;
  if (increment !== undefined && !isIsoDuration(increment)) return false;
  if (unit !== undefined && typeof unit !== 'string') return false;
  if (quantity !== undefined && (per === 'unit' || !isAmount(quantity))) return false;
  if (wanted === undefined) return index === undefined;
  if (typeof wanted !== 'string' || counts === undefined) return false;
  const count = counts.get(wanted);
  if (count === undefined) return false;
  let seen = priced.get(wanted);
  if (seen === undefined) priced.set(wanted, (seen = new Set()));
  if (index === undefined) {
    for (let at = 0; at < count; at += 1) seen.add(at);
    return true;
  }
  if (!Array.isArray(index) || index.length === 0 || new Set(index).size !== index.length) return false;
  for (const one of index as readonly Json[]) {
    if (typeof one !== 'number' || !Number.isInteger(one) || one < 0 || one >= count) return false;
    seen.add(one);
  }
  return true;
}
