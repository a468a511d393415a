import { expect } from 'chai';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { testVendors } from '../support/test-vendors.ts';
import type { View } from '../../src/occi/request.ts';

const ranking = (cfp: View): string[] => cfp.projection.attributes['org.parley.cfp.ranking'] as unknown as string[];

const statesOf = (proposals: readonly View[]): Record<string, string | undefined> =>
  Object.fromEntries(proposals.map(({ record }) => [record.vendor ?? '', record.state]));

const withRules = (award: Record<string, unknown>): ReturnType<typeof exampleCfp> =>
  exampleCfp({ 'org.parley.cfp.rules': { ref: 'balanced@1', override: { award } } as never });

describe('awarding', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  it('is refused for a proposal that has expired, and names alternatives', async () => {
    const clock = new HandClock();
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'brief', plugin: 'instant', config: { price: '5.00', validFor: 60_000 } },
        { id: 'long', plugin: 'instant', config: { price: '9.00' } },
      ],
    });
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const proposals = await world.proposals(cfp);
    const brief = proposals.find((one) => one.record.vendor === 'brief')!;
    const long = proposals.find((one) => one.record.vendor === 'long')!;
    await clock.advance(61_000);
    const error = await refusal(world.award(cfp, [brief.path]));
    expect(error).to.include({ status: 409, code: 'proposal_expired' });
    expect(error.extra['alternatives']).to.deep.equal([`urn:uuid:${long.record.id}`]);
    await world.sweeper.sweep();
    await settle(10);
    expect((await world.get(brief.path)).record.state).to.equal('expired');
    expect(await refusal(world.award(cfp, [brief.path]))).to.include({ status: 409, code: 'proposal_expired' });
    expect(await world.award(cfp, [long.path])).to.have.length(1);
  });

  it('is refused for what is no proposal of the call, for several, and when it is over', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'a', plugin: 'instant' },
        { id: 'b', plugin: 'instant' },
      ],
    });
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const other = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const [foreign] = ranking(other);
    const foreignError = await refusal(world.award(cfp, [foreign!]));
    expect(foreignError).to.include({ status: 422 });
    expect(foreignError.problems[0]).to.include({ path: '/attributes/proposals/0', code: 'reference_foreign' });
    expect((await refusal(world.award(cfp, ['urn:uuid:00000000-0000-7000-8000-000000000000']))).problems[0]).to.include(
      {
        code: 'reference_unknown',
      },
    );
    expect(await refusal(world.award(cfp, ranking(cfp)))).to.include({ status: 422, code: 'not_supported' });
    await world.act(cfp.path, 'cancel', { reason: 'changed my mind' });
    const late = await refusal(world.award(cfp, [ranking(cfp)[0]!]));
    expect(late.status).to.equal(409);
    expect(late.extra).to.have.property('state', 'cancelled');
    for (const proposal of await world.proposals(cfp)) await world.until(proposal.path, 'rejected');
  });

  it('happens once, however many ask at the same moment', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'a', plugin: 'instant' },
        { id: 'b', plugin: 'instant' },
      ],
    });
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const tries = await Promise.allSettled(
      [...ranking(cfp), ...ranking(cfp)].map((proposal) => world.award(cfp, [proposal])),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    await world.until(cfp.path, 'awarded');
    const slas = await world.store.list({ parent: cfp.record.id, states: ['active'], limit: 10 });
    expect(slas.items).to.have.length(1);
  });

  it('fails over to the next, and tells both (C9)', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'first', plugin: 'instant', config: { price: '5.00', rejectAccept: 'sold_out' } },
        { id: 'second', plugin: 'instant', config: { price: '6.00', failProvision: -1 } },
        { id: 'third', plugin: 'instant', config: { price: '7.00' } },
      ],
    });
    const cfp = await world.until((await world.post(withRules({ failover: 3 }))).path, 'ranked');
    await world.award(cfp, [ranking(cfp)[0]!]);
    const done = await world.until(cfp.path, 'awarded');
    expect(done.record.state).to.equal('awarded');
    const states = statesOf(await world.proposals(cfp));
    expect(states).to.deep.equal({ first: 'rejected', second: 'rejected', third: 'accepted' });
    const slas = await world.store.list({ parent: cfp.record.id, limit: 10, kinds: [doneKind] });
    expect(slas.items.map(({ vendor, state }) => `${vendor} ${state}`)).to.deep.equal([
      'first rejected',
      'second failed',
      'third active',
    ]);
    expect([...testVendors.get('second')!.resources.keys()]).to.have.length(0);
    const history = await world.store.history(cfp.record.id);
    expect(history.map(({ to, code }) => `${String(to)} ${code ?? ''}`)).to.include('awarding failover');
  });

  it('goes back to the customer when no attempt is left and others remain (C10)', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'first', plugin: 'instant', config: { price: '5.00', rejectAccept: 'sold_out' } },
        { id: 'second', plugin: 'instant', config: { price: '6.00' } },
      ],
    });
    const cfp = await world.until((await world.post(withRules({ failover: 0, mode: 'manual' }))).path, 'ranked');
    const [sla] = await world.award(cfp, [ranking(cfp)[0]!]);
    await world.until(sla!.path, 'rejected');
    const back = await world.until(cfp.path, 'ranked');
    expect(back.projection.attributes['org.parley.cfp.reason']).to.include({ code: 'sold_out' });
    await world.award(cfp, [ranking(cfp)[1]!]);
    await world.until(cfp.path, 'awarded');
  });

  it('ends unfulfilled when nothing is left (C11)', async () => {
    world = await brokerWorld({
      vendors: [{ id: 'only', plugin: 'instant', config: { failProvision: -1 } }],
    });
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    await world.award(cfp, [ranking(cfp)[0]!]);
    const done = await world.until(cfp.path, 'unfulfilled');
    expect(done.projection.attributes['org.parley.cfp.reason']).to.include({ code: 'out_of_order' });
  });

  it('needs nobody where the rules say so, and passes over what cannot be awarded', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'market', plugin: 'instant', config: { price: '5.00', awardable: false } },
        { id: 'real', plugin: 'instant', config: { price: '6.00' } },
      ],
    });
    const cfp = await world.until((await world.post(withRules({ mode: 'auto' }))).path, 'awarded');
    const states = statesOf(await world.proposals(cfp));
    expect(states['real']).to.equal('accepted');
  });

  it('is no longer possible when the time to decide is over (C12)', async () => {
    const clock = new HandClock();
    world = await brokerWorld({ clock });
    const cfp = await world.until((await world.post(exampleCfp({ 'org.parley.cfp.decideby': 'PT1M' }))).path, 'ranked');
    await clock.advance(31_000 + 60_000);
    expect((await refusal(world.award(cfp, [ranking(cfp)[0]!]))).status).to.equal(409);
    await world.until(cfp.path, 'expired');
    for (const proposal of await world.proposals(cfp)) await world.until(proposal.path, 'rejected');
  });
});

