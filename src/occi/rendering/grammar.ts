import { BadRequest } from '../../shared/errors.ts';

/**
 * The lexical level of GFD.229: lists of items separated by commas, parameters by semicolons,
 * values as tokens or quoted strings. Every reader moves forward only, so reading takes linear time.
 */

/** A piece of text that is read from left to right, and where it came from. */
export class Cursor {
  pos = 0;
  readonly text: string;
  readonly #place: string;
  readonly #column: number;

  /** `column`: where in its line or header the text begins, from 0. */
  constructor(text: string, place: string, column = 0) {
    this.text = text;
    this.#place = place;
    this.#column = column;
  }

  /** Where reading has come to, for people. */
  where(): string {
    return `${this.#place}, column ${this.#column + this.pos + 1}`;
  }

  ended(): boolean {
    return this.pos >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.pos);
  }

  blanks(): void {
    while (this.pos < this.text.length && isBlank(this.text.charCodeAt(this.pos))) this.pos += 1;
  }

  /** Steps over `char` if it comes next. */
  skip(char: string): boolean {
    if (this.text.charAt(this.pos) !== char) return false;
    this.pos += 1;
    return true;
  }

  /** Everything up to one of `ends` or the end, without blanks around it. */
  until(ends: string): string {
    const start = this.pos;
    while (this.pos < this.text.length && !ends.includes(this.text.charAt(this.pos))) this.pos += 1;
    return this.text.slice(start, this.pos).trim();
  }

  fail(code: string, detail: string, hint?: string): BadRequest {
    const at = this.where();
    return new BadRequest(code, `The message cannot be read: ${at}: ${detail}`, {
      problems: [{ path: '', code, detail: `${at}: ${detail}`, ...(hint === undefined ? {} : { hint }) }],
    });
  }
}

export interface Value {
  readonly text: string;
  readonly quoted: boolean;
}

export interface Parameter extends Value {
  readonly name: string;
  readonly place: string;
}

export interface CategoryItem {
  readonly term: string;
  readonly scheme: string;
  readonly class: string | undefined;
  readonly parameters: readonly Parameter[];
}

export interface LinkItem {
  readonly uri: string;
  readonly parameters: readonly Parameter[];
}

/** A quoted string; only `\"` and `\\` are escapes, a backslash before anything else stands for itself. */
function quotedString(cursor: Cursor): string {
  const { text } = cursor;
  const open = cursor.pos;
  let from = open + 1;
  let read = '';
  for (let at = from; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      if (next === QUOTE || next === BACKSLASH) {
        read += text.slice(from, at) + text.charAt(at + 1);
        at += 1;
        from = at + 1;
      }
    } else if (char === QUOTE) {
      cursor.pos = at + 1;
      return read + text.slice(from, at);
    }
  }
  throw cursor.fail('quote_open', 'this quoted string does not end', 'escape quotes inside a value as \\"');
}

/** A value: quoted, or a token up to one of `ends`. */
function value(cursor: Cursor, ends: string): Value {
  cursor.blanks();
  if (cursor.peek() !== '"') return { text: cursor.until(ends), quoted: false };
  const text = quotedString(cursor);
  cursor.blanks();
  if (!cursor.ended() && !ends.includes(cursor.peek()))
    throw cursor.fail(
      'separator_missing',
      `expected ${ends === ',' ? 'a comma' : 'a comma or a semicolon'} after a quoted value`,
      'escape quotes inside a value as \\"',
    );
  return { text, quoted: true };
}

function named(cursor: Cursor, ends: string): Parameter {
  cursor.blanks();
  const place = cursor.where();
  const start = cursor.pos;
  const name = cursor.until(`=${ends}`);
  if (!isName(name)) {
    cursor.pos = start;
    throw cursor.fail('name_invalid', name === '' ? 'expected a name' : `"${excerpt(name)}" is not a name`);
  }
  if (!cursor.skip('=')) throw cursor.fail('value_missing', `expected = after ${excerpt(name)}`);
  const read = value(cursor, ends);
  return { name, place, text: read.text, quoted: read.quoted };
}

/** `; name=value` as long as they come; a semicolon at the end is let pass. */
function parameters(cursor: Cursor): Parameter[] {
  const list: Parameter[] = [];
  for (;;) {
    cursor.blanks();
    if (!cursor.skip(';')) return list;
    cursor.blanks();
    if (cursor.ended() || cursor.peek() === ',' || cursor.peek() === ';') continue;
    list.push(named(cursor, ';,'));
  }
}

/** Items separated by commas; empty ones are passed over (RFC 9110 section 5.6.1.2). */
function listOf<Item>(cursor: Cursor, item: (cursor: Cursor) => Item): Item[] {
  const items: Item[] = [];
  for (;;) {
    cursor.blanks();
    if (cursor.ended()) return items;
    if (cursor.skip(',')) continue;
    items.push(item(cursor));
    cursor.blanks();
    if (!cursor.ended() && cursor.peek() !== ',') throw cursor.fail('separator_missing', 'expected a comma');
  }
}

/** GFD.229 section 3.5.1. Parameters in any order, class optional, quotes optional. */
export function categories(text: string, place: string, column = 0): CategoryItem[] {
  return listOf(new Cursor(text, place, column), (cursor) => {
    const start = cursor.pos;
    const term = cursor.until(';,');
    if (!isName(term)) {
      cursor.pos = start;
      throw cursor.fail('term_invalid', `"${excerpt(term)}" is not the term of a category`);
    }
    const list = parameters(cursor);
    const scheme = list.find((parameter) => parameter.name === 'scheme')?.text;
    if (scheme === undefined || scheme === '')
      throw cursor.fail('scheme_missing', `the category ${excerpt(term)} has no scheme`);
    return {
      term,
      scheme: scheme.endsWith('#') ? scheme : `${scheme}#`,
      class: list.find((parameter) => parameter.name === 'class')?.text.toLowerCase(),
      parameters: list,
    };
  });
}

/** GFD.229 section 3.5.2. */
export function links(text: string, place: string, column = 0): LinkItem[] {
  return listOf(new Cursor(text, place, column), (cursor) => {
    if (!cursor.skip('<')) throw cursor.fail('link_invalid', 'expected < before the URI of a link');
    const uri = cursor.until('>');
    if (!cursor.skip('>')) throw cursor.fail('link_invalid', 'expected > after the URI of a link');
    if (uri === '') throw cursor.fail('link_invalid', 'a link leads to an empty URI');
    return { uri, parameters: parameters(cursor) };
  });
}

/** GFD.229 section 3.5.3. */
export function attributes(text: string, place: string, column = 0): Parameter[] {
  return listOf(new Cursor(text, place, column), (cursor) => named(cursor, ','));
}

/** GFD.229 section 3.5.4. */
export function locations(text: string, place: string, column = 0): string[] {
  return listOf(new Cursor(text, place, column), (cursor) => {
    const uri = cursor.until(',');
    if (/[\s<>"]/.test(uri)) throw cursor.fail('location_invalid', `"${excerpt(uri)}" is not a location`);
    return uri;
  });
}

/** In quotes, with `"` and `\` escaped. */
export function quote(text: string): string {
  return `"${text.includes('"') || text.includes('\\') ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

/** Text renderings are made of lines, so no control character can be carried (GFD.229 knows no escape for one). */
export function canCarry(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u001f\u007f]/.test(text);
}

export function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Terms and attribute names: letters, digits, `-`, `_`, `.`; also `+` and `:` of what is met in practice. */
function isName(text: string): boolean {
  return text.length <= 256 && /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text);
}
