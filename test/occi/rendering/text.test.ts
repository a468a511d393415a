import { expect } from 'chai';
import { hasOcciHeaders, readFilter, textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import type { EntityDocument } from '../../../src/occi/entity.ts';
import type { Json } from '../../../src/shared/json.ts';
import { BadRequest } from '../../../src/shared/errors.ts';
import { CABLE, FAST, MACHINE, STOP } from '../../support/http-world.ts';
import { model } from './samples.ts';

const KIND = 'Category: machine; scheme="http://example.org/occi/test#"; class="kind"';
/** What was read, without what the rendering says of itself. */
const read = ({ carries, ...document }: EntityDocument): EntityDocument => {
  expect(carries).to.be.a('function');
  return document;
};
const plain = (text: string): EntityDocument =>
  read(textPlainRendering.parser.entity({ headers: [], body: Buffer.from(text) }, model));
const occi = (...headers: string[]): EntityDocument =>
  read(textOcciRendering.parser.entity({ headers, body: Buffer.from('OK') }, model));
const value = (text: string): Json | undefined => Object.values(plain(`${KIND}\n${text}`).attributes)[0];
const failure = (work: () => unknown): BadRequest => {
  try {
    work();
  } catch (error) {
    if (error instanceof BadRequest) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('rendering: text', () => {
  describe('categories', () => {
    it('parameters in any order, without quotes, without class, with blanks and a semicolon at the end', () => {
      for (const line of [
        'category:machine;class=kind;scheme=http://example.org/occi/test#',
        'CATEGORY :  machine ; title="a; b, c=\\"d\\"" ;  scheme="http://example.org/occi/test#" ;; ',
        'X-OCCI-Category: machine; scheme="http://example.org/occi/test#"; rel="x"; location="/y/"',
      ])
        expect(plain(line).kind, line).to.equal(MACHINE);
    });

    it('several in a line, several lines, every line end, folding', () => {
      const mixin = 'fast; scheme="http://example.org/occi/test#"; class="mixin"';
      const whole = `${KIND}, ${mixin}`;
      for (const text of [whole, `${KIND}\nCategory: ${mixin}`, `${KIND}\r\nCategory: ${mixin}\r\n`])
        expect(plain(text)).to.deep.include({ kind: MACHINE, mixins: [FAST] });
      for (const end of ['\n', '\r\n', '\n\r', '\r'])
        expect(plain(`${KIND}${end}Category: ${mixin}${end}X-OCCI-Attribute: org.test.cores=2`)).to.deep.equal({
          kind: MACHINE,
          mixins: [FAST],
          attributes: { 'org.test.cores': 2 },
        });
      expect(plain(`Category: machine;\r\n  scheme="http://example.org/occi/test#";\r\n\tclass="kind"`).kind).to.equal(
        MACHINE,
      );
    });

    it('one kind at most', () => {
      expect(failure(() => plain(`${KIND}\n${KIND}`)).problems[0]?.code).to.equal('kind_count');
    });
  });

  describe('attribute values', () => {
    it('are typed by their definition, not by their quotes', () => {
      expect(value('X-OCCI-Attribute: org.test.cores="2"')).to.equal(2);
      expect(value('X-OCCI-Attribute: org.test.label=42')).to.equal('42');
      expect(value('X-OCCI-Attribute: org.test.label=web')).to.equal('web');
      expect(value('X-OCCI-Attribute: org.test.on=True')).to.equal(true);
      expect(value('X-OCCI-Attribute: org.test.on="false"')).to.equal(false);
      expect(value('X-OCCI-Attribute: org.test.memory=-1.5e-3')).to.equal(-0.0015);
      expect(value('X-OCCI-Attribute: org.test.memory=much')).to.equal('much');
      expect(value('X-OCCI-Attribute: org.test.memory=0x10')).to.equal('0x10');
      expect(value('X-OCCI-Attribute: org.test.tags="[1,\\"a\\"]"')).to.deep.equal([1, 'a']);
    });

    it('without a definition by how they look', () => {
      expect(value('X-OCCI-Attribute: com.example.a=1')).to.equal(1);
      expect(value('X-OCCI-Attribute: com.example.a="1"')).to.equal('1');
      expect(value('X-OCCI-Attribute: com.example.a=true')).to.equal(true);
      expect(value('X-OCCI-Attribute: com.example.a=')).to.equal('');
    });

    it('quotes hide commas and escapes; only \\" and \\\\ are escapes', () => {
      expect(value('X-OCCI-Attribute: org.test.label="How\'s your escaping? \\", org.test.memory=1.0"')).to.equal(
        'How\'s your escaping? ", org.test.memory=1.0',
      );
      expect(value('X-OCCI-Attribute: org.test.label="a\\\\b\\nc"')).to.equal('a\\b\\nc');
      expect(plain(`${KIND}\nX-OCCI-Attribute: org.test.label = "a" , org.test.cores = 1`).attributes).to.deep.equal({
        'org.test.label': 'a',
        'org.test.cores': 1,
      });
    });

    it('an unescaped quote is a 400 with its place, not a guess', () => {
      const error = failure(() => plain(`${KIND}\nX-OCCI-Attribute: org.test.label="My "VM", x"`));
      expect(error.problems[0]).to.include({ code: 'separator_missing' });
      expect(error.problems[0]?.detail).to.contain('line 2, column 39');
    });

    it('JSON that breaks inside quotes is told with attribute and offset', () => {
      const error = failure(() => plain(`${KIND}\nX-OCCI-Attribute: org.test.plan="{a:1}"`));
      expect(error.problems[0]).to.include({ code: 'json_syntax', path: '/attributes/org.test.plan' });
      expect(error.problems[0]?.detail).to.contain('offset 1');
    });

    it('core attributes are members', () => {
      expect(
        plain(`${KIND}
X-OCCI-Attribute: occi.core.id="Machine_17", occi.core.title="T"
X-OCCI-Attribute: occi.core.summary="S"`),
      ).to.deep.equal({ kind: MACHINE, mixins: [], attributes: {}, id: 'Machine_17', title: 'T', summary: 'S' });
    });
  });

  describe('links', () => {
    it('attributes follow anywhere, action links mean nothing', () => {
      const document = plain(`${KIND}
Link: </machine/1>; rel="${MACHINE}"; self="/cable/9"; category="${CABLE}"; org.test.length=2.5; occi.core.title="c"
Link: </machine/0?action=stop>; rel="${STOP}"
Link: <https://example.org/x,y>; rel="http://schemas.ogf.org/occi/core#resource"`);
      expect(document.links).to.deep.equal([
        {
          kind: CABLE,
          mixins: [],
          attributes: { 'org.test.length': 2.5 },
          title: 'c',
          target: { location: '/machine/1', kind: MACHINE },
        },
        {
          kind: 'http://schemas.ogf.org/occi/core#link',
          mixins: [],
          attributes: {},
          // That it is a resource is all that is said of it.
          target: { location: 'https://example.org/x,y' },
        },
      ]);
    });
  });

  it('link categories come as a list, or one by one; what has one is no action, whatever its target', () => {
    const start = `${KIND}\nLink: <https://e/x?action=y>; REL="a:b#c"`;
    for (const more of [`category="${CABLE} ${FAST}"`, `category="${FAST}"; Category=${CABLE}`])
      expect(plain(`${start}; ${more}; org.test.length=1`).links).to.deep.equal([
        {
          kind: CABLE,
          mixins: [FAST],
          attributes: { 'org.test.length': 1 },
          target: { location: 'https://e/x?action=y', kind: 'a:b#c' },
        },
      ]);
    expect(plain(start).links).to.equal(undefined);
  });

  it('a new entity names its kind; an update need not, and an unknown type is told by who knows them', () => {
    const ask = (text: string) => (): unknown =>
      textPlainRendering.parser.entities({ headers: [], body: Buffer.from(text) }, model, MACHINE);
    const attribute = 'X-OCCI-Attribute: org.test.cores=1';
    for (const text of [attribute, `Category: fast; scheme="http://example.org/occi/test#"\n${attribute}`])
      expect(failure(ask(text)).code).to.equal('kind_required');
    expect(ask('Category: unknown; scheme="http://example.org/occi/test#"')).to.not.throw();
    expect(plain(attribute)).to.deep.equal({ mixins: [], attributes: { 'org.test.cores': 1 } });
  });

  it('numbers as the grammar has them, and as it has them not', () => {
    for (const [text, number] of [
      ['5.', 5],
      ['.5', 0.5],
      ['007', 7],
      ['+1', 1],
      ['-1e3', -1000],
      ['"2"', 2],
    ] as const)
      expect(value(`X-OCCI-Attribute: org.test.memory=${text}`), text).to.equal(number);
    for (const text of ['.', '1e999', 'Infinity', '0x1', '1_000', '1 2', '--1'])
      expect(value(`X-OCCI-Attribute: org.test.memory=${text}`), text).to.equal(text);
  });

  describe('in headers', () => {
    it('reads joined and repeated lines, aliases, and UTF-8 that came as Latin-1', () => {
      const document = occi(
        'category',
        'machine; scheme="http://example.org/occi/test#"; class="kind"',
        'X-OCCI-Attribute',
        'org.test.cores=1, org.test.memory=2',
        'X-Occi-Attribute',
        `org.test.label="${Buffer.from('Zürich, 日本').toString('latin1')}"`,
        'Content-Type',
        'text/occi',
      );
      expect(document.attributes).to.deep.equal({
        'org.test.cores': 1,
        'org.test.memory': 2,
        'org.test.label': 'Zürich, 日本',
      });
    });

    it('tells the header where it broke', () => {
      const error = failure(() => occi('X-OCCI-Attribute', 'org.test.cores'));
      expect(error.problems[0]?.detail).to.match(/^header X-OCCI-Attribute, column 15: expected =/);
    });

    it('filters by category and attribute', () => {
      expect(
        readFilter(
          ['Category', 'machine; scheme="http://example.org/occi/test#"', 'X-OCCI-Attribute', 'org.test.cores=2'],
          model,
        ),
      ).to.deep.equal({ categories: [MACHINE], attributes: { 'org.test.cores': 2 } });
      expect(hasOcciHeaders(['Accept', 'x', 'Cookie', 'y', 'X-Forwarded-For', 'z'])).to.equal(false);
    });
  });

  describe('invocations, mixins, members', () => {
    const message = (text: string): { headers: string[]; body: Buffer } => ({ headers: [], body: Buffer.from(text) });
    const { parser } = textPlainRendering;

    it('an action with attributes', () => {
      const text = `Category: stop; scheme="http://example.org/occi/test/machine/action#"; class="action"\nX-OCCI-Attribute: method="graceful"`;
      expect(parser.invocation(message(text), model, 'stop')).to.deep.equal({
        term: 'stop',
        action: STOP,
        attributes: { method: 'graceful' },
      });
      expect(parser.invocation(message(''), model, 'stop')).to.deep.equal({ term: 'stop', attributes: {} });
    });

    it('a mixin of the client’s own, with a rel that nobody knows', () => {
      const text =
        'Category: mine; scheme="http://example.org/mine#"; class="mixin"; rel="http://a#b"; location="/mine/"';
      expect(parser.mixins(message(text), model)).to.deep.equal([
        {
          class: 'mixin',
          term: 'mine',
          scheme: 'http://example.org/mine#',
          title: '',
          location: '/mine/',
          attributes: {},
          actions: [],
          depends: ['http://a#b'],
          applies: [],
          tenant: 'acme',
        },
      ]);
      expect(parser.types(message('Category: mine; scheme="http://example.org/mine#";'))).to.deep.equal([
        'http://example.org/mine#mine',
      ]);
      // Without a location one is derived when the mixin is added.
      expect(parser.mixins(message('Category: a; scheme="b#"'), model)[0]?.location).to.equal('');
    });

    it('members by location, in text and in uri-list with comments', () => {
      expect(parser.members(message('X-OCCI-Location: /a/1, http://x/a/2\nx-occi-location: /a/3'))).to.deep.equal([
        '/a/1',
        'http://x/a/2',
        '/a/3',
      ]);
      expect(uriListRendering.parser.members(message('# two\r\n/a/1\r\n/a/2\r\n'))).to.deep.equal(['/a/1', '/a/2']);
    });
  });

  it('a line that is no field is a 400 with its number', () => {
    const error = failure(() => plain(`${KIND}\n\nhello`));
    expect(error.problems[0]?.detail).to.match(/^line 3, column 1: "hello" is none of/);
  });
});