const doneKind = 'http://schemas.parley.org/occi/sla#sla' as never;

describe('the customer changes course', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  it('cancels while vendors are asked: the call ends at once', async () => {
    const clock = new HandClock();
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'quick', plugin: 'instant' },
        { id: 'slow', plugin: 'slow', config: { delay: 5000 } },
      ],
    });
    const open = await world.post(exampleCfp());
    await clock.advance(1000);
    await world.act(open.path, 'cancel');
    await settle(20);
    expect((await world.get(open.path)).record.state).to.equal('cancelled');
    const invitations = await world.store.list({
      parent: open.record.id,
      limit: 10,
      kinds: ['http://schemas.parley.org/occi/broker#invitation' as never],
    });
    expect(invitations.items.map(({ state }) => state).sort()).to.deep.equal(['proposed', 'withdrawn']);
    await clock.advance(10_000);
    for (const proposal of await world.proposals(open)) expect(proposal.record.state).to.equal('rejected');
    expect((await refusal(world.act(open.path, 'cancel'))).status).to.equal(409);
  });

  it('cancels while the award is under way: what was begun is undone', async () => {
    world = await brokerWorld({ vendors: [{ id: 'a', plugin: 'instant' }] });
    world.instruments.ready = false;
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const [sla] = await world.award(cfp, [ranking(cfp)[0]!]);
    await world.until(sla!.path, 'provisioning');
    await world.act(cfp.path, 'cancel');
    await world.until(sla!.path, 'failed', 'rejected');
    expect([...testVendors.get('a')!.resources.keys()]).to.have.length(0);
    expect((await world.get(cfp.path)).record.state).to.equal('cancelled');
  });

  it('gives the vendors more time', async () => {
    const clock = new HandClock();
    world = await brokerWorld({ clock, vendors: [{ id: 'slow', plugin: 'hanging' }] });
    const open = await world.post(exampleCfp({ 'org.parley.cfp.replyby': 'PT10S' }));
    await clock.advance(5000);
    expect(await refusal(world.act(open.path, 'extend', { replyby: 'PT2S' }))).to.include({ status: 422 });
    await world.act(open.path, 'extend', { replyby: 'PT1M' });
    await clock.advance(10_000);
    expect((await world.get(open.path)).record.state).to.equal('open');
    await clock.advance(60_000);
    expect((await world.get(open.path)).record.state).to.equal('unfulfilled');
  });

  it('may not delete what is live, and hides what is settled', async () => {
    world = await brokerWorld();
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const error = await refusal(world.handle({ op: 'delete', path: cfp.path }));
    expect(error).to.include({ status: 409 });
    expect(error.extra['moves']).to.include.members(['cancel', 'revise']);
    await world.act(cfp.path, 'cancel');
    await settle(10);
    await world.handle({ op: 'delete', path: cfp.path });
    expect((await refusal(world.get(cfp.path))).status).to.equal(404);
    expect(await world.store.get(cfp.record.id)).to.have.property('hidden', true);
  });

  it('is told plainly what is not built yet', async () => {
    world = await brokerWorld();
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const proposal = ranking(cfp)[0]!;
    const path = `/proposal/${proposal.slice('urn:uuid:'.length)}`;
    expect(await refusal(world.act(path, 'counter', { changes: [] }))).to.include({
      status: 422,
      code: 'not_supported',
    });
    const terms = (view: Awaited<ReturnType<typeof world.get>>): string[] =>
      view.actions.map((action) => action.slice(action.indexOf('#') + 1));
    expect(terms(await world.get(cfp.path))).to.have.members(['award', 'cancel', 'revise']);
    expect(terms(await world.get(path))).to.deep.equal(['reject']);
    await world.act(path, 'reject', { reason: 'no' });
    expect((await world.get(path)).record.state).to.equal('rejected');
    // Whatever the state: what is not done at all is not a matter of it.
    expect((await refusal(world.act(path, 'refresh'))).status).to.equal(422);
  });
});

