import { expect } from 'chai';
import { find } from './support/client.ts';
import {
  COMPUTE,
  computeAction,
  INFRA,
  IPNETWORK,
  IPNETWORKINTERFACE,
  NETWORK,
  networkAction,
  NETWORKINTERFACE,
  SSH_KEY,
  STORAGE,
  storageAction,
  STORAGELINK,
  USER_DATA,
} from './support/names.ts';
import { conformance } from './support/suite.ts';

/** `!` immutable, `*` required, as the tables have it; what 1.1 had besides may be there too. */
const KINDS: Readonly<Record<string, { attributes: string; actions: readonly string[]; rel: string }>> = {
  [COMPUTE]: {
    rel: 'resource',
    attributes:
      'occi.compute.architecture occi.compute.cores occi.compute.hostname occi.compute.share occi.compute.memory occi.compute.state! occi.compute.state.message!',
    actions: ['start', 'stop', 'restart', 'suspend', 'save'].map(computeAction),
  },
  [NETWORK]: {
    rel: 'resource',
    attributes: 'occi.network.vlan occi.network.label occi.network.state! occi.network.state.message!',
    actions: ['up', 'down'].map(networkAction),
  },
  [STORAGE]: {
    rel: 'resource',
    attributes: 'occi.storage.size* occi.storage.state! occi.storage.state.message!',
    actions: ['online', 'offline'].map(storageAction),
  },
  [NETWORKINTERFACE]: {
    rel: 'link',
    attributes:
      'occi.networkinterface.interface! occi.networkinterface.mac occi.networkinterface.state! occi.networkinterface.state.message!',
    actions: [],
  },
  [STORAGELINK]: {
    rel: 'link',
    attributes:
      'occi.storagelink.deviceid occi.storagelink.mountpoint occi.storagelink.state! occi.storagelink.state.message!',
    actions: [],
  },
};

const MIXINS: Readonly<Record<string, string>> = {
  [IPNETWORK]: 'occi.network.address occi.network.gateway occi.network.allocation',
  [IPNETWORKINTERFACE]:
    'occi.networkinterface.address* occi.networkinterface.gateway occi.networkinterface.allocation*',
  [SSH_KEY]: 'occi.credentials.ssh.publickey*',
  [USER_DATA]: 'occi.compute.userdata*',
};

conformance('Infrastructure (GFD.224, and GFD.184 where kept)', ({ each, service }) => {
  for (const [type, { attributes, actions, rel }] of Object.entries(KINDS))
    each(`GFD.224, ${type.slice(INFRA.length)}: attributes, mutability and actions of its tables`, async (client) => {
      const kind = find(await client.discover(), type);
      expect(kind.rel).to.equal(`http://schemas.ogf.org/occi/core#${rel}`);
      for (const noted of attributes.split(' ')) {
        const found = kind.attributes.find(({ name }) => name === noted.replace(/[!*]$/, ''));
        expect(found, noted).to.include({ immutable: noted.endsWith('!') });
        if (noted.endsWith('*')) expect(found, noted).to.include({ required: true });
      }
      expect(kind.actions).to.include.members([...actions]);
    });

  for (const [type, attributes] of Object.entries(MIXINS))
    each(`GFD.224, mixin ${type.slice(type.indexOf('#') + 1)}: its attributes`, async (client) => {
      const mixin = find(await client.discover(), type);
      for (const noted of attributes.split(' ')) {
        const found = mixin.attributes.find(({ name }) => name === noted.replace(/\*$/, ''));
        expect(found, noted).to.include({ required: noted.endsWith('*') });
      }
    });

  each(
    'GFD.184 sections 3.1 and 3.3: speed of compute, backup, snapshot and resize of storage are still offered',
    async (client) => {
      const model = await client.discover();
      expect(find(model, COMPUTE).attributes.map(({ name }) => name)).to.include('occi.compute.speed');
      expect(find(model, STORAGE).actions).to.include.members(['backup', 'snapshot', 'resize'].map(storageAction));
    },
  );

  each('GFD.224, values outside of an enumeration or a range are refused', async (client) => {
    for (const [path, draft] of [
      ['/compute/', { kind: COMPUTE, attributes: { 'occi.compute.architecture': 'arch' } }],
      ['/network/', { kind: NETWORK, attributes: { 'occi.network.vlan': 4096 } }],
      ['/network/', { kind: NETWORK, mixins: [IPNETWORK], attributes: { 'occi.network.allocation': 'sometimes' } }],
    ] as const) {
      const answer = await client.writeEntity('POST', path, draft);
      expect(answer.status, answer.body).to.equal(400);
    }
  });

  each('GFD.224, networkinterface: an interface that the server names, and its IP mixin', async (client) => {
    const compute = await client.create('/compute/', { kind: COMPUTE });
    const network = await client.create('/network/', { kind: NETWORK });
    const path = await client.create('/networkinterface/', {
      kind: NETWORKINTERFACE,
      mixins: [IPNETWORKINTERFACE],
      attributes: {
        'occi.core.source': service().url + compute,
        'occi.core.target': service().url + network,
        'occi.networkinterface.mac': '00:16:3e:5e:aa:01',
        'occi.networkinterface.address': '10.1.0.7',
        'occi.networkinterface.allocation': 'static',
      },
    });
    const seen = await client.entity(path);
    expect(seen.mixins).to.deep.equal([IPNETWORKINTERFACE]);
    expect(seen.attributes['occi.networkinterface.interface'], 'the multiplicity is 1').to.be.a('string');
    expect(seen.attributes).to.include({ 'occi.networkinterface.address': '10.1.0.7' });
    await client.send('DELETE', compute);
  });

  each('GFD.224, user_data: once and only once', async (client) => {
    const path = await client.create('/compute/', {
      kind: COMPUTE,
      mixins: [USER_DATA],
      attributes: { 'occi.compute.userdata': 'IyEvYmluL3NoCg==' },
    });
    const answer = await client.writeEntity('POST', path, {
      kind: COMPUTE,
      attributes: { 'occi.compute.userdata': 'eA==' },
    });
    expect(answer.status, answer.body).to.equal(403);
    await client.send('DELETE', path);
  });
});
