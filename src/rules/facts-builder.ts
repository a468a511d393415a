import type { FactValue, Facts } from './types.ts';

type Mutable = Record<string, FactValue | null>;

/** Facts by name, side by side. */
export interface Added {
  readonly names: readonly string[];
  readonly values: readonly FactValue[];
}

/**
 * Puts facts together one by one, and gives those with the same names the same make. An object that
 * gets its members one after the other by computed names becomes a hash table after a dozen, which is
 * several times as large, and slower to read, to copy and to write down; and a market of a thousand
 * vendors has a thousand of them.
 */
export class FactsBuilder {
  #names: string[] = [];
  readonly #values: FactValue[] = [];
  #count = 0;
  /** Names of the last facts that were taken: mostly the next have the same. */
  #lastNames: readonly string[] = [];
  #blank: Mutable = {};

  /** A name that is there already gets the new value. */
  add(name: string, value: FactValue): void {
    this.#names[this.#count] = name;
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** What was added after the first so many. */
  after(count: number): Added {
    return { names: this.#names.slice(count, this.#count), values: this.#values.slice(count, this.#count) };
  }

  /** Adds again what was added before. */
  again({ names, values }: Added): void {
    for (let at = 0; at < names.length; at++) {
      const name = names[at];
      const value = values[at];
      if (name !== undefined && value !== undefined) this.add(name, value);
    }
  }

  /** What was added; the next facts start empty. */
  take(): Facts {
    if (!this.#isAsLast()) this.#blankOf(this.#names.slice(0, this.#count));
    const facts = { ...this.#blank };
    for (let at = 0; at < this.#count; at++) {
      const name = this.#names[at];
      const value = this.#values[at];
      if (name !== undefined && value !== undefined) facts[name] = value;
    }
    this.#count = 0;
    return facts as Facts;
  }

  #isAsLast(): boolean {
    if (this.#count !== this.#lastNames.length) return false;
    for (let at = 0; at < this.#count; at++) if (this.#names[at] !== this.#lastNames[at]) return false;
    return true;
  }

  #blankOf(names: readonly string[]): void {
    this.#lastNames = names;
    // What is read from text has a make of its own, however many members it has.
    this.#blank = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as Mutable;
  }
}
