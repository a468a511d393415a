import { expect } from 'chai';
import { find, type Client } from './support/client.ts';
import { COMPUTE, computeAction, INFRA, NETWORK, networkAction, STORAGE, storageAction } from './support/names.ts';
import { conformance } from './support/suite.ts';

conformance('Infrastructure (GFD.224): what is alive', ({ each }) => {
  each(
    'GFD.224, templates: os_tpl and resource_tpl are there, and templates that depend on each of them',
    async (client) => {
      const model = await client.discover();
      for (const base of ['os_tpl', 'resource_tpl']) {
        find(model, INFRA + base);
        expect(
          model.filter(({ rel }) => rel === INFRA + base),
          base,
        ).to.not.be.empty;
      }
    },
  );

  const state = async (client: Client, path: string, name: string): Promise<unknown> =>
    (await client.entity(path)).attributes[`occi.${name}.state`];

  /** Waits for a state that is reached by itself, as a process that starts does. */
  async function until(client: Client, path: string, name: string, wanted: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      const { attributes } = await client.entity(path);
      if (attributes[`occi.${name}.state`] === wanted) return;
      if (attributes[`occi.${name}.state`] === 'error') throw new Error(JSON.stringify(attributes));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${path} does not become ${wanted}: ${JSON.stringify(await client.entity(path))}`);
  }

  each('GFD.224, compute states: start, stop, restart and suspend lead where the figure says', async (client) => {
    const path = await client.create('/compute/', {
      kind: COMPUTE,
      attributes: { 'occi.compute.cores': 1, 'occi.compute.memory': 0.125, 'occi.compute.hostname': 'one' },
    });
    try {
      if ((await state(client, path, 'compute')) === 'inactive') {
        expect((await client.entity(path)).actions).to.include(computeAction('start'));
        expect((await client.act(path, computeAction('start'))).status).to.equal(200);
      }
      await until(client, path, 'compute', 'active');
      const { actions } = await client.entity(path);
      expect(actions).to.include.members(['stop', 'restart', 'suspend'].map(computeAction));
      expect(actions).to.not.include(computeAction('start'));
      expect((await client.act(path, computeAction('suspend'), { method: 'suspend' })).status).to.equal(200);
      await until(client, path, 'compute', 'suspended');
      expect((await client.act(path, computeAction('start'))).status).to.equal(200);
      await until(client, path, 'compute', 'active');
      expect((await client.act(path, computeAction('restart'), { method: 'graceful' })).status).to.equal(200);
      await until(client, path, 'compute', 'active');
      const stopped = await client.act(path, computeAction('stop'), { method: 'poweroff' });
      expect(stopped.status, stopped.body).to.equal(200);
      await until(client, path, 'compute', 'inactive');
      const again = await client.act(path, computeAction('stop'));
      expect(again.status, 'not possible now').to.equal(409);
    } finally {
      expect((await client.send('DELETE', path)).status).to.equal(200);
    }
  });

  each('GFD.224, network states: up and down', async (client) => {
    const path = await client.create('/network/', { kind: NETWORK });
    if ((await state(client, path, 'network')) === 'inactive')
      expect((await client.act(path, networkAction('up'))).status).to.equal(200);
    await until(client, path, 'network', 'active');
    expect((await client.act(path, networkAction('down'))).status).to.equal(200);
    await until(client, path, 'network', 'inactive');
    expect((await client.entity(path)).actions).to.deep.equal([networkAction('up')]);
  });

  each('GFD.224, storage states: online and offline', async (client) => {
    const path = await client.create('/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 0.01 } });
    if ((await state(client, path, 'storage')) === 'offline')
      expect((await client.act(path, storageAction('online'))).status).to.equal(200);
    await until(client, path, 'storage', 'online');
    const answer = await client.act(path, storageAction('offline'));
    expect(answer.status, answer.body).to.equal(200);
    await until(client, path, 'storage', 'offline');
    await client.send('DELETE', path);
  });

  each('GFD.224, compute save: a new template that depends on os_tpl comes of it', async (client) => {
    const path = await client.create('/compute/', {
      kind: COMPUTE,
      attributes: { 'occi.compute.cores': 1, 'occi.compute.memory': 0.125 },
    });
    try {
      if ((await state(client, path, 'compute')) === 'inactive') await client.act(path, computeAction('start'));
      await until(client, path, 'compute', 'active');
      const name = `saved-${client.rendering.replace(/\W/g, '-')}`;
      const before = (await client.discover()).map((each) => each.scheme + each.term);
      const answer = await client.act(path, computeAction('save'), { method: 'hot', name });
      expect(answer.status, answer.body).to.equal(200);
      const made = (await client.discover()).filter((each) => !before.includes(each.scheme + each.term));
      expect(made.map(({ class: of, rel }) => [of, rel])).to.deep.equal([['mixin', `${INFRA}os_tpl`]]);
      const shown = client.isJson ? answer.body : [answer.body, ...answer.all('Category')].join();
      expect(shown, 'the answer shows it').to.include(made[0]?.term);
    } finally {
      await client.send('DELETE', path);
    }
  });

  each(
    'GFD.224, storagelink: a volume at a compute, with the device that the server or the client names',
    async (client) => {
      const compute = await client.create('/compute/', { kind: COMPUTE, attributes: { 'occi.compute.memory': 0.125 } });
      const storage = await client.create('/storage/', { kind: STORAGE, attributes: { 'occi.storage.size': 0.01 } });
      const path = await client.create('/storagelink/', {
        kind: `${INFRA}storagelink`,
        attributes: {
          'occi.core.source': compute,
          'occi.core.target': storage,
          'occi.storagelink.deviceid': 'data',
          'occi.storagelink.mountpoint': '/srv/data',
        },
      });
      const seen = await client.entity(path);
      expect(seen.attributes).to.include({
        'occi.storagelink.deviceid': 'data',
        'occi.storagelink.mountpoint': '/srv/data',
      });
      expect(seen.attributes['occi.storagelink.state']).to.be.oneOf(['active', 'inactive']);
      await client.send('DELETE', compute);
      expect((await client.send('GET', path)).status).to.equal(404);
      await client.send('DELETE', storage);
    },
  );
});
