/** Identifiers of the standards, written out here so that the service's own tables are not trusted. */

export const CORE = 'http://schemas.ogf.org/occi/core#';
export const INFRA = 'http://schemas.ogf.org/occi/infrastructure#';
export const SLA = 'http://schemas.ogf.org/occi/sla#';
export const MONITORING = 'http://schemas.ogf.org/occi/monitoring#';
export const TEMPLATES = 'http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#';

export const COMPUTE = `${INFRA}compute`;
export const NETWORK = `${INFRA}network`;
export const STORAGE = `${INFRA}storage`;
export const STORAGELINK = `${INFRA}storagelink`;
export const NETWORKINTERFACE = `${INFRA}networkinterface`;
export const IPNETWORK = 'http://schemas.ogf.org/occi/infrastructure/network#ipnetwork';
export const IPNETWORKINTERFACE = 'http://schemas.ogf.org/occi/infrastructure/networkinterface#ipnetworkinterface';
export const SSH_KEY = 'http://schemas.ogf.org/occi/infrastructure/credentials#ssh_key';
export const USER_DATA = 'http://schemas.ogf.org/occi/infrastructure/compute#user_data';
export const AGREEMENT = `${SLA}agreement`;
export const SENSOR = `${MONITORING}sensor`;
export const COLLECTOR = `${MONITORING}collector`;

export const computeAction = (term: string): string =>
  `http://schemas.ogf.org/occi/infrastructure/compute/action#${term}`;
export const networkAction = (term: string): string =>
  `http://schemas.ogf.org/occi/infrastructure/network/action#${term}`;
export const storageAction = (term: string): string =>
  `http://schemas.ogf.org/occi/infrastructure/storage/action#${term}`;
