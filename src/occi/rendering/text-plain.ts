import { excerpt, unreadable, type Place } from './cursor.ts';
import { FieldCollector, fieldNamed } from './fields.ts';
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

/** A logical line: what was folded is one. */
class Line implements Place {
  text = '';
  /** Of each physical line: its number, where it begins in the text, and the column that it begins at. */
  readonly #pieces: { readonly line: number; readonly from: number; readonly column: number }[] = [];

  constructor(line: number, text: string) {
    this.add(line, text);
  }

  add(line: number, raw: string): void {
    const text = raw.trimStart();
    if (this.text !== '') this.text += ' ';
    this.#pieces.push({ line, from: this.text.length, column: raw.length - text.length });
    this.text += text.trimEnd();
  }

  at(offset: number): string {
    const piece = this.#pieces.findLast(({ from }) => from <= offset) ?? this.#pieces[0];
    return piece === undefined ? '' : `line ${piece.line}, column ${piece.column + offset - piece.from + 1}`;
  }
}

/** Lines end in CRLF, LF, CR or (some clients) LF CR; a line that begins with a blank goes on with the one before. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (const raw of text.split(text.includes('\r') ? /\r\n|\n\r|\n|\r/ : '\n')) {
    number += 1;
    if (raw.trim() === '') continue;
    const last = lines.at(-1);
    if (last !== undefined && (raw.startsWith(' ') || raw.startsWith('\t'))) last.add(number, raw);
    else lines.push(new Line(number, raw));
  }
  return lines;
}

function readBody(message: Message): TextMessage {
  const fields = new FieldCollector();
  for (const line of logicalLines(decodeText(message.body))) {
    const { text } = line;
    const colon = text.indexOf(':');
    const field = fieldNamed(text.slice(0, Math.max(colon, 0)).trimEnd());
    if (field === undefined)
      throw unreadable(
        line.at(0),
        'line_unknown',
        `"${excerpt(text)}" is none of Category, Link, X-OCCI-Attribute, X-OCCI-Location`,
      );
    fields.add(field, text.slice(colon + 1), { at: (offset) => line.at(colon + 1 + offset) });
  }
  return fields.read;
}
