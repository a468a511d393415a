import { expect } from 'chai';
import fc from 'fast-check';
import { infrastructureKinds } from '../../src/infrastructure/kinds.ts';
import { PLACEMENT, RESOURCE_TPL, TEMPLATES } from '../../src/infrastructure/names.ts';
import { stoppedAfter } from '../../src/infrastructure/stopped.ts';
import { typeOf } from '../../src/occi/category.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { typeId } from '../../src/shared/ids.ts';
import { movesFrom } from '../../src/shared/state-machine.ts';
import { entityOf, refusal, type World } from '../occi/world.ts';
import { cloud, create, ID, TABLES } from './cloud.ts';

describe('infrastructure: state tables', () => {
  for (const [kind, table] of TABLES) {
    const name = kind.slice(kind.indexOf('#') + 1);
    const terms = [...new Set(table.moves.map((move) => move.on))];

    it(`${name}: every legal move works, every other is a 409 that leaves all as it was`, async () => {
      for (const state of table.states)
        for (const term of terms) {
          const w = cloud();
          await w.delivered(kind, state);
          const path = `/${name}/${String(ID)}`;
          const act = w.ask({
            op: 'act',
            path,
            invocation: { term, attributes: term === 'resize' ? { size: 2 } : {} },
          });
          const move = table.moves.find((each) => each.from === state && each.on === term);
          if (move === undefined) {
            const error = await refusal(act);
            expect([error.status, error.extra['state']], `${state} ${term}`).to.deep.equal([409, state]);
            expect(w.calls).to.deep.equal([]);
            expect(error.extra['moves']).to.have.members(movesFrom(table, state).map((each) => each.on));
          } else {
            const { record } = entityOf(await act);
            expect([record.state, record.attributes[`occi.${name}.state`], record.rev]).to.deep.equal([
              move.to,
              move.to,
              2,
            ]);
            const [event] = await w.store.events({ tenant: record.tenant, after: 0, limit: 5 });
            expect(event?.type).to.equal(`org.parley.${name}.${move.to}`);
            expect((await w.store.history(record.id)).at(-1)).to.include({ from: state, to: move.to, code: term });
          }
        }
    });

    it(`${name}: walks of any length stay in the table's states, and show what they allow`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...terms), { maxLength: 12 }), async (walk) => {
          const w = cloud();
          await w.delivered(kind, table.states[0] ?? '');
          const path = `/${name}/${String(ID)}`;
          for (const term of walk) {
            const before = entityOf(await w.ask({ op: 'read', path }));
            const shown = before.actions.some((action) => action.endsWith(`#${term}`));
            const attributes = term === 'resize' ? { size: 2 } : {};
            const done = await w.ask({ op: 'act', path, invocation: { term, attributes } }).then(
              () => true,
              (error: unknown) =>
                error instanceof ParleyError && error.status === 409 ? false : Promise.reject(error as Error),
            );
            expect(done).to.equal(shown);
            expect(table.states).to.include(entityOf(await w.ask({ op: 'read', path })).record.state);
          }
        }),
        { numRuns: 25 },
      );
    });
  }
});

