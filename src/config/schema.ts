import type { JsonObject } from '../shared/json.ts';
import type { LogLevel } from '../shared/logger.ts';

/** One configured account at a provider: `id` is the vendor, `plugin` the folder under vendors/. */
export interface VendorConfig {
  readonly id: string;
  readonly plugin: string;
  readonly config: JsonObject;
}

/** Dated exchange rates: one unit of each currency in units of `base`. */
export interface RateTableConfig {
  readonly base: string;
  readonly date: string;
  readonly source: string;
  readonly rates: Readonly<Record<string, string>>;
}

export interface LimitsConfig {
  readonly bodyBytes: number;
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly failedLoginsPerMinute: number;
}

/** What becomes of compute, storage and network that customers post without an agreement. */
export interface InfrastructureConfig {
  /** The vendor that provisions what names none; default: the first connected one that can. */
  readonly vendor?: string;
  /** Computes of one tenant that may run at once. */
  readonly instances: number;
  /** While fewer than these run, a compute that names no template is started by itself. */
  readonly autostart: number;
}

/** Everything that an operator can set. */
export interface Config {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly log: LogLevel;
  readonly currency: string;
  readonly rates: RateTableConfig;
  readonly limits: LimitsConfig;
  readonly infrastructure: InfrastructureConfig;
  readonly vendors: readonly VendorConfig[];
  /** How long an ordered stop may take, in seconds. */
  readonly stopSeconds: number;
}

const decimal = { type: 'string', pattern: '^[0-9]{1,9}(\\.[0-9]{1,9})?$' };

/** JSON Schema of the configuration file. Every member may be left out; defaults are in defaults.ts. */
export const configSchema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Parley configuration',
  type: 'object',
  additionalProperties: false,
  properties: {
    data: { type: 'string', minLength: 1, description: 'Folder of the embedded store (PARLEY_DATA)' },
    host: { type: 'string', minLength: 1, description: 'Address to listen on (PARLEY_HOST)' },
    port: { type: 'integer', minimum: 0, maximum: 65535, description: 'Port to listen on, 0 for any (PARLEY_PORT)' },
    url: {
      type: 'string',
      pattern: '^(https?://[^/]+)?$',
      description: 'What absolute URLs start with (PARLEY_URL); default http://HOST:PORT',
    },
    log: { enum: ['debug', 'info', 'warn', 'error', 'silent'], description: 'Least level logged (PARLEY_LOG)' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'Currency of comparison where a CFP names none' },
    rates: {
      type: 'object',
      additionalProperties: false,
      required: ['base', 'date', 'source', 'rates'],
      description: 'Dated exchange rates: one unit of each currency in units of the base',
      properties: {
        base: { type: 'string', pattern: '^[A-Z]{3}$' },
        date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
        source: { type: 'string', minLength: 1 },
        rates: { type: 'object', propertyNames: { pattern: '^[A-Z]{3}$' }, additionalProperties: decimal },
      },
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      description: 'Bounds on what clients may send',
      properties: {
        bodyBytes: { type: 'integer', minimum: 1024, description: 'Largest request body' },
        requestsPerSecond: { type: 'number', exclusiveMinimum: 0, description: 'Steady requests of one principal' },
        burst: { type: 'integer', minimum: 1, description: 'Requests of one principal at once' },
        failedLoginsPerMinute: { type: 'integer', minimum: 1, description: 'Failed authentications of one address' },
      },
    },
    infrastructure: {
      type: 'object',
      additionalProperties: false,
      description: 'What becomes of compute, storage and network that customers post without an agreement',
      properties: {
        vendor: {
          type: 'string',
          minLength: 1,
          description: 'Provisions what names no vendor; default: the first that can',
        },
        instances: { type: 'integer', minimum: 0, description: 'Computes of one tenant that may run at once' },
        autostart: {
          type: 'integer',
          minimum: 0,
          description: 'While fewer than these run, a compute without a template is started by itself',
        },
      },
    },
    vendors: {
      type: 'array',
      description: 'Accounts at providers; replaces the default list as a whole',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'plugin'],
        properties: {
          id: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
          plugin: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
          config: { type: 'object', default: {} },
        },
      },
    },
    stopSeconds: { type: 'number', exclusiveMinimum: 0, description: 'How long an ordered stop may take' },
  },
};
