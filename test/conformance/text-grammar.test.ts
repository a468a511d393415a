import { expect } from 'chai';
import { find } from './support/client.ts';
import {
  COMPUTE,
  computeAction,
  CORE,
  IPNETWORK,
  NETWORK,
  NETWORKINTERFACE,
  networkAction,
  STORAGE,
  TEMPLATES,
} from './support/names.ts';
import { conformance } from './support/suite.ts';
import { quote } from './support/text.ts';
import { splitType } from './support/types.ts';

const TEXT = ['text/plain', 'text/occi+plain', 'text/occi'] as const;
const BODIES = ['text/plain', 'text/occi+plain'] as const;

const line = (type: string, of: string): string => {
  const { scheme, term } = splitType(type);
  return `${term}; scheme="${scheme}"; class="${of}"`;
};

conformance('text rendering (GFD.229): grammar and renderings', ({ each, once }) => {
  describe('grammar', () => {
    each(
      'GFD.229 section 4.1, Category: parameters in the order of the grammar, and never a quoted term',
      async (client) => {
        const model = await client.discover(); // the reader is the grammar, in its order
        expect(model.length).to.be.greaterThan(50);
      },
      TEXT,
    );

    each(
      'GFD.229 section 4.1, Category: attributes carry {immutable} and {required}',
      async (client) => {
        const model = await client.discover();
        const note = (type: string, name: string): object | undefined =>
          find(model, type).attributes.find((each) => each.name === name);
        expect(note(COMPUTE, 'occi.compute.state')).to.deep.equal({
          name: 'occi.compute.state',
          immutable: true,
          required: false,
        });
        expect(note(STORAGE, 'occi.storage.size')).to.deep.equal({
          name: 'occi.storage.size',
          immutable: false,
          required: true,
        });
        expect(note(COMPUTE, 'occi.compute.cores')).to.deep.equal({
          name: 'occi.compute.cores',
          immutable: false,
          required: false,
        });
      },
      TEXT,
    );

    each(
      'GFD.229 section 4.2, Link: target, rel, self, category and attributes of the link',
      async (client) => {
        const [a, b] = [
          await client.create('/network/', { kind: NETWORK }),
          await client.create('/network/', { kind: NETWORK }),
        ];
        const path = await client.create('/link/', {
          kind: `${CORE}link`,
          attributes: { 'occi.core.source': a, 'occi.core.target': b, 'occi.core.title': 'says "x", y; z' },
        });
        const [link] = (await client.entity(a)).links;
        expect(link).to.deep.include({ rel: NETWORK, category: [`${CORE}link`] });
        expect(link?.target.endsWith(b)).to.equal(true);
        expect(link?.self?.endsWith(path)).to.equal(true);
        expect(link?.attributes).to.include({ 'occi.core.title': 'says "x", y; z' });
        expect(link?.attributes['occi.core.id']).to.equal(`urn:uuid:${path.split('/')[2] ?? ''}`);
        expect(link?.attributes).to.include.keys('occi.core.source', 'occi.core.target');
      },
      TEXT,
    );

    each(
      'GFD.229 section 4.2, action link: to the entity with ?action=, and only what is possible now',
      async (client) => {
        const path = await client.create('/network/', { kind: NETWORK });
        const answer = await client.send('GET', path);
        const links = client.fields(answer).links.filter(({ target }) => target.includes('?action='));
        const up = links.find(({ rel }) => rel === networkAction('up'));
        const state = (await client.entity(path)).attributes['occi.network.state'];
        if (state === 'inactive') expect(up?.target).to.match(new RegExp(`${path}\\?action=up$`));
        expect(links.map(({ rel }) => rel)).to.not.include(networkAction(state === 'active' ? 'up' : 'down'));
      },
      TEXT,
    );

    each(
      'GFD.229 section 4.3, Attribute: strings quoted with two escapes, numbers and truth bare',
      async (client) => {
        const title = 'How’s your quotes escaping? ", occi.compute.memory=1.0 \\ ; é €';
        const path = await client.create('/storage/', {
          kind: STORAGE,
          attributes: { 'occi.core.title': title, 'occi.storage.size': 2.5 },
        });
        const seen = await client.entity(path);
        expect(seen.attributes).to.include({ 'occi.core.title': title, 'occi.storage.size': 2.5 });
        const raw = await client.send('GET', path);
        const all = client.rendering === 'text/occi' ? raw.all('X-OCCI-Attribute').join('\n') : raw.body;
        expect(all).to.include('occi.storage.size=2.5');
        expect(all).to.include(`occi.core.title=${quote(title)}`);
      },
      TEXT,
    );

    each(
      'GFD.229 section 4.4, Location: one absolute URI for each member, the same as Location gave',
      async (client) => {
        const answer = await client.writeEntity('POST', '/network/', { kind: NETWORK });
        const list = await client.send('GET', '/network/');
        expect(client.fields(list).locations).to.include(answer.header('Location'));
      },
      TEXT,
    );
  });

  describe('renderings', () => {
    each(
      'GFD.229 section 5.1.1, Resource: categories, links, attributes, in this order',
      async (client) => {
        const path = await client.create('/network/', {
          kind: NETWORK,
          mixins: [IPNETWORK],
          attributes: { 'occi.network.vlan': 3 },
        });
        const names = (await client.send('GET', path)).body
          .split('\n')
          .slice(0, -1)
          .map((each) => each.slice(0, each.indexOf(':')));
        expect(names.join()).to.match(/^Category(,Category)+(,Link)*(,X-OCCI-Attribute)+$/);
        expect(names.slice(0, 2)).to.deep.equal(['Category', 'Category']);
      },
      BODIES,
    );

    each(
      'GFD.229 section 5.1.1, Resource: its categories are in short form, the kind first',
      async (client) => {
        const path = await client.create('/network/', { kind: NETWORK, mixins: [IPNETWORK] });
        const { categories } = client.fields(await client.send('GET', path));
        expect(categories.map((each) => each.scheme + each.term)).to.deep.equal([NETWORK, IPNETWORK]);
        for (const category of categories)
          expect(
            Object.keys(category).filter(
              (name) => !['term', 'scheme', 'class', 'attributes', 'actions'].includes(name),
            ),
          ).to.deep.equal([]);
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.1.1, action invocation: one category and attributes',
      async (client) => {
        const path = await client.create('/compute/', { kind: COMPUTE });
        const wrong = await client.act(path, computeAction('stop'), { method: 'thunderously' });
        expect(wrong.status, wrong.body).to.be.oneOf([400, 409]);
        const two: [string, string][] = [
          ['Category', line(computeAction('start'), 'action')],
          ['Category', line(computeAction('stop'), 'action')],
        ];
        expect((await client.write('POST', `${path}?action=start`, two, {})).status).to.equal(400);
        await client.send('DELETE', path);
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.1.2, Link: category, then attributes with source and target',
      async (client) => {
        const [a, b] = [
          await client.create('/network/', { kind: NETWORK }),
          await client.create('/network/', { kind: NETWORK }),
        ];
        const path = await client.create('/link/', {
          kind: `${CORE}link`,
          attributes: { 'occi.core.source': a, 'occi.core.target': b },
        });
        const fields = client.fields(await client.send('GET', path));
        expect(fields.links).to.deep.equal([]);
        const attributes = Object.fromEntries(fields.attributes);
        expect(attributes).to.include({ 'occi.core.source.kind': NETWORK, 'occi.core.target.kind': NETWORK });
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.3, entity collection: locations and nothing else',
      async (client) => {
        await client.create('/network/', { kind: NETWORK });
        const fields = client.fields(await client.send('GET', '/network/'));
        expect(fields.locations).to.not.be.empty;
        expect([fields.categories, fields.links, fields.attributes]).to.deep.equal([[], [], []]);
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.4, category collection: categories and nothing else',
      async (client) => {
        const fields = client.fields(await client.send('GET', '/-/'));
        expect([fields.locations, fields.links, fields.attributes]).to.deep.equal([[], [], []]);
        expect(fields.categories.slice(0, 3).map(({ term }) => term)).to.deep.equal(['entity', 'resource', 'link']);
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.5.1, names: id, title, summary of an entity',
      async (client) => {
        const path = await client.create('/network/', {
          kind: NETWORK,
          attributes: { 'occi.core.title': 't', 'occi.core.summary': 's' },
        });
        expect((await client.entity(path)).attributes).to.include({
          'occi.core.id': `urn:uuid:${path.split('/')[2] ?? ''}`,
          'occi.core.title': 't',
          'occi.core.summary': 's',
        });
      },
      TEXT,
    );

    each(
      'GFD.229 section 5.5.2, rel of a mixin: what it depends on, never what it applies to',
      async (client) => {
        const model = await client.discover();
        expect(find(model, IPNETWORK).rel).to.equal(undefined);
        expect(find(model, `${TEMPLATES}small`).rel).to.equal(
          'http://schemas.ogf.org/occi/infrastructure#resource_tpl',
        );
        const kinds = new Set(model.filter((each) => each.class === 'kind').map((each) => each.scheme + each.term));
        for (const mixin of model.filter((each) => each.class === 'mixin'))
          if (mixin.rel !== undefined) expect(kinds).to.not.include(mixin.rel);
      },
      TEXT,
    );
  });

  once('GFD.229 section 4.2, networkinterface: source and target of a link in text', async (client) => {
    const [compute, network] = [
      await client.create('/compute/', { kind: COMPUTE }),
      await client.create('/network/', { kind: NETWORK }),
    ];
    const path = await client.create('/networkinterface/', {
      kind: NETWORKINTERFACE,
      attributes: {
        'occi.core.source': compute,
        'occi.core.target': network,
        'occi.networkinterface.mac': '00:16:3e:00:00:02',
      },
    });
    expect((await client.entity(path)).attributes['occi.core.target.kind']).to.equal(NETWORK);
    await client.send('DELETE', compute);
  });
});
