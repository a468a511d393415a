import { expect } from 'chai';
import fc from 'fast-check';
import { jsonFault } from '../../../src/occi/rendering/json-fault.ts';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import { inputFor, outputFor, wantsProblemJson } from '../../../src/occi/rendering/negotiate.ts';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import type { Message, Parser } from '../../../src/occi/rendering/types.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import { ParleyError } from '../../../src/shared/errors.ts';
import { model, resource } from './samples.ts';

/** Everything that a parser may be asked; each either answers or throws a 400 of ours with a place. */
function askAll(parser: Parser, message: Message): void {
  const asks: (() => unknown)[] = [
    () => parser.entity(message, model),
    () => parser.entities(message, model),
    () => parser.invocation(message, model, 'start'),
    () => parser.mixins(message, model),
    () => parser.types(message),
    () => parser.members(message),
  ];
  asks.forEach(askOne);
}

function askOne(ask: () => unknown): void {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    expect(error.status).to.equal(400);
    for (const problem of error.problems) expect(problem.detail).to.not.equal('');
  }
}

const parsers = [jsonRendering, textPlainRendering, textOcciRendering, uriListRendering].map(({ parser }) => parser);
const context = { baseUrl: '', patterns: false };

/** A piece of a real message: what fuzzing with noise alone would never find. */
const fragments = fc.constantFrom(
  ...['Category: ', 'X-OCCI-Attribute: ', 'Link: <', '>; rel="', '"', '\\"', '\\', '; ', ', ', '=', '#', '\n', '\r\n '],
  ...[
    'machine; scheme="http://example.org/occi/test#"; class="kind"',
    'org.test.cores=1',
    'org.test.plan="{',
    '{',
    '}',
  ],
  ...[
    '[',
    ']',
    '"kind":',
    'null',
    '1e999',
    '__proto__',
    'constructor',
    '\u0000',
    '\ufeff',
    'é',
    '\ud800',
    '-1',
    '0x10',
  ],
);
const soup = fc
  .array(fc.oneof(fragments, fc.string({ maxLength: 4 })), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('renderings: whatever comes, nothing but their own error', () => {
  it('bodies of noise and of pieces of real messages', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        for (const parser of parsers) askAll(parser, { headers: [], body: Buffer.from(text) });
      }),
      { numRuns: 600 },
    );
  });

  it('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        for (const parser of parsers) askAll(parser, { headers: [], body });
      }),
      { numRuns: 500 },
    );
  });

  it('headers', () => {
    const name = fc.constantFrom('Category', 'link', 'X-OCCI-Attribute', 'x-occi-location', 'X-OCCI-Link', 'Accept');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, soup), { maxLength: 5 }), (pairs) => {
        askAll(textOcciRendering.parser, { headers: pairs.flat(), body: Buffer.alloc(0) });
      }),
      { numRuns: 400 },
    );
  });

  it('real messages with one piece cut out or replaced', () => {
    fc.assert(
      fc.property(resource, fc.nat(), fc.nat({ max: 8 }), soup, (view, at, length, piece) => {
        for (const rendering of [jsonRendering, textPlainRendering]) {
          const { body } = rendering.render({ type: 'entity', view }, context);
          const cut = at % (body.length + 1);
          askAll(rendering.parser, {
            headers: [],
            body: Buffer.from(body.slice(0, cut) + piece + body.slice(cut + length)),
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('long runs of what invites backtracking are read in one go', () => {
    const runs = ['"', '\\', '\\"', ' ', ';', ',', '=', 'a', '{', '[', '-', 'a=', 'a; ', '<', '\n ', '#', '\t;'];
    const starts = ['', 'X-OCCI-Attribute: a="', 'Category: a; scheme="', 'Link: <', 'X-OCCI-Location: ', '{"a":"'];
    for (const run of runs)
      for (const start of starts) {
        const text = start + run.repeat(Math.floor(100_000 / run.length));
        const message = { headers: ['Category', text, 'Link', text], body: Buffer.from(text) };
        for (const parser of parsers) askOne(() => parser.entity(message, model));
      }
  });

  it('Accept and Content-Type', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        try {
          outputFor(text, inputFor(text));
        } catch (error) {
          if (!(error instanceof ParleyError)) throw error;
          expect(error.status).to.be.oneOf([406, 415]);
        }
        wantsProblemJson(text, text);
      }),
      { numRuns: 400 },
    );
  });

  it('the place of a JSON fault lies in the text, and everything before it could be the start of JSON', () => {
    fc.assert(
      fc.property(soup, (text) => {
        try {
          JSON.parse(text);
        } catch {
          const fault = jsonFault(text);
          expect(fault.offset).to.be.within(0, text.length);
          expect(fault.what).to.not.equal('not JSON');
          const before = text.slice(0, fault.offset).split('\n');
          expect(fault.line).to.equal(before.length);
          expect(fault.column).to.equal((before.at(-1) ?? '').length + 1);
        }
      }),
      { numRuns: 600 },
    );
  });
});
