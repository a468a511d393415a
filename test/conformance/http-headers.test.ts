import { expect } from 'chai';
import { type Client } from './support/client.ts';
import { CORE, NETWORK, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';
import { typeOf } from './support/types.ts';

const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const nameOf = (client: Client): string => client.rendering.replace(/\W/g, '-');

conformance('HTTP protocol (GFD.223): name space, headers, security', ({ each, once, service }) => {
  const network = (client: Client, attributes: Record<string, string | number> = {}): Promise<string> =>
    client.create('/network/', { kind: NETWORK, attributes });

  /** Headers of a tenant that nothing else of these tests works in. */
  async function alone(name: string): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await service().token({ role: 'customer', tenant: name })}` };
  }

  describe('name space', () => {
    each(
      'GFD.223 section 4, Namespace: a kind or mixin is bound to a path of its own, entity to none',
      async (client) => {
        const bound = (await client.discover()).filter((each) => each.class !== 'action');
        const locations = bound.flatMap(({ location }) => (location === undefined ? [] : [location]));
        expect(new Set(locations).size).to.equal(locations.length);
        for (const category of bound) {
          if (typeOf(category) === `${CORE}entity`) expect(category.location).to.equal(undefined);
          else expect(category.location, typeOf(category)).to.match(/^\/(?:[^/\s]+\/)+$/);
        }
      },
    );

    each('GFD.223 section 4, Namespace: every location that is shown can be read', async (client) => {
      for (const { location } of (await client.discover()).filter((each) => each.location !== undefined))
        await client.list(`${location ?? ''}?page=1&number=10`);
    });

    each('GFD.223 section 4.1, Unbound paths: they hold the union of what lies below', async (client) => {
      const headers = await alone(`union-${nameOf(client)}`);
      const made: string[] = [];
      for (const [path, draft] of [
        ['/network/', { kind: NETWORK }],
        ['/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 1 } }],
      ] as const)
        made.push(idOf((await client.writeEntity('POST', path, draft, headers)).header('Location') ?? ''));
      expect(await client.list('/', headers)).to.include.members(made);
    });

    each('GFD.223 section 4.1, Unbound paths: also above the collections of mixins', async (client) => {
      const scheme = `http://example.org/${client.rendering}/above#`;
      const above = `/above/${nameOf(client)}/`;
      for (const term of ['left', 'right']) await client.addMixin({ term, scheme, location: `${above}${term}/` });
      const left = await client.create('/network/', { kind: NETWORK, mixins: [`${scheme}left`] });
      const right = await client.create('/network/', { kind: NETWORK, mixins: [`${scheme}right`] });
      expect(await client.list(above)).to.have.members([idOf(left), idOf(right)]);
      for (const term of ['left', 'right']) await client.removeMixin(scheme + term);
    });

    each('GFD.223 section 4.1, Unbound paths: where nothing is, there is 404', async (client) => {
      expect((await client.send('GET', '/nowhere/at/all/')).status).to.equal(404);
      expect((await client.send('GET', '/nowhere/at/all')).status).to.equal(404);
    });
  });

  describe('headers', () => {
    each('GFD.223 section 5.2, Content-Type: it is the media type that was asked for', async (client) => {
      for (const path of ['/-/', '/network/', await network(client)]) client.checkType(await client.send('GET', path));
    });

    each('GFD.223 section 5.2, Accept: the server names its media types', async (client) => {
      const accepted = (await client.send('GET', '/-/')).header('Accept') ?? '';
      for (const type of ['text/plain', 'text/occi', 'text/uri-list', 'application/occi+json'])
        expect(accepted.split(/,\s*/)).to.include(type);
    });

    once(
      'GFD.223 section 5.3, Versioning: Server carries OCCI/1.2 on every answer, also on errors and without a token',
      async (client) => {
        const { ask, askBare } = service();
        const answers = [
          await ask('GET', '/-/'),
          await ask('HEAD', '/-/'),
          await ask('OPTIONS', '/-/'),
          await askBare('GET', '/-/'),
          await ask('GET', '/nothing'),
          await ask('PATCH', '/network/'),
          await ask('POST', '/network/', { headers: { 'Content-Type': 'image/png' }, body: 'x' }),
          await ask('GET', '/network/', { headers: { Accept: 'image/png' } }),
          await ask('GET', '/-/', { headers: { 'User-Agent': 'x OCCI/9.0' } }),
          await askBare('GET', '/health/live'),
          await askBare('GET', '/openapi.json'),
          await ask('GET', await network(client), { headers: { 'If-None-Match': '*' } }),
        ];
        for (const answer of answers) {
          expect(answer.header('Server'), String(answer.status)).to.match(/(^| )OCCI\/1\.2( |$)/);
          expect(answer.header('Server'), 'suites for 1.1 look for theirs').to.match(/(^| )OCCI\/1\.1( |$)/);
        }
      },
    );

    each('GFD.223 section 5.3, Versioning: a higher version than ours is answered with 501', async (client) => {
      const as = async (agent: string): Promise<number> =>
        (await client.send('GET', '/-/', { headers: { 'User-Agent': agent } })).status;
      expect(await as('occi-client/1.1 (linux) libcurl/7.19.4 OCCI/1.2')).to.equal(200);
      expect(await as('rOCCI-core/4.3.6 rOCCI-api/4.3.15 OCCI/1.1 x86_64-linux')).to.equal(200);
      expect(await as('OCCI/1.3')).to.equal(501);
      expect(await as('curl/8 OCCI/2.0')).to.equal(501);
      expect(await as('curl/8 OCCI/1.10')).to.equal(501);
      expect(await as('parrot/1.0 NOCCI/3.0 OCCI-CRTP/9.9')).to.equal(200);
    });

    each(
      'GFD.223 section 5.4, Status codes: 404 unknown, 405 method, 406 rendering, 413 size, 400 unreadable',
      async (client) => {
        expect((await client.send('GET', '/network/01a1ff3f-0000-7000-8000-000000000000')).status).to.equal(404);
        expect(
          (await client.send('PUT', '/network/', { headers: { 'Content-Type': client.rendering } })).status,
        ).to.equal(405);
        expect((await client.send('GET', '/-/', { headers: { Accept: 'image/png' } })).status).to.equal(406);
        const broken = await client.write('POST', '/network/', [['Category', 'network; scheme=']], ['no', 'object']);
        expect(broken.status, broken.body).to.equal(400);
      },
    );

    once('GFD.223 section 5.4, Status codes: 413 for a body that is too large', async () => {
      const answer = await service().ask('POST', '/network/', {
        headers: { 'Content-Type': 'text/plain' },
        body: 'x'.repeat(2 * 1024 * 1024),
      });
      expect(answer.status).to.equal(413);
    });

    once('GFD.223 section 5.4, Status codes: the reason phrase is there', async (client) => {
      const answer = await client.writeEntity('POST', '/network/', { kind: NETWORK });
      expect([answer.status, answer.reason]).to.deep.equal([201, 'Created']);
      const missing = await client.send('GET', '/network/01a1ff3f-0000-7000-8000-000000000000');
      expect([missing.status, missing.reason]).to.deep.equal([404, 'Not Found']);
    });
  });

  describe('security', () => {
    each(
      'GFD.223 section 12, Security: without or with a wrong token 401 and a challenge that offers Basic',
      async (client) => {
        for (const authorization of [undefined, 'Bearer wrong', 'Basic d3Jvbmc6d3Jvbmc=', 'Basic %%%', 'Digest x']) {
          const answer = await service().askBare('GET', '/network/', {
            headers: {
              Accept: client.rendering,
              ...(authorization === undefined ? {} : { Authorization: authorization }),
            },
          });
          expect(answer.status, authorization).to.equal(401);
          expect(answer.all('WWW-Authenticate').join(', '), authorization).to.match(/(^|, )Basic realm="[^"]+"/);
        }
      },
    );

    each('GFD.223 section 12, Security: Basic with the principal as name and the token as password', async (client) => {
      const token = await service().token({ role: 'customer', tenant: 'basic', principal: 'carol' });
      const basic = Buffer.from(`carol:${token}`).toString('base64');
      expect((await client.send('GET', '/network/', { headers: { Authorization: `Basic ${basic}` } })).status).to.equal(
        200,
      );
    });
  });
});
