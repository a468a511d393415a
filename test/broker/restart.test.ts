import { expect } from 'chai';
import type { EntityStore } from '../../src/occi/store.ts';
import { brokerWorld, exampleCfp, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { mortal } from '../support/mortal-store.ts';
import { testVendors } from '../support/test-vendors.ts';
import { testHost } from '../support/vendor-world.ts';

const SLA = 'http://schemas.parley.org/occi/sla#sla' as never;
const PROPOSAL = 'http://schemas.parley.org/occi/broker#proposal' as never;

/** Goes on after a crash with the same store and the same vendors. */
async function revive(store: EntityStore, dead: BrokerWorld): Promise<BrokerWorld> {
  dead.sla.stop().catch(() => undefined);
  dead.broker.stop().catch(() => undefined);
  await dead.sweeper.stop(0);
  return brokerWorld({ store, sharedHost: dead.host, start: true });
}

describe('a service that is killed', () => {
  it('asks vendors that had not answered again, with the same keys', async () => {
    const clock = new HandClock();
    const store = new MemoryStore(clock);
    const host = await testHost(
      [
        { id: 'quick', plugin: 'instant' },
        { id: 'slow', plugin: 'slow', config: { delay: 5000 } },
      ],
      { clock },
    );
    const first = mortal(store);
    const before = await brokerWorld({ clock, store: first.store, sharedHost: host });
    const open = await before.post(exampleCfp());
    await clock.advance(1000);
    first.kill();
    await before.broker.stop();
    await before.sla.stop();
    const after = await brokerWorld({ clock, store, sharedHost: host, start: true });
    await settle(20);
    await clock.advance(6000);
    const cfp = await after.get(open.path);
    expect(cfp.record.state).to.equal('ranked');
    expect(await after.proposals(cfp)).to.have.length(2);
    const asked = testVendors.get('slow')!.calls.filter(({ method }) => method === 'canOffer');
    expect(new Set(asked.map(({ key }) => key)).size).to.equal(1);
    expect(testVendors.get('quick')!.calls.filter(({ method }) => method === 'getOffer')).to.have.length(1);
    await after.stop();
    await host.close();
  });

  it('closes calls whose time ran out meanwhile', async () => {
    const clock = new HandClock();
    const store = new MemoryStore(clock);
    const host = await testHost([{ id: 'hangs', plugin: 'hanging' }], { clock });
    const first = mortal(store);
    const before = await brokerWorld({ clock, store: first.store, sharedHost: host });
    const open = await before.post(exampleCfp());
    await clock.advance(100);
    first.kill();
    await before.broker.stop();
    await clock.advance(60_000);
    const after = await brokerWorld({ clock, store, sharedHost: host, start: true });
    await settle(20);
    expect((await after.get(open.path)).record.state).to.equal('unfulfilled');
    await after.stop();
    await host.close();
  });

  it('at any write goes on, loses nothing acknowledged, and provisions nothing twice', async () => {
    const award = { 'org.parley.cfp.rules': { ref: 'balanced@1', override: { award: { mode: 'auto' } } } as never };
    const writes = await (async () => {
      const counted = mortal(new MemoryStore());
      const world = await brokerWorld({ store: counted.store, vendors: [{ id: 'a', plugin: 'instant' }] });
      await world.until((await world.post(exampleCfp(award))).path, 'awarded');
      await settle(50);
      await world.stop();
      return counted.writes();
    })();
    expect(writes).to.be.greaterThan(8);
    for (let at = 1; at <= writes; at += 1) {
      for (const moment of ['before', 'after'] as const) {
        const store = new MemoryStore();
        const dying = mortal(store, { at, moment });
        const world = await brokerWorld({ store: dying.store, vendors: [{ id: 'a', plugin: 'instant' }] });
        const path = await Promise.race([world.post(exampleCfp(award)).then((view) => view.path), dying.dead]);
        await dying.dead;
        const next = await revive(store, world);
        const cfps = await store.list({ kinds: ['http://schemas.parley.org/occi/broker#cfp' as never], limit: 5 });
        if (path !== undefined) expect(cfps.items, `write ${at} ${moment}`).to.have.length(1);
        const [cfp] = cfps.items;
        if (cfp !== undefined) {
          const done = await next.until(`/cfp/${cfp.id}`, 'awarded');
          const slas = await store.list({ kinds: [SLA], limit: 5 });
          expect(slas.items.map(({ state }) => state)).to.deep.equal(['active']);
          expect([...testVendors.get('a')!.resources.keys()].length, `write ${at} ${moment}`).to.equal(6);
          expect(done.record.state).to.equal('awarded');
          const compute = await store.list({
            kinds: ['http://schemas.ogf.org/occi/infrastructure#compute' as never],
            limit: 50,
          });
          expect(compute.items).to.have.length(2);
        }
        await next.stop();
        await world.host.close();
      }
    }
  }).timeout(60_000);

  it('in the middle of storing a market of hundreds ranks all of it, each vendor once', async () => {
    const config = { amounts: ['10.00', '11.00', '12.00'] };
    const vendors = Array.from({ length: 300 }, (_, at) => ({ id: `v${at}`, plugin: 'instant', config }));
    const counted = mortal(new MemoryStore());
    const whole = await brokerWorld({ store: counted.store, vendors });
    await whole.until((await whole.post(exampleCfp())).path, 'ranked');
    await settle(50);
    await whole.stop();
    // The call, the proposals with the outcome, and the invitations; where reading takes long, some proposals before.
    const always = 3;
    expect(counted.writes()).to.be.at.least(always);
    for (let at = 2; at <= always; at += 1) {
      for (const moment of ['before', 'after'] as const) {
        const store = new MemoryStore();
        const dying = mortal(store, { at, moment });
        const world = await brokerWorld({ store: dying.store, vendors });
        const { path } = await world.post(exampleCfp());
        await dying.dead;
        const next = await revive(store, world);
        const done = await next.until(path, 'ranked');
        const proposals = await store.list({ kinds: [PROPOSAL], parent: done.record.id, limit: 2000 });
        const by = new Map<unknown, number>();
        for (const { vendor } of proposals.items) by.set(vendor, (by.get(vendor) ?? 0) + 1);
        expect(new Set(by.values()), `write ${at} ${moment}`).to.deep.equal(new Set([3]));
        expect(by.size, `write ${at} ${moment}`).to.equal(300);
        expect(done.record.attributes['org.parley.cfp.ranking']).to.have.length(900);
        await next.stop();
        await world.host.close();
      }
    }
  }).timeout(60_000);

  it('whose store fails in the middle of a market takes the round again, and never ranks what is not stored', async () => {
    const vendors = Array.from({ length: 300 }, (_, at) => ({ id: `v${at}`, plugin: 'instant' }));
    const store = new MemoryStore();
    const write = store.write.bind(store);
    let failed = false;
    store.write = (writes, options) => {
      if (failed || writes.length < 250) return write(writes, options);
      failed = true;
      return Promise.reject(new Error('database or disk is full'));
    };
    const world = await brokerWorld({ store, vendors });
    const done = await world.until((await world.post(exampleCfp())).path, 'ranked');
    expect(failed).to.equal(true);
    const proposals = await store.list({ kinds: [PROPOSAL], parent: done.record.id, limit: 1000 });
    expect(proposals.items).to.have.length(300);
    const ranking = done.record.attributes['org.parley.cfp.ranking'] as readonly string[];
    expect(new Set(ranking)).to.deep.equal(new Set(proposals.items.map(({ id }) => `urn:uuid:${id}`)));
    await world.stop();
  });
});
