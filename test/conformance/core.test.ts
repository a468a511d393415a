import { expect } from 'chai';
import { find } from './support/client.ts';
import {
  COMPUTE,
  computeAction,
  CORE,
  IPNETWORK,
  NETWORK,
  NETWORKINTERFACE,
  STORAGE,
  TEMPLATES,
} from './support/names.ts';
import { conformance } from './support/suite.ts';
import { typeOf, type Category } from './support/types.ts';

const OGF = 'http://schemas.ogf.org/occi/';

conformance('Core (GFD.221, and GFD.183 where kept)', ({ each, once, service }) => {
  describe('categories', () => {
    each(
      'GFD.221, Category: every type is identified by its scheme, which ends in #, and its term, once',
      async (client) => {
        const types = (await client.discover()).map(typeOf);
        expect(new Set(types).size).to.equal(types.length);
        for (const type of types) expect(type).to.match(/^[a-z]+:[^#\s]+#[A-Za-z0-9][A-Za-z0-9._-]*$/);
      },
    );

    each('GFD.221, Kind: entity, resource and link are there, and every kind descends from entity', async (client) => {
      const kinds = (await client.discover()).filter((each) => each.class === 'kind');
      expect(find(kinds, `${CORE}entity`).rel).to.equal(undefined);
      expect(find(kinds, `${CORE}resource`).rel).to.equal(`${CORE}entity`);
      expect(find(kinds, `${CORE}link`).rel).to.equal(`${CORE}entity`);
      for (const kind of kinds) {
        let at: Category = kind;
        for (let steps = 0; at.rel !== undefined && steps < 20; steps += 1) at = find(kinds, at.rel);
        expect(typeOf(at), typeOf(kind)).to.equal(`${CORE}entity`);
      }
    });

    each(
      'GFD.221, Discovery: kinds, mixins, actions and attributes are all shown, and every action of a type is defined',
      async (client) => {
        const model = await client.discover();
        const actions = new Set(model.filter((each) => each.class === 'action').map(typeOf));
        for (const category of model) for (const action of category.actions) expect(actions).to.include(action);
        expect(find(model, COMPUTE).actions).to.include(computeAction('start'));
        expect(find(model, IPNETWORK).attributes.map(({ name }) => name)).to.include('occi.network.address');
        expect(find(model, computeAction('stop')).attributes.map(({ name }) => name)).to.include('method');
      },
    );

    each(
      'GFD.221, Category: a provider’s own types keep out of the reserved scheme and out of the prefix occi.',
      async (client) => {
        const model = await client.discover();
        const standard = (category: Category): boolean => category.scheme.startsWith(OGF);
        // Templates give values to attributes of the kinds that they are for; those are the standard's own.
        const known = new Set(model.filter(standard).flatMap(({ attributes }) => attributes.map(({ name }) => name)));
        const own = model.filter((category) => !standard(category));
        expect(own).to.not.be.empty;
        for (const category of own)
          for (const { name } of category.attributes) {
            if (category.rel === undefined || !known.has(name)) expect(name, typeOf(category)).to.not.match(/^occi\./);
            if (category.class !== 'action') expect(name, typeOf(category)).to.include('.');
          }
      },
    );
  });

  describe('entities', () => {
    each('GFD.221, Entity: it is abstract, and cannot be instantiated', async (client) => {
      const answer = await client.writeEntity('POST', '/', { kind: `${CORE}entity` });
      expect(answer.status, answer.body).to.be.within(400, 409);
    });

    each('GFD.221, Entity: the id is a URI that nobody else has', async (client) => {
      const ids = new Set<unknown>();
      for (let at = 0; at < 3; at += 1) {
        const seen = await client.entity(await client.create('/network/', { kind: NETWORK }));
        ids.add(seen.attributes['occi.core.id']);
        expect(seen.attributes['occi.core.id']).to.match(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      }
      expect(ids.size).to.equal(3);
    });

    each('GFD.221, Entity: title and summary can be set at creation and changed', async (client) => {
      const path = await client.create('/network/', {
        kind: NETWORK,
        attributes: { 'occi.core.title': 'first', 'occi.core.summary': 'of all' },
      });
      expect((await client.entity(path)).attributes).to.include({
        'occi.core.title': 'first',
        'occi.core.summary': 'of all',
      });
      const changed = await client.writeEntity('POST', path, {
        kind: NETWORK,
        attributes: { 'occi.core.title': 'second' },
      });
      expect(changed.status, changed.body).to.equal(200);
      expect((await client.entity(path)).attributes).to.include({
        'occi.core.title': 'second',
        'occi.core.summary': 'of all',
      });
    });

    each('GFD.221, Entity: an instance keeps its kind and its id', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const before = await client.entity(path);
      const other = await client.writeEntity('POST', path, { kind: STORAGE, attributes: { 'occi.storage.size': 1 } });
      expect(other.status, other.body).to.be.within(400, 409);
      await client.writeEntity('POST', path, {
        kind: NETWORK,
        attributes: { 'occi.core.id': 'urn:uuid:00000000-0000-4000-8000-000000000000' },
      });
      const after = await client.entity(path);
      expect([after.kind, after.attributes['occi.core.id']]).to.deep.equal([
        NETWORK,
        before.attributes['occi.core.id'],
      ]);
    });

    each('GFD.221, Attribute: what is mutable can be given at creation and changed', async (client) => {
      const path = await client.create('/network/', {
        kind: NETWORK,
        attributes: { 'occi.network.vlan': 7, 'occi.network.label': 'dmz' },
      });
      expect((await client.entity(path)).attributes).to.include({
        'occi.network.vlan': 7,
        'occi.network.label': 'dmz',
      });
      const answer = await client.writeEntity('POST', path, { kind: NETWORK, attributes: { 'occi.network.vlan': 8 } });
      expect(answer.status, answer.body).to.equal(200);
      expect((await client.entity(path)).attributes).to.include({
        'occi.network.vlan': 8,
        'occi.network.label': 'dmz',
      });
    });

    each('GFD.221, Mutability: a client never changes what is immutable', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const before = (await client.entity(path)).attributes['occi.network.state'];
      const changed = await client.writeEntity('POST', path, {
        kind: NETWORK,
        attributes: { 'occi.network.state': before === 'error' ? 'active' : 'error' },
      });
      expect(changed.status, changed.body).to.equal(403);
      expect((await client.entity(path)).attributes['occi.network.state']).to.equal(before);
    });

    each('GFD.221, Attribute: what is required must be given at creation', async (client) => {
      const answer = await client.writeEntity('POST', '/storage/', { kind: STORAGE });
      expect(answer.status, answer.body).to.equal(400);
      expect(answer.body).to.include('occi.storage.size');
    });
  });

  describe('mixins', () => {
    each('GFD.221, Mixin: applied at creation, it adds its attributes', async (client) => {
      const path = await client.create('/network/', {
        kind: NETWORK,
        mixins: [IPNETWORK],
        attributes: { 'occi.network.address': '10.1.0.0/24', 'occi.network.allocation': 'static' },
      });
      const seen = await client.entity(path);
      expect(seen.mixins).to.include(IPNETWORK);
      expect(seen.attributes).to.include({
        'occi.network.address': '10.1.0.0/24',
        'occi.network.allocation': 'static',
      });
    });

    each('GFD.221, Mixin: applied at run time, and taken off again with its attributes', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK, attributes: { 'occi.network.label': 'stays' } });
      const added = await client.members('POST', '/ipnetwork/', [{ path, kind: NETWORK }]);
      expect(added.status, added.body).to.equal(200);
      const set = await client.writeEntity('POST', path, {
        kind: NETWORK,
        attributes: { 'occi.network.gateway': '10.1.0.1' },
      });
      expect(set.status, set.body).to.equal(200);
      expect((await client.entity(path)).attributes['occi.network.gateway']).to.equal('10.1.0.1');
      const removed = await client.members('DELETE', '/ipnetwork/', [{ path, kind: NETWORK }]);
      expect(removed.status, removed.body).to.equal(200);
      const left = await client.entity(path);
      expect(left.mixins).to.not.include(IPNETWORK);
      expect(left.attributes).to.not.have.property('occi.network.gateway');
      expect(left.attributes['occi.network.label']).to.equal('stays');
    });

    each('GFD.221, Mixin: an attribute of a mixin is unknown without the mixin', async (client) => {
      const answer = await client.writeEntity('POST', '/network/', {
        kind: NETWORK,
        attributes: { 'occi.network.address': '10.0.0.0/8' },
      });
      expect(answer.status, answer.body).to.equal(400);
    });

    each('GFD.221, Mixin.applies: a mixin for another kind is refused, at creation and at run time', async (client) => {
      const atCreation = await client.writeEntity('POST', '/storage/', {
        kind: STORAGE,
        mixins: [IPNETWORK],
        attributes: { 'occi.storage.size': 1 },
      });
      expect(atCreation.status, atCreation.body).to.be.oneOf([400, 403]);
      const path = await client.create('/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 1 } });
      const atRunTime = await client.members('POST', '/ipnetwork/', [{ path, kind: STORAGE }]);
      expect(atRunTime.status, atRunTime.body).to.be.oneOf([400, 403]);
      expect((await client.entity(path)).mixins).to.deep.equal([]);
    });

    each('GFD.221, Mixin.depends: a mixin brings what it depends on', async (client) => {
      const scheme = `http://example.org/${client.rendering}/depends#`;
      const added = await client.addMixin({ term: 'office', scheme, location: '/mine/office/', rel: IPNETWORK });
      expect(added.status, added.body).to.equal(200);
      const path = await client.create('/network/', {
        kind: NETWORK,
        mixins: [`${scheme}office`],
        attributes: { 'occi.network.gateway': '10.1.0.1' },
      });
      expect((await client.entity(path)).attributes['occi.network.gateway']).to.equal('10.1.0.1');
      await client.removeMixin(`${scheme}office`);
    });

    each(
      'GFD.221, Mixin: a tag is made by a client, holds entities, and goes with all its associations',
      async (client) => {
        const scheme = `http://example.org/${client.rendering}/tags#`;
        const type = `${scheme}blue`;
        expect(
          (await client.addMixin({ term: 'blue', scheme, location: '/tags/blue/', title: 'Blue things' })).status,
        ).to.equal(200);
        expect(find(await client.discover(), type)).to.deep.include({
          class: 'mixin',
          title: 'Blue things',
          location: '/tags/blue/',
        });
        const path = await client.create('/network/', { kind: NETWORK, mixins: [type] });
        const other = await client.create('/storage/', {
          kind: STORAGE,
          mixins: [type],
          attributes: { 'occi.storage.size': 1 },
        });
        expect(await client.list('/tags/blue/')).to.have.members([path, other].map((each) => each.split('/')[2]));
        expect((await client.removeMixin(type)).status).to.equal(200);
        expect((await client.discover()).map(typeOf)).to.not.include(type);
        expect((await client.entity(path)).mixins).to.deep.equal([]);
        expect((await client.send('GET', '/tags/blue/')).status).to.equal(404);
      },
    );

    each(
      'GFD.221, Templates: a mixin’s defaults fill in what the client leaves open; another of the same base replaces it',
      async (client) => {
        const path = await client.create('/compute/', { kind: COMPUTE, mixins: [`${TEMPLATES}medium`] });
        expect((await client.entity(path)).attributes).to.include({
          'occi.compute.cores': 2,
          'occi.compute.memory': 2,
        });
        const answer = await client.members('POST', '/resource_tpl/small/', [{ path, kind: COMPUTE }]);
        expect(answer.status, answer.body).to.equal(200);
        const seen = await client.entity(path);
        expect(seen.mixins).to.include(`${TEMPLATES}small`).and.not.include(`${TEMPLATES}medium`);
        expect(seen.attributes).to.include({ 'occi.compute.cores': 1, 'occi.compute.memory': 1 });
        await client.send('DELETE', path);
      },
    );
  });

  describe('links', () => {
    each(
      'GFD.221, Link: source and target; deleting a resource deletes its links, deleting a link nothing else',
      async (client) => {
        const compute = await client.create('/compute/', { kind: COMPUTE });
        const network = await client.create('/network/', { kind: NETWORK });
        const link = (): Promise<string> =>
          client.create('/networkinterface/', {
            kind: NETWORKINTERFACE,
            attributes: {
              'occi.core.source': service().url + compute,
              'occi.core.target': service().url + network,
              'occi.networkinterface.mac': '00:16:3e:00:00:01',
            },
          });
        const [first, second] = [await link(), await link()];
        const seen = await client.entity(first);
        expect(seen.attributes['occi.core.source']).to.match(new RegExp(`${compute}$`));
        expect(seen.attributes['occi.core.target']).to.match(new RegExp(`${network}$`));
        expect((await client.entity(compute)).links.map((each) => each.target.slice(-network.length))).to.deep.equal([
          network,
          network,
        ]);
        expect((await client.send('DELETE', first)).status).to.equal(200);
        expect((await client.entity(compute)).links).to.have.length(1);
        expect((await client.entity(network)).kind).to.equal(NETWORK);
        expect((await client.send('DELETE', compute)).status).to.equal(200);
        expect((await client.send('GET', second)).status).to.equal(404);
        expect((await client.entity(network)).kind).to.equal(NETWORK);
      },
    );

    each('GFD.221, Link.source: it must be a resource of the provider', async (client) => {
      for (const source of ['http://elsewhere.example.org/thing', '/compute/01a1ff3f-0000-7000-8000-000000000000']) {
        const answer = await client.writeEntity('POST', '/link/', {
          kind: `${CORE}link`,
          attributes: { 'occi.core.source': source, 'occi.core.target': 'http://example.org/' },
        });
        expect(answer.status, `${source}: ${answer.body}`).to.be.within(400, 422);
      }
    });

    each('GFD.221, Link.target: any URI; source and target can be changed', async (client) => {
      const [a, b] = [
        await client.create('/network/', { kind: NETWORK }),
        await client.create('/network/', { kind: NETWORK }),
      ];
      const path = await client.create('/link/', {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': service().url + a, 'occi.core.target': 'http://example.org/elsewhere' },
      });
      expect((await client.entity(path)).attributes['occi.core.target']).to.equal('http://example.org/elsewhere');
      const answer = await client.writeEntity('POST', path, {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': b, 'occi.core.target': 'urn:example:somewhere' },
      });
      expect(answer.status, answer.body).to.equal(200);
      const seen = await client.entity(path);
      expect(seen.attributes['occi.core.target']).to.equal('urn:example:somewhere');
      expect(seen.attributes['occi.core.source']).to.match(new RegExp(`${b}$`));
      expect((await client.entity(a)).links).to.deep.equal([]);
      expect((await client.entity(b)).links).to.have.length(1);
    });
  });

  describe('collections', () => {
    each('GFD.221, Collections: the whole, one item, and a subset can be retrieved', async (client) => {
      const token = await service().token({
        role: 'customer',
        tenant: `subset-${client.rendering.replace(/\W/g, '-')}`,
      });
      const headers = { Authorization: `Bearer ${token}` };
      const made: string[] = [];
      for (const vlan of [1, 2, 2]) {
        const answer = await client.writeEntity(
          'POST',
          '/network/',
          { kind: NETWORK, attributes: { 'occi.network.vlan': vlan } },
          headers,
        );
        made.push(client.pathOf(answer.header('Location')));
      }
      const ids = made.map((path) => path.split('/')[2]);
      expect(await client.list('/network/', headers)).to.have.members(ids);
      expect(
        client.readEntity(await client.send('GET', made[0] ?? '', { headers })).attributes['occi.network.vlan'],
      ).to.equal(1);
      expect(await client.list('/network/', { ...headers, 'X-OCCI-Attribute': 'occi.network.vlan=2' })).to.have.members(
        ids.slice(1),
      );
    });
  });

  once('GFD.183, Resource Instantiation: a client creates with the kind at the kind’s location', async (client) => {
    const answer = await client.writeEntity('POST', '/network/', {
      kind: STORAGE,
      attributes: { 'occi.storage.size': 1 },
    });
    expect(answer.status, answer.body).to.be.within(400, 409);
  });
});
