import { expect } from 'chai';
import { liveService, type LiveService } from '../support/live-service.ts';
import { RENDERINGS, type OcciClient } from '../support/occi-clients.ts';

const STANDARD = 'http://schemas.ogf.org/occi/monitoring#';
const OURS = 'http://schemas.parley.org/occi/monitoring#';
const COMPUTE = 'http://schemas.ogf.org/occi/infrastructure#compute';
const SENSOR = `${STANDARD}sensor`;
const COLLECTOR = `${STANDARD}collector`;
const PUSH = `${OURS}push`;
const PUSHED = 'http://schemas.parley.org/occi/monitoring/collector/action#push';

/** The Monitoring extension as clients of any rendering use it, over real HTTP (clauses of the text of 2015). */
describe('sensors and collectors over HTTP', function () {
  this.timeout(60_000);
  let service: LiveService;

  before(async () => {
    service = await liveService();
  });
  after(() => service.stop());

  it('4: are discovered with the three tags (profile 2), and with what depends on them', async () => {
    const { text } = await service.client('text/plain').get('/-/');
    const line = (term: string, scheme: string): string =>
      text.split('\n').find((each) => each.startsWith(`Category: ${term}; scheme="${scheme}"`)) ?? '';
    expect(line('sensor', STANDARD)).to.include('rel="http://schemas.ogf.org/occi/core#resource"');
    expect(line('sensor', STANDARD)).to.include('occi.sensor.period{required}');
    expect(line('collector', STANDARD)).to.include('rel="http://schemas.ogf.org/occi/core#link"');
    for (const tag of ['metric', 'aggregator', 'publisher'])
      expect(line(tag, STANDARD), tag).to.include('class="mixin"');
    expect(line('meter', OURS)).to.include(`rel="${STANDARD}metric"`);
    expect(line('mean', OURS)).to.include(`rel="${STANDARD}aggregator"`);
    expect(line('archiver', OURS)).to.include(`rel="${STANDARD}publisher"`);
  });

  for (const rendering of RENDERINGS)
    describe(`in ${rendering}`, () => {
      let client: OcciClient;
      let machine: string;

      before(async () => {
        client = service.client(
          rendering,
          await service.token('customer', { tenant: `t${RENDERINGS.indexOf(rendering)}` }),
        );
        machine = await client.create('/compute/', { kind: COMPUTE });
      });

      const sensor = (attributes: Record<string, unknown> = {}, mixins: string[] = []): Promise<string> =>
        client.create('/sensor/', { kind: SENSOR, mixins, attributes: { 'occi.sensor.period': 20, ...attributes } });

      it('3.1: fits what cannot be met, and writes the worst case for what is left open', async () => {
        const eager = await client.get(
          await sensor({
            'occi.sensor.period': 0.0001,
            'occi.sensor.granularity': 0.0000001,
            'occi.sensor.accuracy': 0.000001,
          }),
        );
        expect(eager.attributes).to.include({
          'occi.sensor.period': 0.1,
          'occi.sensor.granularity': 0.001,
          'occi.sensor.accuracy': 0.02,
        });
        const plain = await client.get(await sensor());
        expect(plain.attributes).to.include({ 'occi.sensor.granularity': 0.001, 'occi.sensor.accuracy': 4 });
      });

      it('3.1: refuses what stops before it starts, is past, or has no period', async () => {
        const tried = (attributes: Record<string, unknown>): Promise<number> =>
          client.send('POST', '/sensor/', { kind: SENSOR, attributes }).then(({ status }) => status);
        const later = { 'occi.sensor.timebase': '2040-01-01T00:00:00Z', 'occi.sensor.period': 20 };
        expect(await tried({ ...later, 'occi.sensor.timestart': 60, 'occi.sensor.timestop': 30 })).to.equal(422);
        expect(await tried({ 'occi.sensor.timebase': '2014-01-01T00:00:00Z', 'occi.sensor.period': 20 })).to.equal(422);
        expect(await tried({ 'occi.sensor.granularity': 1 })).to.equal(400);
        const path = await sensor({ ...later, 'occi.sensor.timestart': 30, 'occi.sensor.timestop': 60 });
        expect((await client.get(path)).attributes).to.include({ 'occi.sensor.timestop': 60 });
      });

      it('3.2: makes a collector from a sensor to what it measures; the older direction is turned', async () => {
        const from = await sensor({}, [`${OURS}archiver`]);
        const made = await client.create('/collector/', {
          kind: COLLECTOR,
          mixins: [PUSH],
          source: from,
          target: machine,
          attributes: { 'occi.collector.period': 7, 'org.parley.collector.metric': 'queue.length' },
        });
        const old = await client.create('/collector/', {
          kind: COLLECTOR,
          mixins: [PUSH],
          source: machine,
          target: from,
          attributes: { 'org.parley.collector.metric': 'queue.length' },
        });
        for (const path of [made, old]) {
          const seen = await client.get(path);
          if (rendering === 'application/occi+json') continue;
          expect(seen.attributes['occi.core.source'], path).to.equal(from);
          expect(seen.attributes['occi.core.target'], path).to.equal(machine);
        }
        const seen = await client.get(made);
        expect(seen.attributes).to.include({ 'occi.collector.period': 7, 'occi.collector.accuracy': 1.4 });
        expect((await client.get(old)).attributes).to.include({ 'occi.collector.period': 20 });
        expect((await client.get(from)).links.map(({ self }) => self)).to.have.members([made, old]);
        const neither = await client.send('POST', '/collector/', { kind: COLLECTOR, source: machine, target: machine });
        expect(neither.status).to.equal(422);
      });

      it('3.6: takes the collectors of a sensor with it', async () => {
        const from = await sensor();
        const path = await client.create('/collector/', { kind: COLLECTOR, source: from, target: machine });
        expect((await client.send('DELETE', from)).status).to.equal(200);
        expect((await client.get(path)).status).to.equal(404);
        expect((await client.get(machine)).status).to.equal(200);
      });

      it('3.3 to 3.5: gives tags with their parameters at creation, and by their collections afterwards', async () => {
        const path = await sensor({ 'org.parley.mean.in': 'queue.length', 'org.parley.mean.window': 60 }, [
          `${OURS}mean`,
          `${STANDARD}publisher`,
        ]);
        const seen = await client.get(path);
        expect(seen.categories).to.include.members([`${OURS}mean`, `${STANDARD}publisher`]);
        expect(seen.attributes).to.include({ 'org.parley.mean.out': 'mean', 'org.parley.mean.window': 60 });
        const changed = await client.send('POST', path, {
          kind: SENSOR,
          mixins: [`${OURS}archiver`],
          attributes: { 'org.parley.archiver.in': 'mean', 'org.parley.mean.window': 30 },
        });
        expect(changed.status).to.equal(200);
        expect((await client.get(path)).attributes).to.include({
          'org.parley.archiver.in': 'mean',
          'org.parley.mean.window': 30,
        });
        expect((await client.get('/aggregator/mean/')).locations).to.include(path);
        const misplaced = await client.send('POST', '/sensor/', {
          kind: SENSOR,
          mixins: [`${OURS}tcp`],
          attributes: { 'occi.sensor.period': 1 },
        });
        expect(misplaced.status, 'a meter is for collectors').to.equal(403);
      });

      it('is fed by push, and shows the last value and its time to a probe', async () => {
        const from = await sensor({}, [`${OURS}archiver`]);
        const path = await client.create('/collector/', {
          kind: COLLECTOR,
          mixins: [PUSH],
          source: from,
          target: machine,
          attributes: { 'org.parley.collector.metric': 'queue.length' },
        });
        expect((await client.get(path)).attributes).not.to.have.any.keys('org.parley.collector.last.at');
        const at = Date.now() - 60_000;
        const time = (seconds: number): string => new Date(at + seconds * 1000).toISOString();
        const answer = await client.act(path, PUSHED, {
          vantage: 'probe-1',
          samples: [
            [time(0), 3],
            [time(10), 5.5],
          ],
        });
        expect(answer.status, answer.text).to.equal(200);
        expect((await client.get(path)).attributes).to.include({
          'org.parley.collector.last.value': 5.5,
          'org.parley.collector.last.at': time(10),
        });
        expect((await client.get(from)).attributes).to.include({
          'org.parley.archiver.last.value': 5.5,
          'org.parley.archiver.last.at': time(10),
        });
        await client.act(path, PUSHED, { vantage: 'probe-1', samples: [[time(20), null]] });
        const nothing = await client.get(path);
        expect(nothing.attributes['org.parley.collector.last.at']).to.equal(time(20));
        expect(nothing.attributes).not.to.have.any.keys('org.parley.collector.last.value');
        const stale = await client.send('POST', path, {
          kind: COLLECTOR,
          attributes: { 'org.parley.collector.last.value': 5.5, 'occi.core.title': 'Queue' },
        });
        expect(stale.status, 'a value that was read before is let be').to.equal(200);
        expect((await client.get(path)).attributes).not.to.have.any.keys('org.parley.collector.last.value');
      });

      if (rendering !== 'application/occi+json')
        it('4, profile 2: lets users define mixins that depend on the tags', async () => {
          const own = `${rendering === 'text/plain' ? 'a' : 'b'}mine`;
          const category = `${own}; scheme="http://acme.example/occi#"; class="mixin"; rel="${STANDARD}metric"; location="/${own}/"`;
          const text = service.client('text/plain', await service.token('customer'));
          const { status } = await fetchPlain(service, `Category: ${category}\n`);
          expect(status).to.equal(200);
          expect((await service.client('text/plain').get('/-/')).text).to.include(`Category: ${own}; `);
          const operator = service.client(rendering);
          const from = await operator.create('/sensor/', { kind: SENSOR, attributes: { 'occi.sensor.period': 1 } });
          const to = await operator.create('/compute/', { kind: COMPUTE });
          const path = await operator.create('/collector/', {
            kind: COLLECTOR,
            mixins: [`http://acme.example/occi#${own}`],
            source: from,
            target: to,
          });
          expect((await operator.get(`/${own}/`)).locations).to.deep.equal([path]);
          expect((await text.get('/-/')).status).to.equal(200);
          const associated = await fetch(`${service.url}/metric/`, {
            method: 'POST',
            headers: { Authorization: `Bearer ${service.operator}`, 'Content-Type': 'text/plain' },
            body: `X-OCCI-Location: ${service.url}${path}\n`,
          });
          expect(associated.status, 'a tag of the standard, on its collection').to.equal(200);
          expect((await operator.get(path)).categories).to.include(`${STANDARD}metric`);
        });
    });
});

/** POST on the query interface. */
async function fetchPlain(service: LiveService, body: string): Promise<{ readonly status: number }> {
  return fetch(`${service.url}/-/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${service.operator}`, 'Content-Type': 'text/plain' },
    body,
  });
}
