import { expect } from 'chai';
import { jsonFault } from '../../../src/occi/rendering/json-fault.ts';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import { BadRequest } from '../../../src/shared/errors.ts';
import type { Json } from '../../../src/shared/json.ts';
import { CABLE, MACHINE, START } from '../../support/http-world.ts';
import { model } from './samples.ts';

const { parser } = jsonRendering;
const message = (body: Json | string): { headers: string[]; body: Buffer } => ({
  headers: [],
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const problems = (work: () => unknown): [path: string, code: string][] => {
  try {
    work();
  } catch (error) {
    if (error instanceof BadRequest) return error.problems.map(({ path, code }) => [path, code]);
    throw error;
  }
  return [];
};

describe('rendering: JSON', () => {
  it('a link’s ends as objects, as plain strings, or among the attributes', () => {
    const ends = { source: { location: '/machine/1', kind: MACHINE }, target: 'https://example.org/' };
    expect(parser.entity(message({ kind: CABLE, ...ends }), model)).to.deep.equal({
      kind: CABLE,
      mixins: [],
      attributes: {},
      source: { location: '/machine/1', kind: MACHINE },
      target: { location: 'https://example.org/' },
    });
    const attributes = { 'occi.core.source': '/machine/1', 'occi.core.target': '/machine/2' };
    expect(parser.entity(message({ kind: CABLE, attributes }), model).attributes).to.deep.equal(attributes);
  });

  it('pitfall 17: an inline link in full, as {location, kind}, as a plain string, with attributes only', () => {
    const links: Json[] = [
      { kind: CABLE, target: { location: '/machine/1', kind: MACHINE } },
      { location: '/machine/2', kind: MACHINE },
      { location: '/cable/3', kind: CABLE },
      '/machine/4',
      { kind: CABLE, self: '/cable/5', rel: MACHINE, attributes: { 'occi.core.target': '/machine/5' } },
    ];
    const none = { mixins: [], attributes: {} };
    expect(parser.entity(message({ kind: MACHINE, links }), model).links).to.deep.equal([
      { ...none, kind: CABLE, target: { location: '/machine/1', kind: MACHINE } },
      { ...none, target: { location: '/machine/2', kind: MACHINE } },
      { ...none, kind: CABLE, target: { location: '/cable/3' } },
      { ...none, target: { location: '/machine/4' } },
      { ...none, kind: CABLE, attributes: { 'occi.core.target': '/machine/5' } },
    ]);
  });

  it('attributes nested by their dots, as the drafts had them, are read as flat ones', () => {
    const read = (attributes: Json): unknown => parser.entity(message({ kind: MACHINE, attributes }), model).attributes;
    expect(read({ org: { test: { cores: 2, plan: { steps: [1] } } }, occi: { core: { title: 'x' } } })).to.deep.equal({
      'org.test.cores': 2,
      'org.test.plan': { steps: [1] },
      'occi.core.title': 'x',
    });
    // What is flat already stays as it is, however deep its value.
    const flat = { 'org.test.plan': { a: { b: 1 } }, 'org.test.tags': [{ c: {} }], single: {} };
    expect(read(flat)).to.deep.equal(flat);
    const twice = { 'org.test.cores': 1, org: { test: { cores: 2 } } };
    expect(problems(() => read(twice))).to.deep.equal([['/attributes/org.test.cores', 'attribute_repeated']]);
  });

  it('one entity, a collection of one, a collection of several, links', () => {
    const one = { kind: MACHINE, attributes: {} };
    for (const body of [one, { resources: [one] }])
      expect(parser.entities(message(body), model)).to.deep.equal([{ ...one, mixins: [] }]);
    expect(parser.entities(message({ resources: [one], links: [{ kind: CABLE }] }), model)).to.have.length(2);
    expect(parser.entity(message({ links: [{ kind: CABLE }] }), model)).to.include({ kind: CABLE });
    expect(parser.entity(message({ title: 'x', links: [{ kind: CABLE }] }), model).links).to.have.length(1);
    // Sent to a resource, its own; sent to a link, the link.
    expect(parser.entity(message({ links: [{ kind: CABLE }] }), model, MACHINE).links).to.have.length(1);
    expect(parser.entity(message({ links: [] }), model, MACHINE).links).to.deep.equal([]);
    expect(parser.entity(message({ links: [{ kind: CABLE }] }), model, CABLE)).to.include({ kind: CABLE });
    expect(problems(() => parser.entities(message({ resources: one, links: 1 }), model))).to.deep.include.members([
      ['/resources', 'type'],
      ['/links', 'type'],
    ]);
    expect(parser.entities(message({ links: [{ kind: CABLE }, { kind: CABLE }] }), model)).to.have.length(2);
    // A single resource has links too.
    expect(parser.entities(message({ ...one, links: [{ kind: CABLE }] }), model)[0]?.links).to.have.length(1);
    expect(problems(() => parser.entities(message({ resources: [] }), model))).to.deep.equal([['', 'entity_missing']]);
    expect(problems(() => parser.entity(message({ resources: [one, one] }), model))).to.deep.equal([
      ['', 'entity_count'],
    ]);
    expect(problems(() => parser.entity(message({ resources: [{ x: 1 }] }), model))).to.deep.equal([
      ['/resources/0/x', 'member_unknown'],
    ]);
  });

  it('all problems at once, each with its pointer', () => {
    const body = {
      kind: 5,
      mixins: 'fast',
      titel: 'x',
      attributes: [],
      links: [{ kind: 'no identifier', 'a/b~c': 1 }, 5],
      target: { kind: MACHINE },
    };
    expect(problems(() => parser.entity(message(body), model))).to.have.deep.members([
      ['/kind', 'type'],
      ['/mixins', 'type'],
      ['/titel', 'member_unknown'],
      ['/attributes', 'type'],
      ['/links/0/kind', 'type_identifier'],
      ['/links/0/a~1b~0c', 'member_unknown'],
      ['/links/1', 'type'],
      ['/target/location', 'member_missing'],
    ]);
    expect(problems(() => parser.entities(message({ resources: [{}, { x: 1 }], y: 1 }), model))).to.deep.equal([
      ['/y', 'member_unknown'],
      ['/resources/0/kind', 'kind_required'],
      ['/resources/1/x', 'member_unknown'],
      ['/resources/1/kind', 'kind_required'],
    ]);
    expect(problems(() => parser.entity(message([]), model))).to.deep.equal([['', 'type']]);
  });

  it('of a repeated name the last value stands, in the parser as in every other', () => {
    expect(parser.entity(message('{"title":"a","title":"b"}'), model).title).to.equal('b');
  });

  it('names that reach for prototypes do no harm', () => {
    const document = parser.entity(message('{"attributes":{"constructor":{"prototype":{"x":1}},"toString":1}}'), model);
    expect(Object.keys(document.attributes)).to.deep.equal(['constructor.prototype.x', 'toString']);
    expect(({} as { x?: number }).x).to.equal(undefined);
    expect(problems(() => parser.entity(message('{"attributes":{"a":[{"__proto__":1}]}}'), model))).to.deep.equal([
      ['/attributes/a/0/__proto__', 'name_forbidden'],
    ]);
  });

  it('half a character is no text, and a whole one in two escapes is', () => {
    const read = (text: string): unknown => problems(() => parser.entity(message(text), model));
    expect(read('{"attributes":{"a":["x\\ud83d"]}}')).to.deep.equal([['/attributes/a/0', 'json_string']]);
    expect(read('{"attributes":{"a":{"\\uDE00":1}}}')).to.deep.equal([['/attributes/a', 'json_string']]);
    const whole = parser.entity(message('{"title":"\\ud83d\\ude00"}'), model);
    expect(whole.title).to.equal('\u{1f600}');
  });

  it('invocations with and without a body', () => {
    expect(parser.invocation(message(''), model, 'start')).to.deep.equal({ term: 'start', attributes: {} });
    expect(parser.invocation(message({ action: START, attributes: { a: 1 } }), model, 'start')).to.deep.equal({
      term: 'start',
      action: START,
      attributes: { a: 1 },
    });
    expect(problems(() => parser.invocation(message({ action: 'start', more: 1 }), model, 'start'))).to.have.length(2);
  });

  it('members by id, as strings or objects; mixins of the client’s own', () => {
    expect(parser.members(message({ resources: ['/a/1', { id: 'urn:uuid:2', kind: MACHINE }] }))).to.deep.equal([
      '/a/1',
      'urn:uuid:2',
    ]);
    expect(parser.members(message({ id: '/a/1' }))).to.deep.equal(['/a/1']);
    expect(parser.members(message(['/a/1', 'urn:uuid:2', { location: '/a/3' }]))).to.deep.equal([
      '/a/1',
      'urn:uuid:2',
      '/a/3',
    ]);
    expect(problems(() => parser.members(message(['/a/1', 2])))).to.deep.equal([['/1', 'id_missing']]);
    expect(problems(() => parser.members(message('"x"')))).to.deep.equal([]);
    const mixin = { term: 'mine', scheme: 'http://example.org/mine#', location: '/mine/' };
    expect(parser.mixins(message({ mixins: [mixin] }), model)[0]).to.include({
      ...mixin,
      class: 'mixin',
      tenant: 'acme',
    });
    expect(parser.types(message(mixin))).to.deep.equal(['http://example.org/mine#mine']);
    expect(
      problems(() => parser.mixins(message({ ...mixin, location: 1, actions: [START] }), model)),
    ).to.have.deep.members([
      ['/actions', 'not_supported'],
      ['/location', 'type'],
    ]);
  });

  it('the place of a fault', () => {
    const at = (text: string): string => {
      const { line, column, what } = jsonFault(text);
      return `${line}:${column} ${what}`;
    };
    expect(at('')).to.equal('1:1 the text ends where a value is expected');
    expect(at('{"a":1,}')).to.equal('1:8 expected a name in quotes, found }');
    expect(at('{"a" 1}')).to.equal('1:6 expected : after the name, found 1');
    expect(at('[1 2]')).to.equal('1:4 expected a comma or the end of the list, found 2');
    expect(at('{}\n\n x')).to.equal('3:2 expected nothing more, found x');
    expect(at('["a\nb"]')).to.equal('1:4 a control character inside a string must be escaped');
    expect(at('["\\x"]')).to.equal('1:3 no such escape');
    expect(at('["abc')).to.equal('1:2 this string does not end');
    expect(at('[01]')).to.equal('1:3 expected a comma or the end of the list, found 1');
    expect(at("{'a':1}")).to.equal("1:2 expected a name in quotes or }, found '");
    expect(at('[True]')).to.equal('1:2 expected a value or ], found T');
  });
});
