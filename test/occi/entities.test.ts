import { expect } from 'chai';
import type { EntityDocument } from '../../src/occi/entity.ts';
import { urn } from '../../src/shared/ids.ts';
import { create, document, entityOf, refusal, RIBBON, TAG, TASK, world } from './world.ts';

const ID = '018f4c1e-7b1a-7000-8000-000000000001';
const OTHER = 'http://localhost:9999';

const ribbon = (more: Partial<EntityDocument> = {}): EntityDocument => ({
  kind: RIBBON,
  mixins: [],
  attributes: {},
  ...more,
});

describe('engine: PUT', () => {
  it('leaves the links that are there, and makes those in it only where it makes the resource', async () => {
    const { ask } = world();
    const links = [ribbon({ target: { location: 'https://elsewhere.org/a' } })];
    const made = entityOf(await ask(create('/task/', document({ links }))));
    const kept = made.links.map((link) => link.record.id);
    for (const sent of [[], [...links, ...links], [ribbon({ target: { location: '/task/nowhere' } })]]) {
      const view = entityOf(await ask({ op: 'replace', path: made.path, document: document({ links: sent }) }));
      expect(view.links.map((link) => link.record.id)).to.deep.equal(kept);
    }
    const fresh = entityOf(await ask({ op: 'replace', path: `/task/${ID}`, document: document({ links }) }));
    expect([fresh.record.id, fresh.links.length]).to.deep.equal([ID, 1]);
  });

  it('goes by the path, whatever id the client writes', async () => {
    const { ask } = world();
    const path = `/task/${ID}`;
    const made = await ask({ op: 'replace', path, document: document({ id: 'Compute_1700000000' }) });
    expect([made.type, entityOf(made).path]).to.deep.equal(['created', path]);
    const again = await ask({
      op: 'replace',
      path,
      document: document({ id: urn(entityOf(made).record.id), title: 'x' }),
    });
    expect([again.type, entityOf(again).record.title]).to.deep.equal(['entity', 'x']);
    const replaced = await ask({
      op: 'replace',
      path,
      document: document({ attributes: { 'task.name': 'b', 'occi.core.id': 'c' } }),
    });
    expect(entityOf(replaced).record.title).to.equal(undefined);
  });

  it('answers 400 where nothing can be: another place, no UUID', async () => {
    const { ask } = world();
    const put = (path: string, more: Partial<EntityDocument> = {}): Promise<unknown> =>
      ask({ op: 'replace', path, document: document(more) });
    expect((await refusal(put('/123', { kind: TASK }))).code).to.equal('path_of_kind');
    expect((await refusal(put('/task/mine', { kind: TASK }))).code).to.equal('id_invalid');
    expect((await refusal(put('/task/mine'))).code).to.equal('id_invalid');
    expect((await refusal(put(`/notice/${ID}`, { kind: TASK }))).status).to.equal(400);
    expect((await refusal(put('/123'))).status).to.equal(404);
    expect((await refusal(ask({ op: 'read', path: '/123' }))).status).to.equal(404);
  });

  it('does not bring back the dead, nor take the id of something else', async () => {
    const { ask, task, store } = world();
    const { record, path } = await task();
    await store.write([{ op: 'update', record: { ...record, rev: 2, hidden: true }, expect: { rev: 1 } }]);
    expect((await refusal(ask({ op: 'read', path }))).status).to.equal(404);
    expect((await refusal(ask({ op: 'replace', path, document: document() }))).status).to.equal(409);
    const other = await task();
    const elsewhere = `/notice/${other.record.id}`;
    expect(
      (await refusal(ask({ op: 'replace', path: elsewhere, document: { mixins: [], attributes: {} } }))).status,
    ).to.equal(409);
  });

  it('creates only, if that is wanted', async () => {
    const { ask } = world();
    const put = (): Promise<unknown> =>
      ask({ op: 'replace', path: `/task/${ID}`, document: document(), onlyNew: true });
    await put();
    expect((await refusal(put())).status).to.equal(412);
  });

  it('takes mixins off that it does not name, with the attributes that only they brought', async () => {
    const { ask } = world();
    const rated = 'http://example.org/test#rated' as typeof TAG;
    const { path } = entityOf(await ask(create('/task/', document({ mixins: [TAG, rated] }))));
    const view = entityOf(await ask({ op: 'replace', path, document: document({ mixins: [TAG] }) }));
    expect(view.record.mixins).to.deep.equal([TAG]);
    expect(view.record.attributes).to.not.have.property('rated.by');
    expect(view.record.attributes['task.size']).to.equal('small');
  });

  it('keeps what the rendering cannot carry, unless it is mentioned', async () => {
    const { ask, task } = world();
    const { path } = await task({ 'task.name': 'a', 'task.data': { a: [1] }, 'task.count': 7 });
    const carries = (value: unknown): boolean => typeof value !== 'object';
    const kept = entityOf(await ask({ op: 'replace', path, document: document({ carries }) }));
    expect(kept.record.attributes)
      .to.include({ 'task.count': 1 })
      .and.deep.include({ 'task.data': { a: [1] } });
    const attributes = { 'task.name': 'a', 'task.data': { b: 2 } };
    const said = entityOf(await ask({ op: 'replace', path, document: document({ carries, attributes }) }));
    expect(said.record.attributes['task.data']).to.deep.equal({ b: 2 });
  });
});

