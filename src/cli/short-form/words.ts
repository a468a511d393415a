import type { Word } from './constraint.ts';
import { GIBIBYTES, GIGAHERTZ, NO_UNITS } from './quantity.ts';

const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure#';

/** Short names of kinds: what may be asked of each (GFD.224 section 2). */
export interface KindWords {
  readonly kind: string;
  readonly words: Readonly<Record<string, Word>>;
}

const number = (attribute: string): Word => ({ attribute, type: 'number', units: NO_UNITS });
const text = (attribute: string): Word => ({ attribute, type: 'text', units: NO_UNITS });
const gibibytes = (attribute: string): Word => ({ attribute, type: 'number', units: GIBIBYTES, unit: 'GiB' });

const placement: Readonly<Record<string, Word>> = {
  provider: text('org.parley.placement.provider'),
  region: text('org.parley.placement.region'),
  country: text('org.parley.placement.country'),
  zone: text('org.parley.placement.zone'),
};

export const resourceWords: Readonly<Record<string, KindWords>> = {
  compute: {
    kind: `${INFRASTRUCTURE}compute`,
    words: {
      cores: number('occi.compute.cores'),
      memory: gibibytes('occi.compute.memory'),
      architecture: text('occi.compute.architecture'),
      speed: { attribute: 'occi.compute.speed', type: 'number', units: GIGAHERTZ, unit: 'GHz' },
      share: number('occi.compute.share'),
      hostname: text('occi.compute.hostname'),
      ...placement,
    },
  },
  storage: {
    kind: `${INFRASTRUCTURE}storage`,
    words: { size: gibibytes('occi.storage.size'), ...placement },
  },
  network: {
    kind: `${INFRASTRUCTURE}network`,
    words: { vlan: number('occi.network.vlan'), label: text('occi.network.label'), ...placement },
  },
};

/** Short names of links, and the id that one without an id gets. */
export const linkWords: Readonly<Record<string, KindWords & { readonly id: string }>> = {
  storagelink: {
    kind: `${INFRASTRUCTURE}storagelink`,
    id: 'mount',
    words: { device: text('occi.storagelink.deviceid'), mountpoint: text('occi.storagelink.mountpoint') },
  },
  networkinterface: {
    kind: `${INFRASTRUCTURE}networkinterface`,
    id: 'interface',
    words: { interface: text('occi.networkinterface.interface'), mac: text('occi.networkinterface.mac') },
  },
};

/** For attributes written with their full name: as they are. */
export const unknownWord = (attribute: string): Word => ({ attribute, type: 'text', units: NO_UNITS });
