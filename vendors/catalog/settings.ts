import type { Json, JsonObject } from '../../src/vendor-kit/index.ts';
import { isObject } from '../../src/vendor-kit/index.ts';

/** What a provider asks for volumes in some of its regions. */
export interface StoragePrice {
  readonly regions: readonly string[];
  readonly product: string;
  /** Decimal string for one GiB. */
  readonly amount: string;
  readonly per: 'hour' | 'month';
  /** GiB that one volume may have. */
  readonly least: number;
  readonly most: number;
  /** Where and when the figure was read. */
  readonly source: string;
  readonly asof: string;
}

/** The configuration of one provider's list, after its preset was filled in. */
export interface CatalogSettings {
  readonly title: string;
  readonly provider: string;
  readonly list: string;
  readonly asof: string;
  readonly source: string;
  /** Country (ISO 3166-1) by region. */
  readonly countries: Readonly<Record<string, string>>;
  readonly storage: readonly StoragePrice[];
  /** Kinds that cost nothing of themselves, such as attaching a volume, with the reason. */
  readonly free: Readonly<Record<string, string>>;
  /** SLA templates, `name@version`, in the folder sla-templates. */
  readonly sla: readonly string[];
  /** What a customer should know of the list, such as what is not in it. */
  readonly notes: readonly string[];
  /** Hours that a proposal stays valid. */
  readonly validHours: number;
}

const text: JsonObject = { type: 'string', minLength: 1 };
const date: JsonObject = { type: 'string', pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' };

const storage: JsonObject = {
  type: 'object',
  description: "Prices of volumes: only figures with a source and a date; elsewhere storage is 'unpriced'",
  properties: {
    regions: { type: 'array', items: text, minItems: 1 },
    product: text,
    amount: { type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,9})?$' },
    per: { enum: ['hour', 'month'] },
    least: { type: 'number', exclusiveMinimum: 0 },
    most: { type: 'number', exclusiveMinimum: 0 },
    source: text,
    asof: date,
  },
  required: ['regions', 'product', 'amount', 'per', 'least', 'most', 'source', 'asof'],
  additionalProperties: false,
};

const properties: JsonObject = {
  title: text,
  provider: { ...text, description: 'Stated as org.parley.placement.provider' },
  list: {
    ...text,
    description: "CSV of the plugin's columns, gzip or not; absolute or relative to the plugin's folder",
  },
  asof: { ...date, description: 'Date of the price list' },
  source: { ...text, description: 'Where the price list comes from' },
  countries: { type: 'object', additionalProperties: { type: 'string', pattern: '^[A-Z]{2}$' } },
  storage: { type: 'array', items: storage },
  free: { type: 'object', additionalProperties: text },
  sla: { type: 'array', items: text },
  notes: { type: 'array', items: text },
  validHours: { type: 'number', exclusiveMinimum: 0, maximum: 8760 },
};

/** Given as `{ "preset": "azure" }`, alone or with members that stand over the preset's. */
export const configSchema: JsonObject = {
  type: 'object',
  properties: {
    preset: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', description: 'A file in presets/' },
    internal: { type: 'boolean' },
    ...properties,
  },
  anyOf: [{ required: ['preset'] }, { required: ['provider', 'list', 'asof', 'source', 'countries'] }],
  additionalProperties: false,
};

/** Settings of a preset with those of the configuration over them. */
export function settingsOf(preset: Json, config: JsonObject): CatalogSettings {
  const merged = { ...(isObject(preset) ? preset : {}), ...config } as unknown as Partial<CatalogSettings>;
  const { provider, list, asof, source } = merged;
  if (provider === undefined || list === undefined || asof === undefined || source === undefined)
    throw new Error('provider, list, asof and source are needed, in the preset or beside it');
  return {
    title: merged.title ?? provider,
    provider,
    list,
    asof,
    source,
    countries: merged.countries ?? {},
    storage: merged.storage ?? [],
    free: merged.free ?? {},
    sla: merged.sla ?? [],
    notes: merged.notes ?? [],
    validHours: merged.validHours ?? 72,
  };
}
