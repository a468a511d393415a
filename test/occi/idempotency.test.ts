import { expect } from 'chai';
import type { RequestEnvelope } from '../../src/occi/request.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { caller, entityOf, envelope, refusal, world, type World } from './world.ts';

const key = (bodyHash = 'b1', scope = 's1'): Partial<RequestEnvelope> => ({ idempotency: { scope, bodyHash } });

describe('Idempotency-Key', () => {
  it('gives the first answer again, and makes nothing twice', async () => {
    const w = world();
    const first = await w.task(undefined, key());
    const again = await w.ask(
      { op: 'create', path: '/task/', documents: [{ mixins: [], attributes: { 'task.name': 'a' } }] },
      key(),
    );
    expect(again.type === 'created' && again.replayed).to.equal(true);
    expect(entityOf(again)).to.deep.equal(first);
    expect(await w.store.count({})).to.equal(1);
  });

  it('gives it as it was, whatever has become of the entity', async () => {
    const w = world();
    const first = await w.task(undefined, key());
    await w.ask({ op: 'act', path: first.path, invocation: { term: 'begin', attributes: {} } });
    await w.ask({ op: 'delete', path: first.path });
    expect((await w.task(undefined, key())).record).to.deep.equal(first.record);
  });

  it('writes once for a create: record, history, event and key together', async () => {
    const w = world();
    await w.task(undefined, key());
    expect(w.store.writes).to.equal(1);
    expect((await w.store.idempotency('s1'))?.answer).to.have.property('type', 'outcome');
  });

  it('refuses the same key with another body', async () => {
    const w = world();
    await w.task(undefined, key());
    expect((await refusal(w.task(undefined, key('b2')))).code).to.equal('idempotency_key_reused');
  });

  it('answers 409 while the first request still runs', async () => {
    const w = world();
    const { path } = await w.task();
    let release: () => void = () => undefined;
    w.hooks.beforeActionWrite = () => new Promise((resolve) => (release = resolve));
    const act = (more: Partial<RequestEnvelope>): ReturnType<World['ask']> =>
      w.ask({ op: 'act', path, invocation: { term: 'begin', attributes: {} } }, more);
    const first = act(key());
    await settle();
    expect((await refusal(act(key()))).code).to.equal('idempotency_in_use');
    expect((await refusal(act(key('b2')))).status).to.equal(422);
    release();
    await first;
    expect(entityOf(await act(key())).record.state).to.equal('running');
  });

  it('forgets a key whose request changed nothing', async () => {
    const w = world();
    await refusal(w.task({}, key()));
    expect(await w.store.idempotency('s1')).to.equal(undefined);
    await w.task(undefined, key('b2'));
  });

  it('keeps an error that came after a change', async () => {
    const w = world();
    const { path } = await w.task();
    const act = (): ReturnType<World['ask']> =>
      w.ask({ op: 'act', path, invocation: { term: 'begin', attributes: { fail: true } } }, key());
    const first = await refusal(act());
    const again = await refusal(act());
    expect([again.code, again.status, again.message]).to.deep.equal([first.code, 422, first.message]);
    expect((await w.store.list({ limit: 9 })).items[0]?.rev).to.equal(2);
  });

  it('takes over the key of a process that died before it changed anything', async () => {
    const clock = new HandClock();
    const store = new MemoryStore(clock);
    await store.beginIdempotent({ scope: 's1', bodyHash: 'b1', began: clock.now(), owner: 'process-0' });
    const w = world({ store });
    await w.task(undefined, key());
    expect(await store.count({})).to.equal(1);
  });

  it('leaves the key of another process that lives', async () => {
    const clock = new HandClock();
    const store = new MemoryStore(clock);
    await store.beginIdempotent({ scope: 's1', bodyHash: 'b1', began: clock.now(), owner: 'process-2' });
    const w = world({ store, isAlive: (owner) => owner === 'process-2' });
    expect((await refusal(w.task(undefined, key()))).code).to.equal('idempotency_in_use');
  });

  it('finds what a process that died after its change has made', async () => {
    const clock = new HandClock();
    const store = new MemoryStore(clock);
    const dying = world({ store });
    const { path } = await dying.task();
    // The write takes effect and the answer is never finished.
    store.finishIdempotent = () => new Promise(() => undefined);
    void dying.ask({ op: 'act', path, invocation: { term: 'begin', attributes: {} } }, key());
    await settle();
    const next = world({ store, owner: 'process-2' });
    const outcome = await next.ask({ op: 'act', path, invocation: { term: 'begin', attributes: {} } }, key());
    expect(entityOf(outcome).record.state).to.equal('running');
    expect(outcome.type === 'entity' && outcome.replayed).to.equal(true);
    expect(entityOf(outcome).record.rev).to.equal(2);
  });

  it('replays what was waited for', async () => {
    const w = world();
    w.hooks.created = (record) => {
      void w.store.write([{ op: 'update', record: { ...record, rev: 2, state: 'done' }, expect: { rev: 1 } }]);
    };
    const make = (): ReturnType<World['ask']> =>
      w.ask(
        { op: 'create', path: '/task/', documents: [{ mixins: [], attributes: { 'task.name': 'a' } }] },
        { ...key(), wait: 30 },
      );
    const first = await make();
    expect(entityOf(first).record.rev).to.equal(2);
    expect(entityOf(await make())).to.deep.equal(entityOf(first));
  });

  it('counts for seven days', async () => {
    const w = world();
    await w.task(undefined, key());
    await w.clock.advance(7 * 24 * 3_600_000 + 1);
    await w.task(undefined, key('b2'));
    expect(await w.store.count({})).to.equal(2);
  });

  it('works for deletes, and does nothing for reads', async () => {
    const w = world();
    const { path } = await w.task();
    await w.engine.handle({ op: 'read', path }, envelope(key()));
    expect(await w.store.idempotency('s1')).to.equal(undefined);
    const remove = (): ReturnType<World['ask']> => w.ask({ op: 'delete', path }, key());
    expect(await remove()).to.have.property('type', 'done');
    expect(await remove()).to.have.property('replayed', true);
  });

  it('never keeps a secret', async () => {
    const secretive = world();
    const behaviour = secretive.engine.registry.behaviour((await secretive.task()).record.kind) as unknown as {
      project?: unknown;
    };
    behaviour.project = (record: { attributes: object }) =>
      Promise.resolve({ attributes: { ...record.attributes, secret: 'hush' }, once: ['secret'] });
    const first = await secretive.task(undefined, { ...key(), caller: caller('customer') });
    expect(first.projection.attributes).to.have.property('secret', 'hush');
    const again = await secretive.task(undefined, key());
    expect(again.projection.attributes).not.to.have.property('secret');
    expect(JSON.stringify(await secretive.store.idempotency('s1'))).not.to.contain('hush');
  });
});
