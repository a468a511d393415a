import { expect } from 'chai';
import { refOf } from '../../src/infrastructure/direct/record.ts';
import { COMPUTE, OS_TPL, RESOURCE_TPL, TEMPLATES } from '../../src/infrastructure/names.ts';
import type { EntityDocument } from '../../src/occi/entity.ts';
import { typeId } from '../../src/shared/ids.ts';
import { caller, entityOf, refusal } from '../occi/world.ts';
import { create } from './cloud.ts';
import { ACME, act, BIG, LINUX, patch, post, posted, read, running, settle, tag } from './posted-world.ts';

const small = typeId(`${TEMPLATES}small`);

describe('infrastructure: posted without an agreement', () => {
  it('begins as GFD.224 has it, and comes up by itself a second later', async () => {
    const w = await posted();
    const path = await post(w, '/compute/', { attributes: { 'occi.compute.cores': 2 } });
    const first = await read(w, path);
    expect(first.state).to.equal('inactive');
    // A message is for what is wrong: there are clients that take it for the state.
    expect(first.attributes).not.to.have.property('occi.compute.state.message');
    expect(w.vendors.asked).to.deep.equal([]);
    await w.clock.advance(1000);
    await settle(w);
    const record = await read(w, path);
    expect([record.state, record.vendor, record.due]).to.deep.equal(['active', ACME, undefined]);
    expect(record.attributes).to.include({
      'occi.compute.cores': 2,
      'occi.compute.state': 'active',
      'org.parley.endpoint.url': 'http://192.0.2.1/',
    });
    expect(record.attributes).not.to.have.any.keys('occi.compute.state.message', 'org.parley.enforced');
    const events = await w.store.events({ tenant: record.tenant, after: 0, limit: 5 });
    expect(events.at(-1)?.type).to.equal('org.parley.compute.active');
    expect((await w.store.history(record.id)).at(-1)).to.include({ from: 'inactive', to: 'active', actor: 'vendor' });
  });

  it('comes up at once where a template says what is run', async () => {
    const w = await posted();
    expect((await read(w, await running(w))).state).to.equal('active');
    expect(w.vendors.asked).to.deep.equal(['create compute']);
  });

  it('does at once what a client asks for, once, however it meets what happens by itself', async () => {
    const w = await posted();
    const path = await post(w, '/compute/');
    const both = await Promise.all([act(w, path, 'start'), w.clock.advance(1000)]);
    expect(entityOf(both[0]).record.state).to.equal('active');
    await settle(w);
    await w.sweep();
    expect(w.vendors.asked).to.deep.equal(['create compute']);
    expect((await refusal(act(w, path, 'start'))).extra).to.deep.equal({
      state: 'active',
      moves: ['stop', 'restart', 'suspend', 'save'],
    });
    for (const [term, state] of [
      ['suspend', 'suspended'],
      ['start', 'active'],
      ['stop', 'inactive'],
      ['start', 'active'],
      ['restart', 'active'],
    ] as const)
      expect(entityOf(await act(w, path, term)).record.state, term).to.equal(state);
  });

  it('excuses, once, a client who asks for what has come about by itself', async () => {
    const w = await posted();
    const compute = await post(w, '/compute/');
    const storage = await post(w, '/storage/', { attributes: { 'occi.storage.size': 1 } });
    await w.clock.advance(1000);
    await settle(w);
    for (const [path, term, state] of [
      [compute, 'start', 'active'],
      [storage, 'online', 'online'],
    ] as const) {
      expect(entityOf(await w.ask({ op: 'read', path })).actions.some((each) => each.endsWith(`#${term}`))).to.equal(
        false,
      );
      expect(entityOf(await act(w, path, term)).record.state).to.equal(state);
      expect((await refusal(act(w, path, term))).status, 'the second time').to.equal(409);
    }
    expect(w.vendors.asked.toSorted()).to.deep.equal(['create compute', 'create storage']);
    const told = await running(w);
    expect((await refusal(act(w, told, 'start'))).status, 'of a template').to.equal(409);
    const stopped = await post(w, '/compute/');
    await w.clock.advance(1000);
    await settle(w);
    await act(w, stopped, 'stop');
    await act(w, stopped, 'start');
    expect((await refusal(act(w, stopped, 'start'))).status, 'after another action').to.equal(409);
  });

  it('starts a whole collection of which some run already', async () => {
    const w = await posted();
    const [one, two] = [await running(w), await post(w, '/compute/')];
    const start = {
      op: 'actOnAll',
      path: '/compute/',
      invocation: { term: 'start', attributes: {} },
      query: {},
    } as const;
    for (let times = 0; times < 2; times++) {
      const answer = await w.ask(start);
      expect(answer.type === 'collection' && answer.views.map(({ record }) => record.state)).to.deep.equal([
        'active',
        'active',
      ]);
    }
    expect(w.vendors.asked).to.deep.equal(['create compute', 'create compute']);
    await act(w, two, 'suspend');
    await act(w, one, 'stop');
    expect((await refusal(w.ask({ ...start, invocation: { term: 'suspend', attributes: {} } }))).status).to.equal(409);
  });

  it('has titles that the simplest clients can split', async () => {
    const { registry } = (await posted()).engine;
    for (const { title } of [...registry.kinds(), ...registry.mixins(), ...registry.actions()])
      expect(title).not.to.match(/[,;"\\]/);
  });

  it('adopts the name of an interface that a client gives, once', async () => {
    const w = await posted();
    const [compute, network] = [await post(w, '/compute/'), await post(w, '/network/')];
    const attributes = { 'occi.networkinterface.interface': 'eth7', 'occi.networkinterface.mac': '00:11:22:33:44:55' };
    const nic = await post(w, '/networkinterface/', {
      source: { location: compute },
      target: { location: network },
      attributes: { ...attributes, 'occi.networkinterface.state': 'inactive' },
    });
    await w.clock.advance(1000);
    await settle(w);
    expect((await read(w, nic)).attributes).to.include(attributes);
    expect(
      (await refusal(patch(w, nic, { attributes: { 'occi.networkinterface.interface': 'eth8' } }))).status,
    ).to.equal(403);
    await patch(w, nic, { attributes });
  });

  it('has storage, networks and links come up with what they need', async () => {
    const w = await posted();
    const [compute, storage, network] = [
      await post(w, '/compute/'),
      await post(w, '/storage/', { attributes: { 'occi.storage.size': 1 } }),
      await post(w, '/network/'),
    ];
    expect((await read(w, storage)).state).to.equal('offline');
    const mount = await post(w, '/storagelink/', { source: { location: compute }, target: { location: storage } });
    const nic = await post(w, '/networkinterface/', { source: { location: compute }, target: { location: network } });
    await w.clock.advance(1000);
    await settle(w);
    const states = await Promise.all(
      [compute, storage, network, mount, nic].map(async (each) => (await read(w, each)).state),
    );
    expect(states).to.deep.equal(['active', 'online', 'active', 'active', 'active']);
    expect((await read(w, nic)).attributes['occi.networkinterface.address']).to.equal('192.0.2.1');
    expect(w.vendors.asked.toSorted()).to.deep.equal(
      ['compute', 'network', 'networkinterface', 'storage', 'storagelink'].map((kind) => `create ${kind}`),
    );
    for (const { order } of w.vendors.made.values())
      if (order.source !== undefined) expect([order.source.kind, order.target?.ref]).to.include(COMPUTE);
    expect(entityOf(await act(w, storage, 'offline')).record.state).to.equal('offline');
    expect(entityOf(await act(w, network, 'down')).record.state).to.equal('inactive');
  });

  it('leaves a link between records a record', async () => {
    const w = await posted();
    const compute = await post(w, '/compute/');
    const link = await post(w, '/storagelink/', {
      source: { location: compute },
      target: { location: 'https://elsewhere.org/disk' },
    });
    await w.clock.advance(2000);
    await settle(w);
    expect([(await read(w, link)).state, (await read(w, link)).vendor]).to.deep.equal(['inactive', undefined]);
  });

  describe('which vendor', () => {
    it('is the one that is named, else the one whose template it is, else the first that can', async () => {
      const w = await posted();
      const vendorOf = async (...mixins: EntityDocument['mixins']) =>
        (await read(w, await post(w, '/compute/', { mixins }))).vendor;
      expect(await vendorOf()).to.equal('acme');
      expect(await vendorOf(tag('other'))).to.equal('other');
      expect(await vendorOf(typeId('http://example.org/other/template#bsd'))).to.equal('other');
      expect(await vendorOf(LINUX, small)).to.equal('acme');
      const registry = w.engine.registry;
      expect(registry.mixin(LINUX)).to.deep.include({ depends: [OS_TPL], applies: [COMPUTE] });
      expect(registry.mixin(BIG)?.depends).to.deep.equal([RESOURCE_TPL]);
    });

    it('is refused where it cannot, with its reason', async () => {
      const w = await posted();
      const error = await refusal(create(w, '/compute/', { mixins: [tag('paper')] }));
      expect([error.status, error.code]).to.deep.equal([422, 'vendor_cannot_provision']);
      expect(error.message).to.contain('it is a price list');
      expect((await refusal(create(w, '/network/', { mixins: [tag('other')] }))).status).to.equal(422);
      expect((await refusal(create(w, '/compute/', { mixins: [tag('other'), LINUX] }))).code).to.equal(
        'template_elsewhere',
      );
      expect((await refusal(create(w, '/compute/', { mixins: [tag('other'), tag('acme')] }))).code).to.equal(
        'vendor_twice',
      );
      expect(w.vendors.asked).to.deep.equal([]);
    });
  });

  describe('how much', () => {
    it('is bounded for each tenant: 409 capacity at the post and at the start', async () => {
      const w = await posted({ instances: 2, autostart: 1 });
      const first = await running(w);
      await running(w);
      const error = await refusal(create(w, '/compute/', { mixins: [LINUX] }));
      expect([error.status, error.code, error.extra['limit']]).to.deep.equal([409, 'capacity', 2]);
      const plain = await post(w, '/compute/');
      expect((await refusal(act(w, plain, 'start'))).code).to.equal('capacity');
      const theirs = { caller: caller('customer', 'elsewhere') };
      await w.ask({ op: 'create', path: '/compute/', documents: [{ mixins: [LINUX], attributes: {} }] }, theirs);
      await act(w, first, 'stop');
      expect(entityOf(await act(w, plain, 'start')).record.state).to.equal('active');
      expect((await refusal(act(w, first, 'start'))).code).to.equal('capacity');
      await w.ask({ op: 'delete', path: plain });
      expect(entityOf(await act(w, first, 'start')).record.state).to.equal('active');
    });

    it('counts each of several in one request, and nothing that was refused', async () => {
      const w = await posted({ instances: 2 });
      const documents = Array.from({ length: 3 }, () => ({ mixins: [LINUX], attributes: {} }));
      const all = (count: number) => w.ask({ op: 'create', path: '/compute/', documents: documents.slice(0, count) });
      expect((await refusal(all(3))).status).to.equal(409);
      // What was promised to the request that came to nothing is free again after a while.
      await w.clock.advance(10_000);
      const made = await all(2);
      await settle(w);
      expect(w.vendors.asked).to.deep.equal(['create compute', 'create compute']);
      const path = made.type === 'created' ? (made.views[0]?.path ?? '') : '';
      await w.ask({ op: 'delete', path });
      await all(1);
    });

    it('starts only the first few by themselves', async () => {
      const w = await posted({ instances: 5, autostart: 1 });
      const paths = [await post(w, '/compute/'), await post(w, '/compute/')];
      await w.clock.advance(1000);
      await settle(w);
      const records = await Promise.all(paths.map((path) => read(w, path)));
      expect(records.map(({ state }) => state).toSorted()).to.deep.equal(['active', 'inactive']);
      const other = records.find(({ state }) => state === 'inactive');
      expect(other?.due).to.equal(undefined);
    });

    it('is counted anew after a restart', async () => {
      const w = await posted({ instances: 1 });
      await running(w);
      const again = await w.again();
      expect((await refusal(create(again, '/compute/', { mixins: [LINUX] }))).code).to.equal('capacity');
    });

    it('is for the vendor to say, too', async () => {
      const w = await posted();
      const much = { mixins: [LINUX], attributes: { 'occi.compute.memory': 1e9 } };
      const error = await refusal(create(w, '/compute/', much));
      expect([error.status, error.code, error.message]).to.deep.equal([409, 'capacity', 'too much']);
    });
  });

  describe('when it goes wrong', () => {
    const down = { type: 'failed', code: 'timed_out', detail: 'no answer', passing: true } as const;
    const full = { type: 'refused', code: 'capacity_exhausted', detail: 'all is taken', passing: true } as const;

    it('asks again with the same key, and later each time', async () => {
      const w = await posted();
      w.vendors.next.set('create', [down, down]);
      const path = await running(w);
      expect((await read(w, path)).attributes['occi.compute.state.message']).to.equal('no answer');
      for (let tries = 0; tries < 2; tries++) {
        await w.clock.advance(2500);
        await w.sweep();
      }
      expect((await read(w, path)).state).to.equal('active');
      expect([w.vendors.asked.length, w.vendors.made.size]).to.deep.equal([3, 1]);
    });

    it('is in error where the vendor refuses what a template wants, and can be started again from there', async () => {
      const w = await posted();
      w.vendors.next.set('create', [full]);
      const path = await running(w);
      const record = await read(w, path);
      expect([record.state, record.attributes['occi.compute.state.message']]).to.deep.equal(['error', 'all is taken']);
      const names = Object.keys(record.attributes).filter((name) => name.startsWith('occi.compute.state'));
      expect(names).to.deep.equal(['occi.compute.state.message', 'occi.compute.state']);
      expect(entityOf(await act(w, path, 'start')).record.state).to.equal('active');
    });

    it('tells the client who asked for it, and stays as it was', async () => {
      const w = await posted();
      const path = await post(w, '/compute/');
      w.vendors.next.set('create', [full, down]);
      expect((await refusal(act(w, path, 'start'))).code).to.equal('capacity');
      expect((await refusal(act(w, path, 'start'))).status).to.equal(502);
      expect((await read(w, path)).state).to.equal('inactive');
      expect(entityOf(await act(w, path, 'start')).record.state).to.equal('active');
    });

    it('makes nothing twice and loses nothing when the service dies between its steps', async () => {
      const w = await posted();
      w.vendors.silent = true;
      const path = await running(w);
      // The vendor has made it; its answer was never written.
      expect([w.vendors.made.size, (await read(w, path)).state]).to.deep.equal([1, 'inactive']);
      w.vendors.silent = false;
      const again = await w.again();
      await again.sweep();
      expect((await read(again, path)).state).to.equal('active');
      expect(again.vendors.made.size).to.equal(1);
      await again.ask({ op: 'delete', path });
      expect(again.vendors.made.size).to.equal(0);
    });

    it('takes back at the next start what was deleted and not taken back', async () => {
      const w = await posted();
      const path = await running(w);
      w.vendors.next.set('destroy', [down]);
      await w.ask({ op: 'delete', path });
      expect((await refusal(w.ask({ op: 'read', path }))).status).to.equal(404);
      expect([w.vendors.made.size, (await w.stored(path))?.hidden]).to.deep.equal([1, true]);
      const again = await w.again();
      await w.clock.advance(60_000);
      await again.sweep();
      expect([w.vendors.made.size, await w.stored(path)]).to.deep.equal([0, undefined]);
    });
  });

  it('is watched: what died by itself shows, and gives its place back', async () => {
    const w = await posted({ instances: 1 });
    const path = await running(w);
    const ref = refOf(await read(w, path)) ?? '';
    expect(await w.infrastructure.watch()).to.equal(0);
    w.vendors.at(ref).state = 'error';
    expect(await w.infrastructure.watch()).to.equal(1);
    expect((await read(w, path)).state).to.equal('error');
    await running(w);
  });

  it('is at rest for Prefer: wait when it has come up', async () => {
    const w = await posted();
    const asked = w.ask(
      { op: 'create', path: '/compute/', documents: [{ mixins: [LINUX], attributes: {} }] },
      { wait: 10 },
    );
    await settle(w);
    expect(entityOf(await asked).record.state).to.equal('active');
  });
});
