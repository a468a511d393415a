import { expect } from 'chai';
import type { View } from '../../src/occi/request.ts';
import { isoInstant } from '../../src/shared/clock.ts';
import { typeId } from '../../src/shared/ids.ts';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import type { Suspension } from '../../src/sla/document.ts';
import { VendorFault } from '../../src/vendor-kit/index.ts';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { testVendors } from '../support/test-vendors.ts';
import { acceptanceHost, type Manners } from './manners.ts';

const RECLAIM = 'http://schemas.parley.org/occi/sla/sla/action#reclaim';
const COMPUTE = 'http://schemas.ogf.org/occi/infrastructure/compute/action#';
const VENDOR = { role: 'vendor', vendor: 'a' } as const;

describe('an SLA that is suspended or taken back', () => {
  let world: BrokerWorld;
  let clock: HandClock;
  let manners: Manners;
  let path: string;
  afterEach(async () => {
    await world.stop();
  });

  const begin = async (attributes: Readonly<Record<string, Json>> = {}): Promise<void> => {
    clock = new HandClock();
    manners = {};
    world = await brokerWorld({ clock, ...acceptanceHost(() => manners) });
    const cfp = await world.until((await world.post(exampleCfp(attributes))).path, 'ranked');
    const [best] = cfp.projection.attributes['org.parley.cfp.ranking'] as unknown as string[];
    const [sla] = await world.award(cfp, [best!]);
    path = sla!.path;
    await world.until(path, 'active');
    await rest();
  };

  /** What is to be done now is done. */
  async function rest(): Promise<void> {
    await settle(20);
    await clock.advance(0);
    await settle(20);
  }
  const performed = (): string[] =>
    testVendors
      .get('a')!
      .calls.filter(({ method }) => method === 'perform')
      .map(({ key }) => key.replace(/^.*:hold-/, ''));
  const suspended = (view: View): readonly Suspension[] =>
    view.record.internal['suspended'] as unknown as readonly Suspension[];
  const suspension = (view: View): JsonObject =>
    view.projection.attributes['org.parley.sla.suspension'] as unknown as JsonObject;
  const computes = async (): Promise<Record<string, Json | undefined>> => {
    const found = await world.store.list({
      parent: (await world.get(path)).record.id,
      kinds: [typeId('http://schemas.ogf.org/occi/infrastructure#compute')],
      limit: 10,
    });
    return Object.fromEntries(found.items.map((one) => [one.title ?? '', one.attributes['occi.compute.state']]));
  };
  const compute = async (place: string): Promise<string> => {
    const found = await world.store.list({ parent: (await world.get(path)).record.id, limit: 50 });
    return `/compute/${found.items.find(({ title }) => title === place)!.id}`;
  };
  const acted = async (action: string, attributes = {}, as?: { role: 'vendor'; vendor: string }): Promise<View> => {
    const outcome = await world.act(path, action, attributes, as);
    if (outcome.type !== 'entity') throw new Error(outcome.type);
    return outcome.view;
  };

  it('suspends what runs at the vendor, and starts it again (S12, S13)', async () => {
    await begin();
    const at = clock.now();
    const answer = await acted('suspend', { cause: 'over the holidays' });
    expect(answer.record.attributes).to.include({
      'occi.agreement.state': 'suspended',
      'org.parley.sla.phase': 'suspended',
    });
    await rest();
    expect(performed().sort()).to.deep.equal(['1:suspend:web/0', '1:suspend:web/1']);
    expect(await computes()).to.deep.equal({ 'web/0': 'suspended', 'web/1': 'suspended' });
    const still = await world.get(path);
    expect(suspended(still)).to.deep.equal([{ from: at, by: 'customer', listed: false }]);
    expect(suspension(still)).to.deep.equal({
      by: 'customer',
      from: isoInstant(at),
      cause: 'over the holidays',
    });
    expect(await world.sla.watch()).to.equal(0);

    await clock.advance(60_000);
    await acted('resume');
    const active = await world.until(path, 'active');
    expect(await computes()).to.deep.equal({ 'web/0': 'active', 'web/1': 'active' });
    expect(performed().slice(2).sort()).to.deep.equal(['1:start:web/0', '1:start:web/1']);
    expect(suspended(active)).to.deep.equal([{ from: at, until: at + 60_000, by: 'customer', listed: false }]);
    expect(active.projection.attributes).to.not.have.property('org.parley.sla.suspension');
    expect(active.projection.attributes['occi.agreement.state']).to.equal('accepted');

    await acted('suspend');
    await rest();
    expect(performed().slice(4).sort(), 'a second suspension has keys of its own').to.deep.equal([
      '2:suspend:web/0',
      '2:suspend:web/1',
    ]);
    const codes = (await world.store.history(active.record.id)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'suspend' || code === 'resumed')).to.deep.equal([
      'suspend',
      'resumed',
      'suspend',
    ]);
  });

  it('leaves alone what the customer had stopped, and lets nothing be started meanwhile', async () => {
    await begin();
    await world.act(await compute('web/0'), `${COMPUTE}stop`, { method: 'graceful' });
    await acted('suspend');
    await rest();
    expect(await computes()).to.deep.equal({ 'web/0': 'inactive', 'web/1': 'suspended' });
    for (const place of ['web/0', 'web/1'])
      expect(await refusal(world.act(await compute(place), `${COMPUTE}start`))).to.include({
        status: 409,
        code: 'agreement_suspended',
      });
    await acted('resume');
    await world.until(path, 'active');
    expect(await computes()).to.deep.equal({ 'web/0': 'inactive', 'web/1': 'active' });
    expect(performed().filter((key) => key.endsWith('web/0') && key.startsWith('1:'))).to.deep.equal([]);
  });

  it('stops instances where the vendor does not know how to suspend them', async () => {
    await begin();
    manners = {
      perform: (plain, _ref, action) =>
        action === 'suspend' ? Promise.reject(new VendorFault('unsupported', false, 'no such action')) : plain(),
    };
    await acted('suspend');
    await rest();
    expect(await computes()).to.deep.equal({ 'web/0': 'inactive', 'web/1': 'inactive' });
    await acted('resume');
    await world.until(path, 'active');
    expect(await computes()).to.deep.equal({ 'web/0': 'active', 'web/1': 'active' });
  });

  it('says what is left where the vendor fails on the way, and tries again with the same keys', async () => {
    await begin();
    let busy = true;
    manners = {
      perform: (plain, ref) =>
        busy && ref.includes('web/1') ? Promise.reject(new VendorFault('busy', true, 'come back later')) : plain(),
    };
    await acted('suspend');
    await rest();
    await clock.advance(2000);
    const waiting = await world.get(path);
    expect(waiting.record.state).to.equal('suspended');
    expect(suspension(waiting)).to.deep.include({
      doing: 'suspend',
      left: ['web/1'],
      faults: [{ of: 'web/1', code: 'busy', detail: 'come back later' }],
    });
    expect(await computes()).to.deep.equal({ 'web/0': 'suspended', 'web/1': 'active' });
    busy = false;
    await clock.advance(30_000);
    expect(suspension(await world.get(path))).to.have.all.keys('by', 'from');
    expect(await computes()).to.deep.equal({ 'web/0': 'suspended', 'web/1': 'suspended' });
    expect(new Set(performed())).to.deep.equal(new Set(['1:suspend:web/0', '1:suspend:web/1']));
  });

  it('goes on after a crash between the intent and the vendor, and starts nothing twice', async () => {
    await begin();
    manners = { perform: () => new Promise<never>(() => undefined) };
    await acted('suspend');
    await rest();
    const { host, store } = world;
    await world.sla.stop();
    manners = {};
    const second = await brokerWorld({ clock, store, sharedHost: host, start: true });
    await rest();
    expect(await computes()).to.deep.equal({ 'web/0': 'suspended', 'web/1': 'suspended' });
    expect(suspension(await second.get(path))).to.not.have.property('doing');
    await second.stop();
  });

  it('is terminated out of a suspension, also while it is being resumed', async () => {
    await begin();
    await acted('suspend');
    await rest();
    manners = { perform: () => Promise.reject(new VendorFault('busy', true, 'not now')) };
    await acted('resume');
    await rest();
    expect(suspension(await world.get(path))).to.include({ doing: 'resume' });
    expect((await acted('resume')).record.state, 'asked again').to.equal('suspended');
    const ending = await acted('terminate');
    expect(ending.record.attributes['occi.agreement.state']).to.equal('suspended');
    const done = await world.until(path, 'cancelled');
    expect(done.projection.attributes['occi.agreement.state']).to.equal('terminated');
    expect([...testVendors.get('a')!.resources.keys()]).to.deep.equal([]);
    expect(suspended(done).every(({ until }) => until !== undefined)).to.equal(true);
  });

  it('ends with its period though it is suspended', async () => {
    await begin({ 'org.parley.cfp.period': { length: 'PT1H' } });
    await acted('suspend');
    await rest();
    await clock.advance(3_600_000);
    await world.until(path, 'completed');
  });

  it('lets a vendor suspend for causes that the agreement lists, and for no others', async () => {
    await begin();
    for (const attributes of [{}, { cause: 'repairs' }])
      expect(await refusal(acted('suspend', attributes, VENDOR))).to.include({ status: 409, code: 'cause_not_listed' });
    const record = (await world.store.get((await world.get(path)).record.id))!;
    const document = { ...(record.internal['document'] as JsonObject), suspensions: ['repairs'] };
    await world.store.write([
      {
        op: 'update',
        record: { ...record, rev: record.rev + 1, internal: { ...record.internal, document } },
        expect: { rev: record.rev },
      },
    ]);
    const view = await acted('suspend', { cause: 'repairs' }, VENDOR);
    expect(suspended(view)).to.have.length(1);
    expect(suspended(view)[0]).to.include({ by: 'vendor', listed: true });
    await rest();
    expect(await refusal(acted('resume'))).to.include({ status: 403, code: 'not_yours' });
    await acted('resume', {}, VENDOR);
    await world.until(path, 'active');
  });

  describe('by a reclaim of its vendor', () => {
    const period = { length: 'P1Y', notice: 'PT1H' };

    it('refuses a notice that is too short, and keeps that on record (S14)', async () => {
      await begin({ 'org.parley.cfp.period': period });
      const refused = await refusal(acted(RECLAIM, { deadline: 'PT59M' }, VENDOR));
      expect(refused).to.include({ status: 409, code: 'notice_too_short' });
      expect(refused.problems[0]).to.include({ path: '/attributes/deadline' });
      const { record } = await world.get(path);
      expect(record.state).to.equal('active');
      expect((await world.store.history(record.id)).at(-1)).to.include({ actor: 'vendor', code: 'notice_too_short' });
      expect((await refusal(acted(RECLAIM, { deadline: 'soon' }, VENDOR))).status).to.equal(400);
      expect((await refusal(acted(RECLAIM, {}, VENDOR))).status).to.equal(400);
    });

    it('stays in force until the deadline, and ends reclaimed (S16)', async () => {
      await begin({ 'org.parley.cfp.period': period });
      const deadline = new Date(clock.now() + 3_600_000).toISOString();
      const view = await acted(RECLAIM, { deadline }, VENDOR);
      expect(view.record.attributes).to.include({
        'occi.agreement.state': 'accepted',
        'org.parley.sla.phase': 'reclaiming',
      });
      expect(view.projection.attributes['org.parley.sla.reclaim']).to.deep.equal({
        deadline: isoInstant(clock.now() + 3_600_000),
        noticed: isoInstant(clock.now()),
      });
      await clock.advance(3_590_000);
      await world.sweeper.sweep();
      await rest();
      expect((await world.get(path)).record.state).to.equal('reclaiming');
      const done = await world.until(path, 'reclaimed');
      expect(done.projection.attributes['org.parley.sla.reason']).to.include({ code: 'reclaimed' });
      expect([...testVendors.get('a')!.resources.keys()]).to.deep.equal([]);
    });

    it('is taken back by resuming (S15), by the vendor and not by the customer', async () => {
      await begin({ 'org.parley.cfp.period': period });
      await acted(RECLAIM, { deadline: 'PT2H' }, VENDOR);
      expect(await refusal(acted('resume'))).to.include({ status: 409 });
      const view = await acted('resume', {}, VENDOR);
      expect(view.record.state).to.equal('active');
      expect(view.projection.attributes).to.not.have.property('org.parley.sla.reclaim');
      await clock.advance(7_300_000);
      await world.sweeper.sweep();
      await rest();
      expect((await world.get(path)).record.state).to.equal('active');
    });
  });
});