describe('infrastructure: kinds and mixins', () => {
  it('has the kinds and attributes of GFD.224', () => {
    expect(infrastructureKinds.map((kind) => kind.term)).to.have.members([
      'compute',
      'network',
      'storage',
      'networkinterface',
      'storagelink',
    ]);
    const compute = infrastructureKinds[0];
    expect(Object.keys(compute?.attributes ?? {})).to.include.members([
      'occi.compute.architecture',
      'occi.compute.cores',
      'occi.compute.hostname',
      'occi.compute.share',
      'occi.compute.memory',
      'occi.compute.state',
      'occi.compute.state.message',
    ]);
    expect(compute?.attributes['occi.compute.architecture']?.pattern).to.deep.equal({ enum: ['x86', 'x64', 'arm64'] });
  });

  it('checks sizes', async () => {
    const w = cloud();
    const error = await refusal(
      create(w, '/compute/', {
        attributes: { 'occi.compute.cores': 1.5, 'occi.compute.memory': 0, 'occi.compute.architecture': 'amd64' },
      }),
    );
    expect(error.problems.map((problem) => problem.path)).to.have.members([
      '/attributes/occi.compute.cores',
      '/attributes/occi.compute.memory',
      '/attributes/occi.compute.architecture',
    ]);
    expect((await refusal(create(w, '/storage/'))).problems[0]?.code).to.equal('attribute_required');
  });

  it('without a vendor, keeps what is posted directly as a record with the state machine of the standard', async () => {
    const w = cloud();
    const { record, path, actions } = entityOf(
      await create(w, '/compute/', { attributes: { 'occi.compute.cores': 2 } }),
    );
    expect(record.state).to.equal('inactive');
    expect(actions.map((action) => action.slice(action.indexOf('#') + 1))).to.deep.equal(['start', 'save']);
    const act = (term: string): ReturnType<World['ask']> =>
      w.ask({ op: 'act', path, invocation: { term, attributes: {} } });
    expect(entityOf(await act('start')).record.attributes['occi.compute.state']).to.equal('active');
    expect((await refusal(act('start'))).status).to.equal(409);
    expect(entityOf(await act('suspend')).record.state).to.equal('suspended');
    expect((await refusal(act('save'))).code).to.equal('not_supported');
    expect(w.calls).to.deep.equal([]);
    await w.ask({ op: 'delete', path });
  });

  it('lets a template stand over the sizes sent, one at a time, a new one replacing it', async () => {
    const w = cloud();
    const small = typeId(`${TEMPLATES}small`);
    const large = typeId(`${TEMPLATES}mem_large`);
    const { record, path } = entityOf(
      await create(w, '/compute/', { mixins: [small], attributes: { 'occi.compute.cores': 8 } }),
    );
    expect(record.attributes).to.include({ 'occi.compute.cores': 1, 'occi.compute.memory': 1 });
    const patched = entityOf(await w.ask({ op: 'patch', path, document: { mixins: [large], attributes: {} } }));
    expect(patched.record.mixins).to.deep.equal([large]);
    expect(patched.record.attributes).to.include({ 'occi.compute.cores': 4, 'occi.compute.memory': 16 });
    expect((await refusal(create(w, '/compute/', { mixins: [small, large] }))).problems[0]?.path).to.equal('/mixins/1');
    expect((await refusal(create(w, '/network/', { mixins: [small] }))).status).to.equal(403);
    expect(w.engine.registry.mixin(small)?.depends).to.deep.equal([RESOURCE_TPL]);
  });

  it('lets a customer say where at creation, and not where it is reached', async () => {
    const w = cloud();
    const placed = { mixins: [PLACEMENT], attributes: { 'org.parley.placement.country': 'DE' } };
    const { path } = entityOf(await create(w, '/compute/', placed));
    const moved = { mixins: [], attributes: { 'org.parley.placement.country': 'FR' } };
    expect((await refusal(w.ask({ op: 'patch', path, document: moved }))).status).to.equal(403);
    const endpoint = typeId('http://schemas.parley.org/occi/placement#endpoint');
    const reached = { mixins: [endpoint], attributes: { 'org.parley.endpoint.host': '10.0.0.1' } };
    expect((await refusal(create(w, '/compute/', reached))).status).to.equal(403);
  });

  it('fills in what links have exactly one of, and leads them to what they are for', async () => {
    const w = cloud();
    const compute = entityOf(await create(w, '/compute/'));
    const network = entityOf(await create(w, '/network/'));
    const storage = entityOf(await create(w, '/storage/', { attributes: { 'occi.storage.size': 1 } }));
    const link = (path: string, target: string): ReturnType<World['ask']> =>
      create(w, path, { source: { location: compute.path }, target: { location: target } });
    const nic = entityOf(await link('/networkinterface/', network.path));
    expect(nic.record.attributes['occi.networkinterface.mac']).to.match(/^02(:[0-9a-f]{2}){5}$/);
    expect(nic.record.state).to.equal('inactive');
    expect(nic.record.attributes['occi.networkinterface.interface']).to.equal('eth0');
    const named = entityOf(
      await create(w, '/networkinterface/', {
        source: { location: compute.path },
        target: { location: network.path },
        attributes: { 'occi.networkinterface.interface': 'eth7' },
      }),
    );
    expect(named.record.attributes['occi.networkinterface.interface']).to.equal('eth7');
    const renamed = w.ask({
      op: 'patch',
      path: named.path,
      document: { mixins: [], attributes: { 'occi.networkinterface.interface': 'eth8' } },
    });
    expect((await refusal(renamed)).status).to.equal(403);
    const mount = entityOf(await link('/storagelink/', storage.path));
    expect(mount.record.attributes['occi.storagelink.deviceid']).to.be.a('string');
    expect((await refusal(link('/storagelink/', network.path))).code).to.equal('target_kind');
    await link('/storagelink/', 'https://elsewhere.org/disk');
  });

  it('has every kind and mixin where a client finds it', () => {
    const { registry } = cloud().engine;
    for (const category of [...registry.kinds(), ...registry.mixins()]) {
      if (category.location === undefined) continue;
      expect(registry.atLocation(category.location)).to.equal(category);
      if (category.class === 'mixin') expect(registry.mixin(typeOf(category))).to.equal(category);
    }
  });
});

describe('stopped times', () => {
  it('never overlap, and are open only at the end', () => {
    const terms = ['start', 'stop', 'restart', 'suspend', 'save', 'up', 'down', 'online', 'offline'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...terms), fc.nat(100), fc.nat(100))), (actions) => {
        let stopped: ReturnType<typeof stoppedAfter> = [];
        let now = 0;
        for (const [term, wait, takes] of actions) {
          now += wait;
          stopped = stoppedAfter(stopped, term, now, now + takes);
          now += takes;
        }
        stopped.forEach(({ from, until }, index) => {
          const next = stopped[index + 1];
          if (next !== undefined) expect(until).to.be.within(from, next.from);
        });
      }),
    );
  });
});
