import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** A mistake in a file: where, what, and what would be right. */
export interface Mistake {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly detail: string;
  readonly hint?: string;
}

/** A value of a file that knows where it stands. */
export type Located =
  | { readonly is: 'scalar'; readonly at: number; readonly value: string | number | boolean | null }
  | { readonly is: 'list'; readonly at: number; readonly items: readonly Located[] }
  | { readonly is: 'map'; readonly at: number; readonly entries: readonly Entry[] };

export type LocatedMap = Extract<Located, { is: 'map' }>;

export interface Entry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: Located;
}

/** More than any call needs; so that aliases of aliases cannot grow without end. */
const MOST_VALUES = 20_000;
const DEEPEST = 100;

/** A file as it is read: gathers every mistake with its line and column. */
export class Source {
  readonly text: string;
  readonly #lines = new LineCounter();
  readonly #mistakes: Mistake[] = [];
  #values = 0;

  constructor(text: string) {
    this.text = text;
  }

  get mistakes(): readonly Mistake[] {
    return [...this.#mistakes].sort((left, right) => left.line - right.line || left.column - right.column);
  }

  /** Parses YAML, of which JSON is a part; undefined where it cannot be parsed. */
  parse(): Located | undefined {
    const document = parseDocument(this.text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    for (const { pos, message } of document.errors) this.wrong(pos[0], message);
    if (document.errors.length > 0) return undefined;
    if (document.contents === null) {
      this.wrong(0, 'the file is empty', 'it describes a call for proposals, such as "resources: …"');
      return undefined;
    }
    return this.#read(document.contents, document);
  }

  wrong(at: number, detail: string, hint?: string): void {
    const { line, column } = this.position(at);
    this.#mistakes.push({ line, column, detail, ...(hint === undefined ? {} : { hint }) });
  }

  position(at: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(at);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #read(node: unknown, document: Document.Parsed, depth = 0): Located {
    const at = offsetOf(node);
    if (++this.#values > MOST_VALUES || depth > DEEPEST) {
      if (this.#values <= MOST_VALUES + 1) this.wrong(at, 'the file holds too many values');
      this.#values = MOST_VALUES + 2;
      return { is: 'scalar', at, value: null };
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      return target === undefined ? this.#none(at) : { ...this.#read(target, document, depth + 1), at };
    }
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
        return { is: 'scalar', at, value };
      return this.#none(at);
    }
    if (isSeq(node)) return { is: 'list', at, items: node.items.map((item) => this.#read(item, document, depth + 1)) };
    if (isMap(node))
      return { is: 'map', at, entries: node.items.flatMap((pair) => this.#entry(pair, document, depth + 1)) };
    return this.#none(at);
  }

  #entry(pair: unknown, document: Document.Parsed, depth: number): Entry[] {
    if (!isPair(pair)) return [];
    const keyAt = offsetOf(pair.key);
    if (!isScalar(pair.key) || (typeof pair.key.value !== 'string' && typeof pair.key.value !== 'number')) {
      this.wrong(keyAt, 'a name must be plain text');
      return [];
    }
    const value: Located =
      pair.value === null ? { is: 'scalar', at: keyAt, value: null } : this.#read(pair.value, document, depth);
    return [{ key: String(pair.key.value), keyAt, value }];
  }

  #none(at: number): Located {
    this.wrong(at, 'a text, a number, true, false, a list or names with values are wanted here');
    return { is: 'scalar', at, value: null };
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}
