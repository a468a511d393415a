import type { AttributeEntry } from './types.ts';

/** An attribute as one document names it: wildcards resolved, derived ones included. */
export interface Attribute {
  readonly name: string;
  readonly entry: AttributeEntry;
}

/** Finds what a name means; undefined: nobody knows it. */
export class Dictionary {
  readonly entries: readonly AttributeEntry[];
  readonly #exact = new Map<string, AttributeEntry>();
  readonly #wild: { readonly prefix: string; readonly suffix: string; readonly entry: AttributeEntry }[] = [];

  constructor(entries: readonly AttributeEntry[]) {
    this.entries = entries;
    for (const entry of entries) {
      const star = entry.name.indexOf('*');
      if (star < 0) this.#exact.set(entry.name, entry);
      else this.#wild.push({ prefix: entry.name.slice(0, star), suffix: entry.name.slice(star + 1), entry });
    }
  }

  /** The entry of a name; of a name that `*` fits only where it stands for one of `levels`. */
  find(name: string, levels: readonly string[]): AttributeEntry | undefined {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    for (const { prefix, suffix, entry } of this.#wild) {
      if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
      const middle = name.slice(prefix.length, name.length - suffix.length);
      if (middle === '*' || levels.includes(middle)) return entry;
    }
    return undefined;
  }

  /** All names that a CFP with these levels can be judged by. */
  names(levels: readonly string[]): { readonly name: string; readonly entry: AttributeEntry }[] {
    return this.entries.flatMap((entry) =>
      entry.name.includes('*')
        ? levels.map((level) => ({ name: entry.name.replace('*', level), entry }))
        : [{ name: entry.name, entry }],
    );
  }

  /** The known name that is nearest to a misspelt one, for a hint. */
  nearest(name: string, levels: readonly string[]): string | undefined {
    let best: string | undefined;
    let least = Math.max(2, Math.floor(name.length / 3)) + 1;
    for (const known of this.names(levels)) {
      const distance = editDistance(name, known.name, least);
      if (distance < least) {
        least = distance;
        best = known.name;
      }
    }
    return best;
  }
}

function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const change = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? limit;
}

const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  GiB: { GiB: 1, MiB: 1 / 1024, TiB: 1024, GB: 1e9 / 2 ** 30, MB: 1e6 / 2 ** 30, TB: 1e12 / 2 ** 30 },
  s: { s: 1, ms: 0.001, min: 60, h: 3600, d: 86_400 },
  share: { share: 1, '%': 0.01 },
  GHz: { GHz: 1, MHz: 0.001 },
};

/** What a value in `unit` is multiplied by to be in the attribute's own; undefined: they do not fit. */
export function unitFactor(entry: AttributeEntry, unit: string, currency: string): number | undefined {
  if (entry.unit === undefined) return undefined;
  if (entry.unit === 'currency') return unit === currency ? 1 : undefined;
  return FACTORS[entry.unit]?.[unit];
}

/** The units that a value of the attribute may be written in. */
export function unitsOf(entry: AttributeEntry, currency: string): readonly string[] {
  if (entry.unit === undefined) return [];
  return entry.unit === 'currency' ? [currency] : Object.keys(FACTORS[entry.unit] ?? {});
}
