import type { Json } from '../shared/json.ts';
import { isObject } from '../shared/json.ts';
import type { Constraint } from './resources.ts';

/** Does a value meet all that is wanted of it (api.md, Wanted values)? An absent value meets nothing. */
export function satisfies(constraint: Constraint, value: Json | undefined): boolean {
  return unmet(constraint, value) === undefined;
}

/** Why a value does not meet what is wanted of it, in words; undefined if it does. */
export function unmet(constraint: Constraint, value: Json | undefined): string | undefined {
  if (value === undefined) return 'it is not stated';
  const { equal, min, max } = constraint;
  if (equal !== undefined && !sameJson(equal, value)) return `${show(value)} is not ${show(equal)}`;
  if (min !== undefined && !(typeof value === 'number' && value >= min)) return `${show(value)} is under ${min}`;
  if (max !== undefined && !(typeof value === 'number' && value <= max)) return `${show(value)} is over ${max}`;
  if (constraint.in !== undefined && !constraint.in.some((one) => sameJson(one, value)))
    return `${show(value)} is none of ${constraint.in.map(show).join(', ')}`;
  if (constraint.not?.some((one) => sameJson(one, value)) === true) return `${show(value)} is not wanted`;
  if (constraint.like !== undefined && !(typeof value === 'string' && matchesGlob(constraint.like, value)))
    return `${show(value)} is not like ${constraint.like}`;
  return undefined;
}

/** Equality of JSON values; the order of members does not matter. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((one, at) => sameJson(one as Json, b[at] as Json))
    );
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameJson(a[name] ?? null, b[name] ?? null))
  );
}

/**
 * A glob: `*` stands for any run of characters, `?` for one. Matched without regular expressions,
 * so that no pattern, however odd, can take long.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === '*') {
      star = next++;
      resume = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}

/** What a vendor that can make any size between `least` and `most`, in steps, has to go by. */
export interface SizeRange {
  readonly least: number;
  readonly most: number;
  /** Offered values are whole multiples of it; 0: any value. */
  readonly step: number;
  /** Offered where nothing is wanted; `least` if absent. */
  readonly usual?: number;
}

/** The smallest value in the range that meets the constraint; undefined if none does. */
export function smallestThatFits(constraint: Constraint | undefined, range: SizeRange): number | undefined {
  const inRange = (value: number): boolean => value >= range.least && value <= range.most;
  if (constraint === undefined) return inRange(range.usual ?? range.least) ? (range.usual ?? range.least) : undefined;
  const named = [...(constraint.equal === undefined ? [] : [constraint.equal]), ...(constraint.in ?? [])].filter(
    (value): value is number => typeof value === 'number',
  );
  if (constraint.equal !== undefined || constraint.in !== undefined)
    return named.sort((a, b) => a - b).find((value) => inRange(value) && satisfies(constraint, value));
  const usual = range.usual;
  let value = Math.max(range.least, constraint.min ?? usual ?? range.least);
  if (constraint.max !== undefined && value > constraint.max && constraint.min === undefined)
    value = Math.max(range.least, constraint.max);
  value = onStep(value, range.step, constraint.min);
  const step = range.step > 0 ? range.step : Math.max(range.least, 1);
  for (let tries = 0; tries <= (constraint.not?.length ?? 0); tries++, value += step)
    if (inRange(value) && satisfies(constraint, value)) return value;
  return undefined;
}

/** Rounded up to whole steps where a least value is wanted, otherwise down. */
function onStep(value: number, step: number, least: number | undefined): number {
  if (step <= 0) return value;
  const steps = value / step;
  return (least === undefined ? Math.max(1, Math.floor(steps)) : Math.ceil(steps)) * step;
}

function show(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
