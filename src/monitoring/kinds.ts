import type { Action, AttributeDefinition, Kind } from '../occi/category.ts';
import { typeId } from '../shared/ids.ts';
import { ACTIONS, collectorAttribute, sensorAttribute, STANDARD } from './names.ts';

const CORE = 'http://schemas.ogf.org/occi/core#';

/** Seconds over zero; what cannot be met is fitted, not refused (text of 2015, sections 3.1 and 3.2). */
const seconds = (description: string, required = false): AttributeDefinition => ({
  type: 'number',
  mutable: true,
  required,
  pattern: { exclusiveMinimum: 0, maximum: 1e9 },
  description,
});

const offset = (description: string): AttributeDefinition => ({
  type: 'number',
  mutable: true,
  required: false,
  pattern: { minimum: -1e11, maximum: 1e11 },
  description,
});

/** Table 3 of the text of 2015. */
export const sensorKind: Kind = {
  class: 'kind',
  scheme: STANDARD,
  term: 'sensor',
  title: 'Sensor Resource',
  parent: typeId(`${CORE}resource`),
  location: '/sensor/',
  actions: [],
  attributes: {
    [sensorAttribute.timebase]: {
      type: 'string',
      mutable: true,
      required: false,
      pattern: {
        pattern: '^(-.*|\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:?\\d{2}))$',
        maxLength: 40,
      },
      description: 'Reference instant (ISO 8601) of timestart and timestop; a leading minus suspends the sensor',
    },
    [sensorAttribute.timestart]: offset('Start of monitoring, in seconds after timebase'),
    [sensorAttribute.timestop]: offset('End of monitoring, in seconds after timebase'),
    [sensorAttribute.period]: seconds('Seconds between two measurements', true),
    [sensorAttribute.granularity]: seconds('Smallest distance of two time values, in seconds'),
    [sensorAttribute.accuracy]: seconds('Largest distance of measured and real time, in seconds'),
  },
};

/** Table 4 of the text of 2015; unspecified values are the sensor's. */
export const collectorKind: Kind = {
  class: 'kind',
  scheme: STANDARD,
  term: 'collector',
  title: 'Collector Link',
  parent: typeId(`${CORE}link`),
  location: '/collector/',
  actions: [],
  attributes: {
    [collectorAttribute.period]: seconds("Seconds between two measurements; the sensor's where it is absent"),
    [collectorAttribute.granularity]: seconds('Smallest distance of two time values, in seconds'),
    [collectorAttribute.accuracy]: seconds('Largest distance of measured and real time, in seconds'),
  },
};

/** api.md, Measurements from outside. */
export const pushAction: Action = {
  class: 'action',
  scheme: ACTIONS,
  term: 'push',
  title: 'Deliver samples that were measured elsewhere',
  attributes: {
    vantage: {
      type: 'string',
      mutable: true,
      required: false,
      pattern: { pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' },
      description: "Where it was measured from; the collector's vantage where it is absent",
    },
    samples: {
      type: 'array',
      mutable: true,
      required: true,
      description: 'Pairs of an ISO 8601 instant and a number, or null where it was tried and nothing came',
    },
  },
};
