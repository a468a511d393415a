import { expect } from 'chai';
import type { Extension } from '../../src/occi/extension.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { typeOf, type Action, type Kind, type Mixin } from '../../src/occi/category.ts';
import { ENTITY, LINK, RESOURCE } from '../../src/occi/core.ts';
import { parseEntityId, tenantId, typeId } from '../../src/shared/ids.ts';
import { ACTION_SCHEME, COMPLETE, RIBBON, TAG, TASK, testExtension } from './world.ts';

const base = 'https://cloud.example.org';
const registry = (...extensions: Extension[]): ReturnType<typeof createRegistry> =>
  createRegistry([testExtension(), ...extensions], { baseUrl: `${base}/` });
const extension = (more: Partial<Extension>): Extension => ({
  name: 'more',
  kinds: [],
  mixins: [],
  actions: [],
  behaviours: [],
  ...more,
});
const [anyKind] = testExtension().kinds as [Kind];
const anyMixin = testExtension().mixins.find((mixin) => typeOf(mixin) === TAG) as Mixin;
const anyAction: Action = { class: 'action', scheme: ACTION_SCHEME, term: 'x', title: '', attributes: {} };
const id = '018f4c1e-7b1a-7000-8000-000000000001';

describe('registry', () => {
  it('lists the core kinds first, then the extensions in order', () => {
    expect(registry().kinds().slice(0, 4).map(typeOf)).to.deep.equal([ENTITY, RESOURCE, LINK, TASK]);
  });

  it('knows what is below what', () => {
    const model = registry();
    expect(model.isA(TASK, RESOURCE)).to.equal(true);
    expect(model.isA(TASK, LINK)).to.equal(false);
    expect(model.isLink(RIBBON)).to.equal(true);
    expect(model.lineage(TASK).map(typeOf)).to.deep.equal([TASK, RESOURCE, ENTITY]);
  });

  it('gives a kind the behaviour of its nearest ancestor', () => {
    const child: Kind = { ...anyKind, term: 'subtask', parent: TASK, location: '/subtask/' };
    const model = registry(extension({ kinds: [child] }));
    expect(model.behaviour(typeOf(child)))
      .to.equal(model.behaviour(TASK))
      .and.not.equal(undefined);
  });

  const wrong: readonly [what: string, extension: Partial<Extension>, said: RegExp][] = [
    ['a kind defined twice', { kinds: [anyKind] }, /defined twice/],
    ['a location used twice', { kinds: [{ ...anyKind, term: 'other' }] }, /its location \/task\/ is that of/],
    [
      'a parent that is missing',
      { kinds: [{ ...anyKind, term: 'x', location: '/x/', parent: typeId('http://a#b') }] },
      /its parent http:\/\/a#b/,
    ],
    [
      'an action that is missing',
      { kinds: [{ ...anyKind, term: 'x', location: '/x/', actions: [typeId('http://a#b')] }] },
      /its action http:\/\/a#b/,
    ],
    [
      'a mixin that depends on nothing known',
      { mixins: [{ ...anyMixin, term: 'x', location: '/x/', depends: [typeId('http://a#b')] }] },
      /depends on a mixin that is missing: http:\/\/a#b/,
    ],
    [
      'a mixin that depends on itself',
      { mixins: [{ ...anyMixin, term: 'x', location: '/x/', depends: [typeId(`${anyMixin.scheme}x`)] }] },
      /depends on itself/,
    ],
    [
      'a mixin for a kind that is missing',
      { mixins: [{ ...anyMixin, term: 'x', location: '/x/', applies: [typeId('http://a#b')] }] },
      /applies to a kind that is missing/,
    ],
    [
      'a behaviour for a kind that is missing',
      { behaviours: [{ kind: typeId('http://a#b') }] },
      /a behaviour for http:\/\/a#b/,
    ],
    [
      'an alias that is an action already',
      {
        actions: [
          { ...anyAction, term: 'x', aliases: [typeId(`${ACTION_SCHEME}begin`)] },
          { ...anyAction, term: 'y', aliases: [COMPLETE] },
        ],
      },
      /alias .*begin is defined already\n.*alias .*complete is defined already/,
    ],
    ['a second behaviour', { behaviours: [{ kind: TASK }] }, /a second behaviour/],
    [
      'a location without a slash at the end',
      { kinds: [{ ...anyKind, term: 'x', location: '/x' }] },
      /not an absolute path/,
    ],
    ['a scheme without #', { kinds: [{ ...anyKind, scheme: 'http://a/', location: '/x/' }] }, /ends in #/],
    [
      'parents in a circle',
      { kinds: [{ ...anyKind, term: 'x', location: '/x/', parent: typeId(`${anyKind.scheme}x`) }] },
      /do not lead to/,
    ],
  ];
  for (const [what, more, said] of wrong)
    it(`refuses ${what}, saying so`, () => {
      expect(() => registry(extension(more))).to.throw(said);
    });

  it('tells every fault at once', () => {
    expect(() => registry(extension({ kinds: [anyKind], behaviours: [{ kind: TASK }] }))).to.throw(
      /defined twice[^]*a second behaviour/,
    );
  });

  it('reads ids, paths and URLs as references, and nothing else', () => {
    const model = registry();
    const expected = parseEntityId(id);
    for (const text of [
      id,
      id.toUpperCase(),
      `urn:uuid:${id}`,
      `/task/${id}`,
      `${base}/task/${id}`,
      `/task/urn:uuid:${id}`,
    ])
      expect(model.parseReference(text), text).to.equal(expected);
    for (const text of [
      '',
      '/',
      '/task/',
      `/nothing/${id}`,
      `/nothing/urn:uuid:${id}`,
      `https://other.org/task/${id}`,
      `${base}.evil/task/${id}`,
      'task',
      `/task/${id}/`,
    ])
      expect(model.parseReference(text), text).to.equal(undefined);
  });

  it('shows a tenant its own mixins and nobody else', () => {
    const model = registry();
    const before = model.revision;
    const type = typeId('http://mine.org/x#own');
    model.addMixin({ ...anyMixin, scheme: 'http://mine.org/x#', term: 'own', location: '/own/', tenant: 'a' });
    expect(model.revision).to.be.greaterThan(before);
    expect(model.mixin(type, tenantId('a'))?.term).to.equal('own');
    expect(model.mixin(type, tenantId('b'))).to.equal(undefined);
    expect(model.mixin(type)).to.equal(undefined);
    expect(model.atLocation('/own/', tenantId('b'))).to.equal(undefined);
    expect(model.mixins(tenantId('a')).map(typeOf)).to.include(type);
    // Another tenant may use the same name and place for its own.
    model.addMixin({
      ...anyMixin,
      scheme: 'http://mine.org/x#',
      term: 'own',
      location: '/own/',
      title: 'b',
      tenant: 'b',
    });
    expect(model.mixin(type, tenantId('b'))?.title).to.equal('b');
    expect(model.removeMixin(type, tenantId('a'))).to.equal(true);
    expect(model.removeMixin(type, tenantId('a'))).to.equal(false);
    expect(model.atLocation('/own/', tenantId('b'))?.title).to.equal('b');
  });

  it('lets no mixin take the place of what is there: it goes beside it, or not at all', () => {
    const model = registry();
    const tenant = tenantId('a');
    const located = (term: string, location: string): string | undefined => {
      model.addMixin({ ...anyMixin, term, location, tenant });
      return model.mixin(typeId(anyMixin.scheme + term), tenant)?.location;
    };
    expect(located('x', '/task/')).to.equal('/task-2/');
    expect(located('y', '/tag/')).to.equal('/tag-2/');
    expect(located('z', '/tag/')).to.equal('/tag-3/');
    expect(located('z', '/tag-3/')).to.equal('/tag-3/');
    expect(model.atLocation('/tag/', tenant)?.term).to.equal('tag');
    expect(() => {
      model.addMixin({ ...anyMixin, term: 'task', location: '/free/', tenant });
    }).to.throw(/in the way/);
  });
});
