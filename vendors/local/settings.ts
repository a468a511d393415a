import { isObject, typeId } from '../../src/vendor-kit/index.ts';
import type { JsonObject, TypeId } from '../../src/vendor-kit/index.ts';

/** What an operator lets customers run. The customer chooses one by its mixin and sends no command. */
export interface Template {
  readonly name: string;
  /** The mixin that asks for it; the first template is also what is run when none is asked for. */
  readonly mixin: TypeId;
  /** A file that is copied to each instance's folder: absolute, or relative to the plugin's own. */
  readonly file: string;
  /** `{node}`, `{file}` and `{heap}` (MiB for the heap) are filled in. */
  readonly command: readonly string[];
  /** What a saved instance had in its folder: new instances of the template begin with a copy of it. */
  readonly folder?: string;
}

/** A size by name, for those who do not want to state cores and memory (GiB). */
export interface NamedSize {
  readonly mixin: TypeId;
  readonly title: string;
  readonly cores: number;
  readonly memory: number;
}

export interface LocalSettings {
  readonly region: string;
  readonly zone: string;
  readonly country: string;
  readonly currency: string;
  readonly overcommit: number;
  /** GiB kept back for the machine itself. */
  readonly reserve: { readonly memory: number; readonly disk: number };
  /** Decimal strings: a core, a GiB of memory for an hour; a GiB of volume for a month. */
  readonly price: { readonly core: string; readonly memory: string; readonly storage: string };
  /** Prices of stated usage by what it is called. */
  readonly usage: Readonly<Record<string, { readonly amount: string; readonly unit: string }>>;
  readonly commit: {
    readonly metrics: readonly string[];
    /** Highest target it commits to. */
    readonly target: number;
    /** Shortest response time in seconds it commits to. */
    readonly response: number;
    /** Largest share of the base it pays back. */
    readonly cap: number;
  };
  readonly templates: readonly Template[];
  readonly sizes: readonly NamedSize[];
  /** Bounds on what is posted without an agreement. */
  readonly direct: {
    /** Running at once, of all tenants together. */
    readonly instances: number;
    /** Share of memory and disk that all of it together may take. */
    readonly share: number;
    /** Templates that one tenant may have saved. */
    readonly saved: number;
  };
  readonly graceSeconds: number;
  readonly readySeconds: number;
  readonly validHours: number;
  /** A cgroup v2 folder that is delegated to this service; used where it is there and writable. */
  readonly cgroup: string;
}

export const SCHEME = 'http://schemas.parley.org/occi/local/template#';
const SIZES = 'http://schemas.parley.org/occi/local/size#';
// From Node 24 on the compiler reserves half a GiB for its code at once, which counts against the limit of a small
// server; without a compiler it fits, and a server of this size does not need one.
const NODE = ['{node}', '--jitless', '--max-old-space-size={heap}', '{file}'];

const money: JsonObject = { type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,9})?$' };
const text: JsonObject = { type: 'string', minLength: 1 };
const positive: JsonObject = { type: 'number', exclusiveMinimum: 0 };

export const configSchema: JsonObject = {
  type: 'object',
  properties: {
    internal: { type: 'boolean', default: true },
    region: { ...text, default: 'local' },
    zone: { ...text, default: 'local-1' },
    country: {
      type: 'string',
      pattern: '^[A-Z]{2}$',
      default: 'DE',
      description: 'Where this machine stands (ISO 3166-1); it cannot know, so set it',
    },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', default: 'EUR' },
    overcommit: { ...positive, maximum: 64, default: 4, description: 'Cores sold for each core there is' },
    reserve: {
      type: 'object',
      properties: {
        memory: { type: 'number', minimum: 0, default: 1 },
        disk: { type: 'number', minimum: 0, default: 1 },
      },
      default: {},
      additionalProperties: false,
    },
    price: {
      type: 'object',
      properties: {
        core: { ...money, default: '0.008' },
        memory: { ...money, default: '0.002' },
        storage: { ...money, default: '0.05' },
      },
      default: {},
      additionalProperties: false,
    },
    usage: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { amount: money, unit: text },
        required: ['amount', 'unit'],
        additionalProperties: false,
      },
      default: { 'traffic.out': { amount: '0', unit: 'GB' }, 'traffic.in': { amount: '0', unit: 'GB' } },
    },
    commit: {
      type: 'object',
      properties: {
        metrics: { type: 'array', items: text, default: ['net.reachable', 'http.up', 'http.response.time'] },
        target: { type: 'number', minimum: 0, maximum: 1, default: 0.99 },
        response: { ...positive, default: 0.05 },
        cap: { type: 'number', minimum: 0, maximum: 1, default: 1 },
      },
      default: {},
      additionalProperties: false,
    },
    templates: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-z][a-z0-9-]*$' },
      additionalProperties: {
        type: 'object',
        properties: { file: text, command: { type: 'array', items: text, minItems: 1 } },
        required: ['file'],
        additionalProperties: false,
      },
      default: { 'http-server': { file: 'templates/http-server.mjs' } },
    },
    sizes: {
      type: 'object',
      propertyNames: { pattern: '^[a-z][a-z0-9-]*$' },
      additionalProperties: {
        type: 'object',
        properties: { cores: { type: 'integer', minimum: 1 }, memory: positive },
        required: ['cores', 'memory'],
        additionalProperties: false,
      },
      default: { tiny: { cores: 1, memory: 0.25 } },
      description: 'Sizes by name, beside small, medium and large of the standard profile; memory in GiB',
    },
    direct: {
      type: 'object',
      properties: {
        instances: { type: 'integer', minimum: 0, default: 32 },
        share: { type: 'number', minimum: 0, maximum: 1, default: 0.5 },
        saved: { type: 'integer', minimum: 0, default: 16 },
      },
      default: {},
      additionalProperties: false,
      description: 'Bounds on what is posted without an agreement: running at once, share of memory and disk',
    },
    graceSeconds: { ...positive, default: 5, description: 'From a graceful stop to a kill' },
    readySeconds: { ...positive, default: 15, description: 'Until a started process must have told its port' },
    validHours: { ...positive, maximum: 8760, default: 72 },
    cgroup: { ...text, default: '/sys/fs/cgroup/parley' },
  },
  additionalProperties: false,
};

/** The checked configuration, its defaults filled in by the host, as settings. */
export function settingsOf(config: JsonObject): LocalSettings {
  const templates = isObject(config['templates']) ? config['templates'] : {};
  const sizes = isObject(config['sizes']) ? config['sizes'] : {};
  return {
    ...(config as unknown as LocalSettings),
    sizes: Object.entries(sizes).map(([name, value]) => {
      const { cores, memory } = value as { readonly cores: number; readonly memory: number };
      return {
        mixin: typeId(SIZES + name),
        title: `${name}: ${cores} ${cores === 1 ? 'core' : 'cores'} with ${memory} GiB memory`,
        cores,
        memory,
      };
    }),
    templates: Object.entries(templates).map(([name, value]) => {
      const { file, command } = value as { readonly file: string; readonly command?: readonly string[] };
      return { name, mixin: typeId(SCHEME + name), file, command: command ?? NODE };
    }),
  };
}
