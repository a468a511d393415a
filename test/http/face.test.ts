import { expect } from 'chai';
import { httpWorld, MACHINE, type Asked, type Reply, type World } from '../support/http-world.ts';
import { raw } from './raw.ts';

const SERVER = 'parley/0.0.0 OCCI/1.2 OCCI/1.1 OCCI-CRTP/1.1 OCCI-CRTP-EP/1.1';
const MEDIA = 'text/plain, application/occi+json, application/json, text/occi+plain, text/uri-list, text/occi';
const JSON_TYPE = { 'Content-Type': 'application/occi+json' };

describe('http: what every answer and every path has in common', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const get = (path: string, headers: Asked['headers'] = {}): Promise<Reply> => world.ask('GET', path, { headers });

  it('GFD.223 section 5.2: Server with the versions of OCCI, and the media types in Accept, on every answer', async () => {
    const path = await world.machine();
    const asked: [method: string, path: string, asked: Asked, status: number][] = [
      ['GET', '/-/', {}, 200],
      ['HEAD', path, {}, 200],
      ['OPTIONS', path, {}, 200],
      ['GET', path, { headers: { 'If-None-Match': '*' } }, 304],
      ['GET', '/', { token: null }, 401],
      ['GET', '/nothing', {}, 404],
      ['PUT', '/machine/', {}, 405],
      ['GET', '/', { headers: { Accept: 'image/png' } }, 406],
      ['POST', '/machine/', { headers: JSON_TYPE, body: 'x'.repeat(1_100_000) }, 413],
      ['POST', '/machine/', { headers: { 'Content-Type': 'image/png' }, body: 'x' }, 415],
      ['GET', '/', { headers: { 'User-Agent': 'OCCI/1.3' } }, 501],
      [
        'POST',
        '/machine/',
        {
          headers: JSON_TYPE,
          body: { kind: MACHINE, attributes: { 'org.test.cores': 1, 'org.test.label': 'explode' } },
        },
        500,
      ],
      ['GET', '/health/live', {}, 200],
      ['DELETE', '/metrics', {}, 405],
    ];
    for (const [method, at, how, status] of asked) {
      const reply = await world.ask(method, at, how);
      expect([reply.status, reply.headers.server, reply.headers.accept], `${method} ${at}`).to.deep.equal([
        status,
        SERVER,
        MEDIA,
      ]);
    }
  });

  it('Server also on what is refused before there is a request, and with a reason phrase', async () => {
    const first = async (bytes: string): Promise<string> => {
      const answer = await raw(world, bytes);
      expect(answer, bytes).to.contain(`\r\nServer: ${SERVER}\r\n`);
      return answer.slice(0, answer.indexOf('\r\n'));
    };
    const close = 'Host: x\r\nConnection: close\r\n';
    expect(await first('nonsense\r\n\r\n')).to.equal('HTTP/1.1 400 Bad Request');
    expect(await first('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).to.equal('HTTP/1.1 400 Bad Request');
    expect(await first(`GET / HTTP/1.1\r\n${close}Expect: miracles\r\n\r\n`)).to.equal(
      'HTTP/1.1 417 Expectation Failed',
    );
    expect(await first('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).to.equal('HTTP/1.1 405 Method Not Allowed');
    expect(await first(`GET / HTTP/1.1\r\n${close}X: ${'y'.repeat(100_000)}\r\n\r\n`)).to.equal(
      'HTTP/1.1 431 Request Header Fields Too Large',
    );
    expect(await first(`GET / HTTP/1.1\r\n${close}${'A: b\r\n'.repeat(2001)}\r\n`)).to.equal(
      'HTTP/1.1 431 Request Header Fields Too Large',
    );
    expect(await first('GET / HTTP/1.0\r\n\r\n')).to.equal('HTTP/1.1 401 Unauthorized');
  });

  it('GFD.223 section 5.3: a version above 1.2 in User-Agent is 501, of several one that is known is enough', async () => {
    for (const [agent, status] of [
      ['OCCI/1.1', 200],
      ['rOCCI-core/4.3.6 rOCCI-api/4.3.15 OCCI/1.1 (x86_64-linux)', 200],
      ['client OCCI/1.2', 200],
      ['OCCI-CRTP/9.9 xOCCI/3.0', 200],
      ['OCCI/1.3 OCCI/1.2', 200],
      ['OCCI/1.10', 501],
      ['client/1 OCCI/2.0', 501],
      ['OCCI/123456789.0', 501],
    ] as const)
      expect((await get('/', { 'User-Agent': agent })).status, agent).to.equal(status);
  });

  it('401 has a challenge for each way to authenticate, in a line of its own', async () => {
    const answer = await raw(world, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).to.contain('WWW-Authenticate: Basic realm="parley", charset="UTF-8"\r\n');
    expect(answer).to.contain('WWW-Authenticate: Bearer realm="parley"\r\n');
  });

  it('HEAD wherever GET is, with the length and without the body; OPTIONS everywhere', async () => {
    const path = await world.machine();
    for (const at of ['/', '/-/', '/machine/', '/fast/', path, '/health/live', '/metrics', '/openapi.json']) {
      const [head, full, options] = [await world.ask('HEAD', at), await get(at), await world.ask('OPTIONS', at)];
      expect([head.status, head.text], at).to.deep.equal([200, '']);
      expect(head.headers['content-type'], at).to.equal(full.headers['content-type']);
      if (at !== '/metrics') expect(head.headers['content-length'], at).to.equal(String(Buffer.byteLength(full.text)));
      expect([options.status, options.headers.server], at).to.deep.equal([200, SERVER]);
      expect(options.headers.allow, at).to.contain('GET, HEAD').and.contain('OPTIONS');
    }
    expect((await world.ask('HEAD', '/nothing')).status).to.equal(404);
  });

  it('405 with Allow before anything else is looked at', async () => {
    for (const [method, path, allow] of [
      ['PUT', '/-/', 'GET, HEAD, POST, DELETE, OPTIONS'],
      ['PUT', '/machine/', 'GET, HEAD, POST, DELETE, OPTIONS'],
      ['PATCH', '/machine/', 'GET, HEAD, POST, DELETE, OPTIONS'],
      ['PATCH', '/fast/', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
      ['PATCH', '/machine/1', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
      ['TRACE', '/machine/1', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
      ['POST', '/metrics', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const reply = await world.ask(method, path, { headers: { 'Content-Type': 'image/png' } });
      expect([reply.status, reply.headers.allow], `${method} ${path}`).to.deep.equal([405, allow]);
    }
  });

  it('paths: repeated slashes count once, escapes are read, an escaped slash is none', async () => {
    const path = await world.machine();
    for (const same of ['//machine/', '/machine//', '/%6dachine/', '///%6Dachine///'])
      expect((await get(same)).text, same).to.equal((await get('/machine/')).text);
    expect((await get(`/${path}`)).status).to.equal(200);
    expect((await get('//-//')).headers.etag).to.equal((await get('/-/')).headers.etag);
    for (const other of [path.replace('/machine/', '/machine%2F'), '/machine%2f', `${path}/`, '/machine/../machine/'])
      expect((await get(other)).status, other).to.equal(404);
    for (const broken of ['/%', '/%zz', '/machine/%ff', '/%00', '/machine/%0d%0aX:%20y']) {
      const reply = await get(broken, { Accept: 'application/json' });
      expect([reply.status, reply.json['code']], broken).to.deep.equal([400, 'url_malformed']);
      expect(reply.json['problems'], broken).to.have.length(1);
    }
  });

  it('a collection without its slash is 404 for all methods, says what is meant, and makes nothing', async () => {
    const before = (await get('/machine/')).text;
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const reply = await world.ask(method, '/machine', {
        headers: JSON_TYPE,
        body: { kind: MACHINE, attributes: { 'org.test.cores': 1 } },
      });
      expect([reply.status, reply.json['title']], method).to.deep.equal([
        404,
        'Nothing is found at /machine; do you mean /machine/?',
      ]);
    }
    for (const path of ['/-', '/fast', '/.well-known/org/ogf/occi/-', '/.well-known/', '/nothing/'])
      expect((await get(path)).status, path).to.equal(404);
    expect((await get('/machine/')).text).to.equal(before);
  });

  it('If-None-Match: * on PUT creates and replaces nothing', async () => {
    const path = (await world.machine()).replace(/.{4}$/, '0f0f');
    const put = (cores: number): Promise<Reply> =>
      world.ask('PUT', path, {
        headers: { ...JSON_TYPE, 'If-None-Match': '*' },
        body: { kind: MACHINE, attributes: { 'org.test.cores': cores } },
      });
    expect((await put(1)).status).to.equal(201);
    expect((await put(2)).status).to.equal(412);
    expect((await get(path, { Accept: 'application/json' })).json['attributes']).to.include({ 'org.test.cores': 1 });
  });

  it('the ETag of a resource changes with its links', async () => {
    const [one, two] = [await world.machine(), await world.machine()];
    const alone = String((await get(one)).headers.etag);
    const cable = await world.ask('POST', '/cable/', {
      headers: JSON_TYPE,
      body: { kind: 'http://example.org/occi/test#cable', source: one, target: two },
    });
    expect(cable.status, cable.text).to.equal(201);
    const linked = await get(one, { 'If-None-Match': alone });
    expect(linked.status).to.equal(200);
    expect(linked.headers.etag).to.not.equal(alone);
    const update = await world.ask('POST', one, {
      headers: { ...JSON_TYPE, 'If-Match': String(linked.headers.etag) },
      body: { attributes: { 'org.test.cores': 3 } },
    });
    expect(update.status, update.text).to.equal(200);
  });
});

describe('http: the query interface', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const WELL_KNOWN = '/.well-known/org/ogf/occi/-/';
  const types = [
    'text/plain',
    'text/occi+plain',
    'text/occi',
    'text/uri-list',
    'application/occi+json',
    'application/json',
  ];

  it('is kept with an ETag in every rendering, 304 for who has it, another when a mixin comes', async () => {
    const tags = new Set<string>();
    for (const Accept of types) {
      const first = await world.ask('GET', '/-/', { headers: { Accept } });
      const again = await world.ask('GET', '/-/', { headers: { Accept } });
      expect(again.text, Accept).to.equal(first.text);
      expect(again.headers.category, Accept).to.equal(first.headers.category);
      expect(String(first.headers['content-type']).split(';')[0]).to.equal(Accept);
      const etag = String(first.headers.etag);
      tags.add(etag);
      const none = { Accept, 'If-None-Match': etag };
      expect((await world.ask('GET', '/-/', { headers: none })).status, Accept).to.equal(304);
      const mine = {
        'Content-Type': 'text/occi',
        Category: 'mine; scheme="http://example.org/mine#"; location="/mine/"',
      };
      expect((await world.ask('POST', '/-/', { headers: mine })).status).to.equal(200);
      expect((await world.ask('GET', '/-/', { headers: none })).status, Accept).to.equal(200);
      expect((await world.ask('DELETE', '/-/', { headers: mine })).status).to.equal(200);
      expect((await world.ask('GET', '/-/', { headers: { Accept } })).headers.etag, Accept).to.equal(etag);
    }
    // Two names of one rendering are one: text/plain and text/occi+plain, application/json and application/occi+json.
    expect(tags).to.have.property('size', 4);
    const plain = await world.ask('GET', '/-/', { headers: { Accept: 'application/json' } });
    const patterns = await world.ask('GET', '/-/?pattern=true', { headers: { Accept: 'application/json' } });
    expect(patterns.headers.etag).to.not.equal(plain.headers.etag);
    expect(patterns.text).to.not.equal(plain.text);
  });

  it('one tenant’s mixins are never shown to another', async () => {
    const token = (tenant: string): Promise<string> =>
      world.tokenFor({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': tenant });
    const [one, two] = [await token('one'), await token('two')];
    const mine = {
      'Content-Type': 'text/occi',
      Category: 'secret; scheme="http://example.org/one#"; location="/secret/"',
    };
    const seen = async (who: string): Promise<boolean> =>
      (await world.ask('GET', '/-/', { token: who })).text.includes('http://example.org/one#');
    expect([await seen(one), await seen(two)]).to.deep.equal([false, false]);
    expect((await world.ask('POST', '/-/', { token: one, headers: mine })).status).to.equal(200);
    expect([await seen(one), await seen(two)]).to.deep.equal([true, false]);
  });

  it('GFD.223 section 9: its well-known name is the same for every method', async () => {
    const body = 'Category: both; scheme="http://example.org/both#"; class="mixin"; location="/both/"\n';
    const ask = (method: string, path: string): Promise<Reply> =>
      world.ask(
        method,
        path,
        method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
          ? {}
          : { headers: { 'Content-Type': 'text/plain' }, body },
      );
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'DELETE']) {
      const here = await ask(method, '/-/');
      // What one name added the other takes away, so that both start from the same.
      if (method === 'POST') expect((await ask('DELETE', WELL_KNOWN)).status).to.equal(200);
      if (method === 'DELETE') expect((await ask('POST', WELL_KNOWN)).status).to.equal(200);
      const there = await ask(method, WELL_KNOWN);
      expect([there.status, there.text], method).to.deep.equal([here.status, here.text]);
      const shown = ({ headers }: Reply): object => ({
        etag: headers.etag,
        allow: headers.allow,
        type: headers['content-type'],
      });
      expect(shown(there), method).to.deep.equal(shown(here));
      if (method === 'POST') expect((await ask('DELETE', '/-/')).status).to.equal(200);
      if (method === 'POST') expect((await ask('POST', WELL_KNOWN)).status).to.equal(200);
    }
    const filter = { Category: 'machine; scheme="http://example.org/occi/test#"' };
    const [here, there] = [
      await world.ask('GET', '/-/', { headers: filter }),
      await world.ask('GET', WELL_KNOWN, { headers: filter }),
    ];
    expect(there.text).to.equal(here.text);
    expect(here.text).to.contain('machine').and.not.contain('entity; scheme');
  });
});
