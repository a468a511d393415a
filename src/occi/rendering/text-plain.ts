import { Cursor, excerpt, unreadable, type Place } from './cursor.ts';
import { FieldCollector, fieldNamed, type FieldName } from './fields.ts';
import { decodeText } from './json-text.ts';
import { textParser, type TextMessage } from './text-read.ts';
import { writeFields } from './text-write.ts';
import type { Message, Rendering } from './types.ts';
import { omittedHeader } from './values.ts';

/** A body has room for lists and objects of any length. */
const MOST_STRUCTURED = Infinity;

/** text/plain and text/occi+plain (GFD.229 section 6): the fields are lines of the body. */
export const textPlainRendering: Rendering = {
  name: 'text',
  parser: textParser(readBody),
  render(outcome, context) {
    const { list, omitted } = writeFields(outcome, context, MOST_STRUCTURED);
    if (list === undefined) return { body: 'OK\n' };
    let body = '';
    for (const field of list) body += `${field.name}: ${field.value}\n`;
    return omitted.length === 0 ? { body } : { body, headers: omittedHeader(omitted) };
  },
};

/** Lines end in CRLF, LF, CR or (some clients) LF CR. */
function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n|\n\r|\r/g, '\n') : text;
}

/** Offsets in the whole text as lines and columns, counted when something is wrong and not before. */
class Whole implements Place {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  at(offset: number): string {
    const before = this.text.slice(0, offset).split('\n');
    return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  }
}

/** A logical line with blanks around it or folded: its text, and where the pieces of it stand in the whole. */
class Line implements Place {
  text = '';
  readonly #whole: Whole;
  readonly #pieces: { readonly from: number; readonly start: number }[] = [];

  constructor(whole: Whole) {
    this.#whole = whole;
  }

  add(raw: string, start: number): void {
    const text = raw.trimStart();
    if (this.text !== '') this.text += ' ';
    this.#pieces.push({ from: this.text.length, start: start + raw.length - text.length });
    this.text += text.trimEnd();
  }

  at(offset: number): string {
    const piece = this.#pieces.findLast(({ from }) => from <= offset) ?? this.#pieces[0];
    return piece === undefined ? '' : this.#whole.at(piece.start + offset - piece.from);
  }
}

/** Neither a blank nor a line end, whatever Unicode takes for one. */
function isVisible(char: number): boolean {
  return char > 0x20 && char < 0x7f;
}

function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed < 0 ? text.length : feed;
}

function readBody(message: Message): TextMessage {
  const fields = new FieldCollector();
  const text = withLineFeeds(decodeText(message.body));
  const whole = new Whole(text);
  const cursor = new Cursor(text, whole);
  let at = 0;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const next = end + 1;
    // Nearly all lines are read where they stand.
    if (
      isVisible(text.charCodeAt(at)) &&
      isVisible(text.charCodeAt(end - 1)) &&
      (next >= text.length || isVisible(text.charCodeAt(next)))
    ) {
      cursor.pos = at;
      cursor.end = end;
      readLine(cursor, fields);
      at = next;
    } else {
      const line = new Line(whole);
      at = gather(line, text, at);
      if (line.text !== '') readLine(new Cursor(line.text, line), fields);
    }
  }
  return fields.read;
}

/**
 * Puts a logical line together, and answers where the next one begins. A line that begins with a blank goes on with
 * the one before; empty lines count for nothing.
 */
function gather(line: Line, text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const raw = text.slice(at, end);
    if (raw.trim() !== '') {
      if (line.text !== '' && !raw.startsWith(' ') && !raw.startsWith('\t')) return at;
      line.add(raw, at);
    }
    at = end + 1;
  }
  return at;
}

/** @throws BadRequest for a line that is none of the fields */
function readLine(cursor: Cursor, fields: FieldCollector): void {
  const { text, pos, end, place } = cursor;
  const field = fieldAt(cursor);
  if (field === undefined)
    throw unreadable(
      place.at(pos),
      'line_unknown',
      `"${excerpt(text.slice(pos, end))}" is none of Category, Link, X-OCCI-Attribute, X-OCCI-Location`,
    );
  fields.add(field, cursor);
}

/** Steps over the name of a field and its colon. */
function fieldAt(cursor: Cursor): FieldName | undefined {
  const { text, pos, end } = cursor;
  // As it is nearly always written: a body has a line for each attribute.
  if (text.startsWith(ATTRIBUTE, pos)) {
    cursor.pos = pos + ATTRIBUTE.length;
    return 'attributes';
  }
  const name = text.slice(pos, end).split(':', 1)[0] ?? '';
  if (pos + name.length >= end) return undefined;
  cursor.pos = pos + name.length + 1;
  return fieldNamed(name.trimEnd());
}

const ATTRIBUTE = 'X-OCCI-Attribute:';
