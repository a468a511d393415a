import { isObject, type Json } from '../../shared/json.ts';

/**
 * Many JSON values of the same make, written by what they have in common: each name stands once, a
 * value that all share stands once, and only what differs is a list. Proposals of one call shrink to
 * a tenth, and are written in a third of the time.
 *
 * `c`: all are this value. `v`: these values, one for each. `o`: objects with these names, each a
 * column. `a`: lists of this length, each place a column.
 */
export type Columns =
  | readonly ['c', Json]
  | readonly ['v', readonly Json[]]
  | readonly ['o', readonly string[], readonly Columns[]]
  | readonly ['a', readonly Columns[]];

/** Longer lists are not taken apart, and what is nested more deeply is not either. */
const LONGEST = 16;
const DEEPEST = 12;

/** @param values JSON without members that are undefined; at least one */
export function toColumns(values: readonly Json[], depth = 0): Columns {
  const [first] = values;
  if (first === undefined || depth > DEEPEST) return ['v', values];
  if (typeof first !== 'object' || first === null) return areAll(values, first) ? ['c', first] : ['v', values];
  if (Array.isArray(first)) {
    const { length } = first as readonly Json[];
    if (length > LONGEST || !areLists(values, length)) return ['v', values];
    const places: Columns[] = [];
    for (let at = 0; at < length; at++) {
      const column = (values as readonly (readonly Json[])[]).map((list) => list[at] as Json);
      places.push(toColumns(column, depth + 1));
    }
    return ['a', places];
  }
  const names = Object.keys(first);
  const members = membersOf(values, names);
  return members === undefined ? ['v', values] : ['o', names, members.map((column) => toColumns(column, depth + 1))];
}

/** The values again, as many as there were. */
export function fromColumns(columns: Columns, count: number): Json[] {
  switch (columns[0]) {
    case 'c':
      return new Array<Json>(count).fill(columns[1]);
    case 'v':
      return [...columns[1]];
    case 'o': {
      const objects = Array.from({ length: count }, (): Record<string, Json> => ({}));
      columns[1].forEach((name, place) => {
        const values = fromColumns(columns[2][place] ?? ['c', null], count);
        objects.forEach((object, at) => (object[name] = values[at] ?? null));
      });
      return objects;
    }
    case 'a': {
      const places = columns[1].map((place) => fromColumns(place, count));
      return Array.from({ length: count }, (_, at) => places.map((values) => values[at] ?? null));
    }
  }
}

function areAll(values: readonly Json[], value: Json): boolean {
  for (const one of values) if (one !== value) return false;
  return true;
}

function areLists(values: readonly Json[], length: number): boolean {
  for (const one of values) if (!Array.isArray(one) || one.length !== length) return false;
  return true;
}

/** Of objects with these names, in this order and no others, the columns; undefined: not all are such. */
function membersOf(values: readonly Json[], names: readonly string[]): readonly (readonly Json[])[] | undefined {
  if (names.includes('__proto__')) return undefined;
  const columns = names.map(() => new Array<Json>(values.length));
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as Json;
    if (!isObject(value)) return undefined;
    let at = 0;
    for (const name in value) {
      const column = columns[at];
      const member = value[name];
      if (column === undefined || member === undefined || name !== names[at++]) return undefined;
      column[row] = member;
    }
    if (at !== names.length) return undefined;
  }
  return columns;
}
