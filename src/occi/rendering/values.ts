import { BadRequest } from '../../shared/errors.ts';
import type { Json } from '../../shared/json.ts';
import type { AttributeType } from '../category.ts';
import { canCarry, quote, type Parameter } from './grammar.ts';
import { parseJsonText } from './json-text.ts';

/** Attribute values in text (GFD.229 section 3.5.3). */

const NUMBER = /^[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/;

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

function jsonIn(parameter: Parameter): Json {
  try {
    return parseJsonText(parameter.text);
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    const detail = `${parameter.place}: ${parameter.name} is JSON in a quoted string: ${error.problems[0]?.detail ?? error.message}`;
    throw new BadRequest('json_syntax', `The message cannot be read: ${detail}`, {
      problems: [{ path: `/attributes/${parameter.name}`, code: 'json_syntax', detail }],
    });
  }
}

/** Unsigned decimals stand bare; the grammar knows neither sign nor exponent, so others are quoted. */
const BARE = /^\d+(?:\.\d+)?$/;

/** The value as text; undefined where text cannot carry it. */
export function writeValue(value: Json): string | undefined {
  if (typeof value === 'string') return canCarry(value) ? quote(value) : undefined;
  if (typeof value === 'number') return BARE.test(String(value)) ? String(value) : quote(String(value));
  if (typeof value === 'boolean') return String(value);
  return value === null ? undefined : quote(JSON.stringify(value).replaceAll('\u007f', '\\u007f'));
}
