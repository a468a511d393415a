import { expect } from 'chai';
import type { Kind, Mixin } from '../../../src/occi/category.ts';
import type { EntityRecord } from '../../../src/occi/entity.ts';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import type { OcciOutcome, View } from '../../../src/occi/request.ts';
import { TooLarge } from '../../../src/shared/errors.ts';
import { principalId, tenantId, typeId, type EntityId } from '../../../src/shared/ids.ts';
import { CABLE, FAST, fastMixin, MACHINE, machineKind, START, stopAction } from '../../support/http-world.ts';

const context = { baseUrl: 'http://parley.test', patterns: false };
const ID = '01a1ff4d-4ca0-71d4-9c9b-7e814206e647';
const OTHER = '01a1ff4d-b90d-7048-87c1-3cd9c8796df1';
type Outcome = Exclude<OcciOutcome, { type: 'export' }>;

function viewOf(more: Partial<EntityRecord> = {}, path = `/machine/${ID}`, rest: Partial<View> = {}): View {
  const record: EntityRecord = {
    id: path.slice(path.lastIndexOf('/') + 1) as EntityId,
    kind: MACHINE,
    mixins: [],
    tenant: tenantId('acme'),
    owner: principalId('somebody'),
    rev: 1,
    attributes: {},
    internal: {},
    hidden: false,
    created: 0,
    updated: 0,
    ...more,
  };
  return { record, projection: { attributes: record.attributes }, path, actions: [], links: [], ...rest };
}

const cable = viewOf(
  {
    kind: CABLE,
    source: { location: `/machine/${ID}`, kind: MACHINE },
    target: { location: `/machine/${OTHER}`, kind: MACHINE },
    attributes: { 'org.test.length': 2.5 },
  },
  `/cable/${OTHER}`,
);
const machine = viewOf({ mixins: [FAST], title: 'A "b" \\ c, d', attributes: { 'org.test.cores': 2 } }, undefined, {
  actions: [START],
  links: [cable],
});

const lines = (outcome: Outcome): string[] => textPlainRendering.render(outcome, context).body.split('\n');
const headers = (outcome: Outcome): Readonly<Record<string, string | readonly string[]>> =>
  textOcciRendering.render(outcome, context).headers ?? {};
const attributesOf = (attributes: EntityRecord['attributes']): string[] =>
  lines({ type: 'entity', view: viewOf({ attributes }) }).flatMap((line) =>
    line.startsWith('X-OCCI-Attribute: org.') ? [line.slice('X-OCCI-Attribute: org.'.length)] : [],
  );

