import { expect } from 'chai';
import { find, type Client } from './support/client.ts';
import { AGREEMENT, COMPUTE, CORE, SLA } from './support/names.ts';
import { conformance } from './support/suite.ts';
import { typeOf, type Category } from './support/types.ts';

conformance('Service Level Agreements (GFD.228)', ({ each, service }) => {
  const templates = (model: readonly Category[]): Category[] =>
    model.filter(({ rel }) => rel === `${SLA}agreement_tpl`);

  /** An offer after the first template that there is. */
  async function offer(client: Client): Promise<string> {
    const [template] = templates(await client.discover());
    if (template === undefined) throw new Error('no template');
    return client.create('/agreement/', { kind: AGREEMENT, mixins: [typeOf(template)] });
  }

  const act = async (client: Client, path: string, term: string): Promise<number> =>
    (await client.act(path, SLA + term)).status;
  const state = async (client: Client, path: string): Promise<unknown> =>
    (await client.entity(path)).attributes['occi.agreement.state'];

  each('GFD.228 section 3, types: agreement, agreement_link, agreement_tpl and agreement_term', async (client) => {
    const model = await client.discover();
    expect(find(model, AGREEMENT)).to.include({ class: 'kind', rel: `${CORE}resource` });
    expect(find(model, `${SLA}agreement_link`)).to.deep.include({
      class: 'kind',
      rel: `${CORE}link`,
      attributes: [],
      actions: [],
    });
    for (const term of ['agreement_tpl', 'agreement_term'])
      expect(find(model, SLA + term)).to.deep.include({ class: 'mixin', attributes: [], actions: [] });
  });

  each('GFD.228 section 3.1, Agreement: attributes, and five actions without attributes', async (client) => {
    const model = await client.discover();
    const { attributes, actions } = find(model, AGREEMENT);
    for (const [name, immutable] of [
      ['state', true],
      ['agreedAt', true],
      ['effectiveFrom', false],
      ['effectiveUntil', false],
    ] as const)
      expect(attributes).to.deep.include({ name: `occi.agreement.${name}`, immutable, required: false });
    expect(actions).to.include.members(
      ['accept', 'reject', 'suspend', 'resume', 'terminate'].map((term) => SLA + term),
    );
    for (const term of ['accept', 'reject', 'resume', 'terminate'])
      expect(find(model, SLA + term).class).to.equal('action');
  });

  each('GFD.228 section 3.1, Agreement: an offer is pending, with no time of agreement', async (client) => {
    const path = await offer(client);
    const { attributes } = await client.entity(path);
    expect(attributes['occi.agreement.state']).to.equal('pending');
    expect(attributes).to.not.have.property('occi.agreement.agreedAt');
  });

  each(
    'GFD.228 section 3.1, Agreement: accept, suspend, resume, terminate lead where the figure says',
    async (client) => {
      const path = await offer(client);
      expect(await act(client, path, 'resume')).to.equal(409);
      expect(await act(client, path, 'accept')).to.equal(200);
      expect(await state(client, path)).to.equal('accepted');
      expect((await client.entity(path)).attributes['occi.agreement.agreedAt']).to.match(/^\d{4}-\d{2}-\d{2}T/);
      expect(await act(client, path, 'suspend')).to.equal(200);
      expect(await state(client, path)).to.equal('suspended');
      expect(await act(client, path, 'resume')).to.equal(200);
      expect(await state(client, path)).to.equal('accepted');
      expect(await act(client, path, 'terminate')).to.equal(200);
      expect(await state(client, path)).to.equal('terminated');
      expect(await act(client, path, 'accept')).to.equal(409);
    },
  );

  each('GFD.228 section 3.1, Agreement: rejected is the end', async (client) => {
    const path = await offer(client);
    expect(await act(client, path, 'reject')).to.equal(200);
    expect(await state(client, path)).to.equal('rejected');
    expect(await act(client, path, 'accept')).to.equal(409);
  });

  each(
    'GFD.228 section 3.1, drafts: unsuspend, and the actions under their own scheme, are understood',
    async (client) => {
      const path = await offer(client);
      const other = 'http://schemas.ogf.org/occi/sla/agreement/action#';
      expect((await client.act(path, `${other}accept`)).status).to.equal(200);
      expect(await act(client, path, 'suspend')).to.equal(200);
      expect(await act(client, path, 'unsuspend')).to.equal(200);
      expect(await state(client, path)).to.equal('accepted');
    },
  );

  each('GFD.228 section 3.1, Agreement: a customer offers, and the provider accepts', async (client) => {
    const headers = { Authorization: `Bearer ${await service().token({ role: 'customer', tenant: 'default' })}` };
    const [template] = templates(await client.discover());
    if (template === undefined) throw new Error('no template');
    const offered = await client.writeEntity(
      'POST',
      '/agreement/',
      { kind: AGREEMENT, mixins: [typeOf(template)] },
      headers,
    );
    const path = client.pathOf(offered.header('Location'));
    const lines: [string, string][] = [['Category', `accept; scheme="${SLA}"; class="action"`]];
    const own = await client.write('POST', `${path}?action=accept`, lines, { action: `${SLA}accept` }, headers);
    expect(own.status, own.body).to.equal(403);
    expect(await act(client, path, 'accept')).to.equal(200);
    expect(client.readEntity(await client.send('GET', path, { headers })).attributes['occi.agreement.state']).to.equal(
      'accepted',
    );
  });

  each('GFD.228 section 3.1, Agreement: the state is the server’s', async (client) => {
    const path = await offer(client);
    const answer = await client.writeEntity('POST', path, {
      kind: AGREEMENT,
      attributes: { 'occi.agreement.state': 'accepted' },
    });
    expect(answer.status, answer.body).to.equal(403);
  });

  each(
    'GFD.228 section 3.1, Agreement: effectiveFrom and effectiveUntil are instants, never durations',
    async (client) => {
      const path = await offer(client);
      const patch = async (value: string): Promise<number> =>
        (
          await client.writeEntity('POST', path, {
            kind: AGREEMENT,
            attributes: { 'occi.agreement.effectiveUntil': value },
          })
        ).status;
      expect(await patch('P1Y')).to.equal(400);
      expect(await patch('2099-01-01T00:00:00Z')).to.equal(200);
      expect((await client.entity(path)).attributes['occi.agreement.effectiveUntil']).to.match(/^2099-01-01T/);
    },
  );

  each(
    'GFD.228 section 3.1.1, AgreementTemplate: templates for the shipped tiers, each naming its terms',
    async (client) => {
      const model = await client.discover();
      expect(templates(model).length).to.be.greaterThan(1);
      const [template] = templates(model);
      expect(template?.attributes.map(({ name }) => name).join(' ')).to.match(/\.term\.(type|desc)/);
    },
  );

  each(
    'GFD.228 section 3.1.2, AgreementTerm: type, state, desc and remedy of each term, undefined at first',
    async (client) => {
      const { attributes, mixins } = await client.entity(await offer(client));
      const terms = Object.keys(attributes).flatMap((name) => /^(.+)\.term\.type$/.exec(name)?.[1] ?? []);
      expect(terms).to.not.be.empty;
      const model = await client.discover();
      expect(mixins.some((type) => find(model, type).rel === `${SLA}agreement_tpl`)).to.equal(true);
      for (const term of terms) {
        expect(attributes[`${term}.term.type`]).to.be.oneOf(['SERVICE-TERM', 'SLO-TERM', 'n/a']);
        expect(attributes[`${term}.term.state`]).to.equal('undefined');
        expect(attributes[`${term}.term.desc`]).to.be.a('string');
      }
    },
  );

  each('GFD.228 section 3.2, AgreementLink: it leads from an agreement to a resource', async (client) => {
    const path = await offer(client);
    const compute = await client.create('/compute/', { kind: COMPUTE });
    const link = await client.create('/agreement_link/', {
      kind: `${SLA}agreement_link`,
      attributes: { 'occi.core.source': service().url + path, 'occi.core.target': service().url + compute },
    });
    expect((await client.entity(path)).links.map(({ self }) => self?.slice(-36))).to.deep.equal([link.slice(-36)]);
    await client.send('DELETE', compute);
  });
});
