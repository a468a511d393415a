import { expect } from 'chai';
import fc from 'fast-check';
import type { BackendView, ResourceBackend } from '../../src/infrastructure/backend.ts';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import { infrastructureKinds } from '../../src/infrastructure/kinds.ts';
import { COMPUTE, NETWORK, PLACEMENT, RESOURCE_TPL, STORAGE, TEMPLATES } from '../../src/infrastructure/names.ts';
import { computeStates, networkStates, storageStates } from '../../src/infrastructure/states.ts';
import { stoppedAfter } from '../../src/infrastructure/stopped.ts';
import { typeOf } from '../../src/occi/category.ts';
import type { EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { parseEntityId, principalId, tenantId, typeId, vendorId, type TypeId } from '../../src/shared/ids.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { movesFrom, type StateTable } from '../../src/shared/state-machine.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { HandClock } from '../support/hand-clock.ts';
import { caller, entityOf, refusal, world, type World } from '../occi/world.ts';

const ID = parseEntityId('018f4c1e-7b1a-7000-8000-000000000001');
const SLA = '018f4c1e-7b1a-7000-8000-0000000000ff';

interface Cloud extends World {
  readonly calls: TypeId[];
  /** Puts a resource there as if a vendor had delivered it. */
  delivered(kind: TypeId, state: string, internal?: JsonObject): Promise<EntityRecord>;
}

function cloud(perform?: ResourceBackend['perform'], inspect?: ResourceBackend['inspect']): Cloud {
  const clock = new HandClock();
  const store = new MemoryStore(clock);
  const calls: TypeId[] = [];
  const backend: ResourceBackend = {
    perform(record, action, attributes) {
      calls.push(action);
      return perform?.(record, action, attributes) ?? Promise.resolve(answer(record, action));
    },
    inspect: (record) => inspect?.(record) ?? Promise.resolve(undefined),
  };
  const made = world({ store, clock, extensions: [createInfrastructure({ backend, clock })] });
  return {
    ...made,
    clock,
    calls,
    async delivered(kind, state, internal = { ref: 'r1', sla: SLA, for: 'web', index: 0 }) {
      if (ID === undefined) throw new Error('no id');
      const name = kind.slice(kind.indexOf('#') + 1);
      const record: EntityRecord = {
        id: ID,
        kind,
        mixins: [],
        tenant: tenantId('default'),
        owner: principalId('x'),
        rev: 1,
        attributes: { [`occi.${name}.state`]: state },
        state,
        vendor: vendorId('acme'),
        internal,
        hidden: false,
        created: 0,
        updated: 0,
      };
      await store.write([{ op: 'create', record }]);
      return record;
    },
  };
}

const TABLES: readonly [TypeId, StateTable<string, string>][] = [
  [COMPUTE, computeStates],
  [STORAGE, storageStates],
  [NETWORK, networkStates],
];
const tableOf = (kind: TypeId): StateTable<string, string> => {
  const found = TABLES.find(([type]) => type === kind);
  if (found === undefined) throw new Error('no table');
  return found[1];
};

/** A vendor that does what it is asked. */
function answer(record: EntityRecord, action: TypeId): BackendView {
  const term = action.slice(action.indexOf('#') + 1);
  const move = movesFrom(tableOf(record.kind), record.state ?? '').find((each) => each.on === term);
  return { state: move?.to ?? 'error', attributes: {} };
}

const create = (w: World, path: string, document: Partial<EntityDocument> = {}): ReturnType<World['ask']> =>
  w.ask({ op: 'create', path, documents: [{ mixins: [], attributes: {}, ...document }] });

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

  it('stores what is posted directly as inactive, and says why nothing can be done with it', async () => {
    const w = cloud();
    const { record, path, actions } = entityOf(
      await create(w, '/compute/', { attributes: { 'occi.compute.cores': 2 } }),
    );
    expect(record.state).to.equal('inactive');
    expect(actions.map((action) => action.slice(action.indexOf('#') + 1))).to.deep.equal(['start', 'save']);
    const error = await refusal(w.ask({ op: 'act', path, invocation: { term: 'start', attributes: {} } }));
    expect([error.status, error.code]).to.deep.equal([409, 'not_provisioned']);
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
