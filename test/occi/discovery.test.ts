import { expect } from 'chai';
import { typeOf, type Mixin } from '../../src/occi/category.ts';
import { ENTITY, LINK, RESOURCE } from '../../src/occi/core.ts';
import { restoreMixins } from '../../src/occi/engine.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import type { OcciOutcome } from '../../src/occi/request.ts';
import type { KeyValueStore } from '../../src/occi/store.ts';
import { typeId } from '../../src/shared/ids.ts';
import {
  caller,
  entityOf,
  RATED,
  refusal,
  RIBBON,
  STARRED,
  TAG,
  TASK,
  testExtension,
  viewsOf,
  world,
} from './world.ts';

const scheme = 'http://my.org/tags#';
const mine = typeId(`${scheme}blue`);
const tag = (more: Partial<Mixin> = {}): Mixin => ({
  class: 'mixin',
  scheme,
  term: 'blue',
  title: '',
  location: '/blue/',
  attributes: {},
  actions: [],
  depends: [],
  applies: [],
  ...more,
});

function categories(outcome: OcciOutcome): Extract<OcciOutcome, { type: 'categories' }> {
  if (outcome.type !== 'categories') throw new Error(`no categories but ${outcome.type}`);
  return outcome;
}
const mixinTypes = (outcome: OcciOutcome): readonly string[] => categories(outcome).mixins.map(typeOf);

/** A memory whose `failing`th set fails. */
function memory(failing = Infinity): KeyValueStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  let sets = 0;
  return {
    kept,
    get: (_space, key) => Promise.resolve(kept.get(key)),
    entries: () => Promise.resolve([...kept]),
    set(_space, key, value) {
      if (++sets === failing) return Promise.reject(new Error('the disk is full'));
      kept.set(key, value);
      return Promise.resolve(true);
    },
    delete: (_space, key) => Promise.resolve(kept.delete(key)),
  };
}

