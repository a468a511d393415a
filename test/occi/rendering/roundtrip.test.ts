import { expect } from 'chai';
import fc from 'fast-check';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import type { Message, Rendered, Rendering } from '../../../src/occi/rendering/types.ts';
import type { EntityDocument } from '../../../src/occi/entity.ts';
import type { View } from '../../../src/occi/request.ts';
import type { Json } from '../../../src/shared/json.ts';
import { carried, link, model, resource, urnOf } from './samples.ts';

const context = { baseUrl: 'http://parley.test', patterns: false };

/** What a rendered answer is when it comes back as a request. */
function sentBack(rendered: Rendered): Message {
  const headers: string[] = [];
  for (const [name, value] of Object.entries(rendered.headers ?? {}))
    for (const line of typeof value === 'string' ? [value] : value) headers.push(name, line);
  return { headers, body: Buffer.from(rendered.body) };
}

/** Without what the rendering says of itself. */
function readBack(rendering: Rendering, message: Message): EntityDocument {
  const { carries, ...document } = rendering.parser.entity(message, model);
  expect(carries === undefined).to.equal(rendering === jsonRendering);
  return document;
}

interface Carries {
  /** Strings with control characters are left out. */
  readonly text: boolean;
  /** Lists and objects longer than this are left out. */
  readonly structured: number;
  /** Inline links are told without their source, which is the resource that they stand in. */
  readonly sources: boolean;
}

function expected(view: View, carries: Carries, inline = false): EntityDocument {
  const { record } = view;
  const kept = (value: Json): boolean =>
    !carries.text ||
    (carried(value) &&
      (typeof value !== 'object' || Buffer.byteLength(asText(JSON.stringify(value))) <= carries.structured));
  const links = view.links.map((one) => expected(one, carries, true));
  return {
    kind: record.kind,
    id: urnOf(view),
    mixins: record.mixins,
    attributes: Object.fromEntries(Object.entries(record.attributes).filter(([, value]) => kept(value))),
    ...(record.title === undefined || !kept(record.title) ? {} : { title: record.title }),
    ...(record.summary === undefined || !kept(record.summary) ? {} : { summary: record.summary }),
    ...(record.source === undefined || (inline && !carries.sources) ? {} : { source: record.source }),
    ...(record.target === undefined ? {} : { target: record.target }),
    ...(links.length === 0 ? {} : { links }),
  };
}

const asText = (json: string): string => `"${json.replace(/["\\]/g, '\\$&')}"`;

const renderings: readonly (readonly [Rendering, Carries])[] = [
  [jsonRendering, { text: false, structured: Infinity, sources: true }],
  [textPlainRendering, { text: true, structured: Infinity, sources: false }],
  [textOcciRendering, { text: true, structured: 1024, sources: false }],
];

describe('renderings: parse(render(x)) = x', () => {
  for (const [rendering, carries] of renderings) {
    it(`resources with links in ${rendering.name}`, () => {
      fc.assert(
        fc.property(resource, (view) => {
          const message = sentBack(rendering.render({ type: 'entity', view }, context));
          expect(readBack(rendering, message)).to.deep.equal(expected(view, carries));
        }),
        { numRuns: 300 },
      );
    });

    it(`links in ${rendering.name}`, () => {
      fc.assert(
        fc.property(link, (view) => {
          const message = sentBack(rendering.render({ type: 'entity', view }, context));
          expect(readBack(rendering, message)).to.deep.equal(expected(view, carries));
        }),
        { numRuns: 200 },
      );
    });
  }

  it('what text leaves out is named in a header', () => {
    fc.assert(
      fc.property(resource, (view) => {
        const { headers } = textPlainRendering.render({ type: 'entity', view }, context);
        const named = String(headers?.['Parley-Omitted'] ?? '').split(', ');
        const missing = Object.entries(view.record.attributes).filter(([, value]) => !carried(value));
        expect(named).to.include.members(missing.map(([name]) => name));
        if (headers !== undefined) expect(named.filter((name) => name === '')).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });

  it('text is made of lines and headers of what Node lets pass', () => {
    fc.assert(
      fc.property(resource, (view) => {
        const lines = textPlainRendering.render({ type: 'entity', view }, context).body.split('\n');
        expect(lines.pop()).to.equal('');
        for (const line of lines) expect(line).to.match(/^(Category|Link|X-OCCI-Attribute): /);
        const { headers } = sentBack(textOcciRendering.render({ type: 'entity', view }, context));
        for (const value of headers) expect(value).to.match(/^[\t\x20-\x7e\x80-\xff]*$/);
      }),
      { numRuns: 100 },
    );
  });
});
