import { expect } from 'chai';
import { type Client } from './support/client.ts';
import { CORE, IPNETWORK, NETWORK, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';

const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const nameOf = (client: Client): string => client.rendering.replace(/\W/g, '-');

conformance('HTTP protocol (GFD.223): collections', ({ each, service }) => {
  const network = (client: Client, attributes: Record<string, string | number> = {}): Promise<string> =>
    client.create('/network/', { kind: NETWORK, attributes });

  /** Headers of a tenant that nothing else of these tests works in. */
  async function alone(name: string): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await service().token({ role: 'customer', tenant: name })}` };
  }

  describe('collections', () => {
    each('GFD.223 section 11.1, GET: 200, also when it is empty', async (client) => {
      expect(await client.list('/network/', await alone(`empty-${nameOf(client)}`))).to.deep.equal([]);
    });

    each('GFD.223 section 11.2, PUT replaces the members of a mixin, and is not defined for a kind', async (client) => {
      const scheme = `http://example.org/${client.rendering}/put#`;
      await client.addMixin({ term: 'set', scheme, location: '/put/set/' });
      const [a, b, c] = [await network(client), await network(client), await network(client)];
      const member = (path: string): { path: string; kind: string } => ({ path, kind: NETWORK });
      await client.members('POST', '/put/set/', [member(a), member(b)]);
      const answer = await client.members('PUT', '/put/set/', [member(b), member(c)]);
      expect(client.readList(answer)).to.have.members([idOf(b), idOf(c)]);
      expect(await client.list('/put/set/')).to.have.members([idOf(b), idOf(c)]);
      expect((await client.entity(a)).mixins).to.deep.equal([]);
      expect((await client.members('PUT', '/network/', [member(a)])).status).to.equal(405);
      await client.removeMixin(`${scheme}set`);
    });

    each('GFD.223 section 11.3.1, create: 201 with an absolute Location', async (client) => {
      const answer = await client.writeEntity('POST', '/network/', {
        kind: NETWORK,
        attributes: { 'occi.core.title': 'made' },
      });
      expect(answer.status, answer.body).to.equal(201);
      const path = client.pathOf(answer.header('Location'));
      expect(path).to.match(/^\/network\/[^/]+$/);
      client.checkType(answer);
      expect((await client.entity(path)).attributes['occi.core.title']).to.equal('made');
    });

    each('GFD.223 section 11.3.1, create: at / by its kind', async (client) => {
      expect(await client.create('/', { kind: NETWORK })).to.match(/^\/network\//);
    });

    each(
      'GFD.223 section 11.3.1, create: several at once, or none of them',
      async (client) => {
        const headers = await alone(`several-${nameOf(client)}`);
        const post = (resources: readonly object[]): ReturnType<Client['write']> =>
          client.write('POST', '/network/', [], { resources }, headers);
        const answer = await post([{ kind: NETWORK }, { kind: NETWORK }]);
        expect(answer.status, answer.body).to.equal(201);
        expect(await client.list('/network/', headers)).to.have.length(2);
        const half = await post([{ kind: NETWORK }, { kind: NETWORK, attributes: { 'occi.network.vlan': 'seven' } }]);
        expect(half.status, half.body).to.equal(400);
        expect(await client.list('/network/', headers)).to.have.length(2);
      },
      ['application/occi+json', 'application/json'],
    );

    each('GFD.223 section 11.3.1, create: inline links come with the resource', async (client) => {
      const target = await network(client);
      const path = await client.create('/storage/', {
        kind: STORAGE,
        attributes: { 'occi.storage.size': 1 },
        links: [{ target, rel: NETWORK, kind: `${CORE}link`, attributes: { 'occi.core.title': 'inline' } }],
      });
      const [link, ...rest] = (await client.entity(path)).links;
      expect(rest).to.deep.equal([]);
      expect(link).to.deep.include({ rel: NETWORK, category: [`${CORE}link`] });
      expect(link?.target).to.match(new RegExp(`${target}$`));
      expect(link?.attributes).to.include({ 'occi.core.title': 'inline' });
    });

    each('GFD.223 section 11.3.2, associate: 200 with the collection; only for mixins', async (client) => {
      const path = await network(client);
      const answer = await client.members('POST', '/ipnetwork/', [{ path, kind: NETWORK }]);
      expect(client.readList(answer)).to.include(idOf(path));
      expect((await client.entity(path)).mixins).to.deep.equal([IPNETWORK]);
    });

    each(
      'GFD.223 section 11.4.1, delete: a kind’s collection is emptied, within the caller’s own things',
      async (client) => {
        const headers = await alone(`gone-${nameOf(client)}`);
        const foreign = await network(client);
        for (let at = 0; at < 3; at += 1) await client.writeEntity('POST', '/network/', { kind: NETWORK }, headers);
        expect((await client.send('DELETE', '/network/', { headers })).status).to.equal(200);
        expect(await client.list('/network/', headers)).to.deep.equal([]);
        expect((await client.send('GET', foreign)).status).to.equal(200);
      },
    );

    each(
      'GFD.223 section 11.4.2, disassociate: the named members, or without a body all of them; nothing is destroyed',
      async (client) => {
        const scheme = `http://example.org/${client.rendering}/off#`;
        await client.addMixin({ term: 'set', scheme, location: '/off/set/' });
        const paths = [await network(client), await network(client), await network(client)];
        const member = (path: string): { path: string; kind: string } => ({ path, kind: NETWORK });
        await client.members('POST', '/off/set/', paths.map(member));
        const one = await client.members('DELETE', '/off/set/', [member(paths[0] ?? '')]);
        expect(one.status, one.body).to.equal(200);
        expect(await client.list('/off/set/')).to.have.members(paths.slice(1).map(idOf));
        expect((await client.send('DELETE', '/off/set/')).status).to.equal(200);
        expect(await client.list('/off/set/')).to.deep.equal([]);
        for (const path of paths) expect((await client.entity(path)).mixins).to.deep.equal([]);
        await client.removeMixin(`${scheme}set`);
      },
    );
  });
});
