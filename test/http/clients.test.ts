import { expect } from 'chai';
import { httpWorld, MACHINE, type Asked, type Reply, type World } from '../support/http-world.ts';
import { raw } from './raw.ts';

const JSON_TYPE = { 'Content-Type': 'application/occi+json' };

describe('http: what real clients send', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const ask = (
    method: string,
    path: string,
    headers: NonNullable<Asked['headers']>,
    body?: Asked['body'],
  ): Promise<Reply> => world.ask(method, path, body === undefined ? { headers } : { headers, body });

  it('pitfall 18: a list of content types, with the fields in the body or in the headers', async () => {
    const category = 'machine; scheme="http://example.org/occi/test#"; class="kind"';
    for (const type of ['text/plain,text/occi', 'text/occi,text/plain', 'text/plain; charset=iso-8859-1']) {
      const inBody = await ask(
        'POST',
        '/machine/',
        { 'Content-Type': type, Accept: 'application/json' },
        Buffer.from(
          `Category: ${category}\nX-OCCI-Attribute: org.test.cores=3\nX-OCCI-Attribute: org.test.label="e"\n`,
        ),
      );
      expect(inBody.status, inBody.text).to.equal(201);
      expect(inBody.json['attributes'], type).to.include({ 'org.test.cores': 3, 'org.test.label': 'e' });
      const inHeaders = await ask('POST', '/machine/', {
        'Content-Type': type,
        Category: category,
        'X-OCCI-Attribute': 'org.test.cores=4',
        Accept: 'application/json',
      });
      expect(inHeaders.status, inHeaders.text).to.equal(201);
      expect(inHeaders.json['attributes'], type).to.include({ 'org.test.cores': 4 });
    }
  });

  it('text/occi with a body and no fields in the headers is 400, not an entity without attributes', async () => {
    const reply = await ask(
      'POST',
      '/machine/',
      { 'Content-Type': 'text/occi' },
      'X-OCCI-Attribute: org.test.cores=3\n',
    );
    expect(reply.status, reply.text).to.equal(400);
    expect(reply.text).to.contain('fields_missing');
  });

  it('Content-Type on GET, HEAD and DELETE means nothing without a body', async () => {
    for (const type of ['text/occi', 'application/occi+json', 'image/png', 'text/plain,text/occi']) {
      const path = await world.machine();
      for (const method of ['GET', 'HEAD', 'DELETE'])
        expect((await ask(method, path, { 'Content-Type': type })).status, `${method} ${type}`).to.equal(200);
    }
  });

  it('a new entity in text/occi has Location alone, several have X-OCCI-Location', async () => {
    const body = { kind: MACHINE, attributes: { 'org.test.cores': 1 } };
    const headers = { ...JSON_TYPE, Accept: 'text/occi' };
    const one = await ask('POST', '/machine/', headers, body);
    expect(one.headers.location).to.match(/^http:\/\/parley\.test\/machine\//);
    expect(one.headers).to.not.have.property('x-occi-location');
    const two = await ask('POST', '/machine/', headers, { resources: [body, body] });
    expect(two.headers).to.not.have.property('location');
    expect(String(two.headers['x-occi-location']).split(', ')).to.have.length(2);
  });

  it('pitfall 13: headers of text/occi carry UTF-8 as it is', async () => {
    const path = await world.machine({ 'org.test.label': 'Zoë €' });
    const answer = await raw(
      world,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.operator}\r\nAccept: text/occi\r\nConnection: close\r\n\r\n`,
    );
    expect(Buffer.from(answer, 'latin1').toString('utf8')).to.contain('org.test.label="Zoë €"');
    const plain = await ask('GET', path, { Accept: 'text/plain' });
    expect(plain.text).to.contain('org.test.label="Zoë €"');
  });

  it('pitfall 21: what was done is told, even where the entity is too large for headers; reading it is 413', async () => {
    const large = { 'org.test.label': 'x'.repeat(70_000) };
    const path = await world.machine();
    const update = await ask('POST', path, { ...JSON_TYPE, Accept: 'text/occi' }, { attributes: large });
    expect([update.status, update.text.trim()]).to.deep.equal([200, 'OK']);
    expect((await ask('GET', path, { Accept: 'text/occi' })).status).to.equal(413);
    expect((await ask('GET', path, { Accept: 'text/plain' })).text).to.contain(large['org.test.label']);
  });

  it('references with the host that the client used are ours; what it is given keeps to the base URL', async () => {
    const [one, two] = [await world.machine(), await world.machine()];
    const own = `http://127.0.0.1:${world.server.port}`;
    const cable = await ask('POST', '/cable/', JSON_TYPE, {
      kind: 'http://example.org/occi/test#cable',
      source: { location: own + one },
      target: `https://127.0.0.1:${world.server.port}${two}`,
    });
    expect(cable.status, cable.text).to.equal(201);
    expect(cable.json['source']).to.include({ location: one });
    expect(cable.json['target']).to.include({ location: two });
    expect(cable.headers.location).to.match(/^http:\/\/parley\.test\//);
    const inText = await ask(
      'POST',
      '/cable/',
      { 'Content-Type': 'text/plain' },
      `Category: cable; scheme="http://example.org/occi/test#"; class="kind"\n` +
        `X-OCCI-Attribute: occi.core.source="${own}${one}"\nX-OCCI-Attribute: occi.core.target="http://elsewhere${two}"\n`,
    );
    expect(inText.status, inText.text).to.equal(201);
    const members = await ask(
      'POST',
      '/fast/',
      { 'Content-Type': 'text/uri-list', Host: 'proxy.example' },
      `http://proxy.example${one}\r\n`,
    );
    expect(members.status, members.text).to.equal(200);
    expect((await ask('GET', '/fast/', {})).text).to.contain(one);
  });

  it('an id as it is rendered may stand as the last part of a path', async () => {
    const id = '0b2f1f0e-5c1d-4a53-9d5e-3f0d8c7b6a51';
    const put = await ask('PUT', `/machine/urn:uuid:${id}`, JSON_TYPE, {
      kind: MACHINE,
      id: `urn:uuid:${id}`,
      attributes: { 'org.test.cores': 1 },
    });
    expect(put.status, put.text).to.equal(201);
    expect(put.headers.location).to.match(new RegExp(`/machine/${id}$`));
    for (const path of [`/machine/urn:uuid:${id}`, `/machine/${id}`])
      expect((await ask('GET', path, {})).status).to.equal(200);
    const cable = await ask('POST', '/cable/', JSON_TYPE, {
      kind: 'http://example.org/occi/test#cable',
      source: `/machine/urn:uuid:${id}`,
      target: { location: `/machine/urn:uuid:${id}` },
    });
    expect(cable.status, cable.text).to.equal(201);
    expect(cable.json['source']).to.include({ location: `/machine/${id}` });
    expect(cable.json['target']).to.include({ location: `/machine/${id}` });
  });

  it('attributes nested by their dots, and a plain list of locations', async () => {
    const nested = await ask('POST', '/machine/', JSON_TYPE, {
      resources: [{ kind: MACHINE, attributes: { org: { test: { cores: 2 } }, occi: { core: { title: 'Nested' } } } }],
    });
    expect(nested.status, nested.text).to.equal(201);
    expect(nested.json).to.deep.include({ title: 'Nested' });
    const list = await ask(
      'POST',
      '/fast/',
      { 'Content-Type': 'application/json' },
      JSON.stringify([nested.headers.location]),
    );
    expect(list.status, list.text).to.equal(200);
  });

  it('text labelled as Latin-1 is that, or UTF-8 where it is UTF-8', async () => {
    const label = async (bytes: Buffer): Promise<unknown> => {
      const type = { 'Content-Type': 'text/plain; charset=ISO-8859-1', Accept: 'application/json' };
      const made = await ask('POST', '/machine/', type, bytes);
      expect(made.status, made.text).to.equal(201);
      return (made.json['attributes'] as Record<string, unknown>)['org.test.label'];
    };
    const text =
      'Category: machine; scheme="http://example.org/occi/test#"; class="kind"\n' +
      'X-OCCI-Attribute: org.test.cores=1\nX-OCCI-Attribute: org.test.label="Zoë"\n';
    expect(await label(Buffer.from(text, 'latin1'))).to.equal('Zoë');
    expect(await label(Buffer.from(text, 'utf8'))).to.equal('Zoë');
  });

  it('DELETE with a query parameter that is not understood deletes nothing', async () => {
    const path = await world.machine();
    for (const at of [`${path}?actoin=stop`, '/machine/?actoin=stop', '/?page=x', '/machine/?action=stop', '/fast/?x'])
      expect((await ask('DELETE', at, {})).status, at).to.equal(400);
    expect((await ask('GET', path, {})).status).to.equal(200);
    expect((await ask('DELETE', `${path}?tenant=default`, {})).status).to.equal(200);
  });

  it('text/uri-list for what is no list is 400, before anything is done', async () => {
    const path = await world.machine();
    const headers = { ...JSON_TYPE, Accept: 'text/uri-list' };
    expect((await ask('GET', path, { Accept: 'text/uri-list' })).status).to.equal(400);
    expect((await ask('GET', '/nothing', { Accept: 'text/uri-list' })).status).to.equal(404);
    expect((await ask('POST', path, headers, { attributes: { 'org.test.cores': 7 } })).status).to.equal(400);
    expect((await ask('POST', `${path}?action=start`, headers, {})).status).to.equal(400);
    const after = await ask('GET', path, { Accept: 'application/json' });
    expect(after.headers.etag).to.equal('"1-json"');
    expect((await ask('GET', '/machine/', { Accept: 'text/uri-list' })).text).to.contain(`${path}\r\n`);
  });

  it('errors: problem details to JSON clients, lines to all others, at most a hundred problems', async () => {
    const broken = '{"attributes":{}';
    for (const [accept, type] of [
      [undefined, 'application/problem+json'],
      ['application/occi+json', 'application/problem+json'],
      ['text/plain', 'text/plain; charset=utf-8'],
      ['text/occi', 'text/plain; charset=utf-8'],
      ['text/uri-list', 'text/plain; charset=utf-8'],
    ] as const) {
      const reply = await ask(
        'POST',
        '/machine/',
        { ...JSON_TYPE, ...(accept === undefined ? {} : { Accept: accept }) },
        broken,
      );
      expect([reply.status, reply.headers['content-type']], String(accept)).to.deep.equal([400, type]);
    }
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`m${at}`, 1]));
    const reply = await ask('POST', '/machine/', JSON_TYPE, many);
    expect(reply.status).to.equal(400);
    expect(reply.json['problems']).to.have.length(100);
    expect((reply.json['problems'] as object[]).at(-1)).to.deep.equal({
      path: '',
      code: 'more',
      detail: 'and 4902 more problems',
    });
  });
});
