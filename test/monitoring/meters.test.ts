import { expect } from 'chai';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { isPublicAddress, resolveAddress, AddressRefused, type Lookup } from '../../src/monitoring/meters/address.ts';
import { httpMeter, urlOf } from '../../src/monitoring/meters/http.ts';
import type { Meter, MeterCall, Reading } from '../../src/monitoring/meters/meter.ts';
import { checkProbe, type Probe } from '../../src/monitoring/meters/probe.ts';
import { tcpMeter } from '../../src/monitoring/meters/tcp.ts';
import { vendorMeter } from '../../src/monitoring/meters/vendor.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { Problems } from '../../src/shared/errors.ts';
import { principalId, tenantId, typeId, vendorId, type EntityId } from '../../src/shared/ids.ts';
import type { Json } from '../../src/shared/json.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import type { Vendors } from '../../src/vendor-host/port.ts';

const noLookup: Lookup = () => Promise.reject(new Error('ENOTFOUND'));
const deps = { clock: systemClock, lookup: noLookup };

function target(attributes: Record<string, Json>, more: Partial<EntityRecord> = {}): EntityRecord {
  return {
    id: '01980000-0000-7000-8000-000000000002' as EntityId,
    kind: typeId('http://schemas.ogf.org/occi/infrastructure#compute'),
    mixins: [],
    tenant: tenantId('t'),
    owner: principalId('p'),
    rev: 1,
    attributes,
    internal: {},
    hidden: false,
    created: 0,
    updated: 0,
    ...more,
  };
}

async function measure(
  meter: Meter,
  attributes: Record<string, Json>,
  probe: Probe = {},
  more: Partial<MeterCall> = {},
): Promise<Record<string, number | null>> {
  const readings: readonly Reading[] = await meter.measure({
    collector: '01980000-0000-7000-8000-000000000001' as EntityId,
    metrics: meter.delivers ?? ['cpu.used', 'memory.used'],
    target: target(attributes),
    probe,
    internal: true,
    at: 0,
    signal: new AbortController().signal,
    log: silentLogger,
    ...more,
  });
  return Object.fromEntries(readings.map(({ metric, value }) => [metric, value]));
}

async function listening(server: Pick<Server, 'listen' | 'once' | 'address'>): Promise<Record<string, Json>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    'org.parley.endpoint.host': '127.0.0.1',
    'org.parley.endpoint.port': (server.address() as AddressInfo).port,
  };
}

