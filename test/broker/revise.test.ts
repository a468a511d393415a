import { expect } from 'chai';
import type { Attributes, EntityDocument } from '../../src/occi/entity.ts';
import type { View } from '../../src/occi/request.ts';
import type { Json } from '../../src/shared/json.ts';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { testVendors } from '../support/test-vendors.ts';

const CFP = 'org.parley.cfp.';
const INVITATION = 'http://schemas.parley.org/occi/broker#invitation' as never;

const ranking = (cfp: View): string[] => cfp.projection.attributes[`${CFP}ranking`] as unknown as string[];
const vendorsOf = (proposals: readonly View[], ids: readonly string[]): (string | undefined)[] =>
  ids.map((id) => proposals.find(({ record }) => id.endsWith(record.id))?.record.vendor);
const statesOf = (proposals: readonly View[]): string[] =>
  proposals.map(({ record }) => `${record.vendor ?? ''} ${record.state ?? ''}`).sort();
const budget = (amount: string): Json => ({ amount, currency: 'EUR', per: 'month' });
const level = (target: number): Json => [
  {
    id: 'up',
    of: ['web'],
    scope: 'each',
    need: 'prefer',
    indicator: { metric: 'net.reachable', op: '=', value: 1 },
    target,
    window: { calendar: 'month' },
  },
];

const TWO = [
  { id: 'dear', plugin: 'instant', config: { price: '20.00' } },
  { id: 'cheap', plugin: 'instant', config: { price: '10.00' } },
];

