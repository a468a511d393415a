import { expect } from 'chai';
import type { BackendView } from '../../src/infrastructure/backend.ts';
import { COMPUTE } from '../../src/infrastructure/names.ts';
import type { EntityDocument } from '../../src/occi/entity.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { caller, entityOf, refusal, type World } from '../occi/world.ts';
import { answer, cloud, create, ID, SLA, type Cloud } from './cloud.ts';

describe('infrastructure: what a vendor runs', () => {
  const path = `/compute/${String(ID)}`;
  const act = (w: World, term: string): ReturnType<World['ask']> =>
    w.ask({ op: 'act', path, invocation: { term, attributes: {} } });

  it('is not deleted under a live SLA, and the answer names what to do', async () => {
    const w = cloud();
    await w.delivered(COMPUTE, 'active');
    const error = await refusal(w.ask({ op: 'delete', path }));
    expect(error.status).to.equal(409);
    expect(error.extra).to.include({ use: 'terminate', sla: `/sla/${SLA}` });
    const free = cloud();
    await free.delivered(COMPUTE, 'active', { ref: 'r1', sla: SLA, released: true });
    await free.ask({ op: 'delete', path });
  });

  it('may be named and tagged, and stays what was agreed', async () => {
    const w = cloud();
    await w.delivered(COMPUTE, 'active');
    const patch = (document: Partial<EntityDocument>): ReturnType<World['ask']> =>
      w.ask({ op: 'patch', path, document: { mixins: [], attributes: {}, ...document } });
    expect(entityOf(await patch({ title: 'Front' })).record.title).to.equal('Front');
    const error = await refusal(patch({ attributes: { 'occi.compute.cores': 64 } }));
    expect([error.status, error.problems[0]?.path]).to.deep.equal([409, '/attributes/occi.compute.cores']);
  });

  it('keeps the times in which the customer had stopped it', async () => {
    const w = cloud();
    await w.delivered(COMPUTE, 'active');
    const t0 = w.clock.now();
    await w.clock.advance(1000);
    await act(w, 'stop');
    await w.clock.advance(5000);
    await act(w, 'start');
    await w.clock.advance(1000);
    await act(w, 'suspend');
    const record = ID === undefined ? undefined : await w.store.get(ID);
    expect(record?.internal['stopped']).to.deep.equal([{ from: t0 + 1000, until: t0 + 6000 }, { from: t0 + 7000 }]);
    expect(record?.internal['ref']).to.equal('r1');
  });

  it('writes what the vendor did beside what others changed in the meantime', async () => {
    const w: Cloud = cloud(async (record, action) => {
      const now = (await w.store.get(record.id)) ?? record;
      await w.store.write([
        { op: 'update', record: { ...now, rev: now.rev + 1, title: 'New' }, expect: { rev: now.rev } },
      ]);
      return answer(record, action);
    });
    await w.delivered(COMPUTE, 'inactive');
    const { record } = entityOf(await act(w, 'start'));
    expect([record.title, record.state, record.rev]).to.deep.equal(['New', 'active', 3]);
    expect(w.calls).to.have.length(1);
  });

  it('shows the message of a failure and drops it when all is well again', async () => {
    const w = cloud((record, action) =>
      Promise.resolve(
        action.endsWith('#stop')
          ? { state: 'error', message: 'it clings', attributes: {} }
          : { ...answer(record, action), attributes: { 'occi.compute.hostname': 'web0' } },
      ),
    );
    await w.delivered(COMPUTE, 'active');
    expect(entityOf(await act(w, 'stop')).record.attributes['occi.compute.state.message']).to.equal('it clings');
    const started = entityOf(await act(w, 'start')).record;
    expect(started.attributes).not.to.have.property('occi.compute.state.message');
    expect(started.attributes['occi.compute.hostname']).to.equal('web0');
  });

  it('passes on that a vendor cannot be asked, with nothing changed', async () => {
    const failing = (code: string): Cloud => cloud(() => Promise.reject(new ParleyError(code, 502, 'no')));
    const w = failing('timed_out');
    await w.delivered(COMPUTE, 'active');
    expect((await refusal(act(w, 'stop'))).code).to.equal('timed_out');
    expect(ID === undefined ? 0 : (await w.store.get(ID))?.rev).to.equal(1);
    const other = failing('unsupported');
    await other.delivered(COMPUTE, 'active');
    expect(await refusal(act(other, 'save'))).to.include({ status: 409, code: 'not_supported' });
  });

  it('looks again before it refuses to start what has died since', async () => {
    const died: BackendView = { state: 'error', message: 'the process ended', attributes: {} };
    const w = cloud(undefined, () => Promise.resolve(died));
    const { id, tenant } = await w.delivered(COMPUTE, 'active');
    expect(entityOf(await act(w, 'start')).record.state).to.equal('active');
    const [seen, started] = await w.store.history(id);
    expect(seen).to.include({ rev: 2, from: 'active', to: 'error', actor: 'vendor', code: 'observed' });
    expect(seen?.detail).to.equal('the process ended');
    expect(started).to.include({ rev: 3, from: 'error', to: 'active', code: 'start' });
    const events = await w.store.events({ tenant, after: 0, limit: 5 });
    expect(events.map((event) => event.type)).to.deep.equal(['org.parley.compute.error', 'org.parley.compute.active']);
    expect((await w.store.get(id))?.attributes).not.to.have.property('occi.compute.state.message');
  });

  it('refuses with the state that it found, and keeps what it found', async () => {
    const stopped = cloud(undefined, () => Promise.resolve({ state: 'inactive', attributes: {} }));
    const { id } = await stopped.delivered(COMPUTE, 'error');
    const error = await refusal(act(stopped, 'suspend'));
    expect(error.extra['state']).to.equal('inactive');
    expect((await stopped.store.get(id))?.state).to.equal('inactive');
    expect(stopped.calls).to.deep.equal([]);
  });

  it('refuses as stored where the vendor cannot be asked, or where there is nothing to ask about', async () => {
    const silent = cloud(undefined, () => Promise.reject(new ParleyError('timed_out', 502, 'no')));
    await silent.delivered(COMPUTE, 'active');
    expect(await refusal(act(silent, 'start'))).to.include({ status: 409, code: 'state_forbids' });
    let looks = 0;
    const look = (): Promise<undefined> => Promise.resolve(void (looks += 1));
    const ended = cloud(undefined, look);
    await ended.delivered(COMPUTE, 'inactive', { ref: 'r1', sla: SLA, released: true });
    expect((await refusal(act(ended, 'stop'))).status).to.equal(409);
    const { path: own } = entityOf(await create(ended, '/compute/'));
    const stop = ended.ask({ op: 'act', path: own, invocation: { term: 'stop', attributes: {} } });
    expect((await refusal(stop)).status).to.equal(409);
    expect(looks).to.equal(0);
  });

  it('observes beside what others write', async () => {
    const w: Cloud = cloud(undefined, async (record) => {
      const now = (await w.store.get(record.id)) ?? record;
      if (now.rev === 1)
        await w.store.write([{ op: 'update', record: { ...now, rev: 2, title: 'New' }, expect: { rev: 1 } }]);
      return { state: 'error', attributes: {} };
    });
    await w.delivered(COMPUTE, 'active');
    const { record } = entityOf(await act(w, 'start'));
    expect([record.title, record.state, record.rev]).to.deep.equal(['New', 'active', 4]);
  });

  it('is of its tenant only', async () => {
    const w = cloud();
    await w.delivered(COMPUTE, 'active');
    const theirs = { caller: caller('customer', 'other') };
    const request = { op: 'act', path, invocation: { term: 'stop', attributes: {} } } as const;
    expect((await refusal(w.ask(request, theirs))).status).to.equal(404);
    expect(w.calls).to.deep.equal([]);
  });
});
