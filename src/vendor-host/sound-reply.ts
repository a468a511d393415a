import { isObject, type Json } from '../shared/json.ts';

/**
 * The quick look at a vendor's offers: true only if the schema has nothing to say against them, so
 * that a market which answers at once need not wait for the thorough check of each. What is rare
 * goes the long way.
 *
 * @param reply plain JSON
 */
export function isSoundPropose(reply: Json): boolean {
  if (!isObject(reply) || reply['type'] !== 'propose') return false;
  for (const name in reply) if (name !== 'type' && name !== 'offers') return false;
  const { offers } = reply;
  return isList(offers, MOST) && offers.length > 0 && offers.every(isSoundOffer);
}

const LONGEST = 2_000;
const MOST = 10_000;
const LAST_INSTANT = 8.64e15;

function isList(value: Json | undefined, most: number): value is readonly Json[] {
  return Array.isArray(value) && value.length <= most;
}

function isId(value: Json | undefined): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST;
}

function isIdOrAbsent(value: Json | undefined): boolean {
  return value === undefined || isId(value);
}

function areIds(value: Json | undefined): boolean {
  return isList(value, MOST) && value.every(isId);
}

function isIndex(value: Json | undefined): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isSoundOffer(offer: Json): boolean {
  if (!isObject(offer)) return false;
  const { variant, validUntil, binding, awardable, resources, levels, price, handle } = offer;
  return (
    isId(variant) &&
    typeof validUntil === 'number' &&
    validUntil >= 0 &&
    validUntil <= LAST_INSTANT &&
    typeof binding === 'boolean' &&
    typeof awardable === 'boolean' &&
    offer['whyNot'] === undefined &&
    offer['terms'] === undefined &&
    isIdOrAbsent(handle) &&
    isList(resources, MOST) &&
    resources.every(isSoundInstance) &&
    isList(levels, 1_000) &&
    levels.every(isPlainCommitment) &&
    isSoundPrice(price)
  );
}

function isSoundInstance(instance: Json): boolean {
  if (!isObject(instance)) return false;
  const { index, kind, mixins, attributes, source, target } = instance;
  return (
    isId(instance['for']) &&
    isIndex(index) &&
    isId(kind) &&
    areIds(mixins) &&
    isObject(attributes) &&
    isIdOrAbsent(source) &&
    isIdOrAbsent(target)
  );
}

/** As asked, or not at all; a level of the vendor's own is read thoroughly. */
function isPlainCommitment(commitment: Json): boolean {
  if (!isObject(commitment)) return false;
  const { commit } = commitment;
  return isId(commitment['for']) && (commit === 'asked' || commit === 'none');
}

function isSoundPrice(price: Json | undefined): boolean {
  if (!isObject(price)) return false;
  const { currency, tax, source, asof, items, unpriced, open } = price;
  return (
    isId(currency) &&
    isId(tax) &&
    isId(source) &&
    isId(asof) &&
    isList(items, MOST) &&
    items.every(isSoundItem) &&
    areIds(unpriced) &&
    areIds(open)
  );
}

function isSoundItem(item: Json): boolean {
  if (!isObject(item)) return false;
  const { id, what, amount, per, index } = item;
  return (
    isId(id) &&
    isIdOrAbsent(item['for']) &&
    isId(what) &&
    isId(amount) &&
    isId(per) &&
    (index === undefined || (Array.isArray(index) && index.every(Number.isInteger)))
  );
}
