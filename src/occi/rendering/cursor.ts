import { BadRequest } from '../../shared/errors.ts';

/** Where a text stands in the message it is of: a header, or a line of a body. */
export interface Place {
  /** The place of a character of the text, for people; offsets count from 0, and what is told counts from 1. */
  at(offset: number): string;
}

/** A thing that was read, and where it began: what is wrong with it may turn out later. */
export interface Placed {
  readonly place: Place;
  readonly offset: number;
}

export const code = {
  tab: 0x09,
  blank: 0x20,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  semicolon: 0x3b,
  less: 0x3c,
  equals: 0x3d,
  greater: 0x3e,
  backslash: 0x5c,
} as const;

/**
 * A piece of text that is read from left to right, each character a fixed number of times. What is read may be part
 * of a longer text, since cutting it out costs as much as reading it; no line end stands before its end.
 */
export class Cursor {
  readonly text: string;
  readonly place: Place;
  pos: number;
  end: number;

  constructor(text: string, place: Place, pos = 0, end = text.length) {
    this.text = text;
    this.place = place;
    this.pos = pos;
    this.end = end;
  }

  ended(): boolean {
    return this.pos >= this.end;
  }

  /** The code of the next character; at the end NaN or a line end. */
  peek(): number {
    return this.text.charCodeAt(this.pos);
  }

  blanks(): void {
    while (isBlank(this.text.charCodeAt(this.pos))) this.pos += 1;
  }

  /** Steps over the character if it comes next. */
  skip(char: number): boolean {
    if (this.text.charCodeAt(this.pos) !== char) return false;
    this.pos += 1;
    return true;
  }

  /** Steps over what names are made of, and answers it: empty where no name begins. */
  name(): string {
    const { text } = this;
    const start = this.pos;
    let at = start;
    while (nameCharacters[text.charCodeAt(at)] === 1) at += 1;
    this.pos = at;
    return isAlphanumeric(text.charCodeAt(start)) ? text.slice(start, at) : '';
  }

  /** Everything up to one of the two characters or the end, without blanks around it. */
  until(end: number, otherEnd = end): string {
    const { text, end: last } = this;
    const start = this.pos;
    let at = start;
    while (at < last) {
      const char = text.charCodeAt(at);
      if (char === end || char === otherEnd) break;
      at += 1;
    }
    this.pos = at;
    while (at > start && isBlank(text.charCodeAt(at - 1))) at -= 1;
    return text.slice(start, at);
  }

  fail(code: string, detail: string, hint?: string): BadRequest {
    return unreadable(this.place.at(this.pos), code, detail, hint);
  }
}

/** 400 with the place where the message broke. */
export function unreadable(where: string, code: string, detail: string, hint?: string): BadRequest {
  const told = where === '' ? detail : `${where}: ${detail}`;
  return new BadRequest(code, `The message cannot be read: ${told}`, {
    problems: [{ path: '', code, detail: told, ...(hint === undefined ? {} : { hint }) }],
  });
}

export function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function isBlank(char: number): boolean {
  return char === code.blank || char === code.tab;
}

function isAlphanumeric(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || ((char | 0x20) >= 0x61 && (char | 0x20) <= 0x7a);
}

/** Terms and attribute names: letters, digits, `-`, `_`, `.`; also `+` and `:` of what is met in practice. */
const nameCharacters = new Uint8Array(0x80);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+:')
  nameCharacters[char.charCodeAt(0)] = 1;
