import { BadRequest } from '../../shared/errors.ts';
import type { Json } from '../../shared/json.ts';
import type { AttributeType } from '../category.ts';
import type { Parameter } from './grammar.ts';
import { parseJsonText } from './json-text.ts';

/** Attribute values in text (GFD.229 section 4.3). */

const NUMBER = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/;

/**
 * The value of an attribute, typed by its definition and not by its quotes: clients write
 * `cores="2"` and `hostname=web` alike. What does not fit the type stays text, and the schema
 * tells what is wrong with it. Without a definition unquoted numbers and booleans are such.
 */
export function readValue(parameter: Parameter, type: AttributeType | undefined): Json {
  const { text, quoted } = parameter;
  switch (type) {
    case 'string':
      return text;
    case 'number':
      return numberIn(text) ?? text;
    case 'boolean':
      return booleanIn(text) ?? text;
    case 'array':
    case 'object':
      return jsonIn(parameter);
    case undefined:
      return quoted ? text : (numberIn(text) ?? booleanIn(text) ?? text);
  }
}

function numberIn(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function booleanIn(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function jsonIn({ text, name, place, offset }: Parameter): Json {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    const [problem] = error.problems;
    const detail = `${place.at(offset)}: ${name} is JSON in a quoted string: ${problem?.detail ?? error.message}`;
    const code = problem?.code ?? 'json_syntax';
    throw new BadRequest(code, `The message cannot be read: ${detail}`, {
      problems: [{ path: `/attributes/${name}`, code, detail }],
    });
  }
}

/** Unsigned decimals stand bare; the grammar knows neither sign nor exponent, so others are quoted. */
const BARE = /^\d+(?:\.\d+)?$/;

/** All but the characters of ASCII that stand for themselves between quotes. */
const UNUSUAL = /[^ !#-[\]-~]/;

/** The value as text; undefined where text cannot carry it. */
export function writeValue(value: Json): string | undefined {
  if (typeof value === 'string')
    return UNUSUAL.test(value) ? (canCarry(value) ? quote(value) : undefined) : `"${value}"`;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && value >= 0) return String(value);
    const text = String(value);
    return BARE.test(text) ? text : quote(text);
  }
  if (typeof value === 'boolean') return String(value);
  return value === null ? undefined : quote(escapedJson(value));
}

/**
 * Is the value one that every text client can show and write? Lists and objects are not (GFD.229 has
 * no form for them), nor is what would end a line: a full update in text leaves such attributes as
 * they are where it does not mention them.
 */
export function isPlain(value: Json): boolean {
  return typeof value === 'string' ? canCarry(value) : typeof value !== 'object';
}

/** JSON escapes most control characters by itself, and may escape any. */
function escapedJson(value: Json): string {
  const text = JSON.stringify(value);
  return canCarry(text)
    ? text
    : text.replace(BREAKING, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** In quotes, with `"` and `\` escaped. */
export function quote(text: string): string {
  return `"${text.includes('"') || text.includes('\\') ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

/**
 * Control characters but the tab, and what else ends a line for somebody (U+0085, U+2028, U+2029).
 * Text renderings are made of lines, and GFD.229 knows no escape for them.
 */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const BREAKING = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const BREAKS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/;

export function canCarry(text: string): boolean {
  return !BREAKS.test(text);
}

/** Tells beside the message which attributes stand not in it: a field of its own would be no attribute of the model. */
export function omittedHeader(names: readonly string[]): Readonly<Record<string, string>> {
  return { 'Parley-Omitted': [...new Set(names)].join(', ') };
}

/** The characters of a URI (RFC 3986 section 2), whatever was taken for one: all others as percent escapes. */
export function uriText(text: string): string {
  return URI.test(text)
    ? text
    : text.replace(
        NOT_URI,
        (piece) =>
          `%${Buffer.from(piece)
            .toString('hex')
            .toUpperCase()
            .replace(/..(?=.)/g, '$&%')}`,
      );
}

const URI = /^[!#-;=?-Z[\]_a-z~]*$/;
const NOT_URI = /[^!#-;=?-Z[\]_a-z~]+/g;