describe('discovery', () => {
  it('shows the core kinds first, then every kind, mixin and action, the same lists until something changes', async () => {
    const { ask } = world();
    const found = categories(await ask({ op: 'discover' }));
    expect(found.kinds.slice(0, 4).map(typeOf)).to.deep.equal([ENTITY, RESOURCE, LINK, TASK]);
    expect(found.mixins.map(typeOf)).to.include.members([RATED, STARRED, TAG]);
    expect(found.actions).to.have.length(5);
    expect(categories(await ask({ op: 'discover' })).mixins).to.equal(found.mixins);
    await ask({ op: 'addMixins', mixins: [tag()] });
    expect(mixinTypes(await ask({ op: 'discover' }))).to.include(mine);
  });

  it('is filtered to what is named and what is right below it', async () => {
    const { ask } = world();
    const leaf = categories(await ask({ op: 'discover', filter: [TASK] }));
    expect([...leaf.kinds, ...leaf.mixins, ...leaf.actions].map(typeOf)).to.deep.equal([TASK]);
    const link = categories(await ask({ op: 'discover', filter: [LINK] }));
    expect(link.kinds.map(typeOf)).to.deep.equal([LINK, RIBBON]);
    const rated = categories(await ask({ op: 'discover', filter: [RATED] }));
    expect(rated.mixins.map(typeOf)).to.deep.equal([RATED, STARRED]);
    const none = categories(await ask({ op: 'discover', filter: [typeId('http://no.org/no#no')] }));
    expect([...none.kinds, ...none.mixins, ...none.actions]).to.deep.equal([]);
  });

  it('takes mixins that depend on what nobody knows, and does not show that', async () => {
    const { ask } = world();
    const unknown = typeId('http:/example.com/occi/something_else#mixin');
    const [answered] = categories(
      await ask({ op: 'addMixins', mixins: [tag({ depends: [unknown, RATED, TASK] })] }),
    ).mixins;
    expect(answered?.depends).to.deep.equal([RATED]);
    const [shown] = categories(await ask({ op: 'discover', filter: [mine] })).mixins;
    expect(shown?.depends).to.deep.equal([RATED]);
  });

  it('derives locations that are missing, and brings others into form', async () => {
    const { ask } = world();
    const located = async (location: string, term: string): Promise<string | undefined> =>
      categories(await ask({ op: 'addMixins', mixins: [tag({ location, term })] })).mixins[0]?.location;
    expect(await located('', 'Red')).to.equal('/mixin/red/');
    expect(await located('http://127.0.0.1:8080/my/green', 'green')).to.equal('/my/green/');
    expect(await located('yellow', 'yellow')).to.equal('/yellow/');
    const [other] = categories(
      await ask({ op: 'addMixins', mixins: [tag({ location: '', term: 'red', scheme: 'http://other.org/tags#' })] }),
    ).mixins;
    expect(other?.location).to.equal('/mixin/red-2/');
  });

  it('answers 409 where the type or the place is taken, and adds none of those that came with it', async () => {
    const { ask } = world();
    await ask({ op: 'addMixins', mixins: [tag()] });
    const red = tag({ term: 'red', location: '/red/' });
    for (const taken of [
      tag(),
      tag({ location: '/elsewhere/' }),
      tag({ term: 'green' }),
      tag({ term: 'green', location: '/task/' }),
      tag({ scheme: 'http://example.org/test#', term: 'tag', location: '/x/' }),
      tag({ scheme: 'http://schemas.ogf.org/occi/core#', term: 'link', location: '/x/' }),
      { ...red, title: 'again' },
    ])
      expect((await refusal(ask({ op: 'addMixins', mixins: [red, taken] }))).status).to.equal(409);
    expect((await refusal(ask({ op: 'addMixins', mixins: [red, tag({ term: 'a b' })] }))).status).to.equal(400);
    expect(mixinTypes(await ask({ op: 'discover' }))).to.not.include(typeId(`${scheme}red`));
    expect((await refusal(ask({ op: 'addMixins', mixins: [] }))).status).to.equal(400);
  });

  it('lets tenants have the same mixin side by side', async () => {
    const { ask, task } = world();
    const other = { caller: caller('customer', 'other') };
    await ask({ op: 'addMixins', mixins: [tag()] });
    await ask({ op: 'addMixins', mixins: [tag()] }, other);
    const { path } = await task();
    await ask({ op: 'associate', path: '/blue/', members: [path] });
    expect(viewsOf(await ask({ op: 'list', path: '/blue/', query: {} }, other))).to.deep.equal([]);
    expect((await refusal(ask({ op: 'associate', path: '/blue/', members: [path] }, other))).status).to.equal(422);
    await ask({ op: 'removeMixins', mixins: [mine] }, other);
    expect(viewsOf(await ask({ op: 'list', path: '/blue/', query: {} }))).to.have.length(1);
  });

  it('sets a limit to what one tenant defines', async () => {
    const { ask } = world();
    const some = (from: number, count: number): Mixin[] =>
      Array.from({ length: count }, (_, index) => tag({ term: `t${from + index}`, location: '' }));
    for (let from = 0; from < 1000; from += 250) await ask({ op: 'addMixins', mixins: some(from, 250) });
    expect((await refusal(ask({ op: 'addMixins', mixins: some(1000, 1) }))).status).to.equal(413);
    expect((await refusal(ask({ op: 'addMixins', mixins: some(2000, 257) }))).status).to.equal(400);
    await ask({ op: 'addMixins', mixins: some(1000, 1) }, { caller: caller('customer', 'other') });
  });

  it('removes several mixins or none, off everything that carries them', async () => {
    const { ask, task, store } = world();
    const red = tag({ term: 'red', location: '/red/' });
    await ask({ op: 'addMixins', mixins: [tag(), red] });
    const { path, record } = await task();
    for (const at of ['/blue/', '/red/', '/tag/']) await ask({ op: 'associate', path: at, members: [path] });
    expect((await refusal(ask({ op: 'removeMixins', mixins: [mine, TAG] }))).status).to.equal(403);
    expect((await refusal(ask({ op: 'removeMixins', mixins: [mine, TASK] }))).status).to.equal(403);
    expect((await refusal(ask({ op: 'removeMixins', mixins: [mine, typeId('http://no#no')] }))).status).to.equal(404);
    expect((await store.get(record.id))?.mixins).to.have.length(3);
    await ask({ op: 'removeMixins', mixins: [mine, typeOf(red)] });
    expect(entityOf(await ask({ op: 'read', path })).record.mixins).to.deep.equal([TAG]);
    expect((await refusal(ask({ op: 'list', path: '/blue/', query: {} }))).status).to.equal(404);
  });

  it('takes a mixin off what clients cannot change otherwise, and off thousands', async () => {
    const { ask, store, task } = world();
    await ask({ op: 'addMixins', mixins: [tag()] });
    const { record } = await task();
    const writes = Array.from({ length: 1200 }, (_, index) => {
      const id = `018f4c1e-7b1a-7000-8000-${String(index).padStart(12, '0')}` as typeof record.id;
      return { op: 'create', record: { ...record, id, mixins: [mine], hidden: index % 7 === 0 } } as const;
    });
    await store.write(writes);
    await ask({ op: 'removeMixins', mixins: [mine] });
    expect(await store.count({ mixin: mine, hidden: 'with' })).to.equal(0);
  });

  it('keeps mixins over a restart, and forgets those that could not be kept', async () => {
    const kept = memory();
    const { ask } = world({ memory: kept });
    const red = tag({ term: 'red', location: '/red/' });
    await ask({ op: 'addMixins', mixins: [tag(), red] });
    await ask({ op: 'removeMixins', mixins: [mine] });
    const registry = createRegistry([testExtension()], { baseUrl: 'http://127.0.0.1:8080' });
    expect(await restoreMixins(registry, kept)).to.deep.equal([]);
    expect(registry.mixins(caller().tenant).map(typeOf)).to.include(typeOf(red)).and.not.include(mine);

    const full = memory(2);
    const failing = world({ memory: full });
    let failed = false;
    await failing.ask({ op: 'addMixins', mixins: [tag(), red] }).catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect([...full.kept]).to.deep.equal([]);
    expect(mixinTypes(await failing.ask({ op: 'discover' }))).to.not.include.members([mine]);
    await failing.ask({ op: 'addMixins', mixins: [tag(), red] });
  });
});
