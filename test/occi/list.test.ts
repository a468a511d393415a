import { expect } from 'chai';
import fc from 'fast-check';
import type { ListRequest } from '../../src/occi/request.ts';
import { typeId } from '../../src/shared/ids.ts';
import { caller, entityOf, RATED, refusal, RIBBON, TAG, TASK, viewsOf, world, type World } from './world.ts';

const list = (w: World, query: ListRequest = {}, path = '/task/', who = caller()): ReturnType<World['ask']> =>
  w.ask({ op: 'list', path, query }, { caller: who });

const names = async (outcome: ReturnType<World['ask']>): Promise<readonly unknown[]> =>
  viewsOf(await outcome).map((view) => view.record.attributes['task.name']);

async function tasks(w: World, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await w.task({ 'task.name': `t${index}`, 'task.count': index % 3 });
}

describe('collections', () => {
  it('hold what the tenant has, oldest first', async () => {
    const w = world();
    await tasks(w, 3);
    await w.task({ 'task.name': 'foreign' }, { caller: caller('customer', 'other') });
    expect(await names(list(w))).to.deep.equal(['t0', 't1', 't2']);
  });

  it('are filtered by category and by attributes', async () => {
    const w = world();
    await tasks(w, 4);
    await w.ask({
      op: 'create',
      path: '/task/',
      documents: [{ mixins: [TAG, RATED], attributes: { 'task.name': 'x' } }],
    });
    expect(await names(list(w, { attributes: { 'task.count': 0 } }))).to.deep.equal(['t0', 't3']);
    expect(await names(list(w, { categories: [TAG] }))).to.deep.equal(['x']);
    expect(await names(list(w, { categories: [TAG, RATED] }))).to.deep.equal(['x']);
    expect(await names(list(w, { categories: [TASK] }))).to.have.length(5);
    expect(await names(list(w, { categories: [RIBBON] }))).to.deep.equal([]);
    expect(await names(list(w, {}, '/tag/'))).to.deep.equal(['x']);
    expect((await refusal(list(w, { categories: [typeId('http://no#no')] }))).status).to.equal(404);
  });

  it('/ holds everything below, links and shared things with it', async () => {
    const w = world();
    const task = await w.task();
    await w.ask({
      op: 'create',
      path: '/ribbon/',
      documents: [{ mixins: [], attributes: {}, source: { location: task.path }, target: { location: task.path } }],
    });
    const theirs = { caller: caller('customer', 'other') };
    await w.ask({ op: 'create', path: '/notice/', documents: [{ mixins: [], attributes: {} }] }, theirs);
    await w.task({ 'task.name': 'foreign' }, theirs);
    const outcome = await list(w, {}, '/');
    expect(viewsOf(outcome).map((view) => view.path.split('/')[1])).to.deep.equal(['task', 'ribbon', 'notice']);
    expect(outcome.type === 'collection' && outcome.of).to.equal('mixed');
    expect((await refusal(list(w, {}, '/nothing/'))).status).to.equal(404);
    expect((await refusal(list(w, {}, '/task'))).status).to.equal(404);
  });

  it('of shared kinds are for everybody', async () => {
    const w = world();
    const theirs = { caller: caller('customer', 'other') };
    const view = entityOf(
      await w.ask({ op: 'create', path: '/notice/', documents: [{ mixins: [], attributes: {} }] }, theirs),
    );
    expect(viewsOf(await list(w, {}, '/notice/'))).to.have.length(1);
    expect(viewsOf(await list(w, {}, '/notice/', caller('vendor')))).to.have.length(1);
    expect(entityOf(await w.ask({ op: 'read', path: view.path })).path).to.equal(view.path);
  });

  it('show a vendor only what is its own', async () => {
    const w = world();
    const { record, path } = await w.task();
    expect(viewsOf(await list(w, {}, '/task/', caller('vendor')))).to.deep.equal([]);
    expect((await refusal(w.ask({ op: 'read', path }, { caller: caller('vendor') }))).status).to.equal(404);
    const mine = {
      ...record,
      rev: 2,
      ...(caller('vendor').vendor === undefined ? {} : { vendor: caller('vendor').vendor }),
    };
    await w.store.write([{ op: 'update', record: mine, expect: { rev: 1 } }]);
    expect(viewsOf(await list(w, {}, '/task/', caller('vendor')))).to.have.length(1);
    expect(viewsOf(await list(w, {}, '/', caller('vendor')))).to.have.length(1);
  });

  it('take page and number together, from 1, within limits', async () => {
    const w = world();
    await tasks(w, 5);
    expect(await names(list(w, { page: 1, number: 2 }))).to.deep.equal(['t0', 't1']);
    expect(await names(list(w, { page: 3, number: 2 }))).to.deep.equal(['t4']);
    expect(await names(list(w, { page: 4, number: 2 }))).to.deep.equal([]);
    for (const query of [
      { page: 1 },
      { number: 1 },
      { page: 0, number: 1 },
      { page: 1, number: 0 },
      { page: 1.5, number: 1 },
      { page: 1, number: 1, after: 'x' },
    ])
      expect((await refusal(list(w, query))).status, JSON.stringify(query)).to.equal(400);
    expect((await refusal(list(w, { page: 1, number: 1001 }))).status).to.equal(413);
  });

  it('page by cursor without gaps or repeats, whatever comes and goes in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 5 }), async (count, number) => {
        const w = world();
        await tasks(w, count);
        const seen: unknown[] = [];
        let after: string | undefined = '';
        for (let pages = 0; after !== undefined; pages++) {
          expect(pages).to.be.lessThan(30);
          const outcome = await list(w, { after, number });
          const views = viewsOf(outcome);
          seen.push(...views.map((view) => view.record.attributes['task.name']));
          // What is gone, or comes later, disturbs nobody.
          if (views[0] !== undefined) await w.ask({ op: 'delete', path: views[0].path });
          after = outcome.type === 'collection' ? outcome.next : undefined;
        }
        expect(seen).to.deep.equal(Array.from({ length: count }, (_, index) => `t${index}`));
      }),
      { numRuns: 30 },
    );
  });

  it('accept a cursor only where it was given', async () => {
    const w = world();
    await tasks(w, 3);
    const outcome = await list(w, { after: '', number: 1 });
    const next = outcome.type === 'collection' ? outcome.next : undefined;
    if (next === undefined) throw new Error('no cursor');
    expect(await names(list(w, { after: next, number: 5 }))).to.deep.equal(['t1', 't2']);
    expect((await refusal(list(w, { after: next }, '/'))).code).to.equal('cursor_invalid');
    expect((await refusal(list(w, { after: next, attributes: { 'task.count': 1 } }))).code).to.equal('cursor_invalid');
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (cursor) => {
        expect((await refusal(list(w, { after: cursor }))).status).to.equal(400);
      }),
    );
  });

  it('ask the store once, where only paths are wanted', async () => {
    const w = world();
    await tasks(w, 10);
    const before = w.store.lists;
    await list(w, { shallow: true });
    expect(w.store.lists).to.equal(before + 1);
  });

  it('are deleted within the own tenant', async () => {
    const w = world();
    await tasks(w, 2);
    await w.task({ 'task.name': 'foreign' }, { caller: caller('customer', 'other') });
    const outcome = await w.ask({ op: 'deleteAll', path: '/task/', query: {} });
    expect(outcome.type === 'done' && outcome.ids?.length).to.equal(2);
    expect(await w.store.count({})).to.equal(1);
  });
});
