import { expect } from 'chai';
import { CABLE, httpWorld, MACHINE, START, type World } from '../support/http-world.ts';

const JSON_TYPE = { 'Content-Type': 'application/occi+json' };

describe('http: statuses of api.md over real HTTP', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const codes = (json: object): string[] =>
    (json as { problems: { code: string }[] }).problems.map((problem) => problem.code);
  const paths = (json: object): string[] =>
    (json as { problems: { path: string }[] }).problems.map((problem) => problem.path);

  it('201 with Location, ETag and the entity for a create', async () => {
    const reply = await world.ask('POST', '/machine/', {
      headers: JSON_TYPE,
      body: { kind: MACHINE, title: 'One', attributes: { 'org.test.cores': 4 } },
    });
    expect(reply.status).to.equal(201);
    expect(reply.headers.location).to.match(/^http:\/\/parley\.test\/machine\/[0-9a-f-]{36}$/);
    expect(reply.headers.etag).to.equal('"1-json"');
    expect(reply.headers['content-type']).to.equal('application/occi+json');
    expect(reply.json).to.include({ kind: MACHINE, title: 'One' });
    expect(reply.json['id']).to.match(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(reply.json).to.not.have.property('links');
    expect(reply.json['actions']).to.deep.equal([START]);
  });

  it('200 and {} for a DELETE, 404 after it', async () => {
    const path = await world.machine();
    const headers = { Accept: 'application/occi+json' };
    const gone = await world.ask('DELETE', path, { headers });
    expect([gone.status, gone.text]).to.deep.equal([200, '{}']);
    const again = await world.ask('GET', path, { headers });
    expect(again.status).to.equal(404);
    expect(again.json['code']).to.equal('not_found');
  });

  it('400 for JSON that cannot be parsed, with line, column and offset', async () => {
    const reply = await world.ask('POST', '/machine/', { headers: JSON_TYPE, body: '{\n  "kind": }' });
    expect(reply.status).to.equal(400);
    expect(reply.headers['content-type']).to.equal('application/problem+json');
    expect(reply.json).to.include({
      status: 400,
      code: 'json_syntax',
      type: 'https://parley.org/problems/json-syntax',
    });
    expect(reply.text).to.contain('line 2, column 11 (offset 12)');
    expect(reply.json['request']).to.equal(reply.headers['x-request-id']);
  });

  it('400 with every problem and its path: unknown members, wrong types, missing and unknown attributes', async () => {
    const members = await world.ask('POST', '/machine/', {
      headers: JSON_TYPE,
      body: { kind: MACHINE, colour: 'red', size: 1, attributes: {} },
    });
    expect(members.status).to.equal(400);
    expect(paths(members.json)).to.deep.equal(['/colour', '/size']);
    const attributes = await world.ask('POST', '/machine/', {
      headers: JSON_TYPE,
      body: { kind: MACHINE, attributes: { 'org.test.memory': 'much', 'org.test.none': 1 } },
    });
    expect(attributes.status).to.equal(400);
    expect(paths(attributes.json)).to.include.members([
      '/attributes/org.test.memory',
      '/attributes/org.test.none',
      '/attributes/org.test.cores',
    ]);
    expect((await world.store.list({ kinds: [MACHINE], attributes: { 'org.test.memory': 'much' }, limit: 1 })).items).to
      .be.empty;
  });

  it('400 for __proto__, for too deep a document, for bytes that are not UTF-8, for a number beyond all bounds', async () => {
    const post = (body: string | Uint8Array) => world.ask('POST', '/machine/', { headers: JSON_TYPE, body });
    expect(codes((await post('{"attributes":{"__proto__":{"x":1}}}')).json)).to.deep.equal(['name_forbidden']);
    expect(codes((await post(`{"attributes":{"a":${'['.repeat(500)}${']'.repeat(500)}}}`)).json)).to.deep.equal([
      'json_depth',
    ]);
    expect((await post('['.repeat(200_000))).status).to.equal(400);
    expect(codes((await post(Buffer.from([0x7b, 0xff, 0x7d]))).json)).to.deep.equal(['not_utf8']);
    expect(codes((await post('{"attributes":{"org.test.cores":1e999}}')).json)).to.deep.equal(['json_number']);
  });

  it('a byte order mark is let pass', async () => {
    const reply = await world.ask('POST', '/machine/', {
      headers: JSON_TYPE,
      body: `\ufeff{"kind":"${MACHINE}","attributes":{"org.test.cores":1}}`,
    });
    expect(reply.status).to.equal(201);
  });

  it('400 for malformed percent escapes in path and query, and for a body that is missing', async () => {
    expect((await world.ask('GET', '/%zz')).status).to.equal(400);
    expect((await world.ask('GET', '/machine/?after=%zz')).status).to.equal(400);
    expect((await world.ask('GET', '/machine/?page=1&page=2&number=1')).status).to.equal(400);
    expect((await world.ask('GET', '/machine/?page=one&number=1')).status).to.equal(400);
    expect((await world.ask('GET', '/machine/?page=1')).status).to.equal(400);
    expect((await world.ask('POST', '/machine/', { headers: JSON_TYPE })).status).to.equal(400);
  });

  it('401 with both challenges, without a word about what was wrong', async () => {
    for (const authorization of [
      undefined,
      'Bearer wrong',
      'Basic !!!',
      'Digest x',
      `Basic ${btoa('operator:wrong')}`,
    ]) {
      const reply = await world.ask('GET', '/machine/', {
        token: null,
        headers: authorization === undefined ? {} : { Authorization: authorization },
      });
      expect(reply.status, authorization).to.equal(401);
      expect(reply.headers['www-authenticate']).to.equal(
        'Basic realm="parley", charset="UTF-8", Bearer realm="parley"',
      );
      expect(reply.text).to.equal('unauthenticated: A valid access token is needed\n');
    }
  });

  it('403 for an immutable attribute, 404 for the unknown', async () => {
    const path = await world.machine();
    const immutable = await world.ask('POST', path, {
      headers: JSON_TYPE,
      body: { attributes: { 'org.test.state': 'on' } },
    });
    expect(immutable.status).to.equal(403);
    expect(paths(immutable.json)).to.deep.equal(['/attributes/org.test.state']);
    for (const where of ['/machine', '/nothing/', '/nothing/12', '/machine/0190a0b0-0000-7000-8000-000000000000'])
      expect((await world.ask('GET', where)).status, where).to.equal(404);
    expect((await world.ask('POST', `${path}?action=fly`)).status).to.equal(404);
  });

  it('405 with Allow', async () => {
    const reply = await world.ask('PUT', '/machine/', { headers: JSON_TYPE, body: {} });
    expect(reply.status).to.equal(405);
    expect(reply.headers.allow).to.equal('GET, HEAD, POST, DELETE, OPTIONS');
    expect((await world.ask('POST', '/events')).status).to.equal(405);
    expect((await world.ask('PATCH', '/machine/1', { headers: JSON_TYPE, body: {} })).status).to.equal(405);
    const options = await world.ask('OPTIONS', '/-/');
    expect([options.status, options.headers.allow]).to.deep.equal([200, 'GET, HEAD, POST, DELETE, OPTIONS']);
  });

  it('406 for a rendering that there is not, 400 for a uri-list of what is no list', async () => {
    expect((await world.ask('GET', '/machine/', { headers: { Accept: 'image/png' } })).status).to.equal(406);
    const path = await world.machine();
    expect((await world.ask('GET', path, { headers: { Accept: 'text/html' } })).status).to.equal(406);
    expect((await world.ask('GET', path, { headers: { Accept: 'text/uri-list' } })).status).to.equal(400);
  });

  it('415 for a body of an unknown type, of none, in another charset, compressed', async () => {
    const post = (headers: Record<string, string>) => world.ask('POST', '/machine/', { headers, body: '{}' });
    expect((await post({ 'Content-Type': 'application/xml' })).status).to.equal(415);
    expect((await post({})).status).to.equal(415);
    expect((await post({ 'Content-Type': 'application/json; charset=latin1' })).status).to.equal(415);
    expect((await post({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })).status).to.equal(415);
  });

  it('409 with the state and the legal moves', async () => {
    const path = await world.machine();
    const reply = await world.ask('POST', `${path}?action=stop`, { headers: { Accept: 'application/json' } });
    expect(reply.status).to.equal(409);
    expect(reply.json['state']).to.equal('off');
    expect(reply.json['moves']).to.deep.equal(['start']);
  });

  it('412 when If-Match names another revision, whatever the rendering', async () => {
    const path = await world.machine();
    const patch = (tag: string) =>
      world.ask('POST', path, {
        headers: { ...JSON_TYPE, 'If-Match': tag },
        body: { attributes: { 'org.test.memory': 2 } },
      });
    expect((await patch('"7-json"')).status).to.equal(412);
    expect((await patch('W/"1-json"')).status).to.equal(412);
    expect((await patch('"1-text"')).status).to.equal(200);
    expect((await patch('"1-json"')).status).to.equal(412);
    const last = await patch('*');
    expect([last.status, last.headers.etag]).to.deep.equal([200, '"3-json"']);
  });

  it('413 over a MiB, declared or not', async () => {
    const body = `{"title":"${'x'.repeat(1024 * 1024)}"}`;
    const declared = await world.ask('POST', '/machine/', { headers: JSON_TYPE, body });
    expect([declared.status, declared.json['code']]).to.deep.equal([413, 'too_large']);
    const chunked = await world.ask('POST', '/machine/', {
      headers: { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' },
      body,
    });
    expect(chunked.status).to.equal(413);
  });

  it('422 for a webhook, since nothing would deliver to it', async () => {
    const reply = await world.ask('POST', '/webhook/', {
      headers: JSON_TYPE,
      body: {
        kind: 'http://schemas.parley.org/occi/notify#webhook',
        attributes: { 'org.parley.webhook.url': 'https://example.org/' },
      },
    });
    expect([reply.status, reply.json['code']]).to.deep.equal([422, 'not_supported']);
  });

  it('500 without a stack for what nobody foresaw; the cause goes to the log under the request id', async () => {
    const reply = await world.ask('POST', '/machine/', {
      headers: JSON_TYPE,
      body: { kind: MACHINE, attributes: { 'org.test.cores': 1, 'org.test.label': 'explode' } },
    });
    expect([reply.status, reply.json['code']]).to.deep.equal([500, 'internal']);
    expect(reply.text).to.not.contain('secret of the inside').and.not.contain(' at ');
    const entry = world.logged.find((line) => line.level === 'error');
    expect(entry?.fields).to.include({ request: reply.headers['x-request-id'], path: '/machine/' });
    expect(String((entry?.fields as { err: Error }).err)).to.contain('a secret of the inside');
  });

  it('501 for a client of a higher OCCI version', async () => {
    const get = (agent: string) => world.ask('GET', '/-/', { headers: { 'User-Agent': agent } });
    expect((await get('curl/8 OCCI/1.3')).status).to.equal(501);
    expect((await get('rOCCI-core/4.3.6 rOCCI-api/4.3.15 OCCI/1.1')).status).to.equal(200);
    expect((await get('my-OCCI/9.9')).status).to.equal(200);
  });

  it('503 with Retry-After while starting and stopping; liveness goes on', async () => {
    for (const state of ['starting', 'stopping'] as const) {
      world.health = state;
      const reply = await world.ask('GET', '/machine/');
      expect([reply.status, reply.headers['retry-after'] !== undefined]).to.deep.equal([503, true]);
      expect((await world.ask('GET', '/health/ready', { token: null })).status).to.equal(503);
      expect((await world.ask('GET', '/health/live', { token: null })).status).to.equal(200);
    }
    world.health = 'ready';
    expect((await world.ask('GET', '/health/ready', { token: null })).json).to.deep.equal({
      status: 'ready',
      checks: {},
    });
  });

  it('text clients read one line for each problem', async () => {
    const reply = await world.ask('POST', '/machine/', {
      headers: { 'Content-Type': 'text/plain' },
      body: `Category: machine; scheme="http://example.org/occi/test#"; class="kind"\nX-OCCI-Attribute: org.test.memory=much\nX-OCCI-Attribute: org.test.none=1\n`,
    });
    expect(reply.status).to.equal(400);
    expect(reply.headers['content-type']).to.equal('text/plain; charset=utf-8');
    const lines = reply.text.trimEnd().split('\n');
    expect(lines).to.have.length(3);
    expect(lines.join()).to.contain('/attributes/org.test.memory').and.contain('/attributes/org.test.none');
  });

  it('every answer names the server, the OCCI versions and the request', async () => {
    for (const [method, path] of [
      ['GET', '/-/'],
      ['GET', '/nothing'],
      ['GET', '/health/live'],
      ['PUT', '/machine/'],
      ['GET', '/metrics'],
    ] as const) {
      const reply = await world.ask(method, path);
      expect(reply.headers.server).to.equal('parley/0.0.0 OCCI/1.2 OCCI/1.1 OCCI-CRTP/1.1 OCCI-CRTP-EP/1.1');
      expect(reply.headers['x-request-id']).to.match(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(reply.headers).to.not.have.property('x-powered-by');
    }
  });

  it('a link is created and shown inside its resource', async () => {
    const [one, two] = [await world.machine(), await world.machine()];
    const reply = await world.ask('POST', '/cable/', {
      headers: JSON_TYPE,
      body: { kind: CABLE, source: { location: one }, target: two, attributes: { 'org.test.length': 1.5 } },
    });
    expect(reply.status, reply.text).to.equal(201);
    expect(reply.json['source']).to.deep.equal({ location: one, kind: MACHINE });
    const shown = await world.ask('GET', one, { headers: { Accept: 'application/occi+json' } });
    expect(shown.json['links']).to.deep.equal([reply.json]);
  });
});
