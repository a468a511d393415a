import { code, excerpt, type Cursor, type Placed } from './cursor.ts';

/**
 * The fields of GFD.229 section 4: lists of items separated by commas, parameters by semicolons,
 * values as tokens or quoted strings. Every reader moves forward only, so reading takes linear time.
 */

export interface Value {
  readonly text: string;
  readonly quoted: boolean;
}

export interface Parameter extends Value, Placed {
  readonly name: string;
}

export type CategoryClass = 'kind' | 'mixin' | 'action';

export interface CategoryItem extends Placed {
  readonly term: string;
  readonly scheme: string;
  readonly class: CategoryClass | undefined;
  readonly parameters: readonly Parameter[];
}

export interface LinkItem extends Placed {
  readonly uri: string;
  readonly parameters: readonly Parameter[];
}

/** Longer names belong to no model, and are kept out of everything that would remember them. */
const LONGEST_NAME = 256;

/** A URI's characters (RFC 3986 section 2), since what is read here is written between quotes elsewhere. */
const URI = /^[!#-;=?-Z[\]_a-z~]+$/;

/** GFD.229 section 4.1. Parameters in any order, class optional, quotes optional. */
export function categories(cursor: Cursor, items: CategoryItem[]): void {
  listOf(cursor, category, items);
}

/** GFD.229 section 4.2. */
export function links(cursor: Cursor, items: LinkItem[]): void {
  listOf(cursor, link, items);
}

/** GFD.229 section 4.3. */
export function attributes(cursor: Cursor, items: Parameter[]): void {
  listOf(cursor, attribute, items);
}

/** GFD.229 section 4.4. */
export function locations(cursor: Cursor, items: string[]): void {
  listOf(cursor, location, items);
}

/** The value of a parameter, undefined where it is missing. */
export function valueOf(item: { readonly parameters: readonly Parameter[] }, name: string): string | undefined {
  for (const parameter of item.parameters) if (parameter.name === name) return parameter.text;
  return item.parameters.find((parameter) => isNamed(parameter, name))?.text;
}

/** Items separated by commas; empty ones are passed over (RFC 9110 section 5.6.1.2). */
function listOf<Item>(cursor: Cursor, item: (cursor: Cursor) => Item, items: Item[]): void {
  for (;;) {
    cursor.blanks();
    if (cursor.ended()) return;
    if (cursor.skip(code.comma)) continue;
    items.push(item(cursor));
    cursor.blanks();
    if (!cursor.ended() && cursor.peek() !== code.comma) throw cursor.fail('separator_missing', 'expected a comma');
  }
}

function category(cursor: Cursor): CategoryItem {
  const offset = cursor.pos;
  const term = cursor.name();
  cursor.blanks();
  if (term === '' || term.length > LONGEST_NAME || !atEnd(cursor, code.semicolon)) {
    cursor.pos = offset;
    const found = cursor.until(code.semicolon, code.comma);
    cursor.pos = offset;
    throw cursor.fail('term_invalid', `"${excerpt(found)}" is not the term of a category`);
  }
  const list = parameters(cursor);
  const scheme = onlyOne(cursor, list, 'scheme');
  if (scheme === undefined || scheme.text === '')
    throw cursor.fail('scheme_missing', `the category ${excerpt(term)} has no scheme`);
  if (!URI.test(scheme.text)) throw failAt(cursor, scheme, 'scheme_invalid', 'a scheme is a URI');
  return {
    term,
    scheme: scheme.text.endsWith('#') ? scheme.text : `${scheme.text}#`,
    class: classOf(cursor, onlyOne(cursor, list, 'class')),
    parameters: list,
    place: cursor.place,
    offset,
  };
}

/** What decides which category is meant is said once, or nobody knows which. */
function onlyOne(cursor: Cursor, list: readonly Parameter[], name: string): Parameter | undefined {
  let found: Parameter | undefined;
  for (const parameter of list) {
    if (parameter.name !== name && !isNamed(parameter, name)) continue;
    if (found !== undefined)
      throw failAt(cursor, parameter, 'parameter_repeated', `${name} comes twice in one category`);
    found = parameter;
  }
  return found;
}

/** Clients write the names of parameters in any case. */
export function isNamed({ name }: Parameter, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}

function classOf(cursor: Cursor, parameter: Parameter | undefined): CategoryClass | undefined {
  if (parameter === undefined) return undefined;
  const name = parameter.text.toLowerCase();
  if (name === 'kind' || name === 'mixin' || name === 'action') return name;
  throw failAt(
    cursor,
    parameter,
    'class_invalid',
    `a class is kind, mixin or action, not "${excerpt(parameter.text)}"`,
  );
}

function failAt(cursor: Cursor, { offset }: Placed, code: string, detail: string): Error {
  cursor.pos = offset;
  return cursor.fail(code, detail);
}

function link(cursor: Cursor): LinkItem {
  const offset = cursor.pos;
  if (!cursor.skip(code.less)) throw cursor.fail('link_invalid', 'expected < before the URI of a link');
  cursor.blanks();
  const uri = cursor.until(code.greater);
  if (!cursor.skip(code.greater)) throw cursor.fail('link_invalid', 'expected > after the URI of a link');
  if (uri === '') throw cursor.fail('link_invalid', 'a link leads to an empty URI');
  return { uri, parameters: parameters(cursor), place: cursor.place, offset };
}

function attribute(cursor: Cursor): Parameter {
  return named(cursor, code.comma, code.comma);
}

function location(cursor: Cursor): string {
  const start = cursor.pos;
  const uri = cursor.until(code.comma);
  if (/[\s<>"]/.test(uri)) {
    cursor.pos = start;
    throw cursor.fail('location_invalid', `"${excerpt(uri)}" is not a location`);
  }
  return uri;
}

/** `; name=value` as long as they come; a semicolon at the end is let pass. */
function parameters(cursor: Cursor): Parameter[] {
  const list: Parameter[] = [];
  for (;;) {
    cursor.blanks();
    if (!cursor.skip(code.semicolon)) return list;
    cursor.blanks();
    if (atEnd(cursor, code.semicolon)) continue;
    list.push(named(cursor, code.semicolon, code.comma));
  }
}

/** `name=value`, up to one of the two characters. */
function named(cursor: Cursor, end: number, otherEnd: number): Parameter {
  const offset = cursor.pos;
  const name = cursor.name();
  cursor.blanks();
  if (name === '' || name.length > LONGEST_NAME || !cursor.skip(code.equals))
    throw notNamed(cursor, offset, name, end, otherEnd);
  cursor.blanks();
  const quoted = cursor.peek() === code.quote;
  const text = quoted ? quotedString(cursor) : token(cursor, end, otherEnd);
  if (quoted) {
    cursor.blanks();
    if (!cursor.ended() && cursor.peek() !== end && cursor.peek() !== otherEnd)
      throw cursor.fail(
        'separator_missing',
        `expected ${end === code.comma ? 'a comma' : 'a comma or a semicolon'} after a quoted value`,
        ESCAPE,
      );
  }
  return { name, text, quoted, place: cursor.place, offset };
}

const ESCAPE = 'escape quotes inside a value as \\"';

function notNamed(cursor: Cursor, offset: number, name: string, end: number, otherEnd: number): Error {
  const here = cursor.peek();
  if (name !== '' && name.length <= LONGEST_NAME && (cursor.ended() || here === end || here === otherEnd))
    return cursor.fail('value_missing', `expected = after ${excerpt(name)}`);
  cursor.pos = offset;
  const found = cursor.until(end, otherEnd).split('=', 1)[0] ?? '';
  cursor.pos = offset;
  return cursor.fail('name_invalid', found === '' ? 'expected a name' : `"${excerpt(found.trim())}" is not a name`);
}

/** A value without quotes around it, and so without one inside: where it would end is anybody's guess. */
function token(cursor: Cursor, end: number, otherEnd: number): string {
  const start = cursor.pos;
  const text = cursor.until(end, otherEnd);
  const quote = text.indexOf('"');
  if (quote < 0) return text;
  cursor.pos = start + quote;
  throw cursor.fail('quote_stray', 'a quote inside a value that does not begin with one', ESCAPE);
}

/** A quoted string; only `\"` and `\\` are escapes, a backslash before anything else stands for itself. */
function quotedString(cursor: Cursor): string {
  const { text, end } = cursor;
  let from = cursor.pos + 1;
  let read = '';
  for (let at = from; at < end; at += 1) {
    const char = text.charCodeAt(at);
    if (char === code.backslash) {
      const next = text.charCodeAt(at + 1);
      if (next === code.quote || next === code.backslash) {
        read += text.slice(from, at) + text.charAt(at + 1);
        at += 1;
        from = at + 1;
      }
    } else if (char === code.quote) {
      cursor.pos = at + 1;
      return read + text.slice(from, at);
    }
  }
  throw cursor.fail('quote_open', 'this quoted string does not end', ESCAPE);
}

/** Does an item end here, or one of its parts? */
function atEnd(cursor: Cursor, end: number): boolean {
  const here = cursor.peek();
  return here === end || here === code.comma || cursor.ended();
}
