/** Where text stops being JSON. Lines and columns count from 1, offsets from 0. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

type Expect = 'value' | 'first-value' | 'first-name' | 'name' | 'colon' | 'next' | 'end';

const EXPECTED: Readonly<Record<Expect, string>> = {
  value: 'a value',
  'first-value': 'a value or ]',
  'first-name': 'a name in quotes or }',
  name: 'a name in quotes',
  colon: ': after the name',
  next: 'a comma or the end of the list',
  end: 'nothing more',
};

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\r\n]*/y;
const WORDS = ['true', 'false', 'null'];

/**
 * Finds the place in text that `JSON.parse` refused; its own message often has none. Keeps its
 * stack itself, so that deep nesting cannot exhaust the engine's.
 */
export function jsonFault(text: string): JsonFault {
  const open: ('[' | '{')[] = [];
  let expect: Expect = 'value';
  let at = 0;
  const fault = (offset: number, what: string): JsonFault => ({ offset, ...lineAndColumn(text, offset), what });
  const closed = (): Expect => (open.length === 0 ? 'end' : 'next');

  for (;;) {
    at = endOf(BLANK, text, at) ?? at;
    if (at >= text.length)
      return fault(at, expect === 'end' ? 'not JSON' : `the text ends where ${EXPECTED[expect]} is expected`);
    const char = text.charAt(at);
    const wrong = (): JsonFault => fault(at, `expected ${EXPECTED[expect]}, found ${shown(char)}`);
    switch (expect) {
      case 'end':
        return wrong();
      case 'colon':
        if (char !== ':') return wrong();
        at += 1;
        expect = 'value';
        break;
      case 'next': {
        const list = open.at(-1);
        if (char === ',') expect = list === '{' ? 'name' : 'value';
        else if (char === (list === '{' ? '}' : ']')) {
          open.pop();
          expect = closed();
        } else return wrong();
        at += 1;
        break;
      }
      case 'first-name':
      case 'name':
        if (char === '}' && expect === 'first-name') {
          open.pop();
          at += 1;
          expect = closed();
        } else if (char === '"') {
          const end = stringEnd(text, at);
          if (end.what !== undefined) return fault(end.at, end.what);
          at = end.at;
          expect = 'colon';
        } else return wrong();
        break;
      case 'first-value':
      case 'value':
        if (char === ']' && expect === 'first-value') {
          open.pop();
          at += 1;
          expect = closed();
        } else if (char === '[' || char === '{') {
          open.push(char);
          at += 1;
          expect = char === '[' ? 'first-value' : 'first-name';
        } else if (char === '"') {
          const end = stringEnd(text, at);
          if (end.what !== undefined) return fault(end.at, end.what);
          at = end.at;
          expect = closed();
        } else {
          const end = endOf(NUMBER, text, at) ?? wordEnd(text, at);
          if (end === undefined) return wrong();
          at = end;
          expect = closed();
        }
        break;
    }
  }
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function wordEnd(text: string, at: number): number | undefined {
  const word = WORDS.find((candidate) => text.startsWith(candidate, at));
  return word === undefined ? undefined : at + word.length;
}

function stringEnd(text: string, open: number): { at: number; what?: string } {
  for (let at = open + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1 };
    if (code < 0x20) return { at, what: 'a control character inside a string must be escaped' };
    if (code !== 0x5c) continue;
    const next = text.charAt(at + 1);
    if (next === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)))
        return { at, what: '\\u needs four hexadecimal digits' };
      at += 5;
    } else if (next !== '' && '"\\/bfnrt'.includes(next)) at += 1;
    else return { at, what: 'no such escape' };
  }
  return { at: open, what: 'this string does not end' };
}

function shown(char: string): string {
  return char < ' ' ? `the control character ${char.charCodeAt(0)}` : char;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}
