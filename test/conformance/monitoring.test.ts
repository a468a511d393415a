import { expect } from 'chai';
import { find, type Client } from './support/client.ts';
import { COLLECTOR, CORE, MONITORING, NETWORK, SENSOR } from './support/names.ts';
import { conformance } from './support/suite.ts';

conformance('Monitoring extension (text of 2015)', ({ each, service }) => {
  const sensor = (client: Client, attributes: Record<string, string | number> = {}): Promise<string> =>
    client.create('/sensor/', { kind: SENSOR, attributes: { 'occi.sensor.period': 20, ...attributes } });

  each(
    'Monitoring section 3, types: sensor and collector, and the tags metric, aggregator and publisher',
    async (client) => {
      const model = await client.discover();
      expect(find(model, SENSOR)).to.include({ class: 'kind', rel: `${CORE}resource` });
      expect(find(model, COLLECTOR)).to.include({ class: 'kind', rel: `${CORE}link` });
      for (const term of ['metric', 'aggregator', 'publisher']) {
        const tag = find(model, MONITORING + term);
        expect(tag).to.deep.include({ class: 'mixin', attributes: [], actions: [] });
        expect(tag.rel).to.equal(undefined);
      }
    },
  );

  each('Monitoring section 3.1, sensor: its attributes, the period required', async (client) => {
    const { attributes } = find(await client.discover(), SENSOR);
    for (const name of ['timebase', 'timestart', 'timestop', 'period', 'granularity', 'accuracy'])
      expect(attributes).to.deep.include({
        name: `occi.sensor.${name}`,
        immutable: false,
        required: name === 'period',
      });
    const answer = await client.writeEntity('POST', '/sensor/', { kind: SENSOR });
    expect(answer.status, answer.body).to.equal(400);
  });

  each(
    'Monitoring section 3.1, sensor: a stop before the start, or a time that is over, is refused',
    async (client) => {
      const post = async (attributes: Record<string, string | number>): Promise<number> =>
        (
          await client.writeEntity('POST', '/sensor/', {
            kind: SENSOR,
            attributes: { 'occi.sensor.period': 20, ...attributes },
          })
        ).status;
      const timebase = new Date(Date.now() + 3_600_000).toISOString();
      expect(
        await post({ 'occi.sensor.timebase': timebase, 'occi.sensor.timestart': 100, 'occi.sensor.timestop': 50 }),
      ).to.be.within(400, 422);
      expect(
        await post({
          'occi.sensor.timebase': '2012-01-01T00:00:00Z',
          'occi.sensor.timestart': 0,
          'occi.sensor.timestop': 60,
        }),
      ).to.be.within(400, 422);
      expect(
        await post({ 'occi.sensor.timebase': timebase, 'occi.sensor.timestart': 0, 'occi.sensor.timestop': 60 }),
      ).to.equal(201);
    },
  );

  each(
    'Monitoring section 3.1, sensor: what cannot be met is fitted, and what is open is filled in',
    async (client) => {
      const path = await sensor(client, { 'occi.sensor.period': 0.0001 });
      const { attributes } = await client.entity(path);
      expect(attributes['occi.sensor.period']).to.be.greaterThan(0.0001);
      expect(attributes).to.include.keys('occi.sensor.granularity', 'occi.sensor.accuracy');
    },
  );

  each('Monitoring section 3.2, collector: it leads from a sensor to what is measured', async (client) => {
    const [from, to] = [await sensor(client), await client.create('/network/', { kind: NETWORK })];
    const path = await client.create('/collector/', {
      kind: COLLECTOR,
      attributes: {
        'occi.core.source': service().url + from,
        'occi.core.target': service().url + to,
        'occi.collector.period': 30,
      },
    });
    const seen = await client.entity(path);
    expect(seen.attributes['occi.core.source']).to.match(new RegExp(`${from}$`));
    expect(seen.attributes).to.include({ 'occi.collector.period': 30 });
    const neither = await client.writeEntity('POST', '/collector/', {
      kind: COLLECTOR,
      attributes: { 'occi.core.source': to, 'occi.core.target': to, 'occi.collector.period': 30 },
    });
    expect(neither.status, neither.body).to.be.within(400, 422);
  });

  each('Monitoring section 3.2, collector: the direction of the drafts before is turned round', async (client) => {
    const [from, to] = [await sensor(client), await client.create('/network/', { kind: NETWORK })];
    const path = await client.create('/collector/', {
      kind: COLLECTOR,
      attributes: { 'occi.core.source': to, 'occi.core.target': from, 'occi.collector.period': 30 },
    });
    const seen = await client.entity(path);
    expect(seen.attributes['occi.core.source']).to.match(new RegExp(`${from}$`));
    expect(seen.attributes['occi.core.target']).to.match(new RegExp(`${to}$`));
  });

  each('Monitoring sections 3.3 to 3.5: there are mixins that depend on each of the tags', async (client) => {
    const model = await client.discover();
    for (const tag of ['metric', 'aggregator', 'publisher'])
      expect(
        model.filter(({ rel }) => rel === MONITORING + tag),
        tag,
      ).to.not.be.empty;
  });

  each('Monitoring section 3.6, scope: deleting a sensor deletes its collectors', async (client) => {
    const [from, to] = [await sensor(client), await client.create('/network/', { kind: NETWORK })];
    const path = await client.create('/collector/', {
      kind: COLLECTOR,
      attributes: { 'occi.core.source': from, 'occi.core.target': to, 'occi.collector.period': 30 },
    });
    expect((await client.send('DELETE', from)).status).to.equal(200);
    expect((await client.send('GET', path)).status).to.equal(404);
    expect((await client.send('GET', to)).status).to.equal(200);
  });

  each('Monitoring section 4, profile 2: a client’s mixin may depend on a tag', async (client) => {
    const scheme = `http://example.org/${client.rendering}/probes#`;
    const added = await client.addMixin({
      term: 'mine',
      scheme,
      location: '/probes/mine/',
      rel: `${MONITORING}metric`,
    });
    expect(added.status, added.body).to.equal(200);
    expect(find(await client.discover(), `${scheme}mine`).rel).to.equal(`${MONITORING}metric`);
    expect((await client.removeMixin(`${scheme}mine`)).status).to.equal(200);
  });
});
