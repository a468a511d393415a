import { expect } from 'chai';
import type { Client } from './support/client.ts';
import { parseObject, readEntity, readModel } from './support/json.ts';
import { COMPUTE, CORE, IPNETWORK, NETWORK, networkAction, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';

const JSON_TYPES = ['application/occi+json', 'application/json'] as const;

conformance('JSON rendering (GFD.226)', ({ each }) => {
  const post = (client: Client, path: string, document: unknown): ReturnType<Client['write']> =>
    client.write('POST', path, [], document);
  const read = async (client: Client, path: string): Promise<Record<string, unknown>> =>
    parseObject((await client.send('GET', path)).body);

  each(
    'GFD.226, Resource: kind and id, and no member or empty array beyond the table',
    async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const document = await read(client, path);
      readEntity(document as never);
      expect(document).to.include({ kind: NETWORK, id: `urn:uuid:${path.split('/')[2] ?? ''}` });
      expect(document).to.not.have.any.keys('mixins', 'links', 'title', 'summary', 'location', 'class');
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Resource: attribute names are opaque, flat keys, and values have their JSON types',
    async (client) => {
      const path = await client.create('/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 1.5 } });
      const { attributes } = (await read(client, path)) as { attributes: Record<string, unknown> };
      expect(attributes['occi.storage.size']).to.equal(1.5);
      expect(attributes).to.not.have.property('occi');
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Resource: links are whole link objects',
    async (client) => {
      const [a, b] = [
        await client.create('/network/', { kind: NETWORK }),
        await client.create('/network/', { kind: NETWORK }),
      ];
      const path = await client.create('/link/', {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': a, 'occi.core.target': b },
      });
      const { links } = (await read(client, a)) as { links: Record<string, unknown>[] };
      expect(links).to.deep.equal([await read(client, path)]);
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Link: source and target are objects of location and kind',
    async (client) => {
      const [a, b] = [
        await client.create('/network/', { kind: NETWORK }),
        await client.create('/network/', { kind: NETWORK }),
      ];
      const path = await client.create('/link/', {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': a, 'occi.core.target': b },
      });
      const { source, target } = (await read(client, path)) as Record<
        'source' | 'target',
        { location: string; kind: string }
      >;
      expect([source.kind, target.kind]).to.deep.equal([NETWORK, NETWORK]);
      expect(source.location.endsWith(a) && target.location.endsWith(b)).to.equal(true);
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Action invocation: action and attributes',
    async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const answer = await post(client, `${path}?action=up`, {
        action: networkAction('up'),
        attributes: { unknown: 1 },
      });
      expect(answer.status, answer.body).to.equal(400);
      const other = await post(client, `${path}?action=up`, { action: networkAction('down') });
      expect(other.status, other.body).to.equal(400);
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Kind, Mixin, Action: the members of the tables, each attribute with type, mutable and required',
    async (client) => {
      const document = await read(client, '/-/');
      expect(Object.keys(document)).to.have.members(['kinds', 'mixins', 'actions']);
      readModel(document as never);
      const kinds = document['kinds'] as Record<string, unknown>[];
      for (const kind of kinds)
        expect('location' in kind, String(kind['term'])).to.equal(kind['term'] !== 'entity' || kind['scheme'] !== CORE);
      const network = kinds.find((each) => each['term'] === 'network');
      expect(network).to.include({ parent: `${CORE}resource`, location: '/network/' });
      const mixin = (document['mixins'] as Record<string, unknown>[]).find((each) => each['term'] === 'ipnetwork');
      expect(mixin).to.deep.include({ applies: [NETWORK] });
      expect(mixin).to.not.have.property('depends');
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Attribute description: the pattern, where it is asked for, is a JSON Schema',
    async (client) => {
      const kinds = (document: Record<string, unknown>): { attributes: Record<string, object> }[] =>
        (document['kinds'] as { term: string; attributes: Record<string, object> }[]).filter(
          ({ term }) => term === 'network',
        );
      expect(kinds(await read(client, '/-/'))[0]?.attributes['occi.network.vlan']).to.include({
        type: 'number',
        mutable: true,
        required: false,
      });
      expect(kinds(await read(client, '/-/'))[0]?.attributes['occi.network.vlan']).to.not.have.property('pattern');
      expect(kinds(await read(client, '/-/?pattern=true'))[0]?.attributes['occi.network.vlan']).to.deep.include({
        pattern: { multipleOf: 1, minimum: 0, maximum: 4095 },
      });
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Entity collections: resources and links, empty arrays included',
    async (client) => {
      expect(await read(client, '/ssh_key/')).to.deep.equal({ resources: [] });
      expect(await read(client, '/storagelink/')).to.deep.equal({ links: [] });
      const target = await client.create('/network/', { kind: NETWORK });
      await client.create('/link/', {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': target, 'occi.core.target': 'http://example.org/' },
      });
      const all = await read(client, '/');
      expect(all['resources']).to.not.be.empty;
      expect(all['links']).to.not.be.empty;
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, Entity collections: on POST a bare entity and the collection form are both read',
    async (client) => {
      expect((await post(client, '/network/', { kind: NETWORK })).status).to.equal(201);
      const answer = await post(client, '/network/', { resources: [{ kind: NETWORK }] });
      expect(answer.status, answer.body).to.equal(201);
      expect(answer.header('Location')).to.match(/\/network\//);
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, errors: what is no JSON, or has members that the tables do not know, is 400 with its place',
    async (client) => {
      const broken = await client.send('POST', '/network/', {
        headers: { 'Content-Type': client.rendering },
        body: '{"kind": ',
      });
      expect([broken.status, broken.header('Content-Type')]).to.deep.equal([400, 'application/problem+json']);
      const more = await post(client, '/network/', {
        kind: NETWORK,
        colour: 'blue',
        attributes: { 'occi.network.vlan': 'x' },
      });
      expect(more.status).to.equal(400);
      const { problems } = JSON.parse(more.body) as { problems: { path: string }[] };
      expect(problems.map(({ path }) => path)).to.include.members(['/colour']);
    },
    JSON_TYPES,
  );

  each(
    'GFD.226, mixins of an entity: by their type identifiers',
    async (client) => {
      const path = await client.create('/network/', { kind: NETWORK, mixins: [IPNETWORK] });
      expect(await read(client, path)).to.deep.include({ mixins: [IPNETWORK] });
      const wrong = await post(client, '/network/', { kind: NETWORK, mixins: ['http://example.org/no#such'] });
      expect(wrong.status, wrong.body).to.be.oneOf([400, 404]);
      expect((await read(client, '/-/'))['kinds']).to.satisfy(
        (kinds: { term: string }[]) => kinds.some(({ term }) => term === 'compute'),
        COMPUTE,
      );
    },
    JSON_TYPES,
  );
});
