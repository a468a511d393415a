import { expect } from 'chai';
import { brokerWorld, exampleCfp, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { testVendors } from '../support/test-vendors.ts';

describe('a call for proposals', () => {
  let world: BrokerWorld;
  afterEach(() => world.stop());

  it('is acknowledged as open, ranked with every answer, awarded, provisioned and in force', async () => {
    world = await brokerWorld({
      vendors: [
        { id: 'dear', plugin: 'instant', config: { price: '20.00' } },
        { id: 'cheap', plugin: 'instant', config: { price: '10.00' } },
        { id: 'market', plugin: 'instant', config: { price: '12.00', awardable: false } },
        { id: 'no', plugin: 'instant', config: { refuse: 'no_capacity' } },
      ],
    });
    const open = await world.post(exampleCfp());
    expect(open.record.state).to.equal('open');
    const cfp = await world.until(open.path, 'ranked');
    const attributes = cfp.projection.attributes;
    expect(attributes['org.parley.cfp.ranking']).to.have.length(3);
    expect(
      (attributes['org.parley.cfp.answers'] as { vendor: string; outcome: string }[]).map(
        (one) => `${one.vendor} ${one.outcome}`,
      ),
    ).to.have.members(['dear proposed', 'cheap proposed', 'market proposed', 'no refused']);

    const proposals = await world.proposals(cfp);
    expect(proposals).to.have.length(3);
    const best = proposals.find((one) => one.projection.attributes['org.parley.proposal.rank'] === 1)!;
    expect(best.record.vendor).to.equal('cheap');
    const price = best.projection.attributes['org.parley.proposal.price'] as Record<string, string>;
    expect(price['month']).to.equal('40.00');
    expect(best.projection.attributes['org.parley.proposal.explanation']).to.have.property('contributions').that.is.not
      .empty;
    const dear = proposals.find((one) => one.record.vendor === 'dear')!;
    expect(dear.projection.attributes['org.parley.proposal.explanation']).to.include({
      pareto: false,
      dominatedBy: `urn:uuid:${best.record.id}`,
    });
    const market = proposals.find((one) => one.record.vendor === 'market')!;
    expect(market.projection.attributes).to.include({
      'org.parley.proposal.awardable': false,
      'org.parley.proposal.whynot': 'a test vendor that only shows the market',
      'org.parley.proposal.state': 'advisory',
    });

    const refused = await refusal(world.award(cfp, [market.path]));
    expect(refused).to.include({ status: 409, code: 'not_awardable' });
    expect(refused.extra['alternatives']).to.have.length(2);

    const [sla] = await world.award(cfp, [best.path]);
    expect(sla!.projection.attributes['occi.agreement.state']).to.equal('pending');
    const active = await world.until(sla!.path, 'active');
    expect(active.projection.attributes['occi.agreement.state']).to.equal('accepted');
    expect(active.projection.attributes).to.have.property('occi.agreement.effectiveFrom');
    expect(active.projection.attributes['up.term.state']).to.equal('undefined');
    expect(active.links).to.have.length(4);
    const awarded = await world.until(cfp.path, 'awarded');
    expect(awarded.record.state).to.equal('awarded');
    expect((await world.until(best.path, 'accepted')).record.state).to.equal('accepted');
    const loser = proposals.find((one) => one.record.vendor === 'dear')!;
    expect((await world.until(loser.path, 'rejected')).projection.attributes['org.parley.proposal.reason']).to.include({
      code: 'outbid',
    });
    expect([...testVendors.get('cheap')!.resources.keys()]).to.have.length(6);

    const second = await refusal(world.award(cfp, [loser.path]));
    expect(second.status).to.equal(409);

    await world.act(sla!.path, 'terminate');
    await world.until(sla!.path, 'cancelled');
    expect([...testVendors.get('cheap')!.resources.keys()]).to.have.length(0);
    expect(world.ended).to.deep.equal([sla!.record.id]);
    expect(world.instruments.removed).to.include(sla!.record.id);
  });
});
