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
  const { currency, tax, source, asof, fixeduntil, minimum, items, unpriced, open } = value;
  // The seven that a quote must have, and of the others those that it has: it has no more.
  const names = 7 + (fixeduntil === undefined ? 0 : 1) + (minimum === undefined ? 0 : 1);
  return (
    Object.keys(value).length === names &&
    typeof currency === 'string' &&
    CURRENCY.test(currency) &&
    (tax === 'excluded' || tax === 'included') &&
    (source === 'list' || source === 'quote') &&
    typeof asof === 'string' &&
    DATE.test(asof) &&
    (fixeduntil === undefined || parseInstant(fixeduntil) !== undefined) &&
    isSoundMinimum(minimum) &&
    Array.isArray(unpriced) &&
    Array.isArray(open) &&
    unpriced.length === 0 &&
    open.every((one) => typeof one === 'string') &&
    Array.isArray(items) &&
    areSoundItems(items as readonly Json[], counts)
  );
}

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
  for (const item of items) if (!isObject(item) || !isSoundItem(item, counts)) return false;
  const objects = items as readonly JsonObject[];
  if (!haveOwnIds(objects)) return false;
  if (counts === undefined) return true;
  for (const [id, count] of counts) if (!isCovered(objects, id, count)) return false;
  return true;
}

/** So many are compared with each other; more are entered in a set. */
const FEW = 16;

function haveOwnIds(items: readonly JsonObject[]): boolean {
  if (items.length > FEW) return new Set(items.map(({ id }) => id)).size === items.length;
  for (let at = 1; at < items.length; at += 1)
    for (let before = 0; before < at; before += 1) if (items[at]?.['id'] === items[before]?.['id']) return false;
  return true;
}

function isCovered(items: readonly JsonObject[], id: string, count: number): boolean {
  let seen: Set<Json> | undefined;
  for (const item of items) {
    if (item['for'] !== id) continue;
    // Each list names different ones, and none that there is not: so long a one names all.
    const index = item['index'] as readonly Json[] | undefined;
    if (index === undefined || index.length === count) return true;
    seen ??= new Set();
    for (const one of index) seen.add(one);
  }
  return (seen?.size ?? 0) === count;
}

function isSoundItem(item: JsonObject, counts: WantedCounts | undefined): boolean {
  const { id, what, amount, per, unit, quantity, increment, index } = item;
  const during = item['while'];
  const wanted = item['for'];
  if (typeof id !== 'string' || id === '' || typeof what !== 'string' || what === '') return false;
  if (!isAmount(amount) || !PERS.has(per)) return false;
  // The four that an item must have, and of the others those that it has: it has no more.
  let names = Object.keys(item).length - 4;
  if (during !== undefined) {
    if (during !== 'allocated' && during !== 'running') return false;
    names -= 1;
  }
  if (increment !== undefined) {
    if (!isIsoDuration(increment)) return false;
    names -= 1;
  }
  if (unit !== undefined) {
    if (typeof unit !== 'string') return false;
    names -= 1;
  }
  if (quantity !== undefined) {
    if (per === 'unit' || !isAmount(quantity)) return false;
    names -= 1;
  }
  if (wanted === undefined) return index === undefined && names === 0;
  if (typeof wanted !== 'string') return false;
  const count = counts?.get(wanted);
  if (count === undefined) return false;
  if (index === undefined) return names === 1;
  return names === 2 && Array.isArray(index) && index.length > 0 && areInstances(index as readonly Json[], count);
}

/** Different ones of so many? */
function areInstances(index: readonly Json[], count: number): boolean {
  let before = -1;
  let rise = true;
  for (const one of index) {
    if (typeof one !== 'number' || !Number.isInteger(one) || one < 0 || one >= count) return false;
    rise &&= one > before;
    before = one;
  }
  return rise || new Set(index).size === index.length;
}
