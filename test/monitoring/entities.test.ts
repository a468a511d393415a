import { expect } from 'chai';
import { types } from '../../src/monitoring/names.ts';
import { typeOf } from '../../src/occi/category.ts';
import { typeId } from '../../src/shared/ids.ts';
import { MonitoringWorld, refused } from '../support/monitoring-world.ts';

const codes = (error: { problems: readonly { path: string; code: string }[] }): string[] =>
  error.problems.map(({ path, code }) => `${path} ${code}`);

describe('sensor and collector', () => {
  let world: MonitoringWorld;
  beforeEach(() => {
    world = new MonitoringWorld();
  });

  it('are found by discovery with the tags, and users may make mixins that depend on them (profile 2)', async () => {
    const found = await world.handle({ op: 'discover' });
    if (found.type !== 'categories') throw new Error(found.type);
    const all = new Map([...found.kinds, ...found.mixins].map((one) => [typeOf(one), one]));
    for (const term of ['sensor', 'collector', 'metric', 'aggregator', 'publisher'])
      expect(all.has(typeId(`http://schemas.ogf.org/occi/monitoring#${term}`)), term).to.equal(true);
    for (const term of ['tcp', 'http', 'vendor']) {
      const meter = all.get(typeId(`http://schemas.parley.org/occi/monitoring#${term}`));
      expect(meter?.class === 'mixin' && meter.depends).to.deep.equal([types.meter]);
    }
    expect(found.mixins.find((mixin) => typeOf(mixin) === types.meter)?.depends).to.deep.equal([types.metric]);
    expect(found.mixins.find((mixin) => typeOf(mixin) === types.archiver)?.depends).to.deep.equal([types.publisher]);
    const own = await world.handle({
      op: 'addMixins',
      mixins: [
        {
          class: 'mixin',
          scheme: 'http://acme.example/occi#',
          term: 'mine',
          title: 'Mine',
          location: '/mine/',
          depends: [types.metric],
          applies: [],
          actions: [],
          attributes: {},
        },
      ],
    });
    expect(own.type).to.be.oneOf(['categories', 'done']);
  });

  describe('sensor', () => {
    it('fits what cannot be met, and fills in the worst case for what is not said', async () => {
      const plain = await world.sensor({ 'occi.sensor.period': 20 });
      expect(plain.attributes).to.include({
        'occi.sensor.period': 20,
        'occi.sensor.granularity': 0.001,
        'occi.sensor.accuracy': 4,
      });
      const eager = await world.sensor({
        'occi.sensor.period': 0.0001,
        'occi.sensor.granularity': 1e-9,
        'occi.sensor.accuracy': 1e-9,
      });
      expect(eager.attributes).to.include({
        'occi.sensor.period': 0.1,
        'occi.sensor.granularity': 0.001,
        'occi.sensor.accuracy': 0.02,
      });
      const coarse = await world.sensor({ 'occi.sensor.period': 1, 'occi.sensor.granularity': 5 });
      expect(coarse.attributes).to.include({ 'occi.sensor.period': 5, 'occi.sensor.granularity': 5 });
    });

    it('is refused without a period, with one of zero, or with a timebase that is no instant', async () => {
      const missing = await refused(world.create('/sensor/', {}));
      expect(missing.status).to.equal(400);
      expect(codes(missing)).to.deep.equal(['/attributes/occi.sensor.period attribute_required']);
      const wrong = await refused(
        world.sensor({ 'occi.sensor.period': 0, 'occi.sensor.timebase': 'tomorrow', 'occi.sensor.timestart': 'soon' }),
      );
      expect(wrong.status).to.equal(400);
      expect(wrong.problems.map(({ path }) => path)).to.have.members([
        '/attributes/occi.sensor.period',
        '/attributes/occi.sensor.timebase',
        '/attributes/occi.sensor.timestart',
      ]);
      expect(await world.all(types.sensor)).to.deep.equal([]);
    });

    it('is refused when it would measure in the past, or stop before it starts', async () => {
      const past = await refused(
        world.sensor({
          'occi.sensor.timebase': '2026-11-20T09:00:00Z',
          'occi.sensor.timestart': 0,
          'occi.sensor.timestop': -60,
        }),
      );
      expect(past.status).to.equal(422);
      expect(codes(past)).to.deep.equal([
        '/attributes/occi.sensor.timestop stop_before_start',
        '/attributes/occi.sensor.timestart in_the_past',
        '/attributes/occi.sensor.timestop in_the_past',
      ]);
      expect(await world.all(types.sensor)).to.deep.equal([]);
    });

    it('counts offsets without a timebase from now, and writes that back', async () => {
      const sensor = await world.sensor({ 'occi.sensor.timestart': 30, 'occi.sensor.timestop': 90 });
      expect(sensor.attributes['occi.sensor.timebase']).to.equal('2026-11-20T10:00:00Z');
    });

    it('may be changed while it runs: its start is past by then', async () => {
      const sensor = await world.sensor({ 'occi.sensor.timestart': 30 });
      await world.clock.advance(3_600_000);
      const path = `/sensor/${sensor.id}`;
      const change = (attributes: Record<string, number | string>) =>
        world.handle({ op: 'patch', path, document: { mixins: [], attributes } });
      await change({ 'occi.sensor.timestop': 7200 });
      expect((await world.record(sensor.id)).attributes['occi.sensor.timestop']).to.equal(7200);
      expect(codes(await refused(change({ 'occi.sensor.timestop': 60 })))).to.deep.equal([
        '/attributes/occi.sensor.timestop in_the_past',
      ]);
      expect(codes(await refused(change({ 'occi.sensor.timestart': 40 })))).to.deep.equal([
        '/attributes/occi.sensor.timestart in_the_past',
      ]);
    });

    it('takes its collectors with it when it is deleted; the archive keeps what they measured', async () => {
      const sensor = await world.sensor({}, [types.archiver]);
      const compute = await world.compute();
      const collector = await world.collector(sensor, compute, [types.push], {
        'org.parley.collector.metric': 'queue.length',
      });
      await world.push(collector, { vantage: 'me', samples: [['2026-11-20T10:00:00Z', 4]] });
      await world.handle({ op: 'delete', path: `/sensor/${sensor.id}` });
      expect((await refused(world.handle({ op: 'read', path: `/collector/${collector.id}` }))).status).to.equal(404);
      expect((await refused(world.handle({ op: 'read', path: `/sensor/${sensor.id}` }))).status).to.equal(404);
      expect(await world.samples.seriesOf(collector.id)).to.have.length(1);
    });
  });

  describe('collector', () => {
    it('leads from a sensor to what it measures, and takes over what it leaves open', async () => {
      const [sensor, compute] = [await world.sensor(), await world.compute()];
      const collector = await world.collector(sensor, compute, [types.tcp]);
      expect(collector.source).to.deep.equal({ location: `/sensor/${sensor.id}`, kind: types.sensor });
      expect(collector.parent).to.equal(sensor.id);
      expect(collector.attributes).to.include({
        'occi.collector.period': 10,
        'occi.collector.accuracy': 2,
        'org.parley.collector.metric': 'net.reachable',
        'org.parley.collector.vantage': 'broker',
      });
    });

    it('is turned round where it comes in the direction of the older drafts', async () => {
      const [sensor, compute] = [await world.sensor(), await world.compute()];
      const collector = await world.create('/collector/', {
        source: { location: `/compute/${compute.id}` },
        target: { location: `/sensor/${sensor.id}` },
      });
      expect(collector.source?.location).to.equal(`/sensor/${sensor.id}`);
      expect(collector.target?.location).to.equal(`/compute/${compute.id}`);
    });

    it('comes with its sensor as an inline link, too', async () => {
      const compute = await world.compute();
      const sensor = await world.create('/sensor/', {
        attributes: { 'occi.sensor.period': 3 },
        links: [
          {
            kind: types.collector,
            mixins: [types.tcp],
            attributes: {},
            target: { location: `/compute/${compute.id}` },
          },
        ],
      });
      const [collector] = await world.all(types.collector);
      expect(collector?.parent).to.equal(sensor.id);
      expect(collector?.attributes['occi.collector.period']).to.equal(3);
    });

    it('is refused with everything that is wrong with it', async () => {
      const [sensor, compute] = [await world.sensor(), await world.compute()];
      const between = await refused(
        world.create('/collector/', {
          source: { location: `/compute/${compute.id}` },
          target: { location: `/compute/${compute.id}` },
        }),
      );
      expect(between.status).to.equal(422);
      expect(codes(between)).to.deep.equal(['/source source_not_sensor']);
      const wrong = await refused(
        world.collector(sensor, compute, [types.tcp, types.http], {
          'org.parley.collector.metric': 'cpu.used',
          'org.parley.collector.probe': { timeout: 'soon', port: 99_999 },
        }),
      );
      expect(codes(wrong)).to.deep.equal([
        '/mixins meters_contradict',
        '/attributes/org.parley.collector.metric metric_unknown',
        '/attributes/org.parley.collector.probe/timeout timeout_invalid',
        '/attributes/org.parley.collector.probe/port port_invalid',
      ]);
      const nameless = await refused(world.collector(sensor, compute, [types.push]));
      expect(codes(nameless)).to.deep.equal(['/attributes/org.parley.collector.metric metric_missing']);
      const unknown = await refused(
        world.collector(sensor, compute, [types.vendor], { 'org.parley.collector.metric': 'fan.speed' }),
      );
      expect(codes(unknown)).to.deep.equal(['/attributes/org.parley.collector.metric metric_unknown']);
      const outside = await refused(
        world.create('/collector/', {
          mixins: [types.http],
          source: { location: `/sensor/${sensor.id}` },
          target: { location: 'http://169.254.169.254/latest/' },
        }),
      );
      expect(codes(outside)).to.deep.equal(['/target target_unknown']);
      expect(await world.all(types.collector)).to.deep.equal([]);
    });

    it('says itself which agreement and instance its target belongs to', async () => {
      const { sla, computes } = await world.sla([]);
      const sensor = await world.sensor();
      const [compute] = computes;
      if (compute === undefined) throw new Error('no compute');
      const collector = await world.collector(sensor, compute, [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      expect(collector.attributes).to.include({
        'org.parley.collector.sla': `urn:uuid:${sla.id}`,
        'org.parley.collector.instance': 'web/0',
      });
      const forged = await refused(
        world.collector(sensor, compute, [types.push], {
          'org.parley.collector.metric': 'http.up',
          'org.parley.collector.instance': 'web/9',
        }),
      );
      expect(forged.status).to.equal(403);
    });
  });

  describe('push', () => {
    const at = '2026-11-20T10:00:00Z';

    it('stores samples durably and tells what became of each', async () => {
      const collector = await world.collector(await world.sensor(), await world.compute(), [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      const first = await world.push(collector, {
        vantage: 'eu-1',
        samples: [
          [at, 1],
          ['2026-11-20T11:00:20+01:00', null],
          ['2026-11-20T10:05:00Z', 0],
          ['2026-11-20T10:05:00.001Z', 0],
        ],
      });
      expect(first).to.deep.equal({
        stored: 3,
        duplicate: 0,
        conflict: 0,
        refused: 1,
        reasons: [{ path: '/attributes/samples/3', code: 'too_far_ahead', detail: 'it lies over five minutes ahead' }],
      });
      const second = await world.push(collector, {
        vantage: 'eu-1',
        samples: [
          [at, 1],
          [at, 0],
          ['2026-11-20T10:00:20Z', null],
        ],
      });
      expect(second).to.include({ stored: 0, duplicate: 2, conflict: 1, refused: 0 });
      expect(await world.csv(collector)).to.equal(
        [
          'time,instance,metric,vantage,value',
          `2026-11-20T10:00:00Z,${collector.target?.location ?? ''},http.up,eu-1,1`,
          `2026-11-20T10:00:20Z,${collector.target?.location ?? ''},http.up,eu-1,`,
          `2026-11-20T10:05:00Z,${collector.target?.location ?? ''},http.up,eu-1,0`,
          '',
        ].join('\n'),
      );
      expect(await world.csv(collector, { from: '2026-11-20T10:00:01Z', until: '2026-11-20T10:05:00Z' })).to.equal(
        `time,instance,metric,vantage,value\n2026-11-20T10:00:20Z,${collector.target?.location ?? ''},http.up,eu-1,\n`,
      );
      expect(codes(await refused(world.csv(collector, { from: 'yesterday', until: 'x' })))).to.deep.equal([
        '/from instant_invalid',
        '/until instant_invalid',
      ]);
    });

    it('refuses malformed samples as a whole, every one with its path, and stores none', async () => {
      const collector = await world.collector(await world.sensor(), await world.compute(), [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      const error = await refused(
        world.push(collector, {
          vantage: 'eu-1',
          samples: [[at, 1], ['10 o’clock', 1], [at], [at, 'up'], 7, [1_700_000_000_000, true]],
        }),
      );
      expect(error.status).to.equal(400);
      expect(codes(error)).to.deep.equal([
        '/attributes/samples/1/0 instant_invalid',
        '/attributes/samples/2 wrong_type',
        '/attributes/samples/3/1 value_invalid',
        '/attributes/samples/4 wrong_type',
        '/attributes/samples/5/0 instant_invalid',
        '/attributes/samples/5/1 value_invalid',
      ]);
      expect(await world.samples.seriesOf(collector.id)).to.deep.equal([]);
      const nameless = await refused(world.push(collector, { samples: [] }));
      expect(codes(nameless)).to.deep.equal(['/attributes/vantage vantage_missing']);
      const many = Array.from({ length: 10_001 }, () => [at, 1]);
      expect((await refused(world.push(collector, { vantage: 'eu-1', samples: many }))).status).to.equal(413);
    });

    it('lets nobody but an operator speak for the broker', async () => {
      const collector = await world.collector(await world.sensor(), await world.compute(), [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      const samples = [[at, 1]];
      expect((await refused(world.push(collector, { vantage: 'broker', samples }))).status).to.equal(403);
      const counts = await world.push(collector, { vantage: 'broker', samples }, world.caller('operator'));
      expect(counts).to.include({ stored: 1 });
    });

    it('refuses what is older than the end of a final window', async () => {
      const { computes } = await world.sla([]);
      world = new MonitoringWorld({
        finalBefore: (_sla, instance, metric) =>
          Promise.resolve(instance === 'web/0' && metric === 'http.up' ? Date.parse(at) - 60_000 : undefined),
      });
      const sla = await world.sla([]);
      expect(computes).to.have.length(1);
      const collector = await world.collector(await world.sensor(), sla.computes[0]!, [types.push], {
        'org.parley.collector.metric': 'http.up',
      });
      const counts = await world.push(collector, {
        vantage: 'eu-1',
        samples: [
          ['2026-11-20T09:58:59.999Z', 1],
          ['2026-11-20T09:59:00Z', 1],
        ],
      });
      expect(counts).to.include({ stored: 1, refused: 1 });
      expect(counts['reasons']).to.deep.equal([
        {
          path: '/attributes/samples/0',
          code: 'window_final',
          detail: 'windows up to 2026-11-20T09:59:00Z are final',
        },
      ]);
    });

    it('is not for collectors that measure by themselves, nor for other tenants', async () => {
      const [sensor, compute] = [await world.sensor(), await world.compute()];
      const measuring = await world.collector(sensor, compute, [types.tcp]);
      const error = await refused(world.push(measuring, { vantage: 'eu-1', samples: [] }));
      expect(error.status).to.be.oneOf([404, 409]);
      const fed = await world.collector(sensor, compute, [types.push], { 'org.parley.collector.metric': 'http.up' });
      const foreign = await refused(
        world.push(fed, { vantage: 'eu-1', samples: [] }, world.caller('customer', 'other')),
      );
      expect(foreign.status).to.equal(404);
    });
  });
});
