import { expect } from 'chai';
import { settle } from '../support/hand-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { create, document, entityOf, world } from './world.ts';

describe('engine: Prefer wait', () => {
  it('answers when the entity comes to rest, and not before', async () => {
    const { ask, hooks, store } = world();
    hooks.created = (record) => {
      void (async () => {
        const running = { ...record, rev: 2, state: 'running' };
        await store.write([{ op: 'update', record: running, expect: { rev: 1 } }]);
        await store.write([{ op: 'update', record: { ...running, rev: 3, state: 'done' }, expect: { rev: 2 } }]);
      })();
    };
    const outcome = await ask(create('/task/', document()), { wait: 30 });
    expect(outcome.type === 'created' && outcome.waited).to.equal(true);
    expect(entityOf(outcome).record.rev).to.equal(3);
    expect(store.listening).to.equal(0);
  });

  it('answers with what there is when the time is over', async () => {
    const { ask, clock, store } = world();
    const promise = ask(create('/task/', document()), { wait: 5 });
    await settle();
    await clock.advance(4999);
    expect(store.listening).to.equal(1);
    await clock.advance(1);
    expect(entityOf(await promise).record.state).to.equal('open');
    expect(store.listening).to.equal(0);
  });

  it('stops waiting when the client leaves', async () => {
    const { ask, clock, store } = world();
    const client = new AbortController();
    const promise = ask(create('/task/', document()), { wait: 3600, signal: client.signal });
    await settle();
    expect(store.listening).to.equal(1);
    client.abort();
    await promise;
    expect([store.listening, clock.waiting]).to.deep.equal([0, 0]);
  });

  it('does not make a plain read wait', async () => {
    const { ask, task } = world({ store: new MemoryStore() });
    const { path } = await task();
    expect((await ask({ op: 'read', path }, { wait: 3600 })).type).to.equal('entity');
  });
});