describe('a vendor', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  it('sees the calls it is invited to without budget, rules and others, and its own proposals only', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'a', plugin: 'instant' },
        { id: 'b', plugin: 'instant' },
      ],
    });
    const cfp = await world.until((await world.post(exampleCfp())).path, 'ranked');
    const as = { role: 'vendor', vendor: 'a' } as const;
    const seen = await world.get(cfp.path, as);
    expect(seen.projection.attributes).to.have.property('org.parley.cfp.resources');
    for (const name of ['budget', 'rules', 'ranking', 'answers', 'eliminated'])
      expect(seen.projection.attributes).to.not.have.property(`org.parley.cfp.${name}`);
    expect((await refusal(world.get(cfp.path, { role: 'vendor', vendor: 'stranger' }))).status).to.equal(404);
    const list = await world.handle({ op: 'list', path: '/proposal/', query: {} }, as);
    expect(list.type === 'collection' ? list.views.map(({ record }) => record.vendor) : []).to.deep.equal(['a']);
    const calls = await world.handle({ op: 'list', path: '/cfp/', query: {} }, as);
    expect(calls.type === 'collection' && calls.views.length).to.equal(1);
    const own = list.type === 'collection' ? list.views[0]! : undefined;
    expect(own!.projection.attributes).to.not.have.property('org.parley.proposal.explanation');
    await world.act(own!.path, 'withdraw', { reason: 'sold' }, as);
    expect((await world.get(own!.path)).record.state).to.equal('withdrawn');
  });
});
