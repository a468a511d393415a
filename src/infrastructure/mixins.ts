import type { AttributeDefinitions, Mixin } from '../occi/category.ts';
import type { TypeId } from '../shared/ids.ts';
import { endpoint, placement } from '../terms/resources.ts';
import { number, oneOf, text, whole } from './define.ts';
import {
  COMPUTE,
  compute,
  enforced,
  INFRASTRUCTURE,
  NETWORK,
  NETWORKINTERFACE,
  RESOURCE_TPL,
  STORAGE,
  STORAGELINK,
  TEMPLATES,
} from './names.ts';

type Parts = Partial<Pick<Mixin, 'attributes' | 'depends' | 'applies'>>;

export function mixin(scheme: string, term: string, title: string, location: string, parts: Parts = {}): Mixin {
  return {
    class: 'mixin',
    scheme,
    term,
    title,
    location,
    attributes: {},
    depends: [],
    applies: [],
    actions: [],
    ...parts,
  };
}

const ogf = (path: string): string => `http://schemas.ogf.org/occi/infrastructure/${path}#`;

/** GFD.224 sections 4.2.1 and 4.4.1: addresses of networks and of interfaces. */
const ipnetwork = mixin(ogf('network'), 'ipnetwork', 'IP networking', '/ipnetwork/', {
  applies: [NETWORK],
  attributes: {
    'occi.network.address': text('Network address in CIDR notation'),
    'occi.network.gateway': text('Gateway address'),
    'occi.network.allocation': oneOf('How addresses are given', ['dynamic', 'static']),
  },
});

const ipnetworkinterface = mixin(
  ogf('networkinterface'),
  'ipnetworkinterface',
  'IP network interface',
  '/ipnetworkinterface/',
  {
    applies: [NETWORKINTERFACE],
    attributes: {
      'occi.networkinterface.address': text('IP address of the interface', { required: true }),
      'occi.networkinterface.gateway': text('Gateway address'),
      'occi.networkinterface.allocation': oneOf('How the address is given', ['dynamic', 'static'], { required: true }),
    },
  },
);

/** GFD.224 section 4.5: bases that providers' templates depend on. */
const osTpl = mixin(INFRASTRUCTURE, 'os_tpl', 'Operating system template', '/os_tpl/', { applies: [COMPUTE] });
const resourceTpl = mixin(INFRASTRUCTURE, 'resource_tpl', 'Resource template', '/resource_tpl/', {
  applies: [COMPUTE],
});

/** GFD.224 section 4.6. */
const sshKey = mixin(ogf('credentials'), 'ssh_key', 'Public SSH key', '/ssh_key/', {
  applies: [COMPUTE],
  attributes: { 'occi.credentials.ssh.publickey': text('Public key', { required: true, pattern: { minLength: 1 } }) },
});

/** GFD.224 section 4.6: given once and only once. */
const userData = mixin(ogf('compute'), 'user_data', 'Contextualisation data', '/user_data/', {
  applies: [COMPUTE],
  attributes: {
    'occi.compute.userdata': text('Data for the instance at its first start, in Base64', {
      required: true,
      mutable: false,
      settable: true,
      pattern: { minLength: 1 },
    }),
  },
});

/** GFD.222 section 4: cores, memory and ephemeral storage (GiB) of each template. */
const SIZES = {
  small: [1, 1, 10],
  medium: [2, 2, 20],
  large: [4, 4, 40],
  mem_small: [1, 4, 10],
  mem_medium: [2, 8, 20],
  mem_large: [4, 16, 40],
} as const;

/** What a template of a size sets: its values stand over the instance's own. */
export const sizeAttributes = (cores: number, memory: number, disk: number | undefined): AttributeDefinitions => ({
  [compute.cores]: whole('Number of virtual CPU cores', { minimum: 1 }, { default: cores }),
  [compute.memory]: number('Memory in GiB', { default: memory }),
  ...(disk === undefined
    ? {}
    : {
        [compute.ephemeralSize]: number('Ephemeral disk in GiB', { mutable: false, default: disk }),
        [compute.ephemeralDevice]: text('Device identifier of the ephemeral disk'),
      }),
});

/** No comma: there are clients that split a header of categories at every one, also within quotes. */
const sizeTitle = (cores: number, memory: number): string =>
  `${cores} ${cores === 1 ? 'core' : 'cores'} with ${memory} GiB memory`;

/** The profile's templates, the optional ones included (OCCI-CRTP-EP/1.1). */
export const resourceTemplates: readonly Mixin[] = Object.entries(SIZES).map(([term, [cores, memory, disk]]) =>
  mixin(TEMPLATES, term, `${sizeTitle(cores, memory)} and ${disk} GiB disk`, `/resource_tpl/${term}/`, {
    depends: [RESOURCE_TPL],
    attributes: sizeAttributes(cores, memory, disk),
  }),
);

const OURS = 'http://schemas.parley.org/occi/placement#';
const placed: readonly TypeId[] = [COMPUTE, STORAGE, NETWORK, STORAGELINK, NETWORKINTERFACE];

/** A client says where at creation; afterwards it is where it is. */
const place = (description: string): ReturnType<typeof text> => text(description, { mutable: false, settable: true });

const placementMixin = mixin(OURS, 'placement', 'Where an instance is', '/placement/', {
  applies: placed,
  attributes: {
    [placement.provider]: place('Provider, such as aws'),
    [placement.region]: place("Region, in the provider's own words"),
    [placement.country]: text('Country (ISO 3166-1)', {
      mutable: false,
      settable: true,
      pattern: { pattern: '^[A-Z]{2}$' },
    }),
    [placement.zone]: place('Zone within the region'),
  },
});

const endpointMixin = mixin(OURS, 'endpoint', 'Where an instance is reached', '/endpoint/', {
  applies: placed,
  attributes: {
    [endpoint.host]: text('Host name or address', { mutable: false }),
    [endpoint.port]: whole('TCP port', { minimum: 1, maximum: 65_535 }, { mutable: false }),
    [endpoint.url]: text('URL', { mutable: false }),
  },
});

const enforcedMixin = mixin(OURS, 'enforced', 'Limits that are really enforced', '/enforced/', {
  applies: placed,
  attributes: {
    [enforced]: {
      type: 'array',
      mutable: false,
      required: false,
      description: 'Names of the attributes whose limits the vendor enforces',
    },
  },
});

export const infrastructureMixins: readonly Mixin[] = [
  osTpl,
  resourceTpl,
  ipnetwork,
  ipnetworkinterface,
  sshKey,
  userData,
  ...resourceTemplates,
  placementMixin,
  endpointMixin,
  enforcedMixin,
];
