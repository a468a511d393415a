import { expect } from 'chai';
import { categoryFilter, find, type Client } from './support/client.ts';
import { COMPUTE, CORE, IPNETWORK, NETWORK, NETWORKINTERFACE, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';
import { typeOf } from './support/types.ts';

const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const nameOf = (client: Client): string => client.rendering.replace(/\W/g, '-');

conformance('HTTP protocol (GFD.223): pagination, filtering, query interface', ({ each, service }) => {
  /** Headers of a tenant that nothing else of these tests works in. */
  async function alone(name: string): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await service().token({ role: 'customer', tenant: name })}` };
  }

  describe('pagination', () => {
    each(
      'GFD.223 section 6, Pagination: pages from 1, in order, and an empty collection past the end',
      async (client) => {
        const headers = await alone(`pages-${nameOf(client)}`);
        for (let at = 0; at < 5; at += 1) await client.writeEntity('POST', '/network/', { kind: NETWORK }, headers);
        const all = await client.list('/network/', headers);
        const page = (at: number): Promise<string[]> => client.list(`/network/?page=${at}&number=2`, headers);
        expect([...(await page(1)), ...(await page(2)), ...(await page(3))]).to.deep.equal(all);
        expect(await page(3)).to.have.length(1);
        expect(await page(4)).to.deep.equal([]);
      },
    );

    each(
      'GFD.223 section 6, Pagination: page and number come together; a number that is too large is 413',
      async (client) => {
        const status = async (query: string): Promise<number> =>
          (await client.send('GET', `/network/?${query}`)).status;
        expect(await status('page=1')).to.equal(400);
        expect(await status('number=5')).to.equal(400);
        expect(await status('page=1&number=1000000')).to.equal(413);
        expect(await status('page=0&number=5')).to.equal(400);
        expect(await status('page=x&number=5')).to.equal(400);
      },
    );
  });

  describe('filtering', () => {
    each(
      'GFD.223 section 7.1, Filtering the query interface: the category and what is related to it',
      async (client) => {
        const only = (await client.discover(categoryFilter(COMPUTE))).map(typeOf);
        expect(only, 'a leaf: itself alone').to.deep.equal([COMPUTE]);
        const resources = (await client.discover(categoryFilter(`${CORE}resource`))).map(typeOf);
        expect(resources).to.include.members([`${CORE}resource`, COMPUTE, NETWORK, STORAGE]);
        expect(resources).to.not.include.members([NETWORKINTERFACE]);
      },
    );

    each('GFD.223 section 7.2, Filtering a collection: by category and by the values of attributes', async (client) => {
      const headers = await alone(`filter-${nameOf(client)}`);
      const make = async (draft: Parameters<Client['writeEntity']>[2]): Promise<string> =>
        idOf((await client.writeEntity('POST', '/network/', draft, headers)).header('Location') ?? '');
      const plain = await make({
        kind: NETWORK,
        attributes: { 'occi.network.vlan': 1, 'occi.core.title': 'a "b", c' },
      });
      const ip = await make({
        kind: NETWORK,
        mixins: [IPNETWORK],
        attributes: { 'occi.network.vlan': 1, 'occi.network.label': 'x' },
      });
      const list = (more: Record<string, string>): Promise<string[]> =>
        client.list('/network/', { ...headers, ...more });
      expect(await list(categoryFilter(IPNETWORK, 'mixin'))).to.deep.equal([ip]);
      expect(await list(categoryFilter(NETWORK))).to.have.members([plain, ip]);
      expect(await list({ 'X-OCCI-Attribute': 'occi.network.vlan=1' })).to.have.members([plain, ip]);
      expect(await list({ 'X-OCCI-Attribute': 'occi.network.vlan=1, occi.network.label="x"' })).to.deep.equal([ip]);
      expect(await list({ 'X-OCCI-Attribute': 'occi.core.title="a \\"b\\", c"' })).to.deep.equal([plain]);
      expect(await list({ 'X-OCCI-Attribute': 'occi.network.vlan=2' })).to.deep.equal([]);
      expect(
        await list({ ...categoryFilter(IPNETWORK, 'mixin'), 'X-OCCI-Attribute': 'occi.network.vlan=2' }),
      ).to.deep.equal([]);
    });

    each('GFD.223 section 7.2, Filtering a collection: by a category at / too', async (client) => {
      const headers = await alone(`root-${nameOf(client)}`);
      const path = (await client.writeEntity('POST', '/network/', { kind: NETWORK }, headers)).header('Location') ?? '';
      await client.writeEntity('POST', '/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 1 } }, headers);
      expect(await client.list('/', { ...headers, ...categoryFilter(NETWORK) })).to.deep.equal([idOf(path)]);
    });
  });

  describe('query interface', () => {
    each('GFD.223 section 9, Query interface: at /-/ and, the same, at its well-known place', async (client) => {
      expect(await client.discover({}, '/.well-known/org/ogf/occi/-/')).to.deep.equal(await client.discover());
    });

    each('GFD.223 section 9.1, GET: HEAD answers with the same head and no body', async (client) => {
      const [head, get] = [await client.send('HEAD', '/-/'), await client.send('GET', '/-/')];
      expect([head.status, head.body]).to.deep.equal([200, '']);
      for (const name of ['Content-Type', 'Category']) expect(head.header(name)).to.equal(get.header(name));
    });

    each('GFD.223 section 9.2, PUT: not defined, and refused', async (client) => {
      const answer = await client.send('PUT', '/-/', { headers: { 'Content-Type': client.rendering } });
      expect(answer.status).to.equal(405);
      expect(answer.header('Allow')).to.include('GET');
    });

    each(
      'GFD.223 sections 9.3 and 9.4, POST and DELETE: 200, a relation that nobody knows is let pass',
      async (client) => {
        const scheme = `http://example.org/${client.rendering}/query#`;
        const added = await client.addMixin({
          term: 'mine',
          scheme,
          location: '/query/mine/',
          rel: 'http://example.org/occi/else#mixin',
        });
        expect(added.status, added.body).to.equal(200);
        expect(find(await client.discover(), `${scheme}mine`).location).to.equal('/query/mine/');
        const removed = await client.removeMixin(`${scheme}mine`);
        expect(removed.status, removed.body).to.equal(200);
        expect((await client.discover()).map(typeOf)).to.not.include(`${scheme}mine`);
      },
    );

    each(
      'GFD.185 section 3.4.1: a provider’s own mixin cannot be removed, a location that is missing is derived, a place is taken once',
      async (client) => {
        expect((await client.removeMixin(IPNETWORK)).status).to.equal(403);
        const line = 'lost; scheme="http://example.org/lost#"; class="mixin"';
        const lost = { mixins: [{ term: 'lost', scheme: 'http://example.org/lost#' }] };
        expect((await client.write('POST', '/-/', [['Category', line]], lost)).status).to.equal(200);
        expect(find(await client.discover(), 'http://example.org/lost#lost').location).to.equal('/mixin/lost/');
        expect((await client.removeMixin('http://example.org/lost#lost')).status).to.equal(200);
        const taken = await client.addMixin({
          term: 'taken',
          scheme: 'http://example.org/taken#',
          location: '/network/',
        });
        expect(taken.status, taken.body).to.be.oneOf([400, 409, 422]);
        expect((await client.removeMixin('http://example.org/never#there')).status).to.equal(404);
      },
    );
  });
});
