import { BadRequest } from '../../shared/errors.ts';
import { FieldCollector, fieldNamed } from './fields.ts';
import { excerpt } from './grammar.ts';
import { decodeText } from './json-text.ts';
import { textParser, type TextMessage } from './text-read.ts';
import { writeFields } from './text-write.ts';
import type { Message, Rendering } from './types.ts';

/** text/plain and text/occi+plain (GFD.229 section 3.3): the fields are lines of the body. */
export const textPlainRendering: Rendering = {
  name: 'text',
  parser: textParser(readBody),
  render(outcome, context) {
    const fields = writeFields(outcome, context, { structured: Infinity });
    if (fields === undefined) return { body: 'OK\n' };
    return { body: fields.map((field) => `${field.name}: ${field.value}\n`).join('') };
  },
};

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines end in CRLF, LF, CR or (some clients) LF CR; a line that begins with a blank goes on with the one before. */
function logicalLines(text: string): Line[] {
  const lines: { number: number; text: string }[] = [];
  let number = 0;
  for (const raw of text.split(/\r\n|\n\r|\n|\r/)) {
    number += 1;
    const trimmed = raw.trim();
    if (trimmed === '') continue;
    const last = lines.at(-1);
    if (last !== undefined && (raw.startsWith(' ') || raw.startsWith('\t'))) last.text += ` ${trimmed}`;
    else lines.push({ number, text: trimmed });
  }
  return lines;
}

function readBody(message: Message): TextMessage {
  const fields = new FieldCollector();
  for (const line of logicalLines(decodeText(message.body))) {
    const place = `line ${line.number}`;
    const colon = line.text.indexOf(':');
    const field = fieldNamed(line.text.slice(0, Math.max(colon, 0)).trimEnd());
    if (field === undefined) throw unknownLine(place, line.text);
    fields.add(field, line.text.slice(colon + 1), place, colon + 1);
  }
  return fields.read;
}

function unknownLine(place: string, text: string): BadRequest {
  const detail = `${place}: "${excerpt(text)}" is none of Category, Link, X-OCCI-Attribute, X-OCCI-Location`;
  return new BadRequest('line_unknown', `The message cannot be read: ${detail}`, {
    problems: [{ path: '', code: 'line_unknown', detail }],
  });
}
