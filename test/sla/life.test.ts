import { expect } from 'chai';
import { acceptanceHost, type Manners } from './manners.ts';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { testVendors } from '../support/test-vendors.ts';
import type { View } from '../../src/occi/request.ts';
import { canonicalJson, sha256, type Json } from '../../src/shared/json.ts';
import { VendorFault } from '../../src/vendor-kit/index.ts';

const ranking = (cfp: View): string[] => cfp.projection.attributes['org.parley.cfp.ranking'] as unknown as string[];

describe('an SLA', () => {
  let world: BrokerWorld;
  let clock: HandClock;
  let manners: Manners;
  afterEach(async () => {
    await world.stop();
  });

  const begin = async (
    how: Manners = {},
    attributes: Readonly<Record<string, Json>> = {},
    more: Parameters<typeof brokerWorld>[0] = {},
  ): Promise<{ sla: View; cfp: View }> => {
    clock = new HandClock();
    manners = how;
    world = await brokerWorld({ clock, ...acceptanceHost(() => manners), ...more });
    const cfp = await world.until((await world.post(exampleCfp(attributes))).path, 'ranked');
    const [sla] = await world.award(cfp, [ranking(cfp)[0]!]);
    return { sla: sla!, cfp };
  };
  const vendor = (): NonNullable<ReturnType<typeof testVendors.get>> => testVendors.get('a')!;

  it('freezes what was agreed, with a hash that anybody can compute again', async () => {
    const { sla } = await begin();
    const active = await world.until(sla.path, 'active');
    const document = active.projection.attributes['org.parley.sla.document'] as unknown as {
      sha256: string;
      content: Record<string, Json>;
    };
    expect(sha256(canonicalJson(document.content))).to.equal(document.sha256);
    expect(document.content).to.include.keys('resources', 'levels', 'price', 'period', 'terms', 'awarded');
    expect(document.content['awarded']).to.include({ by: 'alice' });
    expect(document.content).to.include({
      sla: `urn:uuid:${active.record.id}`,
      proposal: active.projection.attributes['org.parley.sla.proposal'],
      cfp: active.projection.attributes['org.parley.sla.cfp'],
    });
    const frozen = await world.get(sla.path);
    expect(frozen.projection.attributes['org.parley.sla.document']).to.deep.equal(document);
  });

  it('has resources, links and agreement links as entities, with where they are and how they are reached', async () => {
    const { sla } = await begin();
    const active = await world.until(sla.path, 'active');
    const linked = active.links.map(({ record }) => record.target?.kind?.split('#')[1]).sort();
    expect(linked).to.deep.equal(['compute', 'compute', 'storage', 'storage']);
    const compute = active.links.find(({ record }) => record.target?.kind?.endsWith('compute') === true)!;
    const web = await world.get(compute.record.target!.location);
    expect(web.record.state).to.equal('active');
    expect(web.record.mixins.map((type) => type.split('#')[1])).to.include.members(['placement', 'endpoint']);
    expect(web.links).to.have.length(1);
    expect(web.projection.attributes).to.include({
      'occi.compute.state': 'active',
      'org.parley.placement.country': 'DE',
    });
    expect(active.record.mixins).to.deep.equal(['http://schemas.parley.org/occi/sla/term/acme#up']);
    expect(world.engine.registry.mixins('acme' as never).some(({ term }) => term === 'up')).to.equal(true);
    expect(world.engine.registry.mixins('other' as never).some(({ term }) => term === 'up')).to.equal(false);
  });

  it('is provisioned in order: storage, compute, links; the vendor keeps to the keys', async () => {
    const { sla } = await begin();
    await world.until(sla.path, 'active');
    const keys = vendor()
      .calls.filter(({ method }) => method === 'provision')
      .map(({ key }) => key.replace(`${sla.record.id}:`, ''));
    expect(keys).to.have.length(6);
    expect(keys.slice(0, 2)).to.have.members(['data/0', 'data/1']);
    expect(keys.slice(2, 4)).to.have.members(['web/0', 'web/1']);
    expect(keys.slice(4)).to.have.members(['mount/0', 'mount/1']);
  });

  it('is rejected when the vendor rejects (S4), and its reason is kept', async () => {
    const { sla, cfp } = await begin({
      accept: () => Promise.resolve({ type: 'reject', reason: { code: 'sold_out', final: true, detail: 'Sold' } }),
    });
    const done = await world.until(sla.path, 'rejected');
    expect(done.projection.attributes['org.parley.sla.reason']).to.include({ code: 'sold_out', detail: 'Sold' });
    expect(done.projection.attributes['occi.agreement.state']).to.equal('rejected');
    expect((await world.until(cfp.path, 'unfulfilled')).record.state).to.equal('unfulfilled');
  });

  it('asks again where the vendor accepts later', async () => {
    let asked = 0;
    const { sla } = await begin({
      accept: (plain) => (++asked < 3 ? Promise.resolve({ type: 'later', after: 1000 }) : plain()),
    });
    await clock.advance(500);
    expect((await world.get(sla.path)).record.state).to.equal('confirming');
    await clock.advance(3000);
    await world.until(sla.path, 'active');
    expect(asked).to.equal(3);
  });

  it('finds out what became of an acceptance without an answer (S5): it was accepted', async () => {
    const { sla } = await begin({
      accept: async (plain) => {
        await plain();
        throw new VendorFault('unreachable', true, 'the line went dead');
      },
    });
    const active = await world.until(sla.path, 'active');
    expect(active.record.state).to.equal('active');
    const history = await world.store.history(sla.record.id);
    expect(history.map(({ to }) => to)).to.include('reconciling');
  });

  it('gives up an acceptance that nobody knows of, and undoes it when it shows up', async () => {
    const { sla } = await begin({
      accept: () => new Promise(() => undefined),
      getAgreement: () => Promise.resolve(undefined),
    });
    await clock.advance(31_000);
    expect((await world.get(sla.path)).record.state).to.equal('reconciling');
    const done = await world.until(sla.path, 'rejected');
    expect(done.projection.attributes['org.parley.sla.reason']).to.include({ code: 'unknown' });
    const cancels = (): number => vendor().calls.filter(({ method }) => method === 'cancel').length;
    expect(cancels()).to.equal(1);
    manners = {
      getAgreement: () => Promise.resolve({ type: 'agreement', agreement: 'ghost', at: clock.now() }),
    };
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(11 * 60_000);
      await world.sweeper.sweep();
      await settle(20);
    }
    expect(cancels()).to.be.greaterThan(1);
    expect((await world.get(sla.path)).record.state).to.equal('rejected');
  });

  it('undoes in reverse what was provisioned, when a step fails for good (S8, S9)', async () => {
    const { sla, cfp } = await begin({
      provision: (plain, step) =>
        step.instance.for === 'mount' ? Promise.reject(new VendorFault('no_port', false, 'no port left')) : plain(),
    });
    const done = await world.until(sla.path, 'failed');
    expect(done.projection.attributes['org.parley.sla.reason']).to.include({ code: 'no_port' });
    expect(done.projection.attributes['occi.agreement.state']).to.equal('terminated');
    expect([...vendor().resources.keys()]).to.deep.equal([]);
    const undone = vendor()
      .calls.filter(({ method }) => method === 'deprovision')
      .map(({ key }) => key.replace(/^.*:/, ''));
    expect(undone.slice(0, 2)).to.have.members(['mount/0', 'mount/1']);
    expect(undone.slice(-2)).to.have.members(['data/0', 'data/1']);
    expect(vendor().calls.some(({ method }) => method === 'cancel')).to.equal(true);
    await world.until(cfp.path, 'unfulfilled');
  });

  it('tries a step again that failed in passing', async () => {
    let failures = 2;
    const { sla } = await begin({
      provision: (plain) => (failures-- > 0 ? Promise.reject(new VendorFault('busy', true, 'busy')) : plain()),
    });
    await world.until(sla.path, 'active');
    expect([...vendor().resources.keys()]).to.have.length(6);
  });

  it('leaves orphans to be looked after, when undoing cannot be done (S10)', async () => {
    const { sla } = await begin(
      {
        provision: (plain, step) =>
          step.instance.for === 'web' ? Promise.reject(new VendorFault('broken', false, 'broken')) : plain(),
        deprovision: () => Promise.reject(new VendorFault('unreachable', true, 'nobody there')),
      },
      {},
      { times: { undo: 20_000 } },
    );
    await world.until(sla.path, 'compensating');
    await clock.advance(60_000);
    const done = await world.until(sla.path, 'failed');
    expect(done.projection.attributes['org.parley.sla.orphans']).to.be.an('array').that.is.not.empty;
  });

  it('does not come into force with less than was promised', async () => {
    const { sla } = await begin({
      provision: async (plain, step) => {
        const view = await plain();
        return step.instance.for === 'web'
          ? { ...view, attributes: { ...view.attributes, 'occi.compute.memory': 0.25 } }
          : view;
      },
    });
    const done = await world.until(sla.path, 'failed');
    expect(done.projection.attributes['org.parley.sla.reason']).to.include({ code: 'delivery_short' });
    expect(done.projection.attributes['org.parley.sla.deviations']).to.deep.include({
      for: 'web',
      index: 0,
      attribute: 'occi.compute.memory',
      promised: 0.5,
      delivered: 0.25,
      severe: true,
    });
    expect([...vendor().resources.keys()]).to.deep.equal([]);
  });

  it('comes into force with what is merely different, and says so', async () => {
    const { sla } = await begin({
      provision: async (plain, step) => {
        const view = await plain();
        return step.instance.for === 'web'
          ? { ...view, attributes: { ...view.attributes, 'occi.compute.memory': 2 } }
          : view;
      },
    });
    const active = await world.until(sla.path, 'active');
    expect(active.projection.attributes['org.parley.sla.deviations']).to.deep.include({
      for: 'web',
      index: 1,
      attribute: 'occi.compute.memory',
      promised: 0.5,
      delivered: 2,
      severe: false,
    });
  });

  it('waits for resources that are not ready yet, and fails with one that comes up broken', async () => {
    let state = 'inactive';
    const slow: Manners = {
      provision: async (plain, step) => ({
        ...(await plain()),
        state: step.instance.for === 'web' ? 'inactive' : 'online',
      }),
      getInfo: async (plain) => ({ ...(await plain()), state }),
    };
    const { sla } = await begin(slow);
    await clock.advance(2000);
    expect((await world.get(sla.path)).record.state).to.equal('provisioning');
    state = 'active';
    await world.until(sla.path, 'active');
    await world.stop();
    state = 'error';
    const broken = await begin(slow);
    const failed = await world.until(broken.sla.path, 'failed');
    expect(failed.projection.attributes['org.parley.sla.reason']).to.include({ code: 'resource_error' });
  });

  it('is undone when no samples come in time', async () => {
    const { sla } = await begin();
    world.instruments.ready = false;
    await world.stop();
    const second = await begin({}, {}, { defaults: { provisionBy: 5000 } });
    world.instruments.ready = false;
    await clock.advance(1000);
    expect((await world.get(second.sla.path)).record.state).to.equal('provisioning');
    const failed = await world.until(second.sla.path, 'failed');
    expect(failed.projection.attributes['org.parley.sla.reason']).to.include({ code: 'no_samples' });
    expect(world.instruments.removed).to.include(second.sla.record.id);
    const left = await world.store.list({ parent: second.sla.record.id, limit: 50 });
    expect(left.items.filter(({ hidden }) => !hidden)).to.deep.equal([]);
    expect(sla.record.id).to.not.equal(second.sla.record.id);
  });

  it('waits for its begin where that is later (S3), and ends with its period', async () => {
    const start = new HandClock().now();
    const { sla, cfp } = await begin(
      {},
      {
        'org.parley.cfp.period': {
          from: new Date(start + 3_600_000).toISOString(),
          until: new Date(start + 7_200_000).toISOString(),
        },
      },
    );
    await world.until(sla.path, 'scheduled');
    await world.until(cfp.path, 'awarded');
    expect([...vendor().resources.keys()]).to.deep.equal([]);
    await clock.advance(3_600_000);
    const active = await world.until(sla.path, 'active');
    expect(active.projection.attributes['occi.agreement.effectiveUntil']).to.equal(
      new Date(start + 7_200_000).toISOString().replace('.000Z', 'Z'),
    );
    await clock.advance(3_600_000);
    const done = await world.until(sla.path, 'completed');
    expect(done.projection.attributes['occi.agreement.state']).to.equal('terminated');
    expect([...vendor().resources.keys()]).to.deep.equal([]);
    expect(world.ended).to.deep.equal([sla.record.id]);
  });

  it('is rejected by the customer before the vendor confirmed (S6)', async () => {
    const { sla, cfp } = await begin({ accept: () => new Promise(() => undefined) });
    await world.until(sla.path, 'confirming');
    await world.act(sla.path, 'reject');
    expect((await world.get(sla.path)).record.state).to.equal('rejected');
    await settle(20);
    expect(vendor().calls.some(({ method }) => method === 'cancel')).to.equal(true);
    await world.until(cfp.path, 'unfulfilled', 'ranked');
  });

  it('is accepted by its vendor over the interface, and not by its customer', async () => {
    const { sla } = await begin({ accept: () => new Promise(() => undefined) });
    await world.until(sla.path, 'confirming');
    const refused = await refusal(world.act(sla.path, 'accept'));
    expect(refused.status).to.be.oneOf([403, 409]);
    await world.act(sla.path, 'accept', {}, { role: 'vendor', vendor: 'a' });
    await world.until(sla.path, 'active');
  });

  it('tells what is not built yet, and what its state forbids', async () => {
    const { sla } = await begin();
    await world.until(sla.path, 'active');
    const renew = 'http://schemas.parley.org/occi/sla/sla/action#renew';
    expect(await refusal(world.act(sla.path, renew))).to.include({ status: 422, code: 'not_supported' });
    const { actions } = await world.get(sla.path);
    expect(actions.map((action) => action.slice(action.indexOf('#') + 1))).to.deep.equal(['suspend', 'terminate']);
    const illegal = await refusal(world.act(sla.path, 'reject'));
    expect([illegal.status, illegal.extra['moves']]).to.deep.equal([409, ['suspend', 'terminate']]);
    const live = await refusal(world.handle({ op: 'delete', path: sla.path }));
    expect([live.status, live.extra['moves']]).to.deep.equal([409, ['suspend', 'terminate']]);
    await world.act(sla.path, 'terminate');
    await world.until(sla.path, 'cancelled');
    await settle(10);
    await world.handle({ op: 'delete', path: sla.path });
    expect((await refusal(world.get(sla.path))).status).to.equal(404);
    expect(world.engine.registry.mixins('acme' as never).some(({ term }) => term === 'up')).to.equal(false);
  });

  it('follows what compliance tells, and writes only what changed', async () => {
    const { sla } = await begin();
    const active = await world.until(sla.path, 'active');
    const rev = async (): Promise<number> => (await world.store.get(sla.record.id))!.rev;
    await settle(20);
    const before = await rev();
    await world.sla.health.report(active.record.id, { degraded: false, terms: { up: 'undefined' } });
    expect(await rev()).to.equal(before);
    await world.sla.health.report(active.record.id, { degraded: true, terms: { up: 'violated', other: 'violated' } });
    const degraded = await world.get(sla.path);
    expect(degraded.projection.attributes).to.include({
      'org.parley.sla.phase': 'degraded',
      'occi.agreement.state': 'accepted',
      'up.term.state': 'violated',
    });
    expect(degraded.projection.attributes).to.not.have.property('other.term.state');
    await world.sla.health.report(active.record.id, { degraded: false, terms: { up: 'fulfilled' } });
    expect(await rev()).to.equal(before + 2);
    expect((await world.get(sla.path)).record.state).to.equal('active');
    const events = await world.store.events({ tenant: sla.record.tenant, after: 0, limit: 1000, subject: sla.path });
    expect(events.map(({ type }) => type)).to.include.members(['org.parley.sla.degraded', 'org.parley.sla.active']);
  });

  it('notices a resource that broke without anybody asking', async () => {
    const { sla } = await begin();
    await world.until(sla.path, 'active');
    expect(await world.sla.watch()).to.equal(0);
    manners = {
      getInfo: async (plain, ref) => ({
        ...(await plain()),
        state: ref.includes('web/0') ? 'error' : 'active',
        message: 'it died',
      }),
    };
    expect(await world.sla.watch()).to.be.greaterThan(0);
    const compute = await world.store.list({ parent: sla.record.id, limit: 50, states: ['error'] });
    expect(compute.items).to.have.length(1);
    expect(compute.items[0]!.attributes['occi.compute.state']).to.equal('error');
    expect(await world.sla.watch()).to.equal(0);
  });
});
