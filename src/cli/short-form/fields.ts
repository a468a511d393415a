import type { Json } from '../../shared/json.ts';
import type { Entry, Located, LocatedMap, Source } from './source.ts';

/** As it was written, without its places. */
export function plain(value: Located): Json {
  switch (value.is) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(plain);
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
  }
}

/** What a value is, for a mistake's text. */
export function shown(value: Located): string {
  if (value.is === 'scalar') return JSON.stringify(value.value);
  return value.is === 'list' ? 'a list' : 'names with values';
}

/** The members of a map; each is taken once, and what nobody took is a mistake. */
export class Fields {
  readonly source: Source;
  readonly at: number;
  readonly #entries: Map<string, Entry>;
  readonly #taken: string[] = [];

  constructor(source: Source, map: LocatedMap) {
    this.source = source;
    this.at = map.at;
    this.#entries = new Map(map.entries.map((entry) => [entry.key, entry]));
  }

  take(name: string): Located | undefined {
    this.#taken.push(name);
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    return entry?.value;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A text without taking it. */
  peekText(name: string): string | undefined {
    const value = this.#entries.get(name)?.value;
    return value?.is === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (value.is === 'scalar' && typeof value.value === 'string') return value.value;
    this.source.wrong(value.at, `${name} is a text, not ${shown(value)}`);
    return undefined;
  }

  whole(name: string, least: number): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (
      value.is === 'scalar' &&
      typeof value.value === 'number' &&
      Number.isInteger(value.value) &&
      value.value >= least
    )
      return value.value;
    this.source.wrong(value.at, `${name} is a whole number from ${least} up, not ${shown(value)}`);
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (value.is === 'scalar' && typeof value.value === 'boolean') return value.value;
    this.source.wrong(value.at, `${name} is true or false, not ${shown(value)}`);
    return undefined;
  }

  /** One text or a list of them. */
  texts(name: string): readonly string[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const items = value.is === 'list' ? value.items : [value];
    const texts = items.flatMap((item) => (item.is === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
    if (texts.length === items.length && texts.length > 0) return texts;
    this.source.wrong(value.at, `${name} is a text or a list of texts, not ${shown(value)}`);
    return undefined;
  }

  /** What was not taken so far, taken now. */
  rest(): readonly Entry[] {
    const rest = [...this.#entries.values()];
    this.#entries.clear();
    return rest;
  }

  /** Tells what nobody took. */
  done(what: string, others: readonly string[] = []): void {
    const known = [...this.#taken, ...others];
    for (const { key, keyAt } of this.rest())
      this.source.wrong(keyAt, `${what} has no ${key}`, nearestOf(key, known) ?? `one of ${known.join(', ')}`);
  }
}

/** "did you mean …?", where one of the known names is near. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const plainName = name.toLowerCase().replaceAll(/[-_ ]/g, '');
  const near = known
    .map((one) => ({ one, far: distance(plainName, one.toLowerCase()) }))
    .sort((left, right) => left.far - right.far)[0];
  return near !== undefined && near.far <= Math.max(1, Math.floor(name.length / 3))
    ? `did you mean ${near.one}?`
    : undefined;
}

function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const change = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** A map as fields; tells what else it is. */
export function fieldsOf(source: Source, value: Located, what: string): Fields | undefined {
  if (value.is === 'map') return new Fields(source, value);
  source.wrong(value.at, `${what} is written as names with values, not as ${shown(value)}`);
  return undefined;
}

/** Drops members that are undefined. */
export function compact(members: Readonly<Record<string, Json | undefined>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined),
  );
}
