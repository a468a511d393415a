import { expect } from 'chai';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import type { Parser } from '../../../src/occi/rendering/types.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import { BadRequest } from '../../../src/shared/errors.ts';
import { model } from './samples.ts';

const KIND = 'Category: machine; scheme="http://example.org/occi/test#"; class="kind"';

/** Code and place of what was refused; reads as an entity unless told otherwise. */
function refusal(
  body: string | Uint8Array,
  ask: (parser: Parser, message: { headers: string[]; body: Buffer }) => unknown = (parser, message) =>
    parser.entity(message, model),
  parser: Parser = textPlainRendering.parser,
  headers: string[] = [],
): string {
  try {
    ask(parser, { headers, body: Buffer.from(body) });
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    expect(error.status).to.equal(400);
    expect(error.problems).to.have.length(1);
    const [problem] = error.problems;
    return `${problem?.code ?? ''} ${/^(?:[\w -]+, column \d+|byte \d+)/.exec(problem?.detail ?? '')?.[0] ?? ''}`;
  }
  return 'read';
}

/** The column of the bar, which is taken out. */
const at = (line: string): string => refusal(`${KIND}\n${line.replace('|', '')}`);
const column = (line: string): number => line.indexOf('|') + 1;

describe('rendering: text that is refused, with its place', () => {
  for (const [line, code] of [
    ['Category: |; scheme="a:b#"', 'term_invalid'],
    ['Category: |-a; scheme="a:b#"', 'term_invalid'],
    ['Category: |term="x"; scheme="a:b#"', 'term_invalid'],
    ['Category: |a b; scheme="a:b#"', 'term_invalid'],
    ['Category: x; class="mixin"|', 'scheme_missing'],
    ['Category: x; scheme=""|', 'scheme_missing'],
    ['Category: x; |scheme="a b#"', 'scheme_invalid'],
    ['Category: x; |scheme="a:\\"b#"', 'scheme_invalid'],
    ['Category: x; |scheme="a:\u0085#"', 'scheme_invalid'],
    ['Category: x; scheme="a:b#"; |class="thing"', 'class_invalid'],
    ['Category: x; scheme="a:b#"; |SCHEME="c:d#"', 'parameter_repeated'],
    ['Category: x; scheme="a:b#|', 'quote_open'],
    ['Category: x; scheme="a:b#"; title="My "|VM", x"', 'separator_missing'],
    ['Category: x; scheme="a:b#"; title=My |"VM"', 'quote_stray'],
    ['Category: x; scheme="a:b#"; rel|', 'value_missing'],
    ['Category: x; scheme="a:b#"; |=', 'name_invalid'],
    ['X-OCCI-Attribute: a="b" |c="d"', 'separator_missing'],
    ['X-OCCI-Attribute: a=1, |_b=2', 'name_invalid'],
    ['X-OCCI-Attribute: a=1, |__proto__=2', 'name_invalid'],
    ['X-OCCI-Attribute: a=1, b|', 'value_missing'],
    ['X-OCCI-Attribute: |a b=1', 'name_invalid'],
    ['X-OCCI-Attribute: a=x|", b="y', 'quote_stray'],
    [`X-OCCI-Attribute: |${'a'.repeat(300)}=1`, 'name_invalid'],
    ['X-OCCI-Attribute: |org.test.tags="[1"', 'json_syntax'],
    ['Link: |/a; rel="b"', 'link_invalid'],
    ['Link: </a|', 'link_invalid'],
    ['Link: <>|; rel="b"', 'link_invalid'],
    ['Link: </a>|x', 'separator_missing'],
    ['X-OCCI-Location: /a, |/b c', 'location_invalid'],
    ['|Content-Type: text/plain', 'line_unknown'],
    ['|no colon', 'line_unknown'],
    ['|: empty', 'line_unknown'],
  ] as const)
    it(`${code}: ${line.replace('|', '').slice(0, 60)}`, () => {
      const told = at(line);
      if (code === 'quote_open') expect(told).to.match(/^quote_open line 2, column /);
      else expect(told).to.equal(`${code} line 2, column ${column(line)}`);
    });

  it('inside a folded line, in a header, in bytes that are no UTF-8', () => {
    expect(refusal(`Category: machine;\r\n  scheme="a:b#";\r\n\t  class="thing"`)).to.equal(
      'class_invalid line 3, column 4',
    );
    expect(refusal('Category: a; \n scheme="a:b#\n  c"')).to.equal('scheme_invalid line 2, column 2');
    expect(refusal('', undefined, textOcciRendering.parser, ['x-occi-category', 'x; scheme=;'])).to.equal(
      'scheme_missing header x-occi-category, column 12',
    );
    expect(refusal(Buffer.from([0x43, 0x61, 0xc3, 0x28]))).to.equal('not_utf8 byte 3');
  });

  it('two kinds, two actions, a mixin with what no client may give it', () => {
    expect(refusal(`${KIND}\n${KIND}`)).to.equal('kind_count line 2, column 11');
    const action = 'Category: stop; scheme="http://example.org/occi/test/machine/action#"; class="action"';
    const invoke = (parser: Parser, message: { headers: string[]; body: Buffer }): unknown =>
      parser.invocation(message, model, 'stop');
    expect(refusal(`${action}, ${action.slice(10)}`, invoke)).to.equal('action_count line 1, column 88');
    const mixins = (parser: Parser, message: { headers: string[]; body: Buffer }): unknown =>
      parser.mixins(message, model);
    const mine = 'Category: mine; scheme="http://example.org/mine#"';
    expect(refusal(`${mine}; location="/m/"; class="kind"`, mixins)).to.equal('class_invalid line 1, column 11');
    expect(refusal(`${mine}; location="/m/"; actions="a#b"`, mixins)).to.equal('not_supported line 1, column 11');
    expect(refusal(`${mine}; location="/m/"; rel="a\\"b#c"`, mixins)).to.equal('type_identifier line 1, column 11');
    expect(refusal('X-OCCI-Attribute: a=1', mixins)).to.equal('category_missing ');
    expect(refusal('', (parser, message) => parser.types(message))).to.equal('category_missing ');
  });

  it('more of anything than any entity may have', () => {
    const many = (item: string): string => Array.from({ length: 1025 }, () => item).join(', ');
    expect(refusal(`X-OCCI-Attribute: ${many('a=1')}`)).to.match(/^too_many line 1, column /);
    expect(refusal(`Link: ${many('</a>')}`)).to.match(/^too_many line 1, column /);
    expect(refusal(`Category: ${many('a; scheme="b:c#"')}`)).to.match(/^too_many line 1, column /);
    expect(refusal('', undefined, textOcciRendering.parser, ['X-OCCI-Attribute', many('a=1')])).to.match(
      /^too_many header/,
    );
  });

  it('after empty lines, blanks around a line, and every line end', () => {
    const broken = 'X-OCCI-Attribute: a';
    for (const end of ['\n', '\r\n', '\r', '\n\r']) {
      const told = (...lines: string[]): string => refusal([KIND, ...lines].join(end));
      expect(told('', '\u00a0', broken)).to.equal('value_missing line 4, column 20');
      expect(told(`${broken}  `, 'X-OCCI-Attribute: b=1')).to.equal('value_missing line 2, column 20');
      expect(told(`\u00a0${broken}`)).to.equal('value_missing line 2, column 21');
      expect(told('X-OCCI-Attribute: b=1,', '', '  a', '')).to.equal('value_missing line 4, column 4');
      expect(told('', 'no', ' field')).to.equal('line_unknown line 3, column 1');
    }
  });

  it('RFC 2483: a line that is no URI', () => {
    const members = (parser: Parser, message: { headers: string[]; body: Buffer }): unknown => parser.members(message);
    expect(refusal('# x y\r\n/a\r\n  /b c\r\n', members, uriListRendering.parser)).to.equal(
      'location_invalid line 3, column 5',
    );
  });
});
