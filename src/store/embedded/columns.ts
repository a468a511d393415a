import { isObject, type Json } from '../../shared/json.ts';

/**
 * Many JSON values of the same make, written by what they have in common: each name stands once, a
 * value that all share stands once, and only what differs is a list. Proposals of one call shrink to
 * a tenth, and are written in a third of the time.
 *
 * `c`: all are this value. `v`: these values, one for each. `r`: the values of the `v` that came as
 * the so-manieth before, from 0. `o`: objects with these names, each a column. `a`: lists of this
 * length, each place a column.
 */
export type Columns =
  | readonly ['c', Json]
  | readonly ['v', readonly Json[]]
  | readonly ['r', number]
  | readonly ['o', readonly string[], readonly Columns[]]
  | readonly ['a', readonly Columns[]];

/** Longer lists are not taken apart, and what is nested more deeply is not either. */
const LONGEST = 16;
const DEEPEST = 12;

/** @param values JSON without members that are undefined; at least one */
export function toColumns(values: readonly Json[]): Columns {
  return columnsOf(values, 0, []);
}

function columnsOf(values: readonly Json[], depth: number, listed: (readonly Json[])[]): Columns {
  const [first] = values;
  if (first === undefined || depth > DEEPEST) return list(values, listed);
  // Also of objects and lists: what is shared need not be taken apart.
  if (areAll(values, first)) return ['c', first];
  if (typeof first !== 'object' || first === null) return list(values, listed);
  if (Array.isArray(first)) {
    const { length } = first as readonly Json[];
    if (length > LONGEST || !areLists(values, length)) return list(values, listed);
    const places: Columns[] = [];
    for (let at = 0; at < length; at++) {
      const column = (values as readonly (readonly Json[])[]).map((list) => list[at] as Json);
      places.push(columnsOf(column, depth + 1, listed));
    }
    return ['a', places];
  }
  const names = Object.keys(first);
  const members = membersOf(values, names);
  if (members === undefined) return list(values, listed);
  const columns: Columns[] = [];
  for (let at = 0; at < names.length; at++) {
    const column = members.columns[at];
    columns.push(column === undefined ? ['c', members.first[at] as Json] : columnsOf(column, depth + 1, listed));
  }
  return ['o', names, columns];
}

/** Much is said twice: who proposes, and what a sum comes to in the currency that it is stated in. */
function list(values: readonly Json[], listed: (readonly Json[])[]): Columns {
  const before = listed.findIndex((other) => areSame(other, values));
  if (before >= 0) return ['r', before];
  listed.push(values);
  return ['v', values];
}

/** The values again, as many as there were. */
export function fromColumns(columns: Columns, count: number): Json[] {
  return valuesOf(columns, count, []);
}

function valuesOf(columns: Columns, count: number, listed: (readonly Json[])[]): Json[] {
  switch (columns[0]) {
    case 'c':
      return new Array<Json>(count).fill(columns[1]);
    case 'v':
      listed.push(columns[1]);
      return [...columns[1]];
    case 'r':
      return [...(listed[columns[1]] ?? [])];
    case 'o': {
      const objects = Array.from({ length: count }, (): Record<string, Json> => ({}));
      columns[1].forEach((name, place) => {
        const values = valuesOf(columns[2][place] ?? ['c', null], count, listed);
        objects.forEach((object, at) => (object[name] = values[at] ?? null));
      });
      return objects;
    }
    case 'a': {
      const places = columns[1].map((place) => valuesOf(place, count, listed));
      return Array.from({ length: count }, (_, at) => places.map((values) => values[at] ?? null));
    }
  }
}

function areSame(a: readonly Json[], b: readonly Json[]): boolean {
  // Columns that differ mostly do so at their ends.
  if (a[a.length - 1] !== b[b.length - 1]) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return a.length === b.length;
}

function areAll(values: readonly Json[], value: Json): boolean {
  for (const one of values) if (one !== value) return false;
  return true;
}

function areLists(values: readonly Json[], length: number): boolean {
  for (const one of values) if (!Array.isArray(one) || one.length !== length) return false;
  return true;
}

/** Values of objects side by side: those of the first, and a column for each name whose values differ. */
interface Members {
  readonly first: readonly Json[];
  readonly columns: readonly (readonly Json[] | undefined)[];
}

/** Of objects with these names, in this order and no others; undefined: not all are such. */
function membersOf(values: readonly Json[], names: readonly string[]): Members | undefined {
  if (names.includes('__proto__')) return undefined;
  const first: Json[] = [];
  const columns = new Array<Json[] | undefined>(names.length).fill(undefined);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as Json;
    if (!isObject(value)) return undefined;
    let at = 0;
    for (const name in value) {
      const member = value[name];
      if (member === undefined || name !== names[at]) return undefined;
      const column = columns[at];
      if (row === 0) first.push(member);
      else if (column !== undefined) column[row] = member;
      else if (member !== first[at]) columns[at] = columnFrom(first[at] as Json, row, member, values.length);
      at += 1;
    }
    if (at !== names.length) return undefined;
  }
  return { first, columns };
}

/** A column of which the first values are one, up to the first that differs; the rest is still to come. */
function columnFrom(value: Json, until: number, differs: Json, length: number): Json[] {
  const column = new Array<Json>(length);
  column.fill(value, 0, until);
  column[until] = differs;
  return column;
}
