import type { Behaviour, Extension } from './extension.ts';
import type { AttributeDefinition, AttributeType, Kind, Mixin } from './category.ts';
import { RESOURCE } from './core.ts';
import { typeId, type TypeId } from '../shared/ids.ts';

const SCHEME = 'http://schemas.parley.org/occi/agent#';

/** A resource that carries roles. */
export const AGENT: TypeId = typeId(`${SCHEME}agent`);
/** Gets offers, accepts, refuses, gives information and performs actions, for one provider or technology. */
export const VENDOR: TypeId = typeId(`${SCHEME}vendor`);
/** Takes calls for proposals, asks its vendors, ranks and closes. */
export const BROKER: TypeId = typeId(`${SCHEME}broker`);

/** Names of the attributes that the vendor mixin adds. */
export const vendorAttr = {
  id: 'org.parley.vendor.id',
  plugin: 'org.parley.vendor.plugin',
  title: 'org.parley.vendor.title',
  provider: 'org.parley.vendor.provider',
  state: 'org.parley.vendor.state',
  why: 'org.parley.vendor.why',
  circuit: 'org.parley.vendor.circuit',
  awardable: 'org.parley.vendor.awardable',
  whynot: 'org.parley.vendor.whynot',
  kinds: 'org.parley.vendor.kinds',
  regions: 'org.parley.vendor.regions',
  countries: 'org.parley.vendor.countries',
  currency: 'org.parley.vendor.currency',
  capabilities: 'org.parley.vendor.capabilities',
  facts: 'org.parley.vendor.facts',
  calls: 'org.parley.vendor.calls',
  faults: 'org.parley.vendor.faults',
} as const;

const shown = (type: AttributeType, description: string): AttributeDefinition => ({
  type,
  mutable: false,
  required: false,
  description,
});
const oneOf = (description: string, values: readonly string[]): AttributeDefinition => ({
  ...shown('string', description),
  pattern: { enum: values },
});

const agentKind: Kind = {
  class: 'kind',
  scheme: SCHEME,
  term: 'agent',
  title: 'Agent',
  parent: RESOURCE,
  location: '/agent/',
  actions: [],
  attributes: {},
};

const vendorMixin: Mixin = {
  class: 'mixin',
  scheme: SCHEME,
  term: 'vendor',
  title: 'Vendor: gets offers of one provider or technology and delivers',
  location: '/vendor/',
  depends: [],
  applies: [AGENT],
  actions: [],
  attributes: {
    [vendorAttr.id]: shown('string', 'Id under which the vendor is configured'),
    [vendorAttr.plugin]: shown('string', 'Plugin that speaks to it'),
    [vendorAttr.title]: shown('string', 'Name for people'),
    [vendorAttr.provider]: shown('string', 'Provider whose resources it offers'),
    [vendorAttr.state]: oneOf('Can it be asked?', ['connected', 'failed']),
    [vendorAttr.why]: shown('string', 'Why it failed'),
    [vendorAttr.circuit]: oneOf('Its circuit breaker', ['closed', 'open', 'half-open']),
    [vendorAttr.awardable]: shown('boolean', 'Can its proposals be awarded?'),
    [vendorAttr.whynot]: shown('string', 'Why its proposals cannot be awarded'),
    [vendorAttr.kinds]: shown('array', 'Kinds that it offers'),
    [vendorAttr.regions]: shown('array', 'Regions that it offers'),
    [vendorAttr.countries]: shown('array', 'Countries of these regions (ISO 3166-1)'),
    [vendorAttr.currency]: shown('string', 'Currency of its prices (ISO 4217)'),
    [vendorAttr.capabilities]: shown('object', 'What its plugin can do'),
    [vendorAttr.facts]: shown('object', 'What else is worth knowing, such as the number of offers'),
    [vendorAttr.calls]: shown('number', 'Calls made since the start'),
    [vendorAttr.faults]: shown('number', 'Calls that failed since the start'),
  },
};

const brokerMixin: Mixin = {
  class: 'mixin',
  scheme: SCHEME,
  term: 'broker',
  title: 'Broker: takes calls for proposals to its vendors and closes with the best',
  location: '/broker/',
  depends: [],
  applies: [AGENT],
  actions: [],
  attributes: {},
};

/**
 * Agents and their roles. They are made by the service and seen by every tenant; `project` may add what
 * changes by the second, such as a vendor's circuit.
 */
export function createAgents(options: Pick<Behaviour, 'project'> = {}): Extension {
  return {
    name: 'agents',
    kinds: [agentKind],
    mixins: [vendorMixin, brokerMixin],
    actions: [],
    behaviours: [
      {
        kind: AGENT,
        shared: true,
        stateAttribute: vendorAttr.state,
        clientMay: { create: false, update: false, delete: false },
        ...options,
      },
    ],
  };
}
