import { expect } from 'chai';
import { FAST, httpWorld, MACHINE, START, type Asked, type Reply, type World } from '../support/http-world.ts';

const JSON_TYPE = { 'Content-Type': 'application/occi+json' };
const MODEL_LINE = 'Category: machine; scheme="http://example.org/occi/test#"; class="kind"';

describe('http: protocol', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const get = (path: string, headers: Asked['headers'] = {}): Promise<Reply> => world.ask('GET', path, { headers });

  describe('content negotiation', () => {
    const typeOfAnswer = async (path: string, headers: Asked['headers']): Promise<string> =>
      String((await get(path, headers)).headers['content-type']);

    it('without Accept and with */* a GET is answered in text/plain', async () => {
      const path = await world.machine();
      expect(await typeOfAnswer(path, {})).to.equal('text/plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: '*/*' })).to.equal('text/plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: 'text/*' })).to.equal('text/plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: '*/*', 'Content-Type': 'text/occi' })).to.equal(
        'text/plain; charset=utf-8',
      );
    });

    it('a request with a body is answered in the body’s type', async () => {
      for (const accept of [undefined, '*/*', '', 'application/xml;q=0.5, */*;q=0.1']) {
        const reply = await world.ask('POST', '/machine/', {
          headers: { 'Content-Type': 'application/json', ...(accept === undefined ? {} : { Accept: accept }) },
          body: { kind: MACHINE, attributes: { 'org.test.cores': 1 } },
        });
        expect(reply.status, reply.text).to.equal(201);
        expect(reply.headers['content-type']).to.equal('application/json');
      }
    });

    it('an exact wish stands over a wildcard, quality over all, text/occi never before text/plain', async () => {
      const path = await world.machine();
      expect(await typeOfAnswer(path, { Accept: 'application/occi+json, */*' })).to.equal('application/occi+json');
      expect(await typeOfAnswer(path, { Accept: 'application/json, text/plain, */*' })).to.equal('application/json');
      expect(await typeOfAnswer(path, { Accept: 'text/plain,text/occi' })).to.equal('text/plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: 'text/occi,text/plain' })).to.equal('text/plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: 'text/occi' })).to.equal('text/occi');
      expect(await typeOfAnswer(path, { Accept: 'text/occi+plain' })).to.equal('text/occi+plain; charset=utf-8');
      expect(await typeOfAnswer(path, { Accept: 'text/plain;q=0.1, application/json;q=0.9' })).to.equal(
        'application/json',
      );
      expect((await get(path, { Accept: 'application/json;q=0' })).status).to.equal(406);
    });

    it('a list of types as Content-Type counts by its first that is known', async () => {
      const reply = await world.ask('POST', '/machine/', {
        headers: { 'Content-Type': 'text/plain,text/occi' },
        body: `${MODEL_LINE}\r\nX-OCCI-Attribute: org.test.cores=2\r\n`,
      });
      expect(reply.status, reply.text).to.equal(201);
      expect(reply.text).to.equal(`X-OCCI-Location: ${String(reply.headers.location)}\n`);
    });

    it('exports are shown to whoever asks for their type, with the query', async () => {
      const path = await world.machine();
      const reply = await get(`${path}?from=2026-01-01`, { Accept: 'text/csv' });
      expect(reply.status).to.equal(200);
      expect(reply.headers['content-type']).to.equal('text/csv; charset=utf-8');
      expect(reply.headers['content-disposition']).to.contain('machine.csv');
      expect(reply.text).to.equal(`id,from\n${path.slice('/machine/'.length)},2026-01-01\n`);
    });
  });

  describe('conditional requests and preferences', () => {
    it('304 for If-None-Match of the same rendering, 200 for another', async () => {
      const path = await world.machine();
      const accept = { Accept: 'application/occi+json' };
      const first = await get(path, accept);
      expect(first.headers.etag).to.equal('"1-json"');
      const again = await get(path, { ...accept, 'If-None-Match': String(first.headers.etag) });
      expect([again.status, again.text]).to.deep.equal([304, '']);
      expect((await get(path, { ...accept, 'If-None-Match': 'W/"0-json", W/"1-json"' })).status).to.equal(304);
      expect((await get(path, { 'If-None-Match': '"1-json"' })).status).to.equal(200);
    });

    it('Prefer: wait is applied and said so; over 60 it is 60; on a GET it means nothing', async () => {
      const create = (prefer: string): Promise<Reply> =>
        world.ask('POST', '/machine/', {
          headers: { ...JSON_TYPE, Prefer: prefer },
          body: { kind: MACHINE, attributes: { 'org.test.cores': 1 } },
        });
      expect((await create('respond-async, wait=5')).headers['preference-applied']).to.equal('wait=5');
      expect((await create('wait=600')).headers['preference-applied']).to.equal('wait=60');
      expect((await create('handling=lenient')).headers).to.not.have.property('preference-applied');
      expect((await get('/machine/', { Prefer: 'wait=5' })).headers).to.not.have.property('preference-applied');
    });

    it('HEAD is GET without the body', async () => {
      const reply = await world.ask('HEAD', '/-/', { headers: { Accept: 'application/occi+json' } });
      const full = await get('/-/', { Accept: 'application/occi+json' });
      expect([reply.status, reply.text]).to.deep.equal([200, '']);
      expect(reply.headers['content-length']).to.equal(String(Buffer.byteLength(full.text)));
      expect(reply.headers['content-type']).to.equal('application/occi+json');
    });
  });

  describe('Idempotency-Key', () => {
    const create = (key: string, cores: number, headers: Record<string, string> = {}): Promise<Reply> =>
      world.ask('POST', '/machine/', {
        headers: { ...JSON_TYPE, 'Idempotency-Key': key, ...headers },
        body: { kind: MACHINE, attributes: { 'org.test.cores': cores } },
      });

    it('same body: the first answer again; another body: 422', async () => {
      const first = await create('"key-1"', 2);
      const again = await create('"key-1"', 2);
      expect([first.status, again.status]).to.deep.equal([201, 201]);
      expect(again.headers.location).to.equal(first.headers.location);
      expect(again.headers.etag).to.equal(first.headers.etag);
      expect(again.json).to.deep.equal(first.json);
      expect((await create('key-1', 2)).headers.location).to.equal(first.headers.location);
      expect((await create('"key-1"', 3)).status).to.equal(422);
      expect((await create('"key-1"', 2, { 'Content-Type': 'application/json' })).status).to.equal(422);
    });

    it('counts for the principal and the path', async () => {
      const token = await world.tokenFor({
        'org.parley.token.role': 'operator',
        'org.parley.token.principal': 'second',
      });
      const first = await create('"key-2"', 2);
      const other = await world.ask('POST', '/machine/', {
        token,
        headers: { ...JSON_TYPE, 'Idempotency-Key': '"key-2"' },
        body: { kind: MACHINE, attributes: { 'org.test.cores': 2 } },
      });
      expect(other.status).to.equal(201);
      expect(other.headers.location).to.not.equal(first.headers.location);
    });

    it('an action under a key is done once', async () => {
      const path = await world.machine();
      const act = (): Promise<Reply> =>
        world.ask('POST', `${path}?action=start`, {
          headers: { ...JSON_TYPE, 'Idempotency-Key': '"go"' },
          body: { action: START },
        });
      const [first, again] = [await act(), await act()];
      expect([first.status, again.status]).to.deep.equal([200, 200]);
      expect(again.json).to.deep.equal(first.json);
    });

    it('a key of text/occi covers the fields in the headers', async () => {
      const post = (cores: number): Promise<Reply> =>
        world.ask('POST', '/machine/', {
          headers: {
            'Content-Type': 'text/occi',
            'Idempotency-Key': '"occi"',
            Category: MODEL_LINE.slice('Category: '.length),
            'X-OCCI-Attribute': `org.test.cores=${cores}`,
          },
        });
      expect((await post(1)).status).to.equal(201);
      expect((await post(1)).status).to.equal(201);
      expect((await post(2)).status).to.equal(422);
    });

    it('400 when it is empty or too long', async () => {
      expect((await create('""', 1)).status).to.equal(400);
      expect((await create('x'.repeat(256), 1)).status).to.equal(400);
      expect((await create('x'.repeat(255), 1)).status).to.equal(201);
    });
  });

  describe('collections', () => {
    it('resources in JSON, locations in text, a cursor in its own header', async () => {
      const token = await world.tokenFor({ 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'pages' });
      const made = [];
      for (let at = 0; at < 3; at += 1) made.push(await world.machine({}, token));
      const list = (path: string, accept: string): Promise<Reply> =>
        world.ask('GET', path, { token, headers: { Accept: accept } });
      const all = await list('/machine/', 'application/occi+json');
      expect((all.json['resources'] as { id: string }[]).map(({ id }) => id)).to.deep.equal(
        made.map((path) => `urn:uuid:${path.slice('/machine/'.length)}`),
      );
      expect((await list('/machine/', 'text/plain')).text).to.equal(
        made.map((path) => `X-OCCI-Location: http://parley.test${path}\n`).join(''),
      );
      expect((await list('/machine/', 'text/uri-list')).text).to.equal(
        made.map((path) => `http://parley.test${path}\r\n`).join(''),
      );
      const occi = await list('/machine/', 'text/occi');
      expect(occi.text).to.equal('OK');
      expect(occi.headers['x-occi-location']).to.equal(made.map((path) => `http://parley.test${path}`).join(', '));
      const page = await list('/machine/?after=&number=2', 'application/occi+json');
      expect(page.json['resources']).to.have.length(2);
      const cursor = String(page.headers['parley-next-cursor']);
      const rest = await list(`/machine/?after=${encodeURIComponent(cursor)}&number=2`, 'application/occi+json');
      expect(rest.json['resources']).to.have.length(1);
      expect(rest.headers).to.not.have.property('parley-next-cursor');
      const past = await list('/machine/?page=9&number=2', 'application/occi+json');
      expect(past.json).to.deep.equal({ resources: [] });
    });

    it('filters come in headers', async () => {
      await world.machine({ 'org.test.label': 'wanted' });
      const reply = await get('/machine/', {
        Accept: 'application/occi+json',
        'X-OCCI-Attribute': 'org.test.label="wanted"',
      });
      expect(reply.json['resources']).to.have.length(1);
    });

    it('several at once: 201, no Location, all of them', async () => {
      const reply = await world.ask('POST', '/machine/', {
        headers: JSON_TYPE,
        body: {
          resources: [1, 2].map((cores) => ({ kind: MACHINE, attributes: { 'org.test.cores': cores } })),
        },
      });
      expect(reply.status).to.equal(201);
      expect(reply.headers).to.not.have.property('location');
      expect(reply.json['resources']).to.have.length(2);
    });

    it('members of a mixin are added, and lose it without being destroyed', async () => {
      const path = await world.machine();
      const added = await world.ask('POST', '/fast/', {
        headers: { 'Content-Type': 'text/plain' },
        body: `X-OCCI-Location: http://parley.test${path}\n`,
      });
      expect(added.status, added.text).to.equal(200);
      expect((await get(path, { Accept: 'application/json' })).json['mixins']).to.deep.equal([FAST]);
      expect((await world.ask('DELETE', '/fast/')).status).to.equal(200);
      const left = await get(path, { Accept: 'application/json' });
      expect(left.status).to.equal(200);
      expect(left.json).to.not.have.property('mixins');
    });
  });

  describe('what text cannot carry', () => {
    it('is named in a header, and stays as it is when the client puts back what it read', async () => {
      const plan = { steps: Array.from({ length: 200 }, (_, at) => `step ${at}`) };
      const path = await world.machine({ 'org.test.plan': plan, 'org.test.label': 'two\nlines', 'org.test.memory': 4 });
      const read = await get(path, { Accept: 'text/occi' });
      const attributes = String(read.headers['x-occi-attribute']);
      expect(read.headers['parley-omitted']).to.equal('org.test.plan, org.test.label');
      const put = await world.ask('PUT', path, {
        headers: {
          'Content-Type': 'text/occi',
          Category: String(read.headers['category']),
          'X-OCCI-Attribute': attributes.replace('org.test.memory=4', 'org.test.memory=8'),
        },
      });
      expect(put.status, put.text).to.equal(200);
      const after = (await get(path, { Accept: 'application/json' })).json['attributes'];
      expect(after).to.deep.include({ 'org.test.plan': plan, 'org.test.label': 'two\nlines', 'org.test.memory': 8 });
    });
  });

  describe('discovery', () => {
    it('core kinds first, parameters in order, in text', async () => {
      const reply = await get('/-/');
      const lines = reply.text.trimEnd().split('\n');
      expect(lines.slice(0, 3).map((line) => line.split(';')[0])).to.deep.equal([
        'Category: entity',
        'Category: resource',
        'Category: link',
      ]);
      expect(lines.find((line) => line.startsWith('Category: machine'))).to.equal(
        `${MODEL_LINE}; title="Machine, for tests"; rel="http://schemas.ogf.org/occi/core#resource"; location="/machine/"; ` +
          'attributes="org.test.cores{required} org.test.memory org.test.label org.test.on org.test.tags org.test.plan ' +
          'org.test.state{immutable}"; actions="http://example.org/occi/test/machine/action#start ' +
          'http://example.org/occi/test/machine/action#stop"',
      );
      expect((await get('/.well-known/org/ogf/occi/-/')).text).to.equal(reply.text);
    });

    it('in JSON with types; patterns only when asked for', async () => {
      const find = (reply: Reply): { attributes: Record<string, object> } =>
        (reply.json['kinds'] as { term: string; attributes: Record<string, object> }[]).find(
          (kind) => kind.term === 'machine',
        )!;
      const accept = { Accept: 'application/occi+json' };
      expect(find(await get('/-/', accept)).attributes['org.test.cores']).to.deep.equal({
        mutable: true,
        required: true,
        type: 'number',
        description: 'For tests',
      });
      expect(find(await get('/-/?pattern=true', accept)).attributes['org.test.cores']).to.deep.include({
        pattern: { multipleOf: 1, minimum: 1 },
      });
    });

    it('fits into headers, and a client’s mixin comes and goes', async () => {
      expect(String((await get('/-/', { Accept: 'text/occi' })).headers['category'])).to.match(/^entity; scheme=/);
      const mine = 'mine; scheme="http://example.org/mine#"; class="mixin"; location="/mine/"; title="Mine"';
      const added = await world.ask('POST', '/-/', { headers: { 'Content-Type': 'text/occi', Category: mine } });
      expect(added.status, added.text).to.equal(200);
      expect((await get('/-/')).text).to.contain('Category: mine; scheme="http://example.org/mine#"; class="mixin"');
      const removed = await world.ask('DELETE', '/-/', {
        headers: { 'Content-Type': 'text/occi', Category: 'mine; scheme="http://example.org/mine#";' },
      });
      expect(removed.status, removed.text).to.equal(200);
      expect((await get('/-/')).text).to.not.contain('Category: mine');
    });
  });

  describe('beside OCCI', () => {
    it('metrics and the OpenAPI document', async () => {
      const metrics = await world.ask('GET', '/metrics', { token: null });
      expect(metrics.text).to.contain('parley_http_request_seconds_bucket');
      const reply = await world.ask('GET', '/openapi.json', { token: null });
      expect(reply.json['openapi']).to.equal('3.1.0');
      expect(reply.json['paths']).to.have.property('/machine/{id}');
    });

    it('a trace id that came with the request stands in the log with the request id', async () => {
      const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
      const reply = await get('/machine/', { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
      const entry = world.logged.find((line) => (line.fields as { trace?: string }).trace === trace);
      expect(entry?.fields).to.include({ request: reply.headers['x-request-id'], status: 200 });
    });
  });
});
