import { expect } from 'chai';
import { type Client } from './support/client.ts';
import { CORE, NETWORK } from './support/names.ts';
import { conformance } from './support/suite.ts';

const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

conformance('HTTP protocol (GFD.223): entities', ({ each }) => {
  const network = (client: Client, attributes: Record<string, string | number> = {}): Promise<string> =>
    client.create('/network/', { kind: NETWORK, attributes });

  describe('entities', () => {
    each('GFD.223 section 10.1, GET: 200 with the entity', async (client) => {
      const path = await network(client, { 'occi.network.vlan': 5 });
      const seen = await client.entity(path);
      expect(seen.kind).to.equal(NETWORK);
      expect(seen.attributes).to.include({ 'occi.core.id': `urn:uuid:${idOf(path)}`, 'occi.network.vlan': 5 });
    });

    each('GFD.223 section 10.2.1, PUT creates: 201 with Location, or 200 with the entity', async (client) => {
      const path = `/network/${crypto.randomUUID()}`;
      const answer = await client.writeEntity('PUT', path, {
        kind: NETWORK,
        attributes: { 'occi.network.label': 'put' },
      });
      expect(answer.status, answer.body).to.equal(201);
      expect(client.pathOf(answer.header('Location'))).to.equal(path);
      expect((await client.entity(path)).attributes['occi.network.label']).to.equal('put');
    });

    each('GFD.223 section 10.2.2, PUT replaces: what is not given is gone, links stay', async (client) => {
      const [path, other] = [
        await network(client, { 'occi.network.label': 'old', 'occi.core.title': 'old' }),
        await network(client),
      ];
      const link = await client.create('/link/', {
        kind: `${CORE}link`,
        attributes: { 'occi.core.source': path, 'occi.core.target': other },
      });
      const answer = await client.writeEntity('PUT', path, { kind: NETWORK, attributes: { 'occi.network.vlan': 9 } });
      const seen = client.readEntity(answer);
      expect(seen.attributes['occi.network.vlan']).to.equal(9);
      expect(seen.attributes).to.not.have.any.keys('occi.network.label', 'occi.core.title');
      expect((await client.entity(path)).links).to.have.length(1);
      expect((await client.entity(link)).kind).to.equal(`${CORE}link`);
    });

    each('GFD.223 section 10.2.2, PUT replaces: links in the request are left alone', async (client) => {
      const [path, other] = [await network(client), await network(client)];
      const answer = await client.writeEntity('PUT', path, {
        kind: NETWORK,
        links: [{ target: other, rel: NETWORK, kind: `${CORE}link` }],
      });
      expect(answer.status, answer.body).to.equal(200);
      expect((await client.entity(path)).links).to.deep.equal([]);
    });

    each('GFD.223 section 10.2.2, PUT: what was read can be put back', async (client) => {
      const path = await network(client, { 'occi.network.label': 'same', 'occi.core.title': 'é "x", \\ y; z' });
      const read = await client.send('GET', path);
      const before = client.readEntity(read);
      const answer =
        client.rendering === 'text/occi'
          ? await client.send('PUT', path, {
              headers: {
                'Content-Type': 'text/occi',
                ...Object.fromEntries(
                  ['Category', 'Link', 'X-OCCI-Attribute']
                    .filter((name) => read.all(name).length > 0)
                    .map((name) => [name, read.all(name)]),
                ),
              },
            })
          : await client.send('PUT', path, { headers: { 'Content-Type': client.rendering }, body: read.body });
      expect(client.readEntity(answer)).to.deep.equal(before);
    });

    each('GFD.223 section 10.3.1, partial update: only what is given changes; 200 with the entity', async (client) => {
      const path = await network(client, { 'occi.network.label': 'kept', 'occi.network.vlan': 1 });
      const seen = client.readEntity(
        await client.writeEntity('POST', path, { attributes: { 'occi.network.vlan': 2 } }),
      );
      expect(seen.attributes).to.include({ 'occi.network.label': 'kept', 'occi.network.vlan': 2 });
    });

    each('GFD.223 section 10.3.2, trigger action: an action that the entity has not is told', async (client) => {
      const path = await network(client);
      const unknown = await client.act(path, 'http://schemas.ogf.org/occi/infrastructure/compute/action#restart');
      expect(unknown.status, unknown.body).to.be.within(400, 409);
    });

    each('GFD.223 section 10.4, DELETE: 200, and then 404', async (client) => {
      const path = await network(client);
      expect((await client.send('DELETE', path)).status).to.equal(200);
      expect((await client.send('GET', path)).status).to.equal(404);
      expect((await client.send('DELETE', path)).status).to.equal(404);
    });
  });
});
