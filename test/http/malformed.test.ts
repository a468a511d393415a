import { expect } from 'chai';
import { httpWorld, type World } from '../support/http-world.ts';
import { raw } from './raw.ts';

/** Each is a request as bytes; `auth` and `close` are filled in. */
type Make = (head: string) => string | Uint8Array;

const KIND = '"kind":"http://example.org/occi/test#machine"';

/** Bodies that are no JSON, or not what JSON should be here. */
const JSON_BODIES = [
  '',
  ' ',
  '{',
  '}',
  '[',
  '{]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":01}',
  '{"a":1e999}',
  '{"a":+1}',
  '{"a":.5}',
  '{"a":NaN}',
  '{"a":undefined}',
  '{"a":"\t"}',
  '{"a":"\\x"}',
  '{"a":"\\ud800"}',
  '{"a":"b}',
  '{}{}',
  '{} x',
  '\u0000',
  '\u00ff\u00fe{}',
  'null',
  'true',
  '1',
  '"text"',
  '[]',
  '[1]',
  '[[[[[[]]]]]]',
  '['.repeat(5000),
  '[{"a":'.repeat(3000),
  `{"attributes":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  `{${KIND},"attributes":{"__proto__":1}}`,
  `{${KIND},"attributes":[]}`,
  `{${KIND},"attributes":"x"}`,
  `{${KIND},"attributes":null}`,
  `{${KIND},"attributes":{"org.test.cores":null}}`,
  `{${KIND},"attributes":{"org.test.cores":"two"}}`,
  `{${KIND},"attributes":{"org.test.cores":1.5}}`,
  `{${KIND},"attributes":{"org.test.cores":0}}`,
  `{${KIND},"attributes":{"org.test.cores":1,"org.test.on":1}}`,
  `{${KIND},"attributes":{"org.test.cores":1,"org.test.none":1}}`,
  `{${KIND},"attributes":{"org":{"test":{"none":{"deep":1}}}}}`,
  `{${KIND},"mixins":{}}`,
  `{${KIND},"mixins":[1]}`,
  `{${KIND},"links":{}}`,
  `{${KIND},"links":[1]}`,
  `{${KIND},"links":[null]}`,
  `{${KIND},"links":[[]]}`,
  `{${KIND},"title":1}`,
  `{${KIND},"title":null}`,
  `{${KIND},"id":{}}`,
  `{${KIND},"source":1}`,
  `{${KIND},"target":{"location":1}}`,
  `{${KIND},"colour":"red"}`,
  '{"kind":"x"}',
  '{"kind":"#"}',
  '{"kind":"a#b c"}',
  '{"kind":1}',
  '{"kind":null}',
  '{"kind":["a#b"]}',
  '{"resources":[]}',
  '{"resources":{}}',
  '{"resources":null}',
  '{"resources":[null]}',
  '{"resources":[1]}',
  `{"resources":[{${KIND}}],"more":1}`,
  '{"links":[]}',
  '{"links":1}',
];

/** Lines that are no text rendering. */
const TEXT_BODIES = [
  ' ',
  '\n\n\n',
  'x',
  ':',
  'Category',
  'Category:',
  'Category: ',
  'Category: ;',
  'Category: machine',
  'Category: machine; scheme',
  'Category: machine; scheme=',
  'Category: machine; scheme="',
  'Category: machine; scheme="http://example.org/occi/test#',
  'Category: machine; scheme="http://example.org/occi/test#" class="kind"',
  'Category: machine; scheme="http://example.org/occi/test#"; =x',
  'Category: ma chine; scheme="http://example.org/occi/test#"',
  'Category: "machine"; scheme="http://example.org/occi/test#"',
  'Category: machine; scheme="http://example.org/occi/test#"\nCategory: cable; scheme="http://example.org/occi/test#"',
  'X-OCCI-Attribute: org.test.cores',
  'X-OCCI-Attribute: =1',
  'X-OCCI-Attribute: org.test.cores=',
  'X-OCCI-Attribute: org.test.cores="1',
  'X-OCCI-Attribute: org.test.cores="1"2',
  'X-OCCI-Attribute: org.test.label="My "VM", x"',
  'X-OCCI-Attribute: org.test.plan="{"',
  'X-OCCI-Attribute: a b=1',
  'Link: x',
  'Link: <x',
  'Link: <>; rel="a#b"',
  'Link: </machine/1> rel',
  'X-OCCI-Location: <x>',
  'Nothing: x',
  '{"kind":"a#b"}',
  '\u0000\u0001',
  '\u00c3\u0028',
  `Category: ${'a'.repeat(100_000)}`,
  `Category: machine; scheme="http://example.org/occi/test#"; ${'a=b;'.repeat(20_000)}`,
  `X-OCCI-Attribute: ${'a=1,'.repeat(100_000)}`,
];

const PATHS = [
  '/machine/',
  '/',
  '/cable/',
  '/machine/0b2f1f0e-5c1d-4a53-9d5e-3f0d8c7b6a51',
  '/-/',
  '/fast/',
  '/machine/?action=start',
];

describe('http: nothing malformed yields 500', function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.close());

  const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
  const head = (): string => `Host: x\r\nAuthorization: Bearer ${world.operator}\r\nConnection: close\r\n`;
  const withBody = (method: string, path: string, type: string, body: string): Buffer => {
    const bytes = Buffer.from(body, 'latin1');
    return Buffer.concat([
      Buffer.from(
        `${method} ${path} HTTP/1.1\r\n${head()}Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      ),
      bytes,
    ]);
  };
  const check = async (bytes: string | Uint8Array, about: string, half = false): Promise<number> => {
    const answer = await raw(world, bytes, half);
    const status = statusOf(answer);
    expect(status, `${about}\n${answer.slice(0, 300)}`).to.be.within(200, 499);
    expect(answer, about).to.contain('\r\nServer: parley/').and.not.contain('    at ');
    return status;
  };

  for (const [type, bodies] of [
    ['application/occi+json', JSON_BODIES],
    ['text/plain', TEXT_BODIES],
  ] as const)
    it(`${bodies.length} bodies of ${type} at ${PATHS.length} paths by POST and PUT`, async () => {
      for (const body of bodies) {
        const about = (path: string): string => `${path} ${JSON.stringify(body.slice(0, 100))}`;
        const statuses = await Promise.all(
          PATHS.flatMap((path) =>
            ['POST', 'PUT'].map((method) => check(withBody(method, path, type, body), `${method} ${about(path)}`)),
          ),
        );
        // At the collection nothing of this is an entity.
        expect(statuses[0], about('/machine/')).to.be.oneOf([400, 413]);
      }
    });

  it('the place is told: a pointer in JSON, line and column in text', async () => {
    const json = await raw(world, withBody('POST', '/machine/', 'application/json', `{${KIND},\n"links":[1]}`));
    expect(json).to.contain('"path":"/links/0"');
    const syntax = await raw(world, withBody('POST', '/machine/', 'application/json', '{\n"a" 1}'));
    expect(syntax).to.contain('line 2, column 5 (offset 6)');
    const text = await raw(world, withBody('POST', '/machine/', 'text/plain', 'Category: machine; scheme="x\n'));
    expect(text).to.match(/line 1, column \d+/);
  });

  it('headers of text/occi with any bytes', async () => {
    const values = TEXT_BODIES.filter((body) => body.length < 1000 && /^[A-Za-z-]+:/.test(body)).map((body) =>
      body.replaceAll('\n', ' '),
    );
    for (const value of [
      ...values,
      'Category: \u00ff\u00fe',
      'X-OCCI-Attribute: org.test.label="\u00c3"',
      'Category: \u0007',
    ])
      for (const method of ['GET', 'POST', 'DELETE'])
        await check(
          `${method} /machine/ HTTP/1.1\r\n${head()}Content-Type: text/occi\r\n${value}\r\n\r\n`,
          `${method} ${value}`,
        );
  });

  it('HTTP that is none, or half of one', async () => {
    const ok = (start: string, rest: string): string => `${start}\r\n${head()}${rest}`;
    const cases: [name: string, make: Make, half?: boolean][] = [
      ['no method', () => '/ HTTP/1.1\r\n\r\n'],
      ['unknown method', (h) => `BREW / HTTP/1.1\r\n${h}\r\n`],
      ['version 9', (h) => `GET / HTTP/9.9\r\n${h}\r\n`],
      ['HTTP/2 preface', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['TLS hello', () => Buffer.from('160301020001000001fc0303', 'hex')],
      ['zero bytes', () => Buffer.alloc(64), true],
      ['header without colon', (h) => `GET / HTTP/1.1\r\n${h}nonsense\r\n\r\n`],
      ['header with a blank before the colon', (h) => `GET / HTTP/1.1\r\n${h}X : y\r\n\r\n`],
      ['header name with bytes', (h) => `GET / HTTP/1.1\r\n${h}X\u00ff: y\r\n\r\n`],
      ['NUL in a header', (h) => `GET / HTTP/1.1\r\n${h}X: a\u0000b\r\n\r\n`],
      ['bare CR in a header', (h) => `GET / HTTP/1.1\r\n${h}X: a\rb\r\n\r\n`],
      ['a huge header', (h) => `GET / HTTP/1.1\r\n${h}X: ${'y'.repeat(200_000)}\r\n\r\n`],
      ['many headers', (h) => `GET / HTTP/1.1\r\n${h}${'A: b\r\n'.repeat(5000)}\r\n`],
      ['a huge URL', (h) => `GET /${'a'.repeat(50_000)} HTTP/1.1\r\n${h}\r\n`],
      ['a huge query', (h) => `GET /?${'a=1&'.repeat(1500)} HTTP/1.1\r\n${h}\r\n`],
      ['a URL with bytes', (h) => `GET /\u00ff HTTP/1.1\r\n${h}\r\n`],
      ['a URL that is none', (h) => `GET nonsense HTTP/1.1\r\n${h}\r\n`],
      ['an URL of another scheme', (h) => `GET ftp://x/ HTTP/1.1\r\n${h}\r\n`],
      ['a query twice', (h) => `GET /machine/?page=1&page=2 HTTP/1.1\r\n${h}\r\n`],
      ['a page that is none', (h) => `GET /machine/?page=-1&number=x HTTP/1.1\r\n${h}\r\n`],
      ['a cursor that is none', (h) => `GET /machine/?after=%ff%00 HTTP/1.1\r\n${h}\r\n`],
      ['a tenant that is none', (h) => `GET /machine/?tenant=../x HTTP/1.1\r\n${h}\r\n`],
      ['a strange action', (h) => `POST /machine/?action=%00 HTTP/1.1\r\n${h}\r\n`],
      ['an action of Object', (h) => `POST /machine/?action=constructor HTTP/1.1\r\n${h}\r\n`],
      ['length that is none', () => ok('POST /machine/ HTTP/1.1', 'Content-Length: x\r\n\r\n')],
      ['length below zero', () => ok('POST /machine/ HTTP/1.1', 'Content-Length: -1\r\n\r\n')],
      ['two lengths', () => ok('POST /machine/ HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab')],
      [
        'length and chunks',
        () => ok('POST /machine/ HTTP/1.1', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      ],
      [
        'a body that ends early',
        () => ok('POST /machine/ HTTP/1.1', 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{'),
        true,
      ],
      [
        'a chunk size that is none',
        () =>
          ok(
            'POST /machine/ HTTP/1.1',
            'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
          ),
      ],
      [
        'a chunk that is too short',
        () =>
          ok(
            'POST /machine/ HTTP/1.1',
            'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}}}\r\n',
          ),
      ],
      [
        'chunks that end early',
        () =>
          ok('POST /machine/ HTTP/1.1', 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{'),
        true,
      ],
      [
        'chunks of broken JSON',
        () =>
          ok(
            'POST /machine/ HTTP/1.1',
            'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n:\r\n0\r\n\r\n',
          ),
      ],
      ['an unknown coding', () => ok('POST /machine/ HTTP/1.1', 'Transfer-Encoding: gzip\r\n\r\n')],
      [
        'gzip that is none',
        () =>
          ok(
            'POST /machine/ HTTP/1.1',
            'Content-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
          ),
      ],
      [
        'an upgrade',
        (h) =>
          `GET /machine/ HTTP/1.1\r\n${h.replace('close', 'Upgrade')}Upgrade: websocket\r\nConnection: close\r\n\r\n`,
      ],
      ...[
        'Accept',
        'Content-Type',
        'Prefer',
        'If-Match',
        'If-None-Match',
        'Idempotency-Key',
        'User-Agent',
        'traceparent',
        'Last-Event-ID',
      ].flatMap((name) =>
        ['', ',', ';', '"', '\u00ff\u00fe', 'x'.repeat(5000), '*/*;q=', ';'.repeat(2000), ','.repeat(2000)].map(
          (value): [string, Make] => [
            `${name}: ${value.slice(0, 20)}`,
            (h) => `POST /machine/ HTTP/1.1\r\n${h}${name}: ${value}\r\nContent-Length: 2\r\n\r\n{}`,
          ],
        ),
      ),
      ...[
        'Basic',
        'Basic !',
        'Basic OjpbXQ==',
        'Bearer',
        'Bearer \u00ff',
        'Digest a=b',
        `Bearer ${'x'.repeat(9000)}`,
      ].map((value): [string, Make] => [
        `Authorization: ${value.slice(0, 20)}`,
        () => `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${value}\r\n\r\n`,
      ]),
      ...['', ' ', 'a b', '/', '\u00ff', 'x'.repeat(2000)].map((value): [string, Make] => [
        `Host: ${value.slice(0, 20)}`,
        (h) =>
          `POST /fast/ HTTP/1.1\r\n${h.replace('Host: x', `Host: ${value}`)}Content-Type: text/uri-list\r\nContent-Length: 3\r\n\r\n/x\n`,
      ]),
    ];
    for (const [name, make, half] of cases) await check(make(head()), name, half);
    expect(world.logged.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
