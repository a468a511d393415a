import { expect } from 'chai';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isInternalAddress, isInternalName } from '../../src/vendor-host/addresses.ts';
import { guardedFetch } from '../../src/vendor-host/guarded-fetch.ts';

const signal = new AbortController().signal;
const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'nothing',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('internal addresses', () => {
  it('are known in every form', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '0.0.0.0',
      '100.64.0.1',
      '::1',
      '[::1]',
      '::ffff:127.0.0.1',
      'fe80::1',
      'fd00::1',
    ])
      expect(isInternalAddress(address), address).to.equal(true);
    for (const address of ['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', 'example.org'])
      expect(isInternalAddress(address), address).to.equal(false);
    expect(isInternalName('LOCALHOST.')).to.equal(true);
    expect(isInternalName('db.internal')).to.equal(true);
    expect(isInternalName('example.org')).to.equal(false);
  });
});

describe('the fetch that plugins get', () => {
  let server: Server;
  let origin: string;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
      else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
      else if (request.url === '/here') response.writeHead(302, { location: '/large' }).end();
      else response.end('x'.repeat(1000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it('reaches the inside only for a vendor that is internal', async () => {
    expect(await codeOf(guardedFetch({ internal: false, signal })(origin))).to.equal('address_refused');
    expect((await guardedFetch({ internal: true, signal })(origin)).status).to.equal(200);
  });

  it('judges a name by what it resolves to', async () => {
    const resolve = () => Promise.resolve(['93.184.216.34', '10.0.0.7']);
    expect(await codeOf(guardedFetch({ internal: false, signal, resolve })('https://example.org/'))).to.equal(
      'address_refused',
    );
  });

  it('speaks only HTTP', async () => {
    expect(await codeOf(guardedFetch({ internal: true, signal })('file:///etc/passwd'))).to.equal('address_refused');
  });

  it('follows redirects, but not into the inside, and not for ever', async () => {
    const answers = (internal: boolean): typeof fetch => {
      const own = guardedFetch({ internal, signal, resolve: () => Promise.resolve(['93.184.216.34']) });
      return own;
    };
    const pretend = guardedFetch({
      internal: false,
      signal,
      resolve: () => Promise.resolve(['93.184.216.34']),
      fetch: (input) => fetch(origin + new URL((input as Request).url).pathname, { redirect: 'manual' }),
    });
    expect(await codeOf(pretend('http://example.org/away'))).to.equal('address_refused');
    expect(await codeOf(answers(true)(`${origin}/round`))).to.equal('redirected');
    expect(await (await answers(true)(`${origin}/here`)).text()).to.have.length(1000);
  });

  it('reads no more than it may', async () => {
    const response = await guardedFetch({ internal: true, signal, largest: 100 })(`${origin}/large`);
    expect(await codeOf(response.text())).to.equal('answer_too_large');
  });

  it('stops when the service stops', async () => {
    const stopped = AbortSignal.abort();
    expect(await codeOf(guardedFetch({ internal: true, signal: stopped })(origin))).to.not.equal('nothing');
  });

  it('says that a provider is unreachable, which may pass', async () => {
    const problem: unknown = await guardedFetch({ internal: true, signal })('http://127.0.0.1:1/').catch(
      (error: unknown) => error,
    );
    expect(problem).to.include({ code: 'unreachable', passing: true });
  });
});
