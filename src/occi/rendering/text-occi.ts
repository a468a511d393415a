import { isUtf8 } from 'node:buffer';
import { TooLarge } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { Attributes } from '../entity.ts';
import { FieldCollector, fieldNamed, type FieldName } from './fields.ts';
import { readAttributes, textParser, typeOfItem, type TextMessage } from './text-read.ts';
import { writeFields, type Field } from './text-write.ts';
import type { Message, ModelLookup, Rendering } from './types.ts';

/** Headers of one answer; more than this is cut off by clients and proxies on the way. */
const MAX_HEADERS = 60 * 1024;

/** text/occi (GFD.229 section 3.4): the fields are headers, and the body of a success is OK. */
export const textOcciRendering: Rendering = {
  name: 'occi',
  parser: textParser(readHeaders),
  render(outcome, context) {
    const fields = writeFields(outcome, context, { structured: 1024 });
    return { body: 'OK\n', headers: fields === undefined ? {} : headersOf(fields) };
  },
};

/** Does the message carry fields of OCCI in its headers? */
export function hasOcciHeaders(headers: readonly string[]): boolean {
  for (let at = 0; at < headers.length; at += 2) if (fieldOf(headers[at] ?? '') !== undefined) return true;
  return false;
}

/** Category and X-OCCI-Attribute headers of a GET filter what it answers (GFD.223 section 5.5.3). */
export function readFilter(
  headers: readonly string[],
  model: ModelLookup,
): { readonly categories: readonly TypeId[]; readonly attributes: Attributes } {
  const text = readHeaders({ headers, body: new Uint8Array() });
  const types = text.categories.map(typeOfItem);
  return { categories: types, attributes: Object.fromEntries(readAttributes(text.attributes, model, types)) };
}

/** Cheap for the headers that are none of ours: most of them fall at the first letter. */
function fieldOf(name: string): FieldName | undefined {
  switch (name.charCodeAt(0) | 0x20) {
    case 0x63: // c
    case 0x6c: // l
    case 0x78: // x
      return fieldNamed(name);
    default:
      return undefined;
  }
}

function readHeaders(message: Message): TextMessage {
  const fields = new FieldCollector();
  const { headers } = message;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const field = fieldOf(name);
    if (field !== undefined) fields.add(field, utf8(headers[at + 1] ?? ''), `header ${name}`);
  }
  return fields.read;
}

/** Header bytes reach us as Latin-1; what they mean is UTF-8, where they are that. */
function utf8(value: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\u0000-\u007f]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/**
 * One header line for each name, joined by `, `; attributes whose value has a comma get lines of
 * their own, since there are clients that split at every comma.
 */
function headersOf(fields: readonly Field[]): Record<string, string | string[]> {
  const joined = new Map<string, string[]>();
  const single = new Map<string, string[]>();
  let size = 0;
  for (const field of fields) {
    size += field.value.length + 2;
    if (size > MAX_HEADERS)
      throw new TooLarge('This is too much for headers; ask for text/plain or JSON, for a page, or with a filter');
    const into = field.name === 'X-OCCI-Attribute' && field.value.includes(',') ? single : joined;
    const list = into.get(field.name);
    if (list === undefined) into.set(field.name, [latin1(field.value)]);
    else list.push(latin1(field.value));
  }
  const headers: Record<string, string | string[]> = {};
  for (const name of new Set([...joined.keys(), ...single.keys()])) {
    const lines = [...(joined.has(name) ? [(joined.get(name) ?? []).join(', ')] : []), ...(single.get(name) ?? [])];
    headers[name] = lines.length === 1 && lines[0] !== undefined ? lines[0] : lines;
  }
  return headers;
}

function latin1(value: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  return /^[\u0000-\u007f]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}
