import { isUtf8 } from 'node:buffer';
import { TooLarge } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { Json } from '../../shared/json.ts';
import type { Attributes } from '../entity.ts';
import { Cursor } from './cursor.ts';
import { FieldCollector, fieldNamed, type FieldName } from './fields.ts';
import { readAttribute, textParser, typeOfItem, within, type TextMessage } from './text-read.ts';
import { writeFields, type Field } from './text-write.ts';
import type { Message, ModelLookup, Rendering } from './types.ts';
import { omittedHeader } from './values.ts';

/** Bytes of headers in one answer; more than this is cut off by clients and proxies on the way. */
const MAX_HEADERS = 60 * 1024;

/** Header lines of one name: there are clients that read a hundred altogether. */
const MOST_LINES = 60;

/** Lists and objects are left out when their JSON is longer, in bytes. */
const MOST_STRUCTURED = 1024;

/** text/occi (GFD.229 section 7): the fields are headers, and the body of a success is OK. */
export const textOcciRendering: Rendering = {
  name: 'occi',
  parser: textParser(readHeaders),
  render(outcome, context) {
    const { list = [], omitted } = writeFields(outcome, context, MOST_STRUCTURED);
    const headers = headersOf(list);
    return { body: 'OK', headers: omitted.length === 0 ? headers : { ...headers, ...omittedHeader(omitted) } };
  },
};

/** Does the message carry fields of OCCI in its headers? */
export function hasOcciHeaders(headers: readonly string[]): boolean {
  for (let at = 0; at < headers.length; at += 2) if (fieldOf(headers[at] ?? '') !== undefined) return true;
  return false;
}

/** Category and X-OCCI-Attribute headers of a GET filter what it answers (GFD.223 section 7). */
export function readFilter(
  headers: readonly string[],
  model: ModelLookup,
): { readonly categories: readonly TypeId[]; readonly attributes: Attributes } {
  const text = within(readHeaders({ headers, body: NOTHING }));
  const types = text.categories.map(typeOfItem);
  const attributes: Record<string, Json> = {};
  for (const parameter of text.attributes) attributes[parameter.name] = readAttribute(parameter, model, types);
  return { categories: types, attributes };
}

const NOTHING = new Uint8Array();

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
    if (field !== undefined)
      fields.add(
        field,
        new Cursor(utf8(headers[at + 1] ?? ''), { at: (offset) => `header ${name}, column ${offset + 1}` }),
      );
  }
  return fields.read;
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;

/** Header bytes reach us as Latin-1; what they mean is UTF-8, where they are that. */
function utf8(value: string): string {
  if (ASCII.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** The way back: Node writes header characters as Latin-1 bytes, and takes none above U+00FF. */
function latin1(value: string): string {
  return ASCII.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

/**
 * One header line for each name, joined by `, `. Where something has a comma inside, everything of that name gets
 * a line of its own: there are clients that split a single line at every comma, and take several lines as they are.
 *
 * @throws TooLarge rather than cutting anything off
 */
function headersOf(fields: readonly Field[]): Record<string, string | readonly string[]> {
  const headers = new Map<string, { items: string[]; plain: boolean }>();
  let size = 0;
  for (const field of fields) {
    const value = latin1(field.value);
    size += value.length + 2;
    if (size > MAX_HEADERS)
      throw new TooLarge('This is too much for headers; ask for text/plain or JSON, for a page, or with a filter');
    const plain = !value.includes(',');
    const header = headers.get(field.name);
    if (header === undefined) headers.set(field.name, { items: [value], plain });
    else {
      header.items.push(value);
      header.plain &&= plain;
    }
  }
  const written: Record<string, string | readonly string[]> = {};
  for (const [name, { items, plain }] of headers)
    written[name] = plain || items.length === 1 || items.length > MOST_LINES ? items.join(', ') : items;
  return written;
}
