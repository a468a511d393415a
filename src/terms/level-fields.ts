import { isIsoDuration, fixedMilliseconds } from '../shared/duration.ts';
import type { Problem } from '../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../shared/json.ts';
import { billionths } from './shares.ts';

/**
 * Something wrong with a level. `malformed`: unknown, missing or wrongly typed (400); `nonsense`:
 * well-formed, and makes no sense (422).
 */
export interface LevelProblem extends Problem {
  readonly sort: 'malformed' | 'nonsense';
}

export class LevelProblems {
  readonly list: LevelProblem[] = [];

  malformed(path: string, code: string, detail: string, hint?: string): void {
    this.list.push({ sort: 'malformed', path, code, detail, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }

  nonsense(path: string, code: string, detail: string, hint?: string): void {
    this.list.push({ sort: 'nonsense', path, code, detail, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}

/** A duration with its length in milliseconds; `ms` is undefined where it counts months or years. */
export interface Length {
  readonly text: string;
  readonly ms: number | undefined;
}

/**
 * Reads the members of one object, telling what is missing, mistyped or unknown. Every reader
 * answers undefined where it has told a problem or the member is absent and not needed.
 */
export class Fields {
  readonly object: JsonObject;
  readonly path: string;
  readonly problems: LevelProblems;

  constructor(object: JsonObject, path: string, problems: LevelProblems) {
    this.object = object;
    this.path = path;
    this.problems = problems;
  }

  at(name: string): string {
    return pointer(this.path, name);
  }

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }

  /** Tells every member that is not among `known`. */
  only(known: readonly string[]): void {
    for (const name of Object.keys(this.object))
      if (!known.includes(name))
        this.problems.malformed(
          this.at(name),
          'member_unknown',
          `there is no member ${name}`,
          `known: ${known.join(', ')}`,
        );
  }

  need(name: string, what: string): Json | undefined {
    const value = this.object[name];
    if (value === undefined) {
      this.problems.malformed(this.at(name), 'member_missing', `${name} is missing: ${what}`);
      return undefined;
    }
    return value;
  }

  text(name: string, pattern?: RegExp, what = 'a string'): string | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && (pattern === undefined || pattern.test(value))) return value;
    this.problems.malformed(this.at(name), 'type_wrong', `${name} must be ${what}`);
    return undefined;
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.object[name];
    if (value === undefined) return fallback;
    const found = values.find((each) => each === value);
    if (found === undefined)
      this.problems.malformed(this.at(name), 'value_unknown', `${name} must be one of ${values.join(', ')}`);
    return found ?? fallback;
  }

  number(name: string): number | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.problems.malformed(this.at(name), 'type_wrong', `${name} must be a number`);
    return undefined;
  }

  /** A whole number of at least `least`. */
  whole(name: string, least: number, fallback: number): number {
    const value = this.number(name);
    if (value === undefined) return fallback;
    if (!Number.isSafeInteger(value))
      this.problems.malformed(this.at(name), 'type_wrong', `${name} must be a whole number`);
    else if (value < least) this.problems.nonsense(this.at(name), 'value_low', `${name} must be at least ${least}`);
    else return value;
    return fallback;
  }

  /** A number between two bounds, inclusive, of at most nine decimals. */
  share(name: string, least: number, most: number, hint?: string): number | undefined {
    const value = this.number(name);
    if (value === undefined) return undefined;
    if (value < least || value > most) {
      this.problems.nonsense(this.at(name), 'share_range', `${name} must lie between ${least} and ${most}`, hint);
      return undefined;
    }
    if (billionths(value) === undefined) {
      this.problems.nonsense(this.at(name), 'share_precision', `${name} has more than nine decimals`);
      return undefined;
    }
    return value;
  }

  duration(name: string): Length | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    if (!isIsoDuration(value)) {
      this.problems.malformed(
        this.at(name),
        'duration_invalid',
        `${name} must be an ISO 8601 duration`,
        'such as PT1M or P30D',
      );
      return undefined;
    }
    return { text: value, ms: fixedMilliseconds(value) };
  }

  /** A duration without months and years, of at least `least` milliseconds. */
  fixed(name: string, least: number): { readonly text: string; readonly ms: number } | undefined {
    const length = this.duration(name);
    if (length === undefined) return undefined;
    if (length.ms === undefined) {
      this.problems.nonsense(this.at(name), 'duration_varies', `${name} may not be in months or years`);
      return undefined;
    }
    if (length.ms < least) {
      this.problems.nonsense(this.at(name), 'duration_short', `${name} must be at least ${least / 1000} s`);
      return undefined;
    }
    return { text: length.text, ms: length.ms };
  }

  /** A list of different strings, one at least. */
  names(name: string): readonly string[] | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string' && each !== '')) {
      this.problems.malformed(this.at(name), 'type_wrong', `${name} must be a list of strings`);
      return undefined;
    }
    if (value.length === 0) {
      this.problems.nonsense(this.at(name), 'list_empty', `${name} names nothing`);
      return undefined;
    }
    if (new Set(value).size < value.length) {
      this.problems.nonsense(this.at(name), 'list_repeats', `${name} names something twice`);
      return undefined;
    }
    return value;
  }

  /** A nested object; null counts as absent. */
  within(name: string): Fields | undefined {
    const value = this.object[name];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return new Fields(value, this.at(name), this.problems);
    this.problems.malformed(this.at(name), 'type_wrong', `${name} must be an object`);
    return undefined;
  }
}

/** An ISO 8601 duration of so many milliseconds, in seconds and minutes as people write them. */
export function isoOfMilliseconds(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `PT${ms / 60_000}M`;
  return `PT${ms / 1000}S`;
}