describe('meters', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function web(listener: RequestListener): Promise<Record<string, Json>> {
    const server = createHttpServer(listener);
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return listening(server);
  }

  async function closedPort(): Promise<Record<string, Json>> {
    const server = createServer();
    const attributes = await listening(server as unknown as Server);
    await new Promise((resolve) => server.close(resolve));
    return attributes;
  }

  describe('tcp', () => {
    it('is 1 where a connection is made, 0 where it is refused', async () => {
      const open = await web(() => undefined);
      expect(await measure(tcpMeter(deps), open)).to.deep.equal({ 'net.reachable': 1 });
      expect(await measure(tcpMeter(deps), await closedPort())).to.deep.equal({ 'net.reachable': 0 });
    });

    it('is null without an endpoint, and for one that the vendor may not name', async () => {
      const open = await web(() => undefined);
      expect(await measure(tcpMeter(deps), {})).to.deep.equal({ 'net.reachable': null });
      expect(await measure(tcpMeter(deps), open, {}, { internal: false })).to.deep.equal({ 'net.reachable': null });
    });

    it('is 0 for a name without address; the port may come from the probe', async () => {
      const open = await web(() => undefined);
      expect(
        await measure(tcpMeter(deps), { 'org.parley.endpoint.host': 'nowhere.example' }, { port: 80 }),
      ).to.deep.equal({ 'net.reachable': 0 });
      const port = open['org.parley.endpoint.port'] as number;
      expect(await measure(tcpMeter(deps), { 'org.parley.endpoint.host': '127.0.0.1' }, { port })).to.deep.equal({
        'net.reachable': 1,
      });
    });

    it('is 0 when nothing comes in time, and nothing at all when the service stops', async () => {
      const never: Lookup = () => new Promise(() => undefined);
      const meter = tcpMeter({ clock: systemClock, lookup: never });
      const attributes = { 'org.parley.endpoint.host': 'slow.example', 'org.parley.endpoint.port': 1 };
      expect(await measure(meter, attributes, { timeout: 'PT0.02S' })).to.deep.equal({ 'net.reachable': 0 });
      const stop = new AbortController();
      const stopped = measure(meter, attributes, {}, { signal: stop.signal });
      stop.abort(new Error('stopping'));
      expect(await stopped).to.deep.equal({});
    });
  });

  describe('http', () => {
    it('feeds both metrics with one request, on a connection of its own', async () => {
      const requests: { url: string | undefined; connection: string | undefined }[] = [];
      const endpoint = await web((request, response) => {
        requests.push({ url: request.url, connection: request.headers.connection });
        response.end('well');
      });
      const result = await measure(httpMeter(deps), endpoint, { path: '/health?deep=1' });
      expect(result['http.up']).to.equal(1);
      expect(result['http.response.time']).to.be.a('number').greaterThan(0);
      expect(requests).to.deep.equal([{ url: '/health?deep=1', connection: 'close' }]);
    });

    it('judges the status: 200 to 399, or what the probe wants; a redirect is not followed', async () => {
      let status = 503;
      let asked = 0;
      const endpoint = await web((_request, response) => {
        asked += 1;
        response.writeHead(status, { Location: '/elsewhere' }).end();
      });
      const bad = await measure(httpMeter(deps), endpoint);
      expect(bad['http.up']).to.equal(0);
      expect(bad['http.response.time']).to.be.a('number');
      expect((await measure(httpMeter(deps), endpoint, { status: [404, 503] }))['http.up']).to.equal(1);
      status = 302;
      asked = 0;
      expect((await measure(httpMeter(deps), endpoint))['http.up']).to.equal(1);
      expect(asked).to.equal(1);
      expect((await measure(httpMeter(deps), endpoint, { status: 200 }))['http.up']).to.equal(0);
    });

    it('is 0 without a time when there is no answer, or it breaks off', async () => {
      const none = { 'http.up': 0, 'http.response.time': null };
      expect(await measure(httpMeter(deps), await closedPort())).to.deep.equal(none);
      const silent = await web(() => undefined);
      expect(await measure(httpMeter(deps), silent, { timeout: 'PT0.03S' })).to.deep.equal(none);
      const broken = await web((_request, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('part');
        setImmediate(() => response.destroy());
      });
      expect(await measure(httpMeter(deps), broken)).to.deep.equal(none);
    });

    it('reads no more of a body than its limit', async () => {
      let sent = 0;
      const endpoint = await web((_request, response) => {
        const chunk = Buffer.alloc(64 * 1024);
        const more = (): void => {
          while (!response.destroyed && sent < 50_000_000) {
            sent += chunk.length;
            if (!response.write(chunk)) {
              response.once('drain', more);
              return;
            }
          }
        };
        response.on('error', () => undefined);
        more();
      });
      expect((await measure(httpMeter(deps), endpoint))['http.up']).to.equal(1);
      expect(sent).to.be.below(50_000_000);
    });

    it('asks only where the vendor says', () => {
      const url = { 'org.parley.endpoint.url': 'https://app.example/base' };
      expect(urlOf(url, {})?.href).to.equal('https://app.example/base');
      expect(urlOf(url, { path: '//evil.example/x' })?.href).to.equal('https://app.example//evil.example/x');
      expect(urlOf({ 'org.parley.endpoint.url': 'file:///etc/passwd' }, {})).to.equal(undefined);
      expect(urlOf({ 'org.parley.endpoint.host': '::1', 'org.parley.endpoint.port': 81 }, {})?.href).to.equal(
        'http://[::1]:81/',
      );
      expect(
        urlOf({ 'org.parley.endpoint.host': 'h.example', 'org.parley.endpoint.port': 81 }, { port: 22 })?.port,
      ).to.equal('81');
      expect(urlOf({}, {})).to.equal(undefined);
    });
  });

  describe('vendor', () => {
    const vendors = (
      measured: () => Promise<readonly { metric: string; at: number; value: number | null }[]>,
    ): Vendors => ({
      list: () => [],
      get: () => ({ id: vendorId('v'), calls: { measure: measured } }) as unknown as ReturnType<Vendors['get']>,
    });
    const more = { target: target({}, { vendor: vendorId('v'), internal: { ref: 'vm-1' } }) };

    it('asks the vendor, and is null where it does not tell, fails, or is not there', async () => {
      const told = vendorMeter({
        clock: systemClock,
        vendors: vendors(() => Promise.resolve([{ metric: 'cpu.used', at: 0, value: 0.5 }])),
      });
      expect(await measure(told, {}, {}, more)).to.deep.equal({ 'cpu.used': 0.5, 'memory.used': null });
      const failing = vendorMeter({ clock: systemClock, vendors: vendors(() => Promise.reject(new Error('no'))) });
      const nothing = { 'cpu.used': null, 'memory.used': null };
      expect(await measure(failing, {}, {}, more)).to.deep.equal(nothing);
      expect(await measure(failing, {})).to.deep.equal(nothing);
    });
  });

  describe('addresses', () => {
    it('knows the public internet', () => {
      const inside = [
        '127.0.0.1',
        '10.1.2.3',
        '192.168.1.1',
        '172.31.255.255',
        '169.254.169.254',
        '0.0.0.0',
        '::1',
        '::',
      ];
      inside.push(
        '::ffff:127.0.0.1',
        '::ffff:8.8.8.8',
        'fd00::1',
        'fe80::1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
        '100.64.0.1',
      );
      inside.push('224.0.0.1', '255.255.255.255', 'not an address', '2001:db8::1');
      for (const address of inside) expect(isPublicAddress(address), address).to.equal(false);
      for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])
        expect(isPublicAddress(address), address).to.equal(true);
    });

    it('refuses a name that has one private address among public ones', async () => {
      const lookup: Lookup = () =>
        Promise.resolve([
          { address: '8.8.8.8', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]);
      const error: unknown = await resolveAddress('two.example', false, lookup).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(AddressRefused);
      expect(await resolveAddress('two.example', true, lookup)).to.deep.equal({ address: '8.8.8.8', family: 4 });
    });
  });

  it('tell everything that is wrong with a probe', () => {
    const problems = new Problems();
    checkProbe(
      { timeout: 'PT2M', port: 0, path: 'x y', method: 'POST', status: [200, 999], colour: 'red' },
      '/probe',
      problems,
    );
    expect(problems.list.map(({ path }) => path)).to.deep.equal([
      '/probe/timeout',
      '/probe/port',
      '/probe/path',
      '/probe/method',
      '/probe/status',
      '/probe/colour',
    ]);
    const none = new Problems();
    checkProbe({ timeout: 'PT0.5S', port: 80, path: '/', method: 'HEAD', status: 204 }, '', none);
    expect(none.any).to.equal(false);
  });
});
