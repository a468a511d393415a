import { NAMES, parts, type Input } from './input.ts';
import type { Dice } from './random.ts';

/** What means something to one parser or another; noise alone never gets past the first character. */
const TOKENS = [
  ...[
    '"',
    '\\"',
    '\\',
    '\\\\',
    '; ',
    ';',
    ', ',
    ',',
    '=',
    '= ',
    '#',
    ':',
    ' ',
    '\t',
    '<',
    '>',
    '?action=',
    '{',
    '}',
    '[',
    ']',
  ],
  ...[
    '\n',
    '\r\n',
    '\n\r',
    '\r',
    '\r\n ',
    '\n\t',
    '\u0000',
    '\u007f',
    '\u0085',
    '\u00ef\u00bb\u00bf',
    '\u00ff',
    '\u00e2\u0080\u00a8',
  ],
  ...['Category: ', 'Link: <', 'X-OCCI-Attribute: ', 'X-OCCI-Location: ', 'x-occi-link:', 'X-OCCI-Category:'],
  ...['; scheme="a:b#"', '; class="kind"', '; class=mixin', '; rel="a#b"', '; category="a#b c#d"', '; self="/x"'],
  ...[
    '; location="/a/"',
    '; attributes="a{immutable}"',
    '; actions="a#b"',
    'occi.core.id=',
    'occi.core.source.kind="x"',
  ],
  ...[
    'occi.core.target=',
    'occi.core.x=1',
    'org.test.plan="',
    'org.test.tags="[',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    'null',
    'true',
    'True',
    '-1',
    '1e999',
    '1e-999',
    '0x10',
    '99999999999999999999',
    '""',
    '"kind":',
    '"links":[',
    '"target":',
  ],
  ...['\\ud800', '\\u0000', '%00', '%', '%C3', '+', '&', '*/*', ';q=', 'OCCI/9.9', 'W/"', 'wait='],
];

const LONGEST = 4096;

/** Another input made of this one, or of this and a piece of another. */
export function mutated(input: Input, other: Input, dice: Dice): Input {
  let result = input;
  for (let times = 1 + dice.below(4); times > 0; times -= 1) {
    if (dice.below(12) === 0) {
      result = otherHeaders(result, dice);
      continue;
    }
    const part = dice.pick(parts(result));
    const donor = dice.pick(parts(other)).text;
    result = part.with(mutatedText(part.text, donor, dice).slice(0, LONGEST));
  }
  return result;
}

function otherHeaders(input: Input, dice: Dice): Input {
  const { headers } = input;
  const at = 2 * dice.below(headers.length / 2 + 1);
  switch (dice.below(3)) {
    case 0:
      return { ...input, headers: headers.toSpliced(at, 2) };
    case 1:
      return { ...input, headers: headers.toSpliced(at, 0, ...headers.slice(at, at + 2)) };
    default:
      return { ...input, headers: headers.toSpliced(at, 0, dice.pick(NAMES), input.body) };
  }
}

function mutatedText(text: string, donor: string, dice: Dice): string {
  const at = dice.below(text.length + 1);
  const length = dice.below(Math.min(40, text.length - at + 1));
  const rest = text.slice(at + length);
  switch (dice.below(8)) {
    case 0: // a piece gone
      return text.slice(0, at) + rest;
    case 1: // a token in
      return text.slice(0, at) + dice.pick(TOKENS) + text.slice(at);
    case 2: // a token instead of a piece
      return text.slice(0, at) + dice.pick(TOKENS) + rest;
    case 3: // another byte
      return text.slice(0, at) + String.fromCharCode(dice.below(256)) + text.slice(at + 1);
    case 4: // a piece repeated
      return text.slice(0, at) + text.slice(at, at + length).repeat(1 + dice.below(20)) + rest;
    case 5: // cut off
      return text.slice(0, at);
    case 6: {
      // the end of another
      return text.slice(0, at) + donor.slice(dice.below(donor.length + 1));
    }
    default: // other case
      return text.slice(0, at) + text.slice(at, at + length).toUpperCase() + rest;
  }
}

/** The input with one piece of it repeated until it is about `size` characters long. */
export function swollen(input: Input, size: number, dice: Dice): (factor: number) => Input {
  const part = dice.pick(parts(input));
  const at = dice.below(part.text.length + 1);
  const piece = part.text.slice(at, at + 1 + dice.below(24)) || dice.pick(TOKENS);
  const times = Math.ceil(size / piece.length);
  return (factor) =>
    part.with(part.text.slice(0, at) + piece.repeat(times * factor) + part.text.slice(at + piece.length));
}
