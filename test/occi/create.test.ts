import { expect } from 'chai';
import { typeId } from '../../src/shared/ids.ts';
import type { EntityDocument } from '../../src/occi/entity.ts';
import { caller, create, document, entityOf, LOUD, refusal, RIBBON, SEALED, STARRED, TASK, world } from './world.ts';

describe('engine: create', () => {
  it('stores a durable entity with defaults, revision 1 and its initial state', async () => {
    const { task, store } = world();
    const view = await task();
    expect(view.record.rev).to.equal(1);
    expect(view.record.state).to.equal('open');
    expect(view.projection.attributes).to.deep.equal({
      'task.name': 'a',
      'task.count': 1,
      'task.size': 'small',
      'task.state': 'open',
    });
    expect(view.path).to.equal(`/task/${view.record.id}`);
    expect(await store.get(view.record.id)).to.deep.equal(view.record);
    const [event] = await store.events({ tenant: view.record.tenant, after: 0, limit: 10 });
    expect(event?.type).to.equal('org.parley.task.open');
    expect(event?.subject).to.equal(view.path);
  });

  it('finds the kind by the document on /', async () => {
    const { ask } = world();
    expect(entityOf(await ask(create('/', document({ kind: TASK })))).record.kind).to.equal(TASK);
    expect((await refusal(ask(create('/', document())))).problems[0]?.code).to.equal('kind_required');
    expect((await refusal(ask(create('/', document({ kind: typeId('http://no#no') }))))).status).to.equal(404);
    expect((await refusal(ask(create('/sealed/', document({ kind: TASK }))))).problems[0]?.code).to.equal(
      'kind_mismatch',
    );
  });

  it('makes several or none', async () => {
    const { ask, store } = world();
    const outcome = await ask(create('/task/', document(), document({ attributes: { 'task.name': 'b' } })));
    expect(outcome.type === 'created' && outcome.views.length).to.equal(2);
    expect(store.writes).to.equal(1);
    const error = await refusal(ask(create('/task/', document(), document({ attributes: {} }))));
    expect(error.problems.map((problem) => problem.path)).to.deep.equal(['/resources/1/attributes/task.name']);
    const late = await refusal(
      ask(create('/task/', document(), document({ attributes: { 'task.name': 'senseless' } }))),
    );
    expect([late.status, late.problems[0]?.path]).to.deep.equal([422, '/resources/1/attributes/task.name']);
    expect(await store.count({})).to.equal(2);
  });

  it('lets no resource have more links than one entity may hold, however they come', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const link = (at: number) => ({
      kind: RIBBON,
      mixins: [],
      attributes: {},
      source: { location: path },
      target: { location: `https://example.org/${at}` },
    });
    const some = Array.from({ length: 250 }, (_, at) => link(at));
    await ask({ op: 'create', path: '/ribbon/', documents: some });
    await ask(create('/ribbon/', link(250)));
    const more = Array.from({ length: 6 }, (_, at) => link(300 + at));
    for (const request of [
      { op: 'create', path: '/ribbon/', documents: more },
      { op: 'patch', path, document: { mixins: [], attributes: {}, links: more } },
    ] as const) {
      const error = await refusal(ask(request));
      expect(error.status, request.op).to.equal(400);
      expect(error.problems.map(({ code }) => code)).to.deep.equal(['too_many']);
    }
    await ask({ op: 'patch', path, document: { mixins: [], attributes: {}, links: more.slice(1) } });
    expect(entityOf(await ask({ op: 'read', path })).links).to.have.lengthOf(256);
  });

  it('makes inline links with their resource in one write', async () => {
    const { ask, task, store } = world();
    const other = await task();
    const link = { kind: RIBBON, mixins: [], attributes: {}, target: { location: other.path } };
    const view = entityOf(await ask(create('/task/', document({ links: [link] }))));
    expect(store.writes).to.equal(2);
    expect(view.links[0]?.record.source).to.deep.equal({ location: view.path, kind: TASK });
    expect(view.links[0]?.record.target).to.deep.equal({ location: other.path, kind: TASK });
    expect(entityOf(await ask({ op: 'read', path: view.path })).links[0]?.record.kind).to.equal(RIBBON);
  });

  it('resolves ends by id, path, URL and the id a client made up; others stay URIs', async () => {
    const { ask, task } = world();
    const { path, record } = await task();
    for (const location of [path, record.id, `urn:uuid:${record.id}`, `http://127.0.0.1:8080${path}`]) {
      const ribbon: EntityDocument = {
        kind: RIBBON,
        mixins: [],
        attributes: { 'occi.core.source': location, 'occi.core.target': 'https://elsewhere.org/vm' },
      };
      const view = entityOf(await ask(create('/ribbon/', ribbon)));
      expect(view.record.source?.location).to.equal(path);
      expect(view.record.target).to.deep.equal({ location: 'https://elsewhere.org/vm' });
    }
    const outcome = await ask(
      create('/', document({ kind: TASK, id: 'mine-1' }), {
        kind: RIBBON,
        mixins: [],
        attributes: {},
        source: { location: 'mine-1' },
        target: { location: path },
      }),
    );
    const views = outcome.type === 'created' ? outcome.views : [];
    expect(views[1]?.record.source?.location).to.equal(views[0]?.path);
  });

  it('refuses ends that lead nowhere', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const ribbon = (source: string, target: string): Promise<unknown> =>
      ask(
        create('/ribbon/', { mixins: [], attributes: {}, source: { location: source }, target: { location: target } }),
      );
    for (const nowhere of [
      '/task/018f4c1e-7b1a-7000-8000-000000000001',
      'urn:uuid:018f4c1e-7b1a-7000-8000-000000000001',
      'nonsense',
    ])
      expect((await refusal(ribbon(path, nowhere))).problems[0]?.path).to.equal('/target');
    expect((await refusal(ribbon('https://elsewhere.org/vm', path))).status).to.equal(422);
  });

  it('respects applies and depends of mixins', async () => {
    const { ask } = world();
    const starred = document({ mixins: [STARRED], attributes: { 'task.name': 'a', 'starred.stars': 5 } });
    const view = entityOf(await ask(create('/task/', starred)));
    expect(view.record.attributes['rated.by']).to.equal('me');
    expect((await refusal(ask(create('/notice/', { mixins: [LOUD], attributes: {} })))).status).to.equal(403);
  });

  it('makes nothing that only the service makes', async () => {
    const { ask } = world();
    const error = await refusal(ask(create('/sealed/', { mixins: [], attributes: {} })));
    expect([error.status, error.headers['Allow']]).to.deep.equal([405, 'GET, HEAD, DELETE']);
    expect((await refusal(ask(create('/', { kind: SEALED, mixins: [], attributes: {} })))).status).to.equal(405);
  });

  it('asks the policy first', async () => {
    const { ask } = world();
    const error = await refusal(
      ask(create('/task/', document({ attributes: { bad: 1 } })), { caller: caller('auditor') }),
    );
    expect(error.status).to.equal(403);
  });
});
