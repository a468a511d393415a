import { typeId, type TypeId } from '../shared/ids.ts';

/** GFD.224: scheme of the infrastructure's kinds and base mixins. */
export const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure#';

export const COMPUTE: TypeId = typeId(`${INFRASTRUCTURE}compute`);
export const STORAGE: TypeId = typeId(`${INFRASTRUCTURE}storage`);
export const NETWORK: TypeId = typeId(`${INFRASTRUCTURE}network`);
export const STORAGELINK: TypeId = typeId(`${INFRASTRUCTURE}storagelink`);
export const NETWORKINTERFACE: TypeId = typeId(`${INFRASTRUCTURE}networkinterface`);

export const OS_TPL: TypeId = typeId(`${INFRASTRUCTURE}os_tpl`);
export const RESOURCE_TPL: TypeId = typeId(`${INFRASTRUCTURE}resource_tpl`);

/** GFD.222: scheme of the compute resource templates. */
export const TEMPLATES = 'http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#';

/** Where an instance is to be, or is: implied in a CFP (api.md, Placement). */
export const PLACEMENT: TypeId = typeId('http://schemas.parley.org/occi/placement#placement');
/** Where an instance is reached. */
export const ENDPOINT: TypeId = typeId('http://schemas.parley.org/occi/placement#endpoint');
/** Which of its limits the vendor really enforces. */
export const ENFORCED: TypeId = typeId('http://schemas.parley.org/occi/placement#enforced');

/** GFD.224 sections 4.2.1 and 4.4.1: addresses of networks and of interfaces. */
export const IPNETWORK: TypeId = typeId('http://schemas.ogf.org/occi/infrastructure/network#ipnetwork');
export const IPNETWORKINTERFACE: TypeId = typeId(
  'http://schemas.ogf.org/occi/infrastructure/networkinterface#ipnetworkinterface',
);

/** Scheme of the mixins by which a customer names the vendor of what is posted without an agreement. */
export const VENDORS = 'http://schemas.parley.org/occi/vendor#';

/** Names of the attributes that the behaviours read or set. */
export const compute = {
  architecture: 'occi.compute.architecture',
  cores: 'occi.compute.cores',
  hostname: 'occi.compute.hostname',
  share: 'occi.compute.share',
  speed: 'occi.compute.speed',
  memory: 'occi.compute.memory',
  state: 'occi.compute.state',
  message: 'occi.compute.state.message',
  ephemeralSize: 'occi.compute.ephemeral_storage.size',
  ephemeralDevice: 'occi.compute.ephemeral_storage.deviceid',
} as const;

export const storage = {
  size: 'occi.storage.size',
  state: 'occi.storage.state',
  message: 'occi.storage.state.message',
} as const;

export const network = {
  address: 'occi.network.address',
  gateway: 'occi.network.gateway',
  allocation: 'occi.network.allocation',
  vlan: 'occi.network.vlan',
  label: 'occi.network.label',
  state: 'occi.network.state',
  message: 'occi.network.state.message',
} as const;

export const storagelink = {
  deviceid: 'occi.storagelink.deviceid',
  mountpoint: 'occi.storagelink.mountpoint',
  state: 'occi.storagelink.state',
  message: 'occi.storagelink.state.message',
} as const;

export const networkinterface = {
  address: 'occi.networkinterface.address',
  gateway: 'occi.networkinterface.gateway',
  allocation: 'occi.networkinterface.allocation',
  interface: 'occi.networkinterface.interface',
  mac: 'occi.networkinterface.mac',
  state: 'occi.networkinterface.state',
  message: 'occi.networkinterface.state.message',
} as const;

export const enforced = 'org.parley.enforced';
