import { expect } from 'chai';
import { liveService, until, type LiveService } from '../support/live-service.ts';
import { RENDERINGS, type OcciClient, type Seen } from '../support/occi-clients.ts';

const SLA = 'http://schemas.ogf.org/occi/sla#';
const TEMPLATE = 'http://schemas.parley.org/occi/sla/template#';
const COMPUTE = 'http://schemas.ogf.org/occi/infrastructure#compute';
const AGREEMENT = `${SLA}agreement`;
const GOLD = `${TEMPLATE}aws-ec2-instance-2022-05-25`;
const STATE = 'occi.agreement.state';
const FROM = 'occi.agreement.effectiveFrom';
const UNTIL = 'occi.agreement.effectiveUntil';
const AGREED = 'occi.agreement.agreedAt';

/** What a client does that has read GFD.228 and nothing of ours, over real HTTP. */
describe('agreements after GFD.228', function () {
  this.timeout(60_000);
  let service: LiveService;

  before(async () => {
    service = await liveService();
  });
  after(() => service.stop());

  for (const rendering of RENDERINGS)
    describe(`in ${rendering}`, () => {
      let customer: OcciClient;
      let provider: OcciClient;

      before(async () => {
        customer = service.client(rendering, await service.token('customer'));
        provider = service.client(rendering);
      });

      const offer = (more: { attributes?: Record<string, string>; mixins?: string[] } = {}): Promise<string> =>
        customer.create('/agreement/', { kind: AGREEMENT, mixins: [GOLD], ...more });
      const stateOf = (seen: Seen): unknown => seen.attributes[STATE];

      it('3.1.1: fills in the terms of the template that an offer names, and is pending', async () => {
        const seen = await customer.get(await offer());
        expect(seen.status).to.equal(200);
        expect(seen.categories).to.include.members([
          AGREEMENT,
          GOLD,
          'http://schemas.parley.org/occi/sla/term#availability',
        ]);
        expect(seen.attributes).to.include({
          [STATE]: 'pending',
          'availability.term.type': 'SLO-TERM',
          'availability.term.state': 'undefined',
        });
        expect(seen.attributes['availability.term.desc']).to.be.a('string').that.includes('0.995');
        expect(seen.attributes['availability.term.remedy'])
          .to.be.a('string')
          .that.includes('0.3 under 0.99')
          .and.not.match(/[,;]/);
        expect(seen.attributes).not.to.have.any.keys(AGREED, FROM, UNTIL);
      });

      it('3.1: is accepted by the provider, with the moment in agreedAt, which nobody changes', async () => {
        const path = await offer();
        const accepted = await provider.act(path, `${SLA}accept`);
        expect(accepted.status).to.equal(200);
        const seen = await customer.get(path);
        expect(stateOf(seen)).to.equal('accepted');
        expect(Date.parse(String(seen.attributes[AGREED]))).to.be.closeTo(Date.now(), 60_000);
        expect(seen.attributes[FROM]).to.equal(seen.attributes[AGREED]);
        const forged = await customer.send('POST', path, {
          kind: AGREEMENT,
          attributes: { [AGREED]: '2020-01-01T00:00:00Z' },
        });
        expect(forged.status).to.equal(403);
        expect((await provider.act(path, `${SLA}accept`)).status, 'a second time').to.equal(409);
        expect((await provider.act(path, `${SLA}reject`)).status, 'too late').to.equal(409);
        expect((await customer.get(path)).attributes[AGREED]).to.equal(seen.attributes[AGREED]);
      });

      it('3.1: is not for the customer to accept, who may take the offer back', async () => {
        const path = await offer();
        expect((await customer.get(path)).actions).to.deep.equal(['reject']);
        expect((await customer.act(path, `${SLA}accept`)).status).to.equal(403);
        expect(stateOf(await customer.act(path, `${SLA}reject`))).to.equal('rejected');
      });

      it('3.1: is rejected by the provider, and nothing follows', async () => {
        const path = await offer();
        expect((await provider.act(path, `${SLA}reject`)).status).to.equal(200);
        const seen = await customer.get(path);
        expect(stateOf(seen)).to.equal('rejected');
        expect(seen.actions).to.deep.equal([]);
        for (const term of ['accept', 'suspend', 'resume', 'terminate'])
          expect((await provider.act(path, SLA + term)).status, term).to.equal(409);
        expect((await customer.send('DELETE', path)).status).to.equal(200);
        expect((await customer.get(path)).status).to.equal(404);
      });

      it('3.1: is suspended, resumed and terminated, with the actions that each state allows', async () => {
        const path = await offer();
        await provider.act(path, `${SLA}accept`);
        expect((await customer.get(path)).actions).to.have.members(['suspend', 'terminate']);
        expect(stateOf(await customer.act(path, `${SLA}suspend`))).to.equal('suspended');
        expect((await customer.get(path)).actions).to.have.members(['resume', 'terminate']);
        expect(stateOf(await customer.act(path, `${SLA}resume`))).to.equal('accepted');
        const refused = await customer.send('DELETE', path);
        expect(refused.status, 'a live agreement is not deleted').to.equal(409);
        expect(stateOf(await customer.act(path, `${SLA}terminate`))).to.equal('terminated');
        const seen = await customer.get(path);
        expect(seen.actions).to.deep.equal([]);
        expect(Date.parse(String(seen.attributes[UNTIL]))).to.be.closeTo(Date.now(), 60_000);
        expect((await customer.send('DELETE', path)).status).to.equal(200);
      });

      it("3.1: knows the draft's unsuspend, and the actions of the other published model", async () => {
        const path = await offer();
        const other = 'http://schemas.ogf.org/occi/sla/agreement/action#';
        expect(stateOf(await provider.act(path, `${other}accept`))).to.equal('accepted');
        await customer.act(path, `${other}suspend`);
        expect(stateOf(await customer.act(path, `${SLA}unsuspend`))).to.equal('accepted');
        await customer.act(path, `${SLA}suspend`);
        expect(stateOf(await customer.act(path, `${other}resume`))).to.equal('accepted');
        expect(stateOf(await customer.act(path, `${other}terminate`))).to.equal('terminated');
      });

      it('3.1: has its times changed while it is pending, and not afterwards', async () => {
        const path = await offer({ attributes: { [FROM]: '2040-01-01T00:00:00Z', [UNTIL]: '2041-01-01T00:00:00Z' } });
        const later = await customer.send('POST', path, {
          kind: AGREEMENT,
          attributes: { [UNTIL]: '2042-01-01T00:00:00Z' },
        });
        expect(later.status).to.equal(200);
        expect(later.attributes).to.include({ [FROM]: '2040-01-01T00:00:00Z', [UNTIL]: '2042-01-01T00:00:00Z' });
        const turned = await customer.send('POST', path, {
          kind: AGREEMENT,
          attributes: { [UNTIL]: '2039-01-01T00:00:00Z' },
        });
        expect(turned.status).to.equal(422);
        await provider.act(path, `${SLA}accept`);
        for (const name of [FROM, UNTIL]) {
          const attributes = { [name]: '2040-06-01T00:00:00Z' };
          const refused = await customer.send('POST', path, { kind: AGREEMENT, attributes });
          expect(refused.status, name).to.equal(409);
        }
        const seen = await customer.get(path);
        expect(seen.attributes).to.include({ [FROM]: '2040-01-01T00:00:00Z', [UNTIL]: '2042-01-01T00:00:00Z' });
        const titled = await customer.send('POST', path, {
          kind: AGREEMENT,
          attributes: { 'occi.core.title': 'Gold' },
        });
        expect(titled.status, 'a title is no part of what was agreed').to.equal(200);
      });

      it('3.1: cannot be accepted once it has expired', async () => {
        const path = await offer({ attributes: { [UNTIL]: '2014-11-02T02:20:26Z' } });
        expect((await provider.act(path, `${SLA}accept`)).status).to.equal(409);
        const rejected = await until('the end of the offer', async () => {
          const seen = await customer.get(path);
          return stateOf(seen) === 'pending' ? undefined : seen;
        });
        expect(stateOf(rejected)).to.equal('rejected');
      });

      it('3.1: ends by itself when effectiveUntil comes', async () => {
        const end = new Date(Date.now() + 700).toISOString();
        const path = await offer({ attributes: { [UNTIL]: end } });
        await provider.act(path, `${SLA}accept`);
        const ended = await until('the end of the agreement', async () => {
          const seen = await customer.get(path);
          return stateOf(seen) === 'accepted' ? undefined : seen;
        });
        expect(stateOf(ended)).to.equal('terminated');
      });

      it('3.1: takes a state that is repeated in any case, and lets nobody set one', async () => {
        const path = await offer();
        const repeated = await customer.send('POST', path, { kind: AGREEMENT, attributes: { [STATE]: 'Pending' } });
        expect(repeated.status).to.equal(200);
        const forged = await customer.send('POST', path, { kind: AGREEMENT, attributes: { [STATE]: 'Accepted' } });
        expect(forged.status).to.equal(403);
        expect(stateOf(forged)).not.to.equal('accepted');
      });

      it('3.1.1: is of one template; without one it is an agreement in words', async () => {
        const two = await customer.send('POST', '/agreement/', {
          kind: AGREEMENT,
          mixins: [GOLD, `${TEMPLATE}gcp-instance-2023-08-29`],
        });
        expect(two.status).to.equal(422);
        const path = await customer.create('/agreement/', {
          kind: AGREEMENT,
          attributes: { 'occi.core.title': 'By hand' },
        });
        expect(stateOf(await provider.act(path, `${SLA}accept`))).to.equal('accepted');
      });

      it('3.1.1: takes a template later, and keeps its terms when it is replaced as a whole', async () => {
        const path = await customer.create('/agreement/', {
          kind: AGREEMENT,
          attributes: { [FROM]: '2040-01-01T00:00:00Z' },
        });
        const taken = await customer.send('POST', path, { kind: AGREEMENT, mixins: [GOLD] });
        expect(taken.status, taken.text).to.equal(200);
        expect((await customer.get(path)).attributes).to.include({
          'availability.term.type': 'SLO-TERM',
          [STATE]: 'pending',
        });
        const replaced = await customer.send('PUT', path, {
          kind: AGREEMENT,
          attributes: { [UNTIL]: '2041-01-01T00:00:00Z' },
        });
        expect(replaced.status, replaced.text).to.equal(200);
        const seen = await customer.get(path);
        expect(seen.categories).to.include(GOLD);
        expect(seen.attributes).to.include({ 'availability.term.type': 'SLO-TERM', [UNTIL]: '2041-01-01T00:00:00Z' });
        expect(seen.attributes).not.to.have.any.keys(FROM);
        await provider.act(path, `${SLA}accept`);
        const other = await customer.send('POST', path, {
          kind: AGREEMENT,
          mixins: [`${TEMPLATE}gcp-instance-2023-08-29`],
        });
        expect(other.status, 'what was agreed stays').to.equal(409);
      });

      it('3.1: is made by PUT at an id of the client, and found there', async () => {
        const path = `/agreement/01a1ff00-0000-7000-8000-00000000000${RENDERINGS.indexOf(rendering)}`;
        const made = await customer.send('PUT', path, { kind: AGREEMENT, mixins: [GOLD] });
        expect(made.status, made.text).to.be.oneOf([200, 201]);
        expect((await customer.get(path)).attributes).to.include({
          [STATE]: 'pending',
          'availability.term.type': 'SLO-TERM',
        });
        expect((await customer.send('DELETE', path)).status, 'an offer is taken back').to.equal(200);
      });

      it('3.2: is linked to resources, whichever way round the link is sent', async () => {
        const [one, two, inline] = await Promise.all(
          [1, 2, 3].map(() => customer.create('/compute/', { kind: COMPUTE })),
        );
        const path = await customer.create('/agreement/', {
          kind: AGREEMENT,
          mixins: [GOLD],
          links: [{ kind: `${SLA}agreement_link`, target: inline! }],
        });
        const first = await customer.create('/agreement_link/', {
          kind: `${SLA}agreement_link`,
          source: path,
          target: one!,
        });
        await customer.create('/agreement_link/', { kind: `${SLA}agreement_link`, source: two!, target: path });
        const seen = await customer.get(path);
        expect(seen.links.map(({ target }) => target)).to.have.members([one!, two!, inline!]);
        for (const link of seen.links) expect(link.category).to.equal(`${SLA}agreement_link`);
        const neither = await customer.send('POST', '/agreement_link/', {
          kind: `${SLA}agreement_link`,
          source: one!,
          target: two!,
        });
        expect(neither.status).to.equal(422);
        expect((await customer.send('DELETE', first)).status).to.equal(200);
        expect((await customer.get(path)).links).to.have.length(2);
        await provider.act(path, `${SLA}accept`);
        await customer.act(path, `${SLA}terminate`);
        const late = await customer.send('POST', '/agreement_link/', {
          kind: `${SLA}agreement_link`,
          source: path,
          target: one!,
        });
        expect(late.status, 'to what is over, nothing is linked').to.equal(409);
        expect((await customer.send('DELETE', path)).status).to.equal(200);
        expect((await customer.get(one!)).status, 'resources stay').to.equal(200);
      });

      it('is found in its collections, and by its state in any case', async () => {
        const path = await offer();
        const wanted = service.client('text/plain', service.operator);
        for (const at of ['/agreement/', '/agreement_tpl/aws-ec2-instance-2022-05-25/'])
          expect((await customer.get(at)).locations, at).to.include(path);
        const found = await wanted.send('GET', '/agreement/', undefined, { 'X-OCCI-Attribute': `${STATE}="Pending"` });
        expect(found.locations).to.include(path);
        const others = await wanted.send('GET', '/agreement/', undefined, {
          'X-OCCI-Attribute': `${STATE}="Suspended"`,
        });
        expect(others.locations).not.to.include(path);
      });
    });

  it('are accepted by a vendor of ours that is bound by its own template, for what it runs', async () => {
    const client = service.client('text/plain', await service.token('customer'));
    const machine = await client.create('/compute/', { kind: COMPUTE });
    const path = await client.create('/agreement/', {
      kind: AGREEMENT,
      mixins: [`${TEMPLATE}local-reachable`],
      links: [{ kind: `${SLA}agreement_link`, target: machine }],
    });
    const accepted = await until('its acceptance', async () => {
      const seen = await client.get(path);
      return seen.attributes[STATE] === 'pending' ? undefined : seen;
    });
    expect(accepted.attributes)
      .to.include({ [STATE]: 'accepted' })
      .and.to.have.property(AGREED);
    expect((await client.act(path, `${SLA}terminate`)).status).to.equal(200);
    expect((await client.send('DELETE', machine)).status).to.equal(200);
  });

  it("3.1.1 and 3.1.2: are discovered with a template for each shipped tier, related to the standard's mixins", async () => {
    const { text } = await service.client('text/plain').get('/-/');
    const lines = text.split('\n').filter((line) => line.startsWith('Category: '));
    const line = (term: string, scheme: string): string =>
      lines.find((each) => each.startsWith(`Category: ${term}; scheme="${scheme}"`)) ?? '';
    expect(line('agreement', SLA)).to.include('rel="http://schemas.ogf.org/occi/core#resource"');
    expect(line('agreement_link', SLA)).to.include('rel="http://schemas.ogf.org/occi/core#link"');
    for (const mixin of ['agreement_tpl', 'agreement_term']) expect(line(mixin, SLA)).to.include('class="mixin"');
    for (const action of ['accept', 'reject', 'suspend', 'resume', 'terminate'])
      expect(line(action, SLA)).to.include('class="action"');
    expect(lines.some((each) => each.includes('unsuspend'))).to.equal(false);
    const templates = lines.filter((each) => each.includes(`rel="${SLA}agreement_tpl"`));
    expect(templates.length).to.be.at.least(12);
    for (const each of templates) {
      expect(each).to.match(/^Category: [a-z][a-z0-9-]*; scheme="/);
      expect(each).to.include('availability.term.state{immutable}');
    }
    expect(line('availability', 'http://schemas.parley.org/occi/sla/term#')).to.include(`rel="${SLA}agreement_term"`);
  });
});
