import type { JsonObject } from '../../shared/json.ts';

/** Requests that work as they stand, one after the other in the order of this table. */
export interface Example {
  /** The id in paths of examples; PUT creates the entity under it. */
  readonly id: string;
  /** What creates it, without its kind. */
  readonly create: JsonObject;
  readonly change?: JsonObject;
  /** By term, the attributes of the action. */
  readonly actions?: Readonly<Record<string, JsonObject>>;
}

const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure#';
const BROKER = 'http://schemas.parley.org/occi/broker#';
const id = (last: number | string): string => `018f0000-0000-7000-8000-00000000000${last}`;

const examples: Readonly<Record<string, Example>> = {
  [`${INFRASTRUCTURE}network`]: {
    id: id(1),
    create: { title: 'Inner network', attributes: { 'occi.network.vlan': 42, 'occi.network.label': 'inner' } },
    change: { attributes: { 'occi.network.vlan': 43 } },
  },
  [`${INFRASTRUCTURE}storage`]: {
    id: id(2),
    create: { title: 'Data', attributes: { 'occi.storage.size': 0.1 } },
    change: { title: 'More data' },
  },
  [`${INFRASTRUCTURE}compute`]: {
    id: id(3),
    create: {
      title: 'Web server',
      attributes: { 'occi.compute.cores': 1, 'occi.compute.memory': 0.25, 'occi.compute.hostname': 'web' },
    },
    change: { title: 'The web server' },
    actions: { start: {}, stop: { method: 'graceful' } },
  },
  [`${INFRASTRUCTURE}networkinterface`]: {
    id: id(4),
    create: {
      source: { location: `/compute/${id(3)}` },
      target: { location: `/network/${id(1)}` },
      attributes: { 'occi.networkinterface.mac': '00:16:3e:00:00:01' },
    },
  },
  'http://schemas.ogf.org/occi/core#link': {
    id: id(5),
    create: {
      title: 'Its handbook',
      source: { location: `/compute/${id(3)}` },
      target: { location: 'https://example.org/handbook' },
    },
    change: { target: { location: 'https://example.org/handbook/2' } },
  },
  'http://schemas.ogf.org/occi/monitoring#sensor': {
    id: id(6),
    create: { title: 'Is it there?', attributes: { 'occi.sensor.period': 20 } },
    change: { attributes: { 'occi.sensor.period': 30 } },
  },
  'http://schemas.ogf.org/occi/monitoring#collector': {
    id: id(7),
    create: {
      source: { location: `/sensor/${id(6)}` },
      target: { location: `/network/${id(1)}` },
      mixins: ['http://schemas.parley.org/occi/monitoring#push'],
      attributes: { 'occi.collector.period': 30, 'org.parley.collector.metric': 'net.reachable' },
    },
    actions: {
      push: {
        vantage: 'outside',
        samples: [
          ['2026-11-20T10:00:00Z', 1],
          ['2026-11-20T10:00:20Z', null],
        ],
      },
    },
  },
  [`${BROKER}cfp`]: {
    id: id(8),
    create: {
      title: 'One small server',
      attributes: {
        'org.parley.cfp.resources': [
          {
            id: 'web',
            kind: `${INFRASTRUCTURE}compute`,
            attributes: { 'occi.compute.cores': { min: 1 }, 'occi.compute.memory': { min: 0.25, max: 16 } },
          },
        ],
        'org.parley.cfp.rules': { ref: 'balanced@1' },
        'org.parley.cfp.replyby': 'PT5S',
        'org.parley.cfp.publish': false,
      },
    },
    change: { title: 'One small server, soon' },
    actions: { publish: {}, cancel: { reason: 'Not needed any more' } },
  },
  'http://schemas.ogf.org/occi/sla#agreement': {
    id: id('a'),
    create: {
      title: 'Availability of the web server',
      mixins: ['http://schemas.parley.org/occi/sla/template#aws-ec2-instance-2022-05-25'],
    },
    change: { attributes: { 'occi.agreement.effectiveUntil': '2099-01-01T00:00:00Z' } },
    actions: { accept: {}, suspend: {}, resume: {}, terminate: {} },
  },
  'http://schemas.parley.org/occi/auth#token': {
    id: id(9),
    create: { attributes: { 'org.parley.token.role': 'customer', 'org.parley.token.tenant': 'acme' } },
  },
};

export function exampleOf(kind: string): Example | undefined {
  return examples[kind];
}
