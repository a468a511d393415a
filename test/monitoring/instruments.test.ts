import { expect } from 'chai';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { LIVE, STOPPED, types } from '../../src/monitoring/names.ts';
import { derivedId } from '../../src/monitoring/plan.ts';
import { parseEntityId, type EntityId } from '../../src/shared/ids.ts';
import { levelOf, MonitoringWorld, refused } from '../support/monitoring-world.ts';
import { settle } from '../support/hand-clock.ts';

const cpu = levelOf('cpu', { metric: 'cpu.used', statistic: 'mean', op: '<=', value: 0.9 });

/** Turns the event loop until the condition holds: sockets of this machine need no clock. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 20_000; turn += 1) {
    if (await condition()) return;
    await settle(1);
  }
  throw new Error('it never came to that');
}

describe('instruments of an agreement', () => {
  let world: MonitoringWorld;
  beforeEach(async () => {
    world = new MonitoringWorld();
    await world.monitoring.start();
  });
  afterEach(() => world.monitoring.stop());

  const columns = async (collector: EntityId): Promise<(number | string)[][]> => {
    const rows: (number | string)[][] = [];
    for (const { id, channel, vantage } of await world.samples.seriesOf(collector)) {
      const { times, values } = await world.samples.read(id, -Infinity, Infinity);
      for (const [index, at] of times.entries()) rows.push([channel, vantage, at, values[index] ?? 0]);
    }
    return rows;
  };

  it('are a sensor and collectors with ids that follow from the agreement, made once', async () => {
    const levels = [
      levelOf('up', { metric: 'net.reachable' }),
      levelOf('up2', { metric: 'net.reachable' }),
      levelOf('near', { metric: 'net.reachable', period: 'PT5S' }),
      levelOf('ok', { metric: 'http.up' }),
      levelOf('fast', { metric: 'http.response.time', statistic: 'p95', op: '<=', value: 0.3 }),
      levelOf('deep', { metric: 'http.up', probe: { path: '/deep' } }),
      cpu,
      levelOf('queue', { metric: 'queue.length' }),
      levelOf('seen', { metric: 'http.up', from: ['broker', 'eu-1'], quorum: 1 }),
    ];
    const { sla } = await world.sla(levels, {}, 2);
    await Promise.all([world.monitoring.instruments.install(sla), world.monitoring.instruments.install(sla)]);
    await world.monitoring.instruments.install(sla);
    const [sensor, ...more] = await world.all(types.sensor);
    expect(more).to.deep.equal([]);
    expect(sensor).to.include({ parent: sla.id, state: LIVE, vendor: 'v', tenant: 'acme', owner: 'ann' });
    expect(sensor?.mixins).to.deep.equal([types.archiver]);
    const collectors = await world.all(types.collector);
    const shown = collectors
      .filter(({ attributes }) => attributes['org.parley.collector.instance'] === 'web/1')
      .map(({ mixins, attributes }) => [
        mixins.at(-1)?.split('#')[1],
        attributes['org.parley.collector.metric'],
        attributes['occi.collector.period'],
        attributes['org.parley.collector.levels'],
      ]);
    expect(shown).to.have.deep.members([
      ['tcp', 'net.reachable', 10, ['up', 'up2']],
      ['tcp', 'net.reachable', 5, ['near']],
      ['http', 'http.up', 10, ['ok', 'fast', 'seen']],
      ['http', 'http.up', 10, ['deep']],
      ['vendor', 'cpu.used', 10, ['cpu']],
      ['push', 'queue.length', 10, ['queue']],
      ['push', 'http.up', 10, ['seen']],
    ]);
    expect(collectors).to.have.length(14);
    expect(collectors.every(({ parent }) => parent === sensor?.id)).to.equal(true);
  });

  it('have ids of version 7 that differ by purpose only', () => {
    const sla = world.newId();
    const ids = ['a', 'b', 'c'].map((purpose) => derivedId(sla, purpose));
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids) {
      expect(parseEntityId(id)).to.equal(id);
      expect(id[14]).to.equal('7');
      expect(id[19]).to.be.oneOf(['8', '9', 'a', 'b']);
      expect(id.slice(0, 13)).to.equal(sla.slice(0, 13));
    }
    expect(derivedId(sla, 'a')).to.equal(ids[0]);
  });

  it('deliver as soon as each has archived a value, absent ones not counted', async () => {
    world.measured = [];
    const { sla } = await world.sla([cpu]);
    const { instruments } = world.monitoring;
    await instruments.install(sla);
    await settle();
    expect(await instruments.delivering(sla)).to.deep.equal({ ready: false, waitingFor: ['web/0 cpu.used'] });
    world.measured = [{ metric: 'cpu.used', at: 0, value: 0 }];
    await world.clock.advance(10_000);
    expect(await instruments.delivering(sla)).to.deep.equal({ ready: true, waitingFor: [] });
    // Another process, which has measured nothing itself, finds it in the archive.
    const other = world.another();
    expect(await other.instruments.delivering(sla)).to.deep.equal({ ready: true, waitingFor: [] });
  });

  it('measure at once, then at fixed distances; what is tried and gives nothing is absent', async () => {
    const { sla } = await world.sla([cpu]);
    const began = world.clock.now();
    await world.monitoring.instruments.install(sla);
    await settle();
    const [collector] = await world.all(types.collector);
    if (collector === undefined) throw new Error('no collector');
    expect(await columns(collector.id)).to.deep.equal([['cpu.used', 'broker', began, 0.25]]);
    world.measured = [];
    await world.clock.advance(30_000);
    const rows = (await columns(collector.id)).slice(1);
    expect(rows).to.have.length(3);
    const phase = Number(rows[0]?.[2]) % 10_000;
    for (const [index, row] of rows.entries()) {
      expect(Number(row[2])).to.equal(Number(rows[0]?.[2]) + index * 10_000);
      expect(Number(row[2]) % 10_000).to.equal(phase);
      expect(row[3]).to.deep.equal(NaN);
    }
  });

  it('go on after a restart with the same beats, and not while the service is down', async () => {
    const { sla } = await world.sla([cpu]);
    await world.monitoring.instruments.install(sla);
    await world.clock.advance(20_000);
    await world.monitoring.stop();
    const [collector] = await world.all(types.collector);
    if (collector === undefined) throw new Error('no collector');
    const before = await columns(collector.id);
    await world.clock.advance(35_000);
    expect(await columns(collector.id)).to.deep.equal(before);
    const again = world.another();
    await again.start();
    await world.clock.advance(10_000);
    const after = await columns(collector.id);
    expect(after).to.have.length(before.length + 1);
    expect((Number(after.at(-1)?.[2]) - Number(before.at(-1)?.[2])) % 10_000).to.equal(0);
    expect(again.figures().collectors).to.equal(1);
    await again.stop();
  });

  it('follow the endpoint of their target', async () => {
    const listen = async (): Promise<Server> => {
      const server = createServer((socket) => socket.on('error', () => undefined));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    };
    const server = await listen();
    const port = (server.address() as AddressInfo).port;
    const { sla, computes } = await world.sla([levelOf('up', { metric: 'net.reachable' })], {
      'org.parley.endpoint.host': '127.0.0.1',
      'org.parley.endpoint.port': port,
    });
    await world.monitoring.instruments.install(sla);
    const [collector] = await world.all(types.collector);
    const values = async (): Promise<unknown[]> => (await columns(collector?.id ?? sla.id)).map((row) => row[3]);
    await until(async () => (await values()).length === 1);
    await new Promise((resolve) => server.close(resolve));
    await world.clock.advance(10_000);
    await until(async () => (await values()).length === 2);
    const moved = await listen();
    const compute = await world.record(computes[0]?.id ?? sla.id);
    await world.store.write([
      {
        op: 'update',
        record: {
          ...compute,
          rev: compute.rev + 1,
          attributes: { ...compute.attributes, 'org.parley.endpoint.port': (moved.address() as AddressInfo).port },
        },
        expect: { rev: compute.rev },
      },
    ]);
    await world.clock.advance(10_000);
    await until(async () => (await values()).length === 3);
    expect(await values()).to.deep.equal([1, 0, 1]);
    await new Promise((resolve) => moved.close(resolve));
  });

  it('point to the replacement when a resource was replaced, and keep their place and id', async () => {
    const { sla } = await world.sla([cpu]);
    await world.monitoring.instruments.install(sla);
    const [before] = await world.all(types.collector);
    const replacement = await world.compute({}, { sla: sla.id, for: 'web', index: 0 });
    const delivered = [{ for: 'web', index: 0, kind: replacement.kind, resource: replacement.id, ref: 'vm2' }];
    await world.monitoring.instruments.install({ ...sla, internal: { ...sla.internal, delivered } });
    const [after, ...more] = await world.all(types.collector);
    expect(more).to.deep.equal([]);
    expect(after?.id).to.equal(before?.id);
    expect(after?.target?.location).to.equal(`/compute/${replacement.id}`);
    expect(after?.attributes['org.parley.collector.instance']).to.equal('web/0');
  });

  it('stay as agreed while the agreement is in force; afterwards they stop, and can still be read', async () => {
    const { sla } = await world.sla([cpu]);
    const { instruments } = world.monitoring;
    await instruments.install(sla);
    await settle();
    const [sensor] = await world.all(types.sensor);
    const [collector] = await world.all(types.collector);
    if (sensor === undefined || collector === undefined) throw new Error('nothing installed');
    const paths = [`/sensor/${sensor.id}`, `/collector/${collector.id}`];
    for (const path of paths) expect((await refused(world.handle({ op: 'delete', path }))).status).to.equal(409);
    const change = (path: string, attributes: Record<string, number>) =>
      world.handle({ op: 'patch', path, document: { mixins: [], attributes } });
    expect((await refused(change(paths[0] ?? '', { 'occi.sensor.period': 600 }))).status).to.equal(409);
    expect((await refused(change(paths[1] ?? '', { 'occi.collector.period': 600 }))).status).to.equal(409);
    // Watching more closely is nobody's harm.
    await world.handle({
      op: 'patch',
      path: paths[0] ?? '',
      document: { mixins: [types.mean], attributes: { 'org.parley.mean.in': 'cpu.used' }, title: 'Mine' },
    });
    await instruments.remove(sla);
    await instruments.remove(sla);
    expect((await world.record(sensor.id)).state).to.equal(STOPPED);
    const rows = await columns(collector.id);
    await world.clock.advance(60_000);
    expect(await columns(collector.id)).to.deep.equal(rows);
    expect(await world.csv(collector)).to.contain(',web/0,cpu.used,broker,0.25');
    for (const path of paths.reverse()) await world.handle({ op: 'delete', path });
    expect((await refused(world.handle({ op: 'read', path: paths[0] ?? '' }))).status).to.equal(404);
    expect(await world.monitoring.index.seriesFor(sla, cpu)).to.have.length(1);
  });

  describe('as compliance finds their series', () => {
    const seen = levelOf('seen', { metric: 'http.up', from: ['broker', 'eu-1'] });

    it('are those of the level: its metric, its instances, its vantages', async () => {
      const { sla } = await world.sla([cpu, levelOf('tight', { ...cpu.indicator, period: 'PT5S' })], {}, 2);
      await world.monitoring.instruments.install(sla);
      await settle();
      const found = await world.monitoring.index.seriesFor(sla, cpu);
      expect(found.map(({ instance, vantage }) => `${instance} ${vantage}`)).to.have.members([
        'web/0 broker',
        'web/1 broker',
      ]);
      expect(await world.monitoring.index.seriesFor(sla, { ...cpu, of: ['db'] })).to.deep.equal([]);
      expect(await world.monitoring.index.seriesFor(sla, { ...cpu, id: 'unheard-of' })).to.deep.equal([]);
    });

    it('hold what is pushed from a vantage that the level names, also by a collector of the customer', async () => {
      const { sla, computes } = await world.sla([seen]);
      const { index, instruments } = world.monitoring;
      await instruments.install(sla);
      expect(await index.seriesFor(sla, seen)).to.deep.equal([]);
      const made = (await world.all(types.collector)).find(({ mixins }) => mixins.includes(types.push));
      if (made === undefined || computes[0] === undefined) throw new Error('nothing to feed');
      const own = await world.collector(await world.sensor(), computes[0], [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      const samples = [['2026-11-20T10:00:00Z', 1]];
      await world.push(made, { vantage: 'eu-1', samples });
      await world.push(own, { vantage: 'eu-1', samples });
      await world.push(own, { vantage: 'us-1', samples });
      const found = (await index.seriesFor(sla, seen)).filter(({ vantage }) => vantage !== 'broker');
      expect(found.map(({ instance, vantage }) => `${instance} ${vantage}`)).to.deep.equal([
        'web/0 eu-1',
        'web/0 eu-1',
      ]);
      const narrow = await world.collector(await world.sensor(), computes[0], [types.push], {
        'org.parley.collector.metric': 'http.up',
        'org.parley.collector.levels': ['another'],
      });
      await world.push(narrow, { vantage: 'eu-1', samples });
      const still = (await index.seriesFor(sla, seen)).filter(({ vantage }) => vantage === 'eu-1');
      expect(still).to.have.length(2);
    });

    it('are never those of a meter that a customer has set up beside', async () => {
      const { sla, computes } = await world.sla([cpu]);
      if (computes[0] === undefined) throw new Error('no compute');
      const collector = await world.collector(await world.sensor({}, [types.archiver]), computes[0], [types.vendor], {
        'org.parley.collector.metric': 'cpu.used',
      });
      await settle();
      expect(await columns(collector.id)).to.have.length(1);
      expect(collector.attributes['org.parley.collector.sla']).to.equal(`urn:uuid:${sla.id}`);
      expect(await world.monitoring.index.seriesFor(sla, cpu)).to.deep.equal([]);
    });
  });

  describe('times of a sensor', () => {
    it('begin at timestart and end at timestop; a minus suspends', async () => {
      const sensor = await world.sensor({ 'occi.sensor.timestart': 20, 'occi.sensor.timestop': 40 }, [types.archiver]);
      const collector = await world.collector(sensor, await world.compute(), [types.vendor], {
        'org.parley.collector.metric': 'cpu.used',
      });
      const began = world.clock.now();
      await world.clock.advance(19_999);
      expect(await columns(collector.id)).to.deep.equal([]);
      await world.clock.advance(60_000);
      const times = (await columns(collector.id)).map((row) => Number(row[2]) - began);
      expect(times).to.have.length(2);
      expect(Math.min(...times)).to.be.at.least(20_000);
      expect(Math.max(...times)).to.be.below(40_000);

      const other = await world.sensor({}, [types.archiver]);
      const running = await world.collector(other, await world.compute(), [types.vendor], {
        'org.parley.collector.metric': 'cpu.used',
      });
      await settle();
      await world.clock.advance(20_000);
      const path = `/sensor/${other.id}`;
      await world.handle({ op: 'patch', path, document: { mixins: [], attributes: { 'occi.sensor.timebase': '-1' } } });
      const rows = await columns(running.id);
      expect(rows).to.have.length(3);
      await world.clock.advance(20_000);
      expect(await columns(running.id)).to.deep.equal(rows);
      const now = new Date(world.clock.now()).toISOString();
      await world.handle({ op: 'patch', path, document: { mixins: [], attributes: { 'occi.sensor.timebase': now } } });
      await world.clock.advance(20_000);
      expect(await columns(running.id)).to.have.length(5);
    });
  });
});