describe('engine: links', () => {
  it('of one request find each other by ids that the client made up, in any form', async () => {
    for (const [id, reference] of [
      ['Compute_1', '/task/Compute_1'],
      ['Compute_1', 'http://127.0.0.1:8080/task/Compute_1'],
      [urn(ID as Parameters<typeof urn>[0]), `/task/${ID}`],
      [ID, `urn:uuid:${ID}`],
      [`/task/${ID}`, ID],
    ] as const) {
      const { ask } = world();
      const outcome = await ask(
        create(
          '/',
          document({
            kind: TASK,
            id,
            links: [ribbon({ source: { location: reference }, target: { location: reference } })],
          }),
          ribbon({ source: { location: reference }, target: { location: reference } }),
        ),
      );
      const views = outcome.type === 'created' ? outcome.views : [];
      const own = views[0]?.path;
      expect(views[0]?.links[0]?.record.source?.location, reference).to.equal(own);
      expect(views[0]?.links[0]?.record.target?.location, reference).to.equal(own);
      expect(views[1]?.record.source?.location, reference).to.equal(own);
      expect(views[0]?.record.id).to.not.equal(ID);
    }
  });

  it('know an entity of ours under whatever host the client calls us', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const link = ribbon({ source: { location: OTHER + path }, target: { location: OTHER + path } });
    const view = entityOf(await ask(create('/ribbon/', link)));
    expect([view.record.source?.location, view.record.target?.location]).to.deep.equal([path, path]);
    const outside = `${OTHER}/task/${ID}`;
    const far = entityOf(await ask(create('/ribbon/', { ...link, target: { location: outside } })));
    expect(far.record.target?.location).to.equal(outside);
    expect((await refusal(ask(create('/ribbon/', { ...link, source: { location: outside } })))).status).to.equal(422);
    await ask({ op: 'associate', path: '/tag/', members: [OTHER + path] });
    expect(entityOf(await ask({ op: 'read', path })).record.mixins).to.deep.equal([TAG]);
  });

  it('come with a partial update too, each once, all or none', async () => {
    const { ask, task, store } = world();
    const [a, b] = [await task(), await task()];
    const patch = (...links: EntityDocument[]): ReturnType<typeof ask> =>
      ask({ op: 'patch', path: a.path, document: { mixins: [], attributes: {}, links } });
    const to = (location: string, more: Partial<EntityDocument> = {}): EntityDocument =>
      ribbon({ target: { location }, ...more });
    const first = entityOf(await patch(to(b.path), to('https://elsewhere.org/x')));
    expect(first.links.map((link) => link.record.target?.location)).to.deep.equal([b.path, 'https://elsewhere.org/x']);
    expect(first.links.every((link) => link.record.source?.location === a.path)).to.equal(true);
    // What was read and is sent back is there already, by its id or by what it is.
    const [known] = first.links;
    const again = entityOf(
      await patch(
        to('urn:isbn:9', known === undefined ? {} : { id: urn(known.record.id) }),
        to(b.record.id),
        to(a.path),
      ),
    );
    expect(again.links.map((link) => link.record.target?.location)).to.deep.equal([
      b.path,
      'https://elsewhere.org/x',
      a.path,
    ]);
    const count = await store.count({});
    const refused = await refusal(patch(to('urn:isbn:2'), to('/task/nowhere'), ribbon({ kind: TASK })));
    expect(refused.problems.map((problem) => problem.path)).to.deep.equal(['/links/2/kind', '/links/1/target']);
    expect(await store.count({})).to.equal(count);
    expect(entityOf(await ask({ op: 'read', path: a.path })).record.rev).to.equal(3);
  });

  it('move their ends', async () => {
    const { ask, task } = world();
    const [a, b] = [await task(), await task()];
    const link = entityOf(
      await ask(create('/ribbon/', ribbon({ source: { location: a.path }, target: { location: 'urn:isbn:1' } }))),
    );
    const moved = entityOf(
      await ask({
        op: 'patch',
        path: link.path,
        document: { mixins: [], attributes: { 'occi.core.source': b.path, 'occi.core.target': a.record.id } },
      }),
    );
    expect([moved.record.source?.location, moved.record.target?.location]).to.deep.equal([b.path, a.path]);
    expect(entityOf(await ask({ op: 'read', path: a.path })).links).to.deep.equal([]);
    expect(entityOf(await ask({ op: 'read', path: b.path })).links).to.have.length(1);
    const nowhere = { mixins: [], attributes: {}, source: { location: link.path } };
    expect((await refusal(ask({ op: 'patch', path: link.path, document: nowhere }))).status).to.equal(422);
  });
});

