import { expect } from 'chai';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock } from '../support/hand-clock.ts';
import { testPlugin, testPlugins } from '../support/test-vendors.ts';
import type { View } from '../../src/occi/request.ts';

interface Told {
  readonly vendor: string;
  readonly outcome: string;
  readonly code?: string;
  readonly final?: boolean;
  readonly seconds: number;
}

const answersOf = (cfp: View): Readonly<Record<string, Told>> =>
  Object.fromEntries(
    (cfp.projection.attributes['org.parley.cfp.answers'] as unknown as Told[]).map((one) => [one.vendor, one]),
  );

describe('vendors that do not do as they should', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  it('are recorded as what they did, and the call ends on time with what there is', async () => {
    const clock = new HandClock();
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'good', plugin: 'instant' },
        { id: 'throws', plugin: 'throwing' },
        { id: 'hangs', plugin: 'hanging' },
        { id: 'garbage', plugin: 'garbage' },
        { id: 'late', plugin: 'late', config: { delay: 5000 } },
        { id: 'refuses', plugin: 'instant', config: { refuse: 'no_capacity' } },
      ],
    });
    const open = await world.post(exampleCfp({ 'org.parley.cfp.replyby': 'PT2S' }));
    await clock.advance(1900);
    expect((await world.get(open.path)).record.state).to.equal('open');
    await clock.advance(200);
    const cfp = await world.get(open.path);
    expect(cfp.record.state).to.equal('ranked');
    const answers = answersOf(cfp);
    expect(answers['good']).to.include({ outcome: 'proposed' });
    expect(answers['throws']).to.include({ outcome: 'failed' });
    expect(JSON.stringify(answers['throws'])).to.not.include('secret');
    expect(answers['hangs']).to.include({ outcome: 'timed_out', final: false, seconds: 2 });
    expect(answers['garbage']).to.include({ outcome: 'failed', code: 'garbage' });
    expect(answers['late']).to.include({ outcome: 'timed_out' });
    expect(answers['refuses']).to.include({ outcome: 'refused', code: 'no_capacity', final: true });
  });

  it('propose late: stored as late and rejected', async () => {
    const clock = new HandClock();
    const seen: { late?: (answer: Parameters<BrokerWorld['broker']['lateAnswer']>[0]) => void } = {};
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'good', plugin: 'instant' },
        { id: 'late', plugin: 'late', config: { delay: 5000 } },
      ],
      host: { onLate: (answer) => seen.late?.(answer) },
    });
    seen.late = (answer) => {
      world.broker.lateAnswer(answer);
    };
    const open = await world.post(exampleCfp({ 'org.parley.cfp.replyby': 'PT2S' }));
    await clock.advance(2100);
    expect(await world.proposals(open)).to.have.length(1);
    await clock.advance(4000);
    const late = (await world.proposals(open)).find((one) => one.record.vendor === 'late')!;
    expect(late.projection.attributes).to.include({
      'org.parley.proposal.state': 'rejected',
      'org.parley.proposal.awardable': false,
    });
    expect(late.projection.attributes['org.parley.proposal.reason']).to.include({ code: 'late' });
    expect((await world.get(open.path)).projection.attributes['org.parley.cfp.ranking']).to.have.length(1);
    expect((await refusal(world.award(open, [late.path]))).status).to.equal(409);
  });

  it('answer later, and are asked again until they have it', async () => {
    const clock = new HandClock();
    let polls = 0;
    const patient = testPlugin('patient', () => Promise.resolve({ type: 'later', ticket: 't1', after: 500 }));
    world = await brokerWorld({
      clock,
      vendors: [{ id: 'p', plugin: 'patient' }],
      host: {
        plugins: {
          ...testPlugins,
          patient: {
            ...patient,
            async create(host) {
              const vendor = await patient.create(host);
              const instant = await testPlugins['instant']!.create(host);
              vendor.poll = (_ticket, ctx) => {
                polls += 1;
                return polls < 3
                  ? Promise.resolve({ type: 'later', ticket: 't1', after: 500 })
                  : instant.getOffer(asked!, ctx);
              };
              const first = vendor.getOffer.bind(vendor);
              let asked: Parameters<typeof first>[0] | undefined;
              vendor.getOffer = (cfp, ctx) => {
                asked = cfp;
                return first(cfp, ctx);
              };
              return vendor;
            },
          },
        },
      },
    });
    const open = await world.post(exampleCfp());
    await clock.advance(1600);
    expect((await world.get(open.path)).record.state).to.equal('ranked');
    expect(polls).to.equal(3);
  });

  it('propose what does not meet the call: stored as void, with what is wrong', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'good', plugin: 'instant' },
        { id: 'small', plugin: 'instant', config: { attributes: {} } },
        { id: 'abroad', plugin: 'abroad', config: {} },
      ],
      host: {
        plugins: {
          ...testPlugins,
          abroad: testPlugin('abroad', async (instant, _host, cfp, ctx) => {
            const reply = await instant.getOffer(cfp, ctx);
            if (reply.type !== 'propose') return reply;
            return {
              type: 'propose',
              offers: reply.offers.map((offer) => ({
                ...offer,
                resources: offer.resources
                  .filter((one) => one.for !== 'mount')
                  .map((one) => ({ ...one, attributes: { ...one.attributes, 'org.parley.placement.country': 'AU' } })),
              })),
            };
          }),
        },
      },
    });
    const open = await world.post(exampleCfp());
    const cfp = await world.until(open.path, 'ranked');
    const bad = (await world.proposals(cfp)).find((one) => one.record.vendor === 'abroad')!;
    expect(bad.record.state).to.equal('void');
    const explanation = bad.projection.attributes['org.parley.proposal.explanation'] as unknown as {
      status: string;
      checks: { id: string; pass: boolean }[];
    };
    expect(explanation.status).to.equal('eliminated');
    expect(explanation.checks.filter((check) => !check.pass).map((check) => check.id)).to.include.members([
      'web.org.parley.placement.country',
      'mount.instances',
    ]);
    const eliminated = cfp.projection.attributes['org.parley.cfp.eliminated'] as unknown as {
      rule: string;
      count: number;
    }[];
    expect(eliminated.map(({ rule }) => rule)).to.include('mount.instances');
    expect((await refusal(world.award(cfp, [bad.path]))).status).to.equal(409);
  });

  it('ask for a price that is too good to be true: ranked, and not to be awarded', async () => {
    world = await brokerWorld({
      vendors: ['12.00', '11.00', '13.00', '0.00', '0.01'].map((price, at) => ({
        id: `v${at}`,
        plugin: 'instant',
        config: { price },
      })),
    });
    const open = await world.post(exampleCfp());
    const cfp = await world.until(open.path, 'ranked');
    expect(cfp.projection.attributes['org.parley.cfp.ranking']).to.have.length(5);
    for (const vendor of ['v3', 'v4']) {
      const proposal = (await world.proposals(cfp)).find((one) => one.record.vendor === vendor)!;
      expect(proposal.projection.attributes['org.parley.proposal.awardable']).to.equal(false);
      expect(proposal.projection.attributes['org.parley.proposal.whynot']).to.match(/^implausible/);
      expect(await refusal(world.award(cfp, [proposal.path]))).to.include({ status: 409, code: 'not_awardable' });
    }
  });

  it('quote in a currency without a rate, or over the budget, or without the level that is a must: eliminated', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'good', plugin: 'instant' },
        { id: 'francs', plugin: 'instant', config: { currency: 'CHF' } },
        { id: 'dear', plugin: 'instant', config: { price: '100.00' } },
        { id: 'loose', plugin: 'instant', config: { commit: 'none' } },
      ],
    });
    const level = {
      id: 'up',
      of: ['web'],
      need: 'must',
      indicator: { metric: 'net.reachable', op: '=', value: 1 },
      target: 0.99,
      window: { calendar: 'month' },
    };
    const open = await world.post(exampleCfp({ 'org.parley.cfp.levels': [level] }));
    const cfp = await world.until(open.path, 'ranked');
    expect(cfp.projection.attributes['org.parley.cfp.ranking']).to.have.length(1);
    const eliminated = cfp.projection.attributes['org.parley.cfp.eliminated'] as unknown as { rule: string }[];
    expect(eliminated.map(({ rule }) => rule)).to.include.members(['rate_missing', 'cfp.budget', 'cfp.level.up']);
  });

  it('send more than was asked for: the first are taken', async () => {
    world = await brokerWorld({ vendors: [{ id: 'greedy', plugin: 'greedy' }] });
    const open = await world.post(exampleCfp({ 'org.parley.cfp.pervendor': 3, 'org.parley.cfp.budget': null }));
    await world.until(open.path, 'ranked');
    expect(await world.proposals(open)).to.have.length(3);
  });

  it('are none at all, or none that can: unfulfilled, and why', async () => {
    world = await brokerWorld({ vendors: [] });
    const none = await world.until((await world.post(exampleCfp())).path, 'unfulfilled');
    expect(none.projection.attributes['org.parley.cfp.reason']).to.include({ code: 'no_eligible_vendor' });
    await world.stop();
    world = await brokerWorld({ vendors: [{ id: 'dear', plugin: 'instant', config: { price: '100.00' } }] });
    const dear = await world.until((await world.post(exampleCfp())).path, 'unfulfilled');
    expect(dear.projection.attributes['org.parley.cfp.reason']).to.include({ code: 'nothing_feasible' });
    const [proposal] = await world.proposals(dear);
    await world.until(proposal!.path, 'rejected');
  });
});
