import { isUtf8 } from 'node:buffer';
import { BadRequest } from '../../shared/errors.ts';
import { pointer, type Json, type JsonObject } from '../../shared/json.ts';
import { jsonFault } from './json-fault.ts';

/** Arrays and objects inside one another. */
export const MAX_DEPTH = 64;

/** Only such an escape can bring half a character into text that is UTF-8. */
const SURROGATE = /\\u[dD][89a-fA-F]/;
const HALF = /\p{Surrogate}/u;

/** Bytes as text: UTF-8 without its byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!isUtf8(bytes)) throw syntax('not_utf8', `byte ${firstBroken(buffer, text) + 1}: the message is not UTF-8`, '');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Where the bytes part from what they were taken for: what is no UTF-8 has become U+FFFD there. */
function firstBroken(bytes: Buffer, text: string): number {
  const again = Buffer.from(text, 'utf8');
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at += 1;
  return at;
}

/**
 * Parses JSON text (RFC 8259). Of a repeated name the last value stands.
 *
 * @throws BadRequest `json_syntax` with line, column and offset; `json_depth`, `json_number`,
 * `json_string` and `name_forbidden` with the path.
 */
export function parseJsonText(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    const fault = jsonFault(text);
    throw syntax(
      'json_syntax',
      `line ${fault.line}, column ${fault.column} (offset ${fault.offset}): ${fault.what}`,
      '',
    );
  }
  inspect(value, []);
  if (SURROGATE.test(text)) inspectStrings(value, []);
  return value;
}

/** Refuses what would harm further in: too deep a value, a number that is none, a name that reaches the prototype. */
function inspect(value: Json, trail: (string | number)[]): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw syntax('json_number', 'the number is too large', pointer('', ...trail));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (trail.length >= MAX_DEPTH)
    throw syntax('json_depth', `nested deeper than ${MAX_DEPTH}`, pointer('', ...trail.slice(0, 4)));
  for (const [name, item] of Object.entries(value as JsonObject)) {
    if (name === '__proto__') throw syntax('name_forbidden', 'this name is not allowed', pointer('', ...trail, name));
    if (typeof item !== 'object' && typeof item !== 'number') continue;
    trail.push(name);
    inspect(item, trail);
    trail.pop();
  }
}

/** Half a character has no UTF-8, so no canonical form and no hash either (RFC 8785 section 3.2.2.2). */
function inspectStrings(value: Json, trail: (string | number)[]): void {
  if (typeof value === 'string' && HALF.test(value))
    throw syntax('json_string', 'half of a surrogate pair is no character', pointer('', ...trail));
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value as JsonObject)) {
    if (HALF.test(name)) throw syntax('json_string', 'half of a surrogate pair is no character', pointer('', ...trail));
    inspectStrings(item, [...trail, name]);
  }
}

function syntax(code: string, detail: string, path: string): BadRequest {
  return new BadRequest(code, `The message cannot be read: ${detail}`, { problems: [{ path, code, detail }] });
}