describe('rendering: text, as it is written', () => {
  it('GFD.229 5.1.1: a resource, in the order category, link, attribute, all of it quoted as clients expect', () => {
    expect(lines({ type: 'entity', view: machine })).to.deep.equal([
      'Category: machine; scheme="http://example.org/occi/test#"; class="kind"',
      'Category: fast; scheme="http://example.org/occi/test#"; class="mixin"',
      `Link: </machine/${OTHER}>; rel="${MACHINE}"; self="/cable/${OTHER}"; category="${CABLE}"; ` +
        `occi.core.id="urn:uuid:${OTHER}"; occi.core.source="/machine/${ID}"; occi.core.source.kind="${MACHINE}"; ` +
        `occi.core.target="/machine/${OTHER}"; occi.core.target.kind="${MACHINE}"; org.test.length=2.5`,
      `Link: </machine/${ID}?action=start>; rel="${START}"`,
      `X-OCCI-Attribute: occi.core.id="urn:uuid:${ID}"`,
      'X-OCCI-Attribute: occi.core.title="A \\"b\\" \\\\ c, d"',
      'X-OCCI-Attribute: org.test.cores=2',
      '',
    ]);
  });

  it('GFD.229 5.1.2: a link instance has its ends among the attributes', () => {
    expect(lines({ type: 'entity', view: cable })).to.deep.equal([
      'Category: cable; scheme="http://example.org/occi/test#"; class="kind"',
      `X-OCCI-Attribute: occi.core.id="urn:uuid:${OTHER}"`,
      `X-OCCI-Attribute: occi.core.source="/machine/${ID}"`,
      `X-OCCI-Attribute: occi.core.source.kind="${MACHINE}"`,
      `X-OCCI-Attribute: occi.core.target="/machine/${OTHER}"`,
      `X-OCCI-Attribute: occi.core.target.kind="${MACHINE}"`,
      'X-OCCI-Attribute: org.test.length=2.5',
      '',
    ]);
  });

  it('a link to what has no kind here names core#resource: nobody can do without rel', () => {
    const target = { location: 'https://example.org/x?a=b' };
    const view = viewOf({}, undefined, { links: [{ ...cable, record: { ...cable.record, target } }] });
    expect(lines({ type: 'entity', view })[1]).to.contain(
      'Link: <https://example.org/x?a=b>; rel="http://schemas.ogf.org/occi/core#resource"; self=',
    );
  });

  it('GFD.229 5.4: categories, parameters in their one order, core first, rel of a mixin the first of depends', () => {
    const core: Kind = { ...machineKind, scheme: 'http://schemas.ogf.org/occi/core#', term: 'entity', actions: [] };
    const mixin: Mixin = {
      ...fastMixin,
      depends: [typeId('http://example.org/occi/test#base'), typeId('http://example.org/occi/test#more')],
      attributes: {
        'org.test.turbo': { type: 'number', mutable: false, required: true, description: '' },
        'org.test.b': { type: 'number', mutable: true, required: true, description: '' },
        'org.test.c': { type: 'number', mutable: false, required: false, description: '' },
        'org.test.d': { type: 'number', mutable: true, required: false, description: '' },
      },
    };
    const kind: Kind = { ...machineKind, attributes: {} };
    expect(
      lines({ type: 'categories', kinds: [kind, core], mixins: [mixin], actions: [stopAction] }).map((line) =>
        line.replace(/title="[^"]*"/, 'title="…"'),
      ),
    ).to.deep.equal([
      `Category: entity; scheme="http://schemas.ogf.org/occi/core#"; class="kind"; title="…"; rel="http://schemas.ogf.org/occi/core#resource"; location="/machine/"; attributes="org.test.cores{required} org.test.memory org.test.label org.test.on org.test.tags org.test.plan org.test.state{immutable}"`,
      `Category: machine; scheme="http://example.org/occi/test#"; class="kind"; title="…"; rel="http://schemas.ogf.org/occi/core#resource"; location="/machine/"; actions="http://example.org/occi/test/machine/action#start http://example.org/occi/test/machine/action#stop"`,
      'Category: fast; scheme="http://example.org/occi/test#"; class="mixin"; title="…"; rel="http://example.org/occi/test#base"; location="/fast/"; attributes="org.test.turbo{immutable required} org.test.b{required} org.test.c{immutable} org.test.d"',
      'Category: stop; scheme="http://example.org/occi/test/machine/action#"; class="action"; title="…"; attributes="method"',
      '',
    ]);
    expect(lines({ type: 'categories', kinds: [], mixins: [fastMixin], actions: [] })[0]).to.not.contain('rel=');
  });

  it('GFD.229 4.3: no sign and no exponent stands bare', () => {
    expect(
      attributesOf({
        'org.a': 1,
        'org.b': 0.25,
        'org.c': -1,
        'org.d': 1e21,
        'org.e': 1e-7,
        'org.f': true,
        'org.g': 'true',
      }),
    ).to.deep.equal(['a=1', 'b=0.25', 'c="-1"', 'd="1e+21"', 'e="1e-7"', 'f=true', 'g="true"']);
  });

  it('lists and objects are JSON in quotes', () => {
    expect(attributesOf({ 'org.a': [1, 'x"\\'], 'org.b': { 'n\u0085\u2028': null } })).to.deep.equal([
      'a="[1,\\"x\\\\\\"\\\\\\\\\\"]"',
      'b="{\\"n\\\\u0085\\\\u2028\\":null}"',
    ]);
  });

  it('what would end a line for anybody is left out and named', () => {
    const bad = ['\n', '\r', '\u0000', '\u000b', '\u001c', '\u0085', '\u2028', '\u2029', '\u007f'];
    const attributes = Object.fromEntries(bad.map((char, index) => [`org.x${index}`, `a${char}X-OCCI-Attribute: b=1`]));
    const view = viewOf({ title: 'tab\tstays', summary: 'a\nb', attributes: { ...attributes, 'org.ok': 'é日' } });
    for (const rendering of [textPlainRendering, textOcciRendering]) {
      const rendered = rendering.render({ type: 'entity', view }, context);
      expect(rendered.headers?.['Parley-Omitted']).to.equal(
        ['occi.core.summary', ...Object.keys(attributes)].join(', '),
      );
      expect(rendered.body).to.not.contain('b=1');
    }
    expect(lines({ type: 'entity', view }).slice(-3)).to.deep.equal([
      'X-OCCI-Attribute: occi.core.title="tab\tstays"',
      'X-OCCI-Attribute: org.ok="é日"',
      '',
    ]);
  });

  it('hostile records cannot break out of their field, in either rendering', () => {
    const evil = 'x>; rel="y"\r\nSet-Cookie: a=b\n\u0085, <z';
    const link = {
      ...cable,
      path: `/cable/"${evil}`,
      record: { ...cable.record, target: { location: `https://e/${evil}`, kind: typeId(evil) } },
    };
    const view = viewOf({}, undefined, { links: [{ ...link, path: '/cable/1' }] });
    const mixin = { ...fastMixin, title: evil, depends: [typeId(evil)], location: `/${evil}/` };
    for (const outcome of [
      { type: 'entity', view },
      { type: 'categories', kinds: [], mixins: [mixin], actions: [] },
    ] as const) {
      const text = lines(outcome);
      for (const line of text.slice(0, -1)) expect(line).to.match(/^(Category|Link|X-OCCI-Attribute): [^\p{Cc}]*$/u);
      for (const value of Object.values(headers(outcome)).flat()) expect(value).to.match(/^[\t\x20-\x7e\x80-\xff]*$/);
      expect(text.join('\n')).to.not.match(/^Set-Cookie/m);
    }
    expect(lines({ type: 'entity', view })[1]).to.match(
      /^Link: <https:\/\/e\/x%3E;%20rel=%22y%22%0D%0ASet-Cookie:%20a=b%0A%C2%85,%20%3Cz>; rel="http:\/\/schemas.ogf.org\/occi\/core#resource"; /,
    );
  });

  it('GFD.229 7: one header line a name, or each on its own where one has a comma, bytes as Latin-1, body OK', () => {
    const rendered = textOcciRendering.render(
      { type: 'entity', view: viewOf({ title: 'Zürich 日', attributes: { 'org.a': 1, 'org.b': 'x, y', 'org.c': 2 } }) },
      context,
    );
    expect(rendered.body).to.equal('OK');
    expect(rendered.headers).to.deep.equal({
      Category: 'machine; scheme="http://example.org/occi/test#"; class="kind"',
      'X-OCCI-Attribute': [
        `occi.core.id="urn:uuid:${ID}"`,
        `occi.core.title="${Buffer.from('Zürich 日').toString('latin1')}"`,
        'org.a=1',
        'org.b="x, y"',
        'org.c=2',
      ],
    });
  });

  it('never more lines than clients read, and rather refused than cut off', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`org.x${index}`, 'a, b']));
    const values = headers({ type: 'entity', view: viewOf({ attributes: many }) })['X-OCCI-Attribute'] ?? [];
    expect(values).to.be.a('string');
    expect(String(values).match(/org\.x\d+="a, b"/g)).to.have.length(200);
    const large = viewOf({ attributes: { 'org.x': 'é'.repeat(31_000) } });
    expect(() => headers({ type: 'entity', view: large })).to.throw(TooLarge);
  });

  it('lists: locations in every text rendering, nothing where there is nothing', () => {
    const outcome = { type: 'collection', views: [machine, cable], of: 'mixed' } as const;
    const urls = [`http://parley.test/machine/${ID}`, `http://parley.test/cable/${OTHER}`];
    expect(lines(outcome)).to.deep.equal([...urls.map((url) => `X-OCCI-Location: ${url}`), '']);
    expect(headers(outcome)).to.deep.equal({ 'X-OCCI-Location': urls.join(', ') });
    expect(uriListRendering.render(outcome, context).body).to.equal(urls.map((url) => `${url}\r\n`).join(''));
    const none = { type: 'collection', views: [], of: 'mixed' } as const;
    expect(textPlainRendering.render(none, context)).to.deep.equal({ body: '' });
    expect(textOcciRendering.render(none, context)).to.deep.equal({ body: 'OK', headers: {} });
    expect(uriListRendering.render(none, context).body).to.equal('');
  });

  it('what an action tells, and what has nothing to tell', () => {
    const outcome = { type: 'document', body: { stored: 2, refused: [] } } as const;
    expect(lines(outcome)).to.deep.equal(['X-OCCI-Attribute: stored=2', 'X-OCCI-Attribute: refused="[]"', '']);
    expect(textPlainRendering.render({ type: 'done' }, context)).to.deep.equal({ body: 'OK\n' });
    expect(textOcciRendering.render({ type: 'done' }, context)).to.deep.equal({ body: 'OK', headers: {} });
  });
});
