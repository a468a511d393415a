import { expect } from 'chai';
import { typeId } from '../../src/shared/ids.ts';
import { caller, create, entityOf, refusal, TAG, viewsOf, world } from './world.ts';

describe('engine: mixins at run time', () => {
  const scheme = 'http://my.org/tags#';
  const mine = typeId(`${scheme}blue`);
  const blue = {
    class: 'mixin',
    scheme,
    term: 'blue',
    title: '',
    location: '/blue/',
    attributes: {},
    actions: [],
    depends: [],
    applies: [],
  } as const;

  it('are added, seen by their tenant, put on entities, listed, and taken away', async () => {
    const { ask, task } = world();
    const [a, b] = [await task(), await task()];
    await ask({ op: 'addMixins', mixins: [blue] });
    const found = await ask({ op: 'discover', filter: [mine] });
    expect(found.type === 'categories' && found.mixins.length).to.equal(1);
    const foreign = await ask({ op: 'discover', filter: [mine] }, { caller: caller('customer', 'other') });
    expect(foreign.type === 'categories' && foreign.mixins.length).to.equal(0);
    expect(viewsOf(await ask({ op: 'associate', path: '/blue/', members: [a.path, b.path] }))).to.have.length(2);
    expect(viewsOf(await ask({ op: 'list', path: '/blue/', query: {} }))).to.have.length(2);
    expect(viewsOf(await ask({ op: 'disassociate', path: '/blue/', members: [a.path] }))).to.have.length(1);
    const members = viewsOf(await ask({ op: 'replaceMembers', path: '/blue/', members: [a.path] }));
    expect(members.map((view) => view.path)).to.deep.equal([a.path]);
    await ask({ op: 'removeMixins', mixins: [mine] });
    expect(entityOf(await ask({ op: 'read', path: a.path })).record.mixins).to.deep.equal([]);
    expect((await refusal(ask({ op: 'list', path: '/blue/', query: {} }))).status).to.equal(404);
  });

  it('DELETE of their collection takes them off and destroys nothing', async () => {
    const { ask, task, store } = world();
    const a = await task();
    await ask({ op: 'associate', path: '/tag/', members: [a.path] });
    await ask({ op: 'deleteAll', path: '/tag/', query: {} });
    expect((await store.get(a.record.id))?.mixins).to.deep.equal([]);
  });

  it("are not the provider's, nor in its schemes or places", async () => {
    const { ask } = world();
    expect((await refusal(ask({ op: 'removeMixins', mixins: [TAG] }))).status).to.equal(403);
    expect((await refusal(ask({ op: 'removeMixins', mixins: [mine] }))).status).to.equal(404);
    const add = (more: object): Promise<unknown> => ask({ op: 'addMixins', mixins: [{ ...blue, ...more }] });
    expect((await refusal(add({ scheme: 'http://schemas.ogf.org/occi/infrastructure#' }))).status).to.equal(403);
    for (const location of [
      '/',
      '/-/',
      '/.well-known/org/ogf/occi/-/',
      '/health/live/',
      '/a b/',
      '/a/../b/',
      '/a?c=d/',
    ])
      expect((await refusal(add({ location }))).status, location).to.equal(400);
  });

  it('that apply elsewhere, or require a value, are refused with nothing changed', async () => {
    const { ask, task, store } = world();
    const a = await task();
    const notice = entityOf(await ask(create('/notice/', { mixins: [], attributes: {} })));
    expect((await refusal(ask({ op: 'associate', path: '/loud/', members: [a.path, notice.path] }))).status).to.equal(
      403,
    );
    expect((await refusal(ask({ op: 'associate', path: '/starred/', members: [a.path] }))).status).to.equal(400);
    expect((await store.get(a.record.id))?.rev).to.equal(1);
  });
});
