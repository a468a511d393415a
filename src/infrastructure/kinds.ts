import type { Action, Kind } from '../occi/category.ts';
import { LINK, RESOURCE } from '../occi/core.ts';
import { action, actionsOf, number, oneOf, stateAttributes, text, whole } from './define.ts';
import { compute, INFRASTRUCTURE, network, networkinterface, storage, storagelink } from './names.ts';

const actionScheme = (kind: string): string => `http://schemas.ogf.org/occi/infrastructure/${kind}/action#`;
const method = (...values: string[]): Record<string, ReturnType<typeof oneOf>> => ({
  method: oneOf('How it is done', values),
});

/** GFD.224 section 4.1. `save` answers the instance: templates are made of what vendors really offer. */
export const computeActions: readonly Action[] = [
  action(actionScheme('compute'), 'start', 'Start'),
  action(actionScheme('compute'), 'stop', 'Stop', method('graceful', 'acpioff', 'poweroff')),
  action(actionScheme('compute'), 'restart', 'Restart', method('graceful', 'warm', 'cold')),
  action(actionScheme('compute'), 'suspend', 'Suspend', method('hibernate', 'suspend')),
  action(actionScheme('compute'), 'save', 'Save', {
    ...method('hot', 'deferred'),
    name: text('Name of the template that is made'),
  }),
];

/** GFD.224 section 4.2. */
export const networkActions: readonly Action[] = [
  action(actionScheme('network'), 'up', 'Up'),
  action(actionScheme('network'), 'down', 'Down'),
];

/** GFD.224 section 4.3, and those of OCCI 1.1 (GFD.184) that older clients look for. */
export const storageActions: readonly Action[] = [
  action(actionScheme('storage'), 'online', 'Bring online'),
  action(actionScheme('storage'), 'offline', 'Take offline'),
  action(actionScheme('storage'), 'backup', 'Back up'),
  action(actionScheme('storage'), 'snapshot', 'Take a snapshot'),
  action(actionScheme('storage'), 'resize', 'Resize', {
    size: number('New size in GiB', { required: true, pattern: { exclusiveMinimum: 0 } }),
  }),
];

/** GFD.224 knows x86 and x64; arm64 is this service's extension. */
export const ARCHITECTURES = ['x86', 'x64', 'arm64'] as const;

export const computeKind: Kind = {
  class: 'kind',
  scheme: INFRASTRUCTURE,
  term: 'compute',
  title: 'Compute resource',
  parent: RESOURCE,
  location: '/compute/',
  actions: actionsOf(computeActions),
  attributes: {
    [compute.architecture]: oneOf('CPU architecture', ARCHITECTURES),
    [compute.cores]: whole('Number of virtual CPU cores', { minimum: 1 }),
    [compute.hostname]: text('Fully qualified host name', { pattern: { maxLength: 253 } }),
    [compute.share]: whole('Relative number of CPU shares', { minimum: 0 }),
    [compute.speed]: number('CPU clock frequency in GHz (OCCI 1.1)', { pattern: { exclusiveMinimum: 0 } }),
    [compute.memory]: number('Memory in GiB', { pattern: { exclusiveMinimum: 0 } }),
    ...stateAttributes(compute, ['inactive', 'active', 'suspended', 'error']),
  },
};

export const networkKind: Kind = {
  class: 'kind',
  scheme: INFRASTRUCTURE,
  term: 'network',
  title: 'Network resource',
  parent: RESOURCE,
  location: '/network/',
  actions: actionsOf(networkActions),
  attributes: {
    [network.vlan]: whole('802.1q VLAN identifier', { minimum: 0, maximum: 4095 }),
    [network.label]: text('Tag based VLAN', { pattern: { pattern: '^[A-Za-z0-9._-]+$' } }),
    ...stateAttributes(network, ['inactive', 'active', 'error']),
  },
};

export const storageKind: Kind = {
  class: 'kind',
  scheme: INFRASTRUCTURE,
  term: 'storage',
  title: 'Storage resource',
  parent: RESOURCE,
  location: '/storage/',
  actions: actionsOf(storageActions),
  attributes: {
    [storage.size]: number('Size in GiB', { required: true, pattern: { exclusiveMinimum: 0 } }),
    ...stateAttributes(storage, ['offline', 'online', 'error']),
  },
};

/** GFD.224 section 4.4.1. What the client leaves open the service fills in. */
export const networkinterfaceKind: Kind = {
  class: 'kind',
  scheme: INFRASTRUCTURE,
  term: 'networkinterface',
  title: 'Link between a compute and a network',
  parent: LINK,
  location: '/networkinterface/',
  actions: [],
  attributes: {
    [networkinterface.interface]: text('Name of the interface, such as eth0', {
      mutable: false,
      settable: true,
    }),
    [networkinterface.mac]: text('MAC address', {
      pattern: { pattern: '^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$' },
    }),
    ...stateAttributes(networkinterface, ['inactive', 'active', 'error']),
  },
};

/** GFD.224 section 4.4.2. */
export const storagelinkKind: Kind = {
  class: 'kind',
  scheme: INFRASTRUCTURE,
  term: 'storagelink',
  title: 'Link between a compute and a storage',
  parent: LINK,
  location: '/storagelink/',
  actions: [],
  attributes: {
    [storagelink.deviceid]: text('Device identifier as the instance sees it'),
    [storagelink.mountpoint]: text('Where the storage is mounted in the instance'),
    ...stateAttributes(storagelink, ['inactive', 'active', 'error']),
  },
};

export const infrastructureKinds: readonly Kind[] = [
  computeKind,
  networkKind,
  storageKind,
  networkinterfaceKind,
  storagelinkKind,
];

export const infrastructureActions: readonly Action[] = [...computeActions, ...networkActions, ...storageActions];
