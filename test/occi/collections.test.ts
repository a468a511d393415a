import { expect } from 'chai';
import fc from 'fast-check';
import { LINK, RESOURCE } from '../../src/occi/core.ts';
import type { Mixin } from '../../src/occi/category.ts';
import type { ListRequest } from '../../src/occi/request.ts';
import { urn } from '../../src/shared/ids.ts';
import {
  caller,
  create,
  document,
  entityOf,
  RATED,
  refusal,
  RIBBON,
  TAG,
  TASK,
  viewsOf,
  world,
  type World,
} from './world.ts';

const paths = async (w: World, path: string, query: ListRequest = {}): Promise<readonly string[]> =>
  viewsOf(await w.ask({ op: 'list', path, query })).map((view) => view.path);

const tag = (term: string, location: string): Mixin => ({
  class: 'mixin',
  scheme: 'http://my.org/tags#',
  term,
  title: '',
  location,
  attributes: {},
  actions: [],
  depends: [],
  applies: [],
});

const ribbon = (source: string, target: string): Parameters<typeof create>[1] => ({
  kind: RIBBON,
  mixins: [],
  attributes: {},
  source: { location: source },
  target: { location: target },
});

describe('engine: filters and unions', () => {
  it('filter by what entities have beside their attributes', async () => {
    const w = world();
    const [a, b] = [
      entityOf(await w.ask(create('/task/', document({ title: 'a "b", c', summary: 's' })))),
      entityOf(await w.ask(create('/task/', document({ title: 'other', summary: 's' })))),
    ];
    const link = entityOf(await w.ask(create('/ribbon/', ribbon(a.path, b.path))));
    const far = entityOf(await w.ask(create('/ribbon/', ribbon(a.path, 'https://elsewhere.org/x'))));
    const by = (attributes: ListRequest['attributes'] & object, path = '/'): Promise<readonly string[]> =>
      paths(w, path, { attributes });
    expect(await by({ 'occi.core.title': 'a "b", c' })).to.deep.equal([a.path]);
    expect(await by({ 'occi.core.summary': 's' }, '/task/')).to.deep.equal([a.path, b.path]);
    expect(await by({ 'occi.core.summary': 's', 'occi.core.title': 'other' })).to.deep.equal([b.path]);
    for (const id of [a.record.id, urn(a.record.id), a.path, `http://127.0.0.1:8080${a.path}`])
      expect(await by({ 'occi.core.id': id })).to.deep.equal([a.path]);
    expect(await by({ 'occi.core.id': 'Compute_1' })).to.deep.equal([]);
    expect(await by({ 'occi.core.id': a.record.id }, '/notice/')).to.deep.equal([]);
    expect(await by({ 'occi.core.source': `http://127.0.0.1:8080${a.path}` })).to.deep.equal([link.path, far.path]);
    expect(await by({ 'occi.core.target': b.record.id, 'occi.core.source': a.path })).to.deep.equal([link.path]);
    expect(await by({ 'occi.core.target': 'https://elsewhere.org/x' })).to.deep.equal([far.path]);
    expect(await by({ 'occi.core.target.kind': TASK })).to.deep.equal([link.path]);
    const theirs = { caller: caller('customer', 'other') };
    const foreign = await w.ask(
      { op: 'list', path: '/', query: { attributes: { 'occi.core.id': a.record.id } } },
      theirs,
    );
    expect(viewsOf(foreign)).to.deep.equal([]);
  });

  it('refuse a filter by what nothing here can have, and read words of any case', async () => {
    const w = world();
    const { path } = await w.task({ 'task.name': 'a', 'task.mood': 'Calm' });
    expect(await paths(w, '/task/', { attributes: { 'task.mood': 'CALM' } })).to.deep.equal([path]);
    expect(await paths(w, '/task/', { attributes: { 'rated.by': 'me' } })).to.deep.equal([]);
    const error = await refusal(
      w.ask({ op: 'list', path: '/task/', query: { attributes: { 'no.such': 1, 'ribbon.colour': 'red' } } }),
    );
    expect(error.status).to.equal(400);
    expect(error.problems.map((problem) => problem.path)).to.deep.equal([
      '/attributes/no.such',
      '/attributes/ribbon.colour',
    ]);
  });

  it('filter by a kind with those below it, wherever they are', async () => {
    const w = world();
    const { path } = await w.task();
    const link = entityOf(await w.ask(create('/ribbon/', ribbon(path, path))));
    expect(await paths(w, '/', { categories: [RESOURCE] })).to.deep.equal([path]);
    expect(await paths(w, '/', { categories: [LINK] })).to.deep.equal([link.path]);
  });

  it('keep pages whole where several mixins are wanted, by index and by cursor', async () => {
    const w = world();
    const wanted: string[] = [];
    for (let index = 0; index < 23; index++) {
      const mixins = index % 3 === 0 ? [TAG, RATED] : index % 3 === 1 ? [TAG] : [RATED];
      const view = entityOf(await w.ask(create('/task/', document({ mixins }))));
      if (index % 3 === 0) wanted.push(view.path);
    }
    const categories = [TAG, RATED];
    expect(await paths(w, '/task/', { categories, page: 2, number: 3 })).to.deep.equal(wanted.slice(3, 6));
    expect(await paths(w, '/task/', { categories, page: 4, number: 3 })).to.deep.equal([]);
    const seen: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const outcome = await w.ask({ op: 'list', path: '/task/', query: { categories, after, number: 3 } });
      expect(viewsOf(outcome).length).to.be.at.most(3);
      seen.push(...viewsOf(outcome).map((view) => view.path));
      after = outcome.type === 'collection' ? outcome.next : undefined;
    }
    expect(seen).to.deep.equal(wanted);
  });

  it('give the same pages as looking at everything, whatever is asked', async () => {
    const kinds = ['task', 'notice'] as const;
    const thing = fc.record({
      kind: fc.constantFrom(...kinds),
      title: fc.constantFrom('x', 'y'),
      count: fc.constantFrom(0, 1),
      mixins: fc.subarray([TAG, RATED]),
    });
    const query = fc.record(
      {
        path: fc.constantFrom('/', '/task/', '/notice/', '/tag/'),
        categories: fc.subarray([TAG, RATED, TASK, RESOURCE]),
        title: fc.constantFrom('x', 'y'),
        count: fc.constantFrom(0, 1),
        number: fc.integer({ min: 1, max: 5 }),
      },
      { requiredKeys: ['path', 'categories', 'number'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(thing, { maxLength: 14 }), query, async (things, asked) => {
        const w = world();
        const { path, categories, title, number } = asked;
        // Nothing at /notice/ has the attribute, which would be told.
        const count = path === '/notice/' ? undefined : asked.count;
        const wanted: string[] = [];
        for (const { kind, mixins, ...one } of things) {
          const attributes = kind === 'task' ? { 'task.name': 'n', 'task.count': one.count } : {};
          const view = entityOf(await w.ask(create(`/${kind}/`, { title: one.title, mixins, attributes })));
          const has =
            (path === '/' || path === `/${kind}/` || (path === '/tag/' && mixins.includes(TAG))) &&
            (title === undefined || one.title === title) &&
            (count === undefined || (kind === 'task' && one.count === count)) &&
            [TAG, RATED].every((type) => !categories.includes(type) || mixins.includes(type)) &&
            (!categories.includes(TASK) || kind === 'task');
          if (has) wanted.push(view.path);
        }
        const filter = {
          categories,
          attributes: {
            ...(title === undefined ? {} : { 'occi.core.title': title }),
            ...(count === undefined ? {} : { 'task.count': count }),
          },
        };
        for (let page = 1; page <= wanted.length / number + 1; page++)
          expect(await paths(w, path, { ...filter, page, number })).to.deep.equal(
            wanted.slice((page - 1) * number, page * number),
          );
        const seen: string[] = [];
        for (let after: string | undefined = '', pages = 0; after !== undefined; pages++) {
          expect(pages).to.be.lessThan(20);
          const outcome = await w.ask({ op: 'list', path, query: { ...filter, after, number } });
          seen.push(...viewsOf(outcome).map((view) => view.path));
          after = outcome.type === 'collection' ? outcome.next : undefined;
        }
        expect(seen).to.deep.equal(wanted);
      }),
      { numRuns: 120 },
    );
  });

  it('a path above mixins holds what carries one of them, each once', async () => {
    const w = world();
    await w.ask({ op: 'addMixins', mixins: [tag('one', '/my/one/'), tag('two', '/my/two/'), tag('other', '/his/')] });
    const [a, b, c, d] = [await w.task(), await w.task(), await w.task(), await w.task()];
    await w.ask({ op: 'associate', path: '/my/two/', members: [c.path, a.path] });
    await w.ask({ op: 'associate', path: '/my/one/', members: [a.path] });
    await w.ask({ op: 'associate', path: '/his/', members: [b.path, a.path] });
    expect(await paths(w, '/my/')).to.deep.equal([a.path, c.path]);
    expect(await paths(w, '/my/', { page: 2, number: 1 })).to.deep.equal([c.path]);
    const first = await w.ask({ op: 'list', path: '/my/', query: { after: '', number: 1 } });
    const next = first.type === 'collection' ? first.next : undefined;
    expect(await paths(w, '/my/', next === undefined ? {} : { after: next })).to.deep.equal([c.path]);
    expect((await paths(w, '/')).length).to.equal(4);
    const foreign = w.ask({ op: 'list', path: '/my/', query: {} }, { caller: caller('customer', 'other') });
    expect((await refusal(foreign)).status).to.equal(404);
    const done = await w.ask({ op: 'deleteAll', path: '/my/', query: {} });
    expect(done.type === 'done' && done.ids).to.deep.equal([a.record.id, c.record.id]);
    expect(await paths(w, '/')).to.deep.equal([b.path, d.path]);
  });

  it('read the links of a whole list together', async () => {
    const w = world();
    for (let index = 0; index < 20; index++) {
      const links = Array.from({ length: index % 3 }, () => ({ ...ribbon('', 'https://elsewhere.org/x') }));
      await w.ask(create('/task/', document({ links })));
    }
    const before = w.store.lists;
    const views = viewsOf(await w.ask({ op: 'list', path: '/task/', query: {} }));
    expect(w.store.lists - before).to.equal(2);
    expect(views.map((view) => view.links.length)).to.deep.equal(views.map((_, index) => index % 3));
    await w.ask({ op: 'deleteAll', path: '/task/', query: {} });
    expect(w.store.lists - before).to.be.at.most(5);
    expect(await w.store.count({})).to.equal(0);
  });
});

