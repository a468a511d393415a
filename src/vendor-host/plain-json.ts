import type { Json } from '../shared/json.ts';

/** Bounds on one answer, so that a vendor cannot fill the memory of the service. */
const DEEPEST = 40;
const MOST_VALUES = 200_000;
const MOST_CHARACTERS = 4_000_000;

/** What a plugin handed over is not JSON; `path` is a JSON pointer. */
export class NotPlainJson extends Error {
  readonly path: string;

  constructor(path: string, what: string) {
    super(what);
    this.path = path;
  }
}

/**
 * What a plugin handed over as plain JSON: itself if it is that already, which is the usual case
 * and must cost next to nothing, otherwise a copy without the members that are undefined.
 *
 * @throws NotPlainJson on cycles, class instances, functions, numbers that are not finite, or too much
 */
export function plainJson(value: unknown): Json {
  const budget = { values: MOST_VALUES, characters: MOST_CHARACTERS };
  if (isPlain(value, 0, budget)) return value as Json;
  budget.values = MOST_VALUES;
  budget.characters = MOST_CHARACTERS;
  return copy(value, 0, budget, []);
}

// One question after the other: a switch over the name of the type would cost as much as all the rest.
function isPlain(value: unknown, depth: number, budget: Budget): boolean {
  if (--budget.values < 0) return false;
  if (typeof value === 'string') return (budget.characters -= value.length) >= 0;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean' || value === null) return true;
  return typeof value === 'object' && depth <= DEEPEST && isPlainInside(value, depth, budget);
}

function isPlainInside(value: object, depth: number, budget: Budget): boolean {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (!isPlain(value[at], depth + 1, budget)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    budget.characters -= name.length;
    if (name === '__proto__') return false;
    const member = object[name];
    // Most members are text, and are not worth a call.
    if (typeof member === 'string') {
      budget.values -= 1;
      budget.characters -= member.length;
    } else if (!isPlain(member, depth + 1, budget)) return false;
  }
  return budget.values >= 0 && budget.characters >= 0;
}

interface Budget {
  values: number;
  characters: number;
}

function copy(value: unknown, depth: number, budget: Budget, path: (string | number)[]): Json {
  const fail = (what: string): never => {
    throw new NotPlainJson(path.map((token) => `/${token}`).join(''), what);
  };
  if (--budget.values < 0) fail('too many values');
  if (typeof value === 'string') {
    budget.characters -= value.length;
    return budget.characters < 0 ? fail('too much text') : value;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : fail('a number that is not finite');
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return fail(`a ${typeof value}`);
  if (depth > DEEPEST) fail('nested too deeply');
  if (Array.isArray(value)) {
    const list: Json[] = [];
    for (let at = 0; at < value.length; at++) {
      path.push(at);
      list.push(copy(value[at], depth + 1, budget, path));
      path.pop();
    }
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) fail('an object that is not plain');
  const object: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    path.push(name);
    if (name === '__proto__') fail('a member of this name');
    budget.characters -= name.length;
    object[name] = copy(member, depth + 1, budget, path);
    path.pop();
  }
  return object;
}
