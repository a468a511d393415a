import { expect } from 'chai';
import { typeOf } from '../../src/occi/category.ts';
import { typeId } from '../../src/shared/ids.ts';
import { ACTION_SCHEME, caller, COMPLETE, create, document, entityOf, LOUD, refusal, world } from './world.ts';

describe('engine: actions', () => {
  const begin = { term: 'begin', attributes: {} };

  it('shows what is legal now, and does it', async () => {
    const { ask, task, store } = world();
    const { path, actions } = await task();
    expect(actions).to.deep.equal([typeId(`${ACTION_SCHEME}begin`)]);
    const view = entityOf(await ask({ op: 'act', path, invocation: begin }));
    expect([view.record.state, view.record.rev]).to.deep.equal(['running', 2]);
    expect(view.actions)
      .to.include(typeId(`${ACTION_SCHEME}finish`))
      .and.not.include(typeId(`${ACTION_SCHEME}begin`));
    expect((await store.history(view.record.id)).map((entry) => entry.to)).to.deep.equal(['open', 'running']);
  });

  it('answers 409 with the state and the moves where the state forbids it', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const error = await refusal(ask({ op: 'act', path, invocation: { term: 'finish', attributes: {} } }));
    expect([error.status, error.code]).to.deep.equal([409, 'state_forbids']);
    expect(error.extra).to.deep.equal({ state: 'open', moves: ['begin'] });
  });

  it('wants the query and the body to agree, and knows its actions', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const act = (invocation: object): Promise<unknown> =>
      ask({ op: 'act', path, invocation: { attributes: {}, ...invocation } });
    expect((await refusal(act({}))).code).to.equal('action_missing');
    expect((await refusal(act({ term: 'finish', action: typeId(`${ACTION_SCHEME}begin`) }))).code).to.equal(
      'action_mismatch',
    );
    expect((await refusal(act({ term: 'nothing' }))).status).to.equal(404);
    expect((await refusal(act({ action: typeId('http://no#begin') }))).status).to.equal(404);
    expect((await refusal(act({ term: 'shout' }))).status).to.equal(404);
    expect((await refusal(act({ term: 'constructor' }))).status).to.equal(404);
  });

  it('answers 422 where the service does not do an action yet, whatever the state, and shows it in discovery only', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const act = (term: string): Promise<unknown> => ask({ op: 'act', path, invocation: { term, attributes: {} } });
    for (const round of ['open', 'running']) {
      const dream = await refusal(act('dream'));
      expect([dream.status, dream.code, dream.message], round).to.deep.equal([
        422,
        'not_supported',
        'Dreaming is not supported yet: sleep',
      ]);
      const soar = await refusal(act('soar'));
      expect([soar.status, soar.code], round).to.deep.equal([422, 'not_supported']);
      if (round === 'open') await ask({ op: 'act', path, invocation: begin });
    }
    const found = await ask({ op: 'discover', filter: [typeId(`${ACTION_SCHEME}dream`)] });
    expect(found.type === 'categories' ? found.actions.map((action) => action.term) : []).to.deep.equal(['dream']);
  });

  it('asks anew how an entity is before it refuses an action for its state, and only then', async () => {
    const { ask, task, hooks, store } = world();
    const { path, record } = await task();
    let asked = 0;
    hooks.refresh = async (before, ctx) => {
      asked += 1;
      if (before.state !== 'running') return before;
      const after = {
        ...before,
        rev: before.rev + 1,
        state: 'open',
        attributes: { ...before.attributes, 'task.state': 'open' },
      };
      await ctx.store.write([{ op: 'update', record: after, expect: { rev: before.rev } }]);
      return after;
    };
    await ask({ op: 'act', path, invocation: begin });
    expect(asked).to.equal(0);
    const view = entityOf(await ask({ op: 'act', path, invocation: begin }));
    expect([asked, view.record.state, view.record.rev]).to.deep.equal([1, 'running', 4]);
    // Refreshed, and still illegal: the state that was found is told.
    const error = await refusal(
      ask({ op: 'act', path, invocation: { term: 'finish', attributes: {} } }).then(() =>
        ask({ op: 'act', path, invocation: begin }),
      ),
    );
    expect(error.extra).to.deep.equal({ state: 'done', moves: [] });
    expect((await store.get(record.id))?.state).to.equal('done');
  });

  it('does not let what it found out itself count as the effect of the request', async () => {
    const { ask, task, hooks, store } = world();
    const { path, record } = await task();
    await ask({ op: 'act', path, invocation: begin });
    hooks.refresh = async (before, ctx) => {
      const after = { ...before, rev: before.rev + 1, title: `seen ${before.rev}` };
      await ctx.store.write([{ op: 'update', record: after, expect: { rev: before.rev } }]);
      return after;
    };
    const idempotency = { scope: 'k', bodyHash: 'h' };
    const again = (): Promise<unknown> => ask({ op: 'act', path, invocation: begin }, { idempotency });
    expect((await refusal(again())).code).to.equal('state_forbids');
    expect(await store.idempotency('k')).to.equal(undefined);
    const rev = (await store.get(record.id))?.rev ?? 0;
    const pinned = ask({ op: 'act', path, invocation: begin, ifMatch: [rev] });
    expect((await refusal(pinned)).status).to.equal(412);
  });

  it('asks all of a collection anew before the first is touched', async () => {
    const { ask, task, hooks, store } = world();
    const [a, b] = [await task(), await task()];
    await ask({ op: 'act', path: a.path, invocation: begin });
    hooks.refresh = async (before, ctx) => {
      const after = {
        ...before,
        rev: before.rev + 1,
        state: 'open',
        attributes: { ...before.attributes, 'task.state': 'open' },
      };
      await ctx.store.write([{ op: 'update', record: after, expect: { rev: before.rev } }]);
      return after;
    };
    await ask({ op: 'actOnAll', path: '/task/', invocation: begin, query: {} });
    expect([(await store.get(a.record.id))?.rev, (await store.get(b.record.id))?.rev]).to.deep.equal([4, 2]);
  });

  it('checks the attributes of an action', async () => {
    const { ask, task } = world();
    const { path } = await task();
    const error = await refusal(
      ask({ op: 'act', path, invocation: { term: 'begin', attributes: { speed: 0, what: 1 } } }),
    );
    expect(error.status).to.equal(400);
    expect(error.problems.map((problem) => problem.path)).to.have.members(['/attributes/speed', '/attributes/what']);
  });

  it('knows the actions that a mixin brings', async () => {
    const { ask } = world();
    const { path } = entityOf(await ask(create('/task/', document({ mixins: [LOUD] }))));
    expect((await ask({ op: 'act', path, invocation: { term: 'shout', attributes: {} } })).type).to.equal('entity');
  });

  it('runs again when somebody else was faster', async () => {
    const { ask, task, hooks, store } = world();
    const { path } = await task();
    let times = 0;
    hooks.beforeActionWrite = async (record) => {
      if (times++ > 1) return;
      const next = { ...record, rev: record.rev + 1, title: `meanwhile ${times}` };
      await store.write([{ op: 'update', record: next, expect: { rev: record.rev } }]);
    };
    const view = entityOf(await ask({ op: 'act', path, invocation: begin }));
    expect([view.record.title, view.record.state, view.record.rev]).to.deep.equal(['meanwhile 2', 'running', 4]);
  });

  it('does so only a few times, and not at all for a revision that was named', async () => {
    const { ask, task, hooks, store } = world();
    const { path, record: first } = await task();
    let times = 0;
    hooks.beforeActionWrite = async (record) => {
      times += 1;
      await store.write([{ op: 'update', record: { ...record, rev: record.rev + 1 }, expect: { rev: record.rev } }]);
    };
    expect((await refusal(ask({ op: 'act', path, invocation: begin }))).code).to.equal('changed');
    expect(times).to.be.within(2, 20);
    const rev = (await store.get(first.id))?.rev ?? 0;
    expect((await refusal(ask({ op: 'act', path, invocation: begin, ifMatch: [rev] }))).status).to.equal(412);
  });

  it('acts on a whole collection only if every member can', async () => {
    const { ask, task, store } = world();
    const [a, b] = [await task(), await task()];
    await ask({ op: 'act', path: a.path, invocation: begin });
    const all = (invocation: typeof begin): Promise<unknown> =>
      ask({ op: 'actOnAll', path: '/task/', invocation, query: {} });
    expect((await refusal(all(begin))).status).to.equal(409);
    expect((await store.get(b.record.id))?.state).to.equal('open');
    await ask({ op: 'act', path: b.path, invocation: begin });
    await all({ term: 'finish', attributes: {} });
    expect(await store.count({ states: ['done'] })).to.equal(2);
  });

  it('goes by other names too: those of older texts, and capitals', async () => {
    const named: readonly object[] = [
      { term: 'complete' },
      { term: 'Finish' },
      { action: COMPLETE },
      { term: 'complete', action: COMPLETE },
      { term: 'finish', action: COMPLETE },
      { term: 'complete', action: typeId(`${ACTION_SCHEME}finish`) },
      { action: typeId(`${ACTION_SCHEME}Finish`) },
    ];
    for (const invocation of named) {
      const { ask, task } = world();
      const { path } = await task();
      await ask({ op: 'act', path, invocation: begin });
      const view = entityOf(await ask({ op: 'act', path, invocation: { attributes: {}, ...invocation } }));
      expect(view.record.state, JSON.stringify(invocation)).to.equal('done');
    }
    const { ask } = world();
    const found = await ask({ op: 'discover' });
    expect(JSON.stringify(found)).to.not.include('old.example.org#');
    expect(found.type === 'categories' && found.actions.map(typeOf)).to.not.include(COMPLETE);
  });

  it('acts on a collection only if all its members have the action', async () => {
    const { ask, task, store } = world();
    const { path } = await task();
    const notice = entityOf(await ask(create('/notice/', { mixins: [], attributes: {} })));
    await ask({ op: 'associate', path: '/tag/', members: [path, notice.path] });
    const all = (at: string, term: string): Promise<unknown> =>
      ask({ op: 'actOnAll', path: at, invocation: { term, attributes: {} }, query: {} });
    const error = await refusal(all('/tag/', 'begin'));
    expect([error.status, error.code]).to.deep.equal([400, 'action_not_common']);
    expect(error.problems.map((problem) => problem.detail)).to.deep.equal([`${notice.path} has no action begin`]);
    expect((await refusal(all('/task/', 'shout'))).status).to.equal(400);
    expect((await refusal(all('/task/', 'nothing'))).status).to.equal(404);
    expect(await store.count({ states: ['running'] })).to.equal(0);
    await ask({ op: 'disassociate', path: '/tag/', members: [notice.path] });
    await all('/tag/', 'begin');
    expect(await store.count({ states: ['running'] })).to.equal(1);
  });

  it('acts on nothing where nothing is', async () => {
    const { ask } = world();
    const outcome = await ask({ op: 'actOnAll', path: '/task/', invocation: begin, query: {} });
    expect(outcome.type === 'collection' && outcome.views).to.deep.equal([]);
  });

  it('lets auditors look and not touch', async () => {
    const { ask, task } = world();
    const { path } = await task();
    expect(entityOf(await ask({ op: 'read', path }, { caller: caller('auditor') })).actions).to.deep.equal([]);
    expect((await refusal(ask({ op: 'act', path, invocation: begin }, { caller: caller('auditor') }))).status).to.equal(
      403,
    );
  });
});
