import { connect } from 'node:net';
import { expect } from 'chai';
import { httpWorld, type World } from '../../support/http-world.ts';

const KIND = 'machine; scheme="http://example.org/occi/test#"; class="kind"';

/** What came back, byte for byte, to a request sent byte for byte. */
function exchange(world: World, head: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.server.port, '127.0.0.1', () => {
      socket.write(
        Buffer.from(
          `${head}\r\nHost: x\r\nAuthorization: Bearer ${world.operator}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        ),
      );
    });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    socket.on('error', reject);
  });
}

describe('text renderings over HTTP', () => {
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const attributesOf = async (path: string): Promise<unknown> =>
    (await world.ask('GET', path, { headers: { Accept: 'application/json' } })).json['attributes'];
  const created = (location: unknown): string => String(location).slice('http://parley.test'.length);

  it('GFD.229 7: 64 KiB of headers make an entity, in one line or in many', async () => {
    const label = 'x, "y" \\ '.repeat(6000);
    const escaped = label.replace(/["\\]/g, '\\$&');
    for (const more of [
      [`org.test.cores=2, org.test.label="${escaped.slice(0, 63_000)}x"`],
      ['org.test.cores=2', ...Array.from({ length: 800 }, () => `org.test.label="${'z'.repeat(60)}"`)],
    ]) {
      const reply = await world.ask('POST', '/machine/', {
        headers: { 'Content-Type': 'text/occi', Accept: 'text/occi', Category: KIND, 'X-OCCI-Attribute': more },
      });
      expect(reply.status, reply.text).to.equal(201);
      expect(reply.text).to.equal('OK');
      const attributes = (await attributesOf(created(reply.headers.location))) as Record<string, string>;
      expect(attributes['org.test.label']).to.equal(
        more.length === 1 ? label.slice(0, attributes['org.test.label']?.length ?? 0) : 'z'.repeat(60),
      );
    }
  });

  it('UTF-8 in header bytes, in and out', async () => {
    const answer = await exchange(
      world,
      `POST /machine/ HTTP/1.1\r\nContent-Type: text/occi\r\nAccept: text/occi\r\nX-OCCI-Category: ${KIND}\r\nX-OCCI-Attribute: org.test.cores="2", occi.core.title="Zürich 日本 😀"`,
    );
    expect(answer).to.match(/^HTTP\/1\.1 201 Created\r\n/);
    const path = created(/\r\nLocation: (\S+)/.exec(answer)?.[1]);
    const read = await exchange(world, `GET ${path} HTTP/1.1\r\nAccept: text/occi`);
    expect(read).to.contain('occi.core.title="Zürich 日本 😀"');
    expect(await exchange(world, `GET ${path} HTTP/1.1\r\nAccept: text/plain`)).to.contain('"Zürich 日本 😀"\n');
  });

  it('values that would be header lines of their own never become some', async () => {
    const evil = 'a\r\nSet-Cookie: x=y\r\n\r\nOK';
    const path = await world.machine({
      'org.test.label': evil,
      'org.test.tags': [evil],
      'org.test.plan': { [evil]: evil },
    });
    for (const accept of ['text/occi', 'text/plain']) {
      const answer = await exchange(world, `GET ${path} HTTP/1.1\r\nAccept: ${accept}`);
      expect(answer).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).to.not.match(/^Set-Cookie/m);
      expect(answer).to.contain('Parley-Omitted: org.test.label\r\n');
    }
  });

  it('a full update in text keeps what text cannot show, though the client knows nothing of it', async () => {
    const plan = { steps: Array.from({ length: 200 }, (_, at) => `step ${at}`) };
    const path = await world.machine({ 'org.test.plan': plan, 'org.test.label': 'two\nlines', 'org.test.memory': 4 });
    const put = async (type: string): Promise<unknown> => {
      const fields = { Category: KIND, 'X-OCCI-Attribute': 'org.test.cores=3' };
      const reply = await world.ask('PUT', path, {
        headers: { 'Content-Type': type, Accept: 'text/plain', ...(type === 'text/occi' ? fields : {}) },
        ...(type === 'text/occi' ? {} : { body: `Category: ${KIND}\nX-OCCI-Attribute: org.test.cores=3` }),
      });
      expect(reply.status, reply.text).to.equal(200);
      return attributesOf(path);
    };
    // What it can show and was not sent is gone: that is what a full update is.
    const kept = {
      'org.test.cores': 3,
      'org.test.plan': plan,
      'org.test.label': 'two\nlines',
      'org.test.state': 'off',
    };
    expect(await put('text/occi')).to.deep.equal(kept);
    expect(await put('text/plain')).to.deep.equal(kept);
  });

  it('what was read in any text rendering can be put back as it is', async () => {
    const path = await world.machine({
      'org.test.label': '1',
      'org.test.memory': -0.5,
      'org.test.tags': ['a, "b"'],
      'org.test.on': true,
    });
    const before = await attributesOf(path);
    const plain = await world.ask('GET', path, { headers: { Accept: 'text/plain' } });
    const occi = await world.ask('GET', path, { headers: { Accept: 'text/occi' } });
    const back = await world.ask('PUT', path, { headers: { 'Content-Type': 'text/plain' }, body: plain.text });
    expect(back.status, back.text).to.equal(200);
    expect(await attributesOf(path)).to.deep.equal(before);
    const { category, link } = occi.headers as Record<string, string>;
    const again = await world.ask('PUT', path, {
      headers: {
        'Content-Type': 'text/occi',
        ...(category === undefined ? {} : { Category: category }),
        ...(link === undefined ? {} : { Link: link }),
        'X-OCCI-Attribute': String(occi.headers['x-occi-attribute']),
      },
    });
    expect(again.status, again.text).to.equal(200);
    expect(await attributesOf(path)).to.deep.equal(before);
  });

  it('every line end a body may have', async () => {
    for (const end of ['\n', '\r\n', '\n\r', '\r', '\r\n\r\n']) {
      const body = [
        `category: ${KIND}`,
        'x-occi-attribute: org.test.cores=4',
        'X-OCCI-Attribute: org.test.memory = 1e0',
      ].join(end);
      for (const type of ['text/plain', 'text/occi+plain', 'text/plain,text/occi', 'Text/Plain; charset=UTF-8']) {
        const reply = await world.ask('POST', '/', { headers: { 'Content-Type': type }, body });
        expect(reply.status, reply.text).to.equal(201);
        expect(await attributesOf(created(reply.headers.location))).to.include({
          'org.test.cores': 4,
          'org.test.memory': 1,
        });
      }
    }
  });

  it('a message that cannot be read is 400 with its place, for text and JSON clients', async () => {
    const body = `Category: ${KIND}\nX-OCCI-Attribute: occi.core.title="My "VM", x"`;
    const ask = (accept: string): ReturnType<World['ask']> =>
      world.ask('POST', '/machine/', { headers: { 'Content-Type': 'text/plain', Accept: accept }, body });
    const text = await ask('text/plain');
    expect([text.status, text.text]).to.deep.equal([
      400,
      'separator_missing: line 2, column 40: expected a comma after a quoted value (escape quotes inside a value as \\")\n',
    ]);
    const json = await ask('application/json');
    expect(json.json).to.deep.include({ status: 400, code: 'separator_missing' });
    expect(JSON.stringify(json.json['problems'])).to.contain('line 2, column 40');
  });

  it('kinds, mixins and types reach no prototype', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      const reply = await world.ask('POST', '/machine/', {
        headers: { 'Content-Type': 'text/plain' },
        body: `Category: ${KIND}\nX-OCCI-Attribute: org.test.cores=1, ${name}=1`,
      });
      expect([reply.status, reply.text]).to.deep.equal([
        400,
        `attribute_unknown: /attributes/${name}: no attribute ${name} here\n`,
      ]);
    }
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });
});