describe('engine: DELETE of collections', () => {
  it("takes the caller's own things and leaves what is everybody's or the service's", async () => {
    const w = world();
    const a = await w.task();
    await w.ask(create('/ribbon/', ribbon(a.path, a.path)));
    await w.ask(create('/notice/', { mixins: [], attributes: {} }));
    await w.task({ 'task.name': 'foreign' }, { caller: caller('customer', 'other') });
    const sealed = { ...a.record, id: '018f4c1e-7b1a-7000-8000-000000000001' as typeof a.record.id };
    const kind = 'http://example.org/test#sealed' as typeof a.record.kind;
    await w.store.write([{ op: 'create', record: { ...sealed, kind } }]);
    await w.ask({ op: 'deleteAll', path: '/', query: {} });
    expect(await w.store.count({})).to.equal(3);
    expect((await refusal(w.ask({ op: 'deleteAll', path: '/sealed/', query: {} }))).status).to.equal(405);
    expect((await refusal(w.ask({ op: 'deleteAll', path: '/notice/', query: {} }))).status).to.equal(405);
    expect((await refusal(w.ask({ op: 'deleteAll', path: '/nothing/', query: {} }))).status).to.equal(404);
    const auditor = { caller: caller('auditor') };
    for (const path of ['/', '/task/'])
      expect((await refusal(w.ask({ op: 'deleteAll', path, query: {} }, auditor))).status).to.equal(403);
  });

  it('is narrowed by a filter', async () => {
    const w = world();
    const [, b] = [await w.task({ 'task.name': 'a' }), await w.task({ 'task.name': 'b' })];
    await w.ask({ op: 'deleteAll', path: '/task/', query: { attributes: { 'task.name': 'a' } } });
    expect(await paths(w, '/task/')).to.deep.equal([b.path]);
  });
});
