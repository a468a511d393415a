import type { Problems } from '../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import { satisfies } from './constraints.ts';
import type { Constraint } from './resources.ts';

/** The type of an attribute's values, and which of them it may have at all. */
export interface ValueType {
  readonly type: 'string' | 'number' | 'boolean' | 'array' | 'object';
  /** Whole numbers only. */
  readonly whole?: boolean;
  /** Where they are few. */
  readonly values?: readonly Json[];
  /** Inclusive. */
  readonly least?: number;
  readonly most?: number;
  /** Exclusive. */
  readonly over?: number;
  readonly matches?: RegExp;
}

const MEMBERS = ['min', 'max', 'in', 'not', 'like'];

/** Reads one wanted value (api.md, Wanted values): a plain value means equal. */
export function readConstraint(
  value: Json,
  type: ValueType,
  path: string,
  problems: { readonly malformed: Problems; readonly senseless: Problems },
): Constraint | undefined {
  const { malformed } = problems;
  const before = malformed.list.length;
  const constraint =
    isObject(value) && type.type !== 'object'
      ? readObject(value, type, path, problems)
      : plain(value, type, path, malformed);
  if (malformed.list.length > before || constraint === undefined) return undefined;
  checkSense(constraint, type, path, problems.senseless);
  return constraint;
}

function plain(value: Json, type: ValueType, path: string, malformed: Problems): Constraint | undefined {
  if (hasType(value, type)) return { equal: value };
  malformed.add(
    path,
    'type_wrong',
    `a ${nameOf(type)} is wanted, or an object of ${MEMBERS.join(', ')}`,
    Array.isArray(value) ? 'a choice of several is { "in": […] }' : undefined,
  );
  return undefined;
}

function readObject(
  value: JsonObject,
  type: ValueType,
  path: string,
  { malformed, senseless }: { readonly malformed: Problems; readonly senseless: Problems },
): Constraint | undefined {
  for (const name of Object.keys(value))
    if (!MEMBERS.includes(name))
      malformed.add(pointer(path, name), 'member_unknown', `a wanted value has ${MEMBERS.join(', ')}, not ${name}`);
  if (Object.keys(value).length === 0) senseless.add(path, 'nothing_wanted', 'this asks for nothing');
  const bound = (name: 'min' | 'max'): { readonly [n in typeof name]?: number } => {
    const given = value[name];
    if (given === undefined) return {};
    if (type.type === 'number' && typeof given === 'number' && Number.isFinite(given)) return { [name]: given };
    malformed.add(
      pointer(path, name),
      'type_wrong',
      type.type === 'number' ? `${name} is a number` : `${name} is for numbers, and this is a ${type.type}`,
    );
    return {};
  };
  const list = (name: 'in' | 'not'): { readonly [n in typeof name]?: readonly Json[] } => {
    const given = value[name];
    if (given === undefined) return {};
    const values: readonly Json[] = Array.isArray(given) ? given : name === 'not' ? [given] : [];
    if (name === 'in' && !Array.isArray(given)) malformed.add(pointer(path, name), 'type_wrong', 'in is a list');
    values.forEach((one, at) => {
      if (!hasType(one, type))
        malformed.add(
          Array.isArray(given) ? pointer(path, name, at) : pointer(path, name),
          'type_wrong',
          `a ${nameOf(type)} is wanted`,
        );
    });
    return { [name]: values };
  };
  const like = value['like'];
  if (like !== undefined && (typeof like !== 'string' || type.type !== 'string'))
    malformed.add(pointer(path, 'like'), 'type_wrong', 'like is a glob for strings');
  return {
    ...bound('min'),
    ...bound('max'),
    ...list('in'),
    ...list('not'),
    ...(typeof like === 'string' ? { like } : {}),
  };
}

function checkSense(constraint: Constraint, type: ValueType, path: string, senseless: Problems): void {
  const { min, max } = constraint;
  if (min !== undefined && max !== undefined && min > max) {
    senseless.add(path, 'range_empty', `min ${min} is over max ${max}`, 'swap them');
    return;
  }
  if (constraint.in?.length === 0) {
    senseless.add(pointer(path, 'in'), 'range_empty', 'no value is in an empty list');
    return;
  }
  if (constraint.in !== undefined && !constraint.in.some((one) => satisfies(constraint, one))) {
    senseless.add(path, 'range_empty', 'no value of in meets the rest');
    return;
  }
  if (min !== undefined && min === max && constraint.not?.includes(min) === true) {
    senseless.add(path, 'range_empty', `only ${min} is in range, and it is not wanted`);
    return;
  }
  if (type.values !== undefined && !type.values.some((one) => satisfies(constraint, one)))
    senseless.add(path, 'value_impossible', `it is always one of ${type.values.map(String).join(', ')}`);
  else checkPossible(constraint, type, path, senseless);
}

/** Could anything that exists be what is wanted? */
function checkPossible(
  { equal, min, max, in: among }: Constraint,
  type: ValueType,
  path: string,
  senseless: Problems,
): void {
  const { least, most, over, matches } = type;
  const outside = (value: Json | undefined): string | undefined => {
    if (typeof value === 'string')
      return matches?.test(value) === false ? `${value} is no such value: they look like ${matches.source}` : undefined;
    if (typeof value !== 'number') return undefined;
    if (least !== undefined && value < least) return `it is never under ${least}`;
    if (over !== undefined && value <= over) return `it is always over ${over}`;
    return most !== undefined && value > most ? `it is never over ${most}` : undefined;
  };
  const reasons = (among ?? []).map(outside);
  const none = reasons.length > 0 && reasons.every((one) => one !== undefined) ? reasons[0] : undefined;
  const low = max === undefined || (most !== undefined && max > most) ? undefined : outside(max);
  const high = min !== undefined && most !== undefined && min > most ? outside(min) : undefined;
  const reason = outside(equal) ?? none ?? low ?? high;
  if (reason !== undefined) senseless.add(path, 'value_impossible', reason);
}

function nameOf({ type, whole }: ValueType): string {
  return whole === true ? 'whole number' : type;
}

function hasType(value: Json, { type, whole }: ValueType): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && (whole !== true || Number.isInteger(value));
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}