describe('engine: POST of entities', () => {
  it('creates by kind on / and on paths above the kind only', async () => {
    const { ask, store } = world();
    expect(entityOf(await ask(create('/', document({ kind: TASK })))).path).to.match(/^\/task\//);
    for (const path of ['/nope/', '/tas', '/task'])
      expect((await refusal(ask(create(path, document({ kind: TASK }))))).status, path).to.equal(404);
    expect((await refusal(ask(create('/notice/', document({ kind: TASK }))))).status).to.equal(400);
    expect((await refusal(ask(create('/', document())))).status).to.equal(400);
    expect(await store.count({})).to.equal(1);
  });

  it('fills in what new mixins bring where nothing is', async () => {
    const { ask, task } = world();
    const rated = 'http://example.org/test#rated' as typeof TAG;
    const bare = await task({ 'task.name': 'a', 'task.size': 'own' });
    const patched = { op: 'patch', document: { mixins: [rated], attributes: {} } } as const;
    const view = entityOf(await ask({ ...patched, path: bare.path }));
    expect(view.record.attributes).to.include({ 'task.size': 'own', 'rated.by': 'me' });
    const made = entityOf(await ask(create('/task/', document({ mixins: [rated] }))));
    expect(made.record.attributes['task.size']).to.equal('big');
  });

  it('reads words of any case as they are meant', async () => {
    const { ask, task } = world();
    const { path, record } = await task({ 'task.name': 'a', 'task.mood': 'HECTIC' });
    expect(record.attributes['task.mood']).to.equal('hectic');
    const calm = { mixins: [], attributes: { 'task.mood': 'Calm' } };
    expect(entityOf(await ask({ op: 'patch', path, document: calm })).record.attributes['task.mood']).to.equal('calm');
    expect(
      (await refusal(ask({ op: 'patch', path, document: { mixins: [], attributes: { 'task.mood': 'Odd' } } }))).status,
    ).to.equal(400);
  });
});
