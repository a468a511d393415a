import { expect } from 'chai';
import fc from 'fast-check';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import type { Message, Rendered, Rendering } from '../../../src/occi/rendering/types.ts';
import type { EntityDocument } from '../../../src/occi/entity.ts';
import type { View } from '../../../src/occi/request.ts';
import { typeOf } from '../../../src/occi/category.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import { writeValue } from '../../../src/occi/rendering/values.ts';
import type { Json } from '../../../src/shared/json.ts';
import { MACHINE, machineKind, STOP, stopAction } from '../../support/http-world.ts';
import { anyNumber, anyText, carried, link, mixin, model, resource, urnOf } from './samples.ts';

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

  for (const rendering of [jsonRendering, textPlainRendering, textOcciRendering])
    it(`categories in ${rendering.name}: what discovery shows can be named and added again`, () => {
      fc.assert(
        fc.property(fc.array(mixin, { minLength: 1, maxLength: 5 }), (mixins) => {
          const outcome = { type: 'categories', kinds: [machineKind], mixins, actions: [stopAction] } as const;
          const message = sentBack(rendering.render({ ...outcome, kinds: [], actions: [] }, context));
          const read = rendering.parser.mixins(message, model);
          expect(read).to.deep.equal(
            mixins.map((one) => ({
              ...one,
              tenant: 'acme',
              // Text names the first only, and not what a mixin applies to.
              ...(rendering === jsonRendering ? {} : { depends: one.depends.slice(0, 1), applies: [] }),
            })),
          );
          expect(rendering.parser.types(message)).to.deep.equal(mixins.map(typeOf));
          if (rendering === jsonRendering) return;
          const all = rendering.parser.types(sentBack(rendering.render(outcome, context)));
          expect(all).to.deep.equal([MACHINE, ...mixins.map(typeOf), STOP]);
        }),
        { numRuns: 100 },
      );
    });

  for (const rendering of [textPlainRendering, textOcciRendering, uriListRendering])
    it(`collections in ${rendering.name}: the members that are named are those that were shown`, () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(resource, link), { maxLength: 20 }), (views) => {
          const message = sentBack(rendering.render({ type: 'collection', views, of: 'mixed' }, context));
          expect(rendering.parser.members(message)).to.deep.equal(views.map(({ path }) => context.baseUrl + path));
        }),
        { numRuns: 100 },
      );
    });

  for (const [name, parser] of [
    ['text', textPlainRendering.parser],
    ['occi', textOcciRendering.parser],
  ] as const)
    it(`actions in ${name}`, () => {
      const values = fc.dictionary(
        fc.constantFrom('method', 'size', 'name'),
        fc.oneof(anyText, anyNumber, fc.boolean()),
      );
      fc.assert(
        fc.property(values, (attributes) => {
          const fields: [string, string][] = [
            ['Category', 'stop; scheme="http://example.org/occi/test/machine/action#"'],
          ];
          const kept: Record<string, Json> = {};
          for (const [key, value] of Object.entries(attributes)) {
            const text = writeValue(value);
            if (text === undefined) continue;
            // What needs quotes is read as text where no definition says otherwise.
            kept[key] = typeof value === 'number' && text.startsWith('"') ? String(value) : value;
            if (key === 'method') kept[key] = String(value);
            fields.push(['X-OCCI-Attribute', `${key}=${text}`]);
          }
          const message =
            name === 'occi'
              ? { headers: fields.flat().map((text) => Buffer.from(text).toString('latin1')), body: Buffer.alloc(0) }
              : { headers: [], body: Buffer.from(fields.map((field) => field.join(': ')).join('\r\n')) };
          expect(parser.invocation(message, model, 'stop')).to.deep.equal({
            term: 'stop',
            action: STOP,
            attributes: kept,
          });
        }),
        { numRuns: 200 },
      );
    });

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