describe('revising a call (C14)', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  const ranked = async (document: EntityDocument = exampleCfp()): Promise<View> =>
    world.until((await world.post(document)).path, 'ranked');
  const revise = async (cfp: View, changes: Attributes): Promise<View> => {
    const outcome = await world.act(cfp.path, 'revise', { changes });
    if (outcome.type !== 'entity') throw new Error(outcome.type);
    return outcome.view;
  };
  const refused = (cfp: View, changes: Attributes): ReturnType<typeof refusal> =>
    refusal(world.act(cfp.path, 'revise', { changes }));

  it('asks again for what is wanted now, and ranks by it', async () => {
    world = await brokerWorld({ vendors: TWO });
    const cfp = await ranked();
    const before = await world.proposals(cfp);
    expect(ranking(cfp)).to.have.length(2);
    const open = await revise(cfp, { [`${CFP}budget`]: budget('50.00') });
    expect(open.record.state).to.equal('open');
    expect(open.projection.attributes).to.not.have.any.keys(`${CFP}ranking`, `${CFP}answers`, `${CFP}eliminated`);
    const again = await world.until(cfp.path, 'ranked');
    const all = await world.proposals(again);
    expect(again.projection.attributes[`${CFP}budget`]).to.deep.equal(budget('50.00'));
    expect(vendorsOf(all, ranking(again))).to.deep.equal(['cheap']);
    expect(ranking(cfp)).to.not.include(ranking(again)[0]);
    expect(again.projection.attributes[`${CFP}eliminated`]).to.have.length(1);
    expect(again.projection.attributes[`${CFP}eliminated`]).to.have.nested.property('[0].count', 1);
    expect(again.projection.attributes[`${CFP}answers`]).to.have.length(2);
    expect(statesOf(all)).to.deep.equal(['cheap acceptable', 'cheap superseded', 'dear acceptable', 'dear superseded']);
    for (const { path } of before) {
      const { projection } = await world.get(path);
      expect(projection.attributes).to.include({ 'org.parley.proposal.awardable': false });
      expect(projection.attributes['org.parley.proposal.reason']).to.include({ code: 'superseded' });
      expect(projection.attributes).to.not.have.any.keys('org.parley.proposal.rank', 'org.parley.proposal.explanation');
    }
    const asked = testVendors.get('cheap')!.calls.filter(({ method }) => method === 'getOffer');
    expect(asked.map(({ key }) => key)).to.deep.equal([`${cfp.record.id}:1.1:cheap`, `${cfp.record.id}:2.1:cheap`]);
    const history = await world.store.history(cfp.record.id);
    expect(history.map(({ to, code }) => `${String(to)} ${code ?? ''}`)).to.include('open revised');
    const events = await world.store.events({ tenant: cfp.record.tenant, after: 0, limit: 100, subject: cfp.path });
    expect(events.filter(({ type }) => type === 'org.parley.cfp.open').map(({ data }) => data.code)).to.include(
      'revised',
    );
  });

  it('awards what the new revision brought, and nothing of the old', async () => {
    world = await brokerWorld({ vendors: TWO });
    const cfp = await ranked();
    await revise(cfp, { [`${CFP}pervendor`]: 1 });
    const again = await world.until(cfp.path, 'ranked');
    const error = await refusal(world.award(again, [ranking(cfp)[0]!]));
    expect(error).to.include({ status: 409, code: 'not_awardable' });
    expect(error.extra['state']).to.equal('superseded');
    expect(error.extra['alternatives']).to.deep.equal(ranking(again));
    await world.award(again, [ranking(again)[0]!]);
    await world.until(cfp.path, 'awarded');
    const invitations = await world.store.list({ kinds: [INVITATION], parent: cfp.record.id, limit: 20 });
    expect(invitations.items.map(({ state }) => state)).to.deep.equal(Array(4).fill('proposed'));
  });

  it('keeps what is valid and still meets the call, where the call says so', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'german', plugin: 'instant', config: { price: '10.00', country: 'DE' } },
        { id: 'french', plugin: 'instant', config: { price: '11.00', country: 'FR' } },
        { id: 'market', plugin: 'instant', config: { price: '12.00', awardable: false } },
      ],
    });
    const cfp = await ranked(exampleCfp({ [`${CFP}keepvalid`]: true }));
    const old = await world.proposals(cfp);
    const resources = structuredClone(cfp.projection.attributes[`${CFP}resources`]) as {
      attributes: Record<string, Json>;
    }[];
    resources[0]!.attributes['org.parley.placement.country'] = 'DE';
    await revise(cfp, {
      [`${CFP}resources`]: resources,
      [`${CFP}currency`]: 'USD',
      [`${CFP}budget`]: null,
    });
    const again = await world.until(cfp.path, 'ranked');
    const now = await Promise.all(old.map(({ path }) => world.get(path)));
    expect(statesOf(now)).to.deep.equal(['french superseded', 'german acceptable', 'market advisory']);
    const of = (vendor: string): View => now.find(({ record }) => record.vendor === vendor)!;
    expect(of('french').projection.attributes['org.parley.proposal.reason']).to.deep.include({
      detail: 'It does not meet the revised call',
      checks: ['web.org.parley.placement.country'],
    });
    const kept = of('german');
    expect(ranking(again))
      .to.include(`urn:uuid:${kept.record.id}`)
      .and.not.include(`urn:uuid:${of('french').record.id}`);
    expect(kept.projection.attributes['org.parley.proposal.price']).to.have.nested.property('compare.currency', 'USD');
    expect(kept.projection.attributes['org.parley.proposal.rank']).to.be.a('number');
    expect((await world.store.history(kept.record.id)).at(-1)).to.include({ code: 'kept', to: 'acceptable' });
    // The vendor is asked all the same, and its answer counts once.
    const answers = again.projection.attributes[`${CFP}answers`] as unknown as { vendor: string; proposals: number }[];
    expect(answers.find(({ vendor }) => vendor === 'german')).to.include({ proposals: 1 });
    await world.award(again, [kept.path]);
    await world.until(cfp.path, 'awarded');
    expect((await world.get(kept.path)).record.state).to.equal('accepted');
  });

  it('ranks what is kept by the new budget, and once more after another revision', async () => {
    world = await brokerWorld({ vendors: TWO });
    const cfp = await ranked(exampleCfp({ [`${CFP}keepvalid`]: true }));
    const [best] = ranking(cfp);
    await revise(cfp, { [`${CFP}budget`]: budget('50.00') });
    const second = await world.until(cfp.path, 'ranked');
    expect(vendorsOf(await world.proposals(second), ranking(second))).to.deep.equal(['cheap', 'cheap']);
    expect(ranking(second)).to.include(best);
    await revise(second, { [`${CFP}budget`]: budget('100.00') });
    const third = await world.until(cfp.path, 'ranked');
    expect(ranking(third)).to.have.length(6);
    await revise(third, { [`${CFP}keepvalid`]: null });
    const fourth = await world.until(cfp.path, 'ranked');
    expect(ranking(fourth)).to.have.length(2);
    expect(ranking(third)).to.not.include.members(ranking(fourth));
  });

  it('takes a commitment for what was asked when it was made', async () => {
    world = await brokerWorld({ vendors: [TWO[1]!] });
    const cfp = await ranked(exampleCfp({ [`${CFP}keepvalid`]: true }));
    const [old] = await world.proposals(cfp);
    const levelsOf = async (): Promise<unknown> =>
      (await world.get(old!.path)).projection.attributes['org.parley.proposal.levels'];
    await revise(cfp, { [`${CFP}levels`]: level(0.999) });
    await world.until(cfp.path, 'ranked');
    expect(await levelsOf()).to.have.nested.property('[0].commit', 'other');
    expect(await levelsOf()).to.have.nested.property('[0].level.target', 0.99);
    const musts = [{ ...(level(0.999) as Record<string, Json>[])[0], need: 'must' }];
    await revise(cfp, { [`${CFP}levels`]: musts });
    const again = await world.until(cfp.path, 'ranked');
    expect(ranking(again)).to.have.length(2).and.not.include(`urn:uuid:${old!.record.id}`);
  });

  it('keeps nothing that was quoted for another period, or has expired', async () => {
    const clock = new HandClock();
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'brief', plugin: 'instant', config: { validFor: 60_000 } },
        { id: 'long', plugin: 'instant' },
      ],
    });
    const cfp = await ranked(exampleCfp({ [`${CFP}keepvalid`]: true }));
    await clock.advance(61_000);
    const first = await world.proposals(cfp);
    await revise(cfp, { [`${CFP}pervendor`]: 2 });
    const second = await world.until(cfp.path, 'ranked');
    const states = async (): Promise<string[]> => statesOf(await Promise.all(first.map(({ path }) => world.get(path))));
    expect((await states())[1]).to.equal('long acceptable');
    expect((await states())[0]).to.match(/^brief (expired|superseded)$/);
    await revise(second, { [`${CFP}period`]: { length: 'P2Y' } });
    await world.until(cfp.path, 'ranked');
    expect((await states())[1]).to.equal('long superseded');
  });

  it('counts durations anew, and lets instants stand', async () => {
    const clock = new HandClock();
    world = await brokerWorld({ clock });
    const cfp = await ranked(exampleCfp({ [`${CFP}decideby`]: 'PT1H' }));
    await clock.advance(600_000);
    const open = await revise(cfp, { [`${CFP}pervendor`]: 2 });
    const at = (name: string): number => Date.parse(open.projection.attributes[CFP + name] as string);
    expect(at('replyby')).to.equal(clock.now() + 30_000);
    expect(at('decideby')).to.equal(clock.now() + 30_000 + 3_600_000);
    const instant = new Date(clock.now() + 60_000).toISOString();
    await world.until(cfp.path, 'ranked');
    await revise(cfp, { [`${CFP}replyby`]: instant });
    await world.until(cfp.path, 'ranked');
    await clock.advance(61_000);
    const error = await refused(cfp, { [`${CFP}pervendor`]: 3 });
    expect(error.status).to.equal(422);
    expect(error.problems.map(({ path }) => path)).to.deep.equal([`/attributes/changes/${CFP}replyby`]);
    await revise(cfp, { [`${CFP}pervendor`]: 3, [`${CFP}replyby`]: 'PT5S' });
  });

  it('refuses what a new call would be refused for, all at once, and changes nothing', async () => {
    world = await brokerWorld({ vendors: TWO });
    const cfp = await ranked();
    const at = (name: string): string => `/attributes/changes/${CFP}${name}`;
    const told = async (changes: Attributes): Promise<[number, ...string[]]> => {
      const { status, problems } = await refused(cfp, changes);
      return [status, ...problems.map(({ path, code }) => `${path} ${code}`)];
    };
    expect(
      await told({
        [`${CFP}budgte`]: null,
        [`${CFP}pervendor`]: 'two',
        [`${CFP}resources`]: null,
        [`${CFP}state`]: 'open',
      }),
    ).to.have.members([
      400,
      `${at('budgte')} attribute_unknown`,
      `${at('pervendor')} attribute_type`,
      `${at('resources')} attribute_required`,
      `${at('state')} attribute_immutable`,
    ]);
    expect(await told({ [`${CFP}ranking`]: [], [`${CFP}answers`]: null })).to.have.members([
      403,
      `${at('ranking')} attribute_immutable`,
      `${at('answers')} attribute_immutable`,
    ]);
    expect(
      await told({
        [`${CFP}budget`]: { amount: '-1', currency: 'EUR', per: 'month' },
        [`${CFP}pervendor`]: 0,
        [`${CFP}replyby`]: 'P30D',
      }),
    ).to.have.members([
      422,
      `${at('budget')}/amount range_empty`,
      `${at('rules')} contradictory`,
      `${at('pervendor')} out_of_range`,
      `${at('replyby')} out_of_range`,
    ]);
    expect((await told({ [`${CFP}rules`]: { ref: 'nobody@1' } }))[1]).to.contain(at('rules'));
    expect(await told({ [`${CFP}publish`]: false })).to.deep.equal([422, `${at('publish')} published`]);
    expect(await told({})).to.deep.equal([422, '/attributes/changes nothing_changed']);
    expect((await refusal(world.act(cfp.path, 'revise', {}))).status).to.equal(400);
    expect((await refusal(world.act(cfp.path, 'revise', { changes: 'all' }))).status).to.equal(400);
    const after = await world.get(cfp.path);
    expect(after.record).to.deep.equal(cfp.record);
    expect(statesOf(await world.proposals(cfp))).to.deep.equal(['cheap acceptable', 'dear acceptable']);
  });

  it('is possible in state ranked only, and until the time to decide is over', async () => {
    const clock = new HandClock();
    world = await brokerWorld({ clock, vendors: [{ id: 'slow', plugin: 'slow', config: { delay: 1000 } }] });
    const changes = { [`${CFP}pervendor`]: 2 };
    const draft = await world.post(exampleCfp({ [`${CFP}publish`]: false }));
    expect(await refused(draft, changes)).to.include({ status: 409, code: 'state_forbids' });
    const cfp = await world.post(exampleCfp({ [`${CFP}decideby`]: 'PT1M' }));
    expect((await refused(cfp, changes)).status).to.equal(409);
    await world.until(cfp.path, 'ranked');
    expect(
      (await refusal(world.act(cfp.path, 'revise', { changes }, { role: 'vendor', vendor: 'slow' }))).status,
    ).to.equal(409);
    await clock.advance(90_000);
    expect(await refused(cfp, changes)).to.include({ status: 409, code: 'decide_by_passed' });
    await world.until(cfp.path, 'expired');
    expect((await refused(cfp, changes)).status).to.equal(409);
  });

  it('happens once, however many ask at the same moment', async () => {
    world = await brokerWorld({ vendors: TWO });
    const cfp = await ranked();
    const tries = await Promise.allSettled(
      [1, 2, 3].map((one) => world.act(cfp.path, 'revise', { changes: { [`${CFP}pervendor`]: one } })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const again = await world.until(cfp.path, 'ranked');
    expect(ranking(again)).to.have.length(2);
  });

  it('takes no answer to the former revision for one to this', async () => {
    const clock = new HandClock();
    const late: string[] = [];
    world = await brokerWorld({
      clock,
      vendors: [
        { id: 'quick', plugin: 'instant' },
        { id: 'late', plugin: 'late', config: { delay: 20_000 } },
      ],
      host: {
        onLate: (answer) => {
          late.push(answer.key);
          world.broker.lateAnswer(answer);
        },
      },
    });
    const cfp = await world.post(exampleCfp({ [`${CFP}replyby`]: 'PT10S' }));
    await clock.advance(10_500);
    await world.until(cfp.path, 'ranked');
    await revise(await world.get(cfp.path), { [`${CFP}replyby`]: 'PT2S' });
    await settle(20);
    await clock.advance(3000);
    const again = await world.until(cfp.path, 'ranked');
    await clock.advance(9000);
    await settle(20);
    expect(late).to.deep.equal([`${cfp.record.id}:1.1:late`]);
    expect(statesOf(await world.proposals(again))).to.deep.equal(['quick acceptable', 'quick superseded']);
    await clock.advance(20_000);
    await settle(20);
    expect(late).to.deep.equal([`${cfp.record.id}:1.1:late`, `${cfp.record.id}:2.1:late`]);
    expect(statesOf(await world.proposals(again))).to.include('late rejected');
  });
});
