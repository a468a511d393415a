import { expect } from 'chai';
import { caller, create, document, entityOf, RATED, refusal, TAG, world } from './world.ts';

describe('engine: read, update, delete', () => {
  it('answers 404 for what is not there, is of another tenant, or is looked for in the wrong place', async () => {
    const { ask, task } = world();
    const { path, record } = await task();
    const read = (at: string, tenant = 'default'): Promise<unknown> =>
      ask({ op: 'read', path: at }, { caller: caller('customer', tenant) });
    await read(path);
    for (const wrong of [`/ribbon/${record.id}`, `/task/${record.id}/`, '/task/x', '/nothing/x', `/tag/${record.id}`])
      expect((await refusal(read(wrong))).status, wrong).to.equal(404);
    expect((await refusal(read(path, 'other'))).status).to.equal(404);
    for (const request of [
      { op: 'delete', path },
      { op: 'patch', path, document: document() },
      { op: 'replace', path, document: document() },
      { op: 'act', path, invocation: { term: 'begin', attributes: {} } },
    ] as const)
      expect((await refusal(ask(request, { caller: caller('customer', 'other') }))).status, request.op).to.equal(404);
  });

  it('changes partly by POST, wholly by PUT', async () => {
    const { ask, task } = world();
    const { path } = await task({ 'task.name': 'a', 'task.count': 7, 'task.birth': 'then' });
    const patched = entityOf(
      await ask({ op: 'patch', path, document: { mixins: [TAG], attributes: { 'task.size': 'huge' }, title: 'T' } }),
    );
    expect(patched.record.rev).to.equal(2);
    expect(patched.record.attributes).to.include({ 'task.name': 'a', 'task.count': 7, 'task.size': 'huge' });
    expect(patched.record.mixins).to.deep.equal([TAG]);
    const replaced = entityOf(await ask({ op: 'replace', path, document: document({ mixins: [RATED] }) }));
    expect(replaced.record.attributes).to.deep.equal({
      'task.name': 'a',
      'task.count': 1,
      'task.size': 'big',
      'task.birth': 'then',
      'task.state': 'open',
      'rated.by': 'me',
    });
    expect(replaced.record.title).to.equal(undefined);
    expect(replaced.record.mixins).to.deep.equal([RATED]);
  });

  it('wants what is required in a PUT and not in a POST', async () => {
    const { ask, task } = world();
    const { path } = await task();
    await ask({ op: 'patch', path, document: document({ attributes: {} }) });
    const error = await refusal(ask({ op: 'replace', path, document: document({ attributes: {} }) }));
    expect(error.problems.map(({ code }) => code)).to.deep.equal(['attribute_required']);
  });

  it('lets immutable values be repeated and not changed, listing all', async () => {
    const { ask, task } = world();
    const { path } = await task({ 'task.name': 'a', 'task.birth': 'then' });
    await ask({
      op: 'patch',
      path,
      document: document({ attributes: { 'task.birth': 'then', 'task.state': 'open' } }),
    });
    const error = await refusal(
      ask({ op: 'patch', path, document: document({ attributes: { 'task.birth': 'now', 'task.state': 'done' } }) }),
    );
    expect(error.status).to.equal(403);
    expect(error.problems.map((problem) => problem.path)).to.have.members([
      '/attributes/task.birth',
      '/attributes/task.state',
    ]);
  });

  it('leaves what the service itself has put there', async () => {
    const { ask, task, store } = world();
    const { path, record } = await task();
    const rest = Object.fromEntries(Object.entries(record.attributes).filter(([name]) => name !== 'task.name'));
    const own = { ...record, rev: 2, attributes: { ...rest, 'service.own': 'kept' } };
    await store.write([{ op: 'update', record: own, expect: { rev: 1 } }]);
    // Nothing that a client must give at creation is asked for again, and no default comes back.
    const titled = entityOf(await ask({ op: 'patch', path, document: { mixins: [], attributes: {}, title: 'T' } }));
    expect(titled.record.attributes).to.deep.equal(own.attributes);
    const replaced = entityOf(await ask({ op: 'replace', path, document: document() }));
    expect(replaced.record.attributes).to.include({ 'service.own': 'kept', 'task.name': 'a' });
  });

  it('creates at the id of a PUT', async () => {
    const { ask } = world();
    const path = '/task/018f4c1e-7b1a-7000-8000-00000000000a';
    const outcome = await ask({ op: 'replace', path, document: document() });
    expect([outcome.type, entityOf(outcome).path]).to.deep.equal(['created', path]);
    expect((await ask({ op: 'replace', path, document: document() })).type).to.equal('entity');
    const error = await refusal(
      ask({ op: 'replace', path: '/task/018f4c1e-7b1a-7000-8000-00000000000b', document: document(), ifMatch: [1] }),
    );
    expect(error.status).to.equal(412);
  });

  it('keeps the revision that If-Match names', async () => {
    const { ask, task } = world();
    const { path } = await task();
    await ask({ op: 'patch', path, document: document(), ifMatch: [1] });
    for (const op of ['patch', 'replace'] as const)
      expect((await refusal(ask({ op, path, document: document(), ifMatch: [1] }))).status).to.equal(412);
    expect((await refusal(ask({ op: 'delete', path, ifMatch: [1, 7] }))).status).to.equal(412);
    await ask({ op: 'delete', path, ifMatch: '*' });
  });

  it('loses no update of many at once', async () => {
    const { ask, task, store } = world();
    const { path, record } = await task();
    const sizes = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(
      sizes.map((size) => ask({ op: 'patch', path, document: document({ attributes: { 'task.size': size } }) })),
    );
    expect((await store.get(record.id))?.rev).to.equal(6);
  });

  it('answers 412 where another was faster and the client had named a revision', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const results = await Promise.allSettled(
      [1, 2].map((count) =>
        ask({ op: 'patch', path, document: document({ attributes: { 'task.count': count } }), ifMatch: [1] }),
      ),
    );
    expect(results.map((result) => result.status).sort()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('deletes an entity with its links, in one write', async () => {
    const { ask, task, store } = world();
    const [a, b] = [await task(), await task()];
    const ribbon = (source: string, target: string): Promise<unknown> =>
      ask(
        create('/ribbon/', { mixins: [], attributes: {}, source: { location: source }, target: { location: target } }),
      );
    await ribbon(a.path, b.path);
    await ribbon(b.path, a.path);
    await ribbon(b.path, b.path);
    const before = store.writes;
    await ask({ op: 'delete', path: a.path });
    expect(store.writes).to.equal(before + 1);
    expect(await store.count({})).to.equal(2);
    expect((await refusal(ask({ op: 'read', path: a.path }))).status).to.equal(404);
  });

  it('offers other media types of an entity', async () => {
    const { ask, task } = world();
    const { path, record } = await task();
    const outcome = await ask({ op: 'read', path, export: { type: 'text/csv', query: { x: '1' } } });
    expect(outcome.type === 'export' && outcome.content.body).to.equal(`${record.id},1`);
    expect((await refusal(ask({ op: 'read', path, export: { type: 'image/png', query: {} } }))).status).to.equal(406);
  });
});
