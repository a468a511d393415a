import { typeId } from '../shared/ids.ts';
import type { TypeId } from '../shared/ids.ts';

const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure';

/** Kinds of the OCCI infrastructure extension (GFD.224). */
export const kinds = {
  compute: typeId(`${INFRASTRUCTURE}#compute`),
  storage: typeId(`${INFRASTRUCTURE}#storage`),
  network: typeId(`${INFRASTRUCTURE}#network`),
  storagelink: typeId(`${INFRASTRUCTURE}#storagelink`),
  networkinterface: typeId(`${INFRASTRUCTURE}#networkinterface`),
} as const;

const action = (kind: string, term: string): TypeId => typeId(`${INFRASTRUCTURE}/${kind}/action#${term}`);

/** Actions of the OCCI infrastructure extension (GFD.224). */
export const actions = {
  start: action('compute', 'start'),
  stop: action('compute', 'stop'),
  restart: action('compute', 'restart'),
  suspend: action('compute', 'suspend'),
  save: action('compute', 'save'),
  up: action('network', 'up'),
  down: action('network', 'down'),
  online: action('storage', 'online'),
  offline: action('storage', 'offline'),
  backup: action('storage', 'backup'),
  snapshot: action('storage', 'snapshot'),
  resize: action('storage', 'resize'),
} as const;

/** Attributes of the OCCI infrastructure extension that vendors state (GFD.224). */
export const attributes = {
  architecture: 'occi.compute.architecture',
  cores: 'occi.compute.cores',
  memory: 'occi.compute.memory',
  hostname: 'occi.compute.hostname',
  size: 'occi.storage.size',
  deviceId: 'occi.storagelink.deviceid',
  mountPoint: 'occi.storagelink.mountpoint',
  interface: 'occi.networkinterface.interface',
  mac: 'occi.networkinterface.mac',
  label: 'occi.network.label',
  address: 'occi.networkinterface.address',
  allocation: 'occi.networkinterface.allocation',
  userData: 'occi.compute.userdata',
  sshKey: 'occi.credentials.ssh.publickey',
  /** What really holds a resource to its limits, such as `["cores: taskset"]`. */
  enforced: 'org.parley.enforced',
} as const;

/** What a meter can ask of a vendor. */
export const metrics = { cpuUsed: 'cpu.used', memoryUsed: 'memory.used' } as const;
