import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { ParleyError, Problems } from '../shared/errors.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { defaults } from './defaults.ts';
import { configSchema, type Config } from './schema.ts';

/** The configuration cannot be used. Its problems name every mistake, with its path. */
export class InvalidConfig extends ParleyError {
  constructor(message: string, problems: Problems) {
    super('invalid_config', 500, message, { problems: problems.list });
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES: Readonly<Record<string, keyof Config>> = {
  PARLEY_DATA: 'data',
  PARLEY_HOST: 'host',
  PARLEY_PORT: 'port',
  PARLEY_URL: 'url',
  PARLEY_LOG: 'log',
};

const validate = new Ajv2020({ allErrors: true, useDefaults: true, strict: true }).compile(configSchema);

/**
 * Defaults, then the file that `PARLEY_CONFIG` names (YAML or JSON), then the environment; the
 * later stands over the earlier, by top-level member and for `limits` and `infrastructure` by each of theirs.
 *
 * Throws `InvalidConfig` with all problems at once.
 */
export async function loadConfig(environment: Environment): Promise<Config> {
  // An empty variable is how shells and compose files say that there is none.
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const problems = new Problems();
  const file = env['PARLEY_CONFIG'] === undefined ? {} : await readConfigFile(env['PARLEY_CONFIG'], problems);
  const given = { ...file, ...fromEnvironment(env) };
  if (!validate(given))
    for (const error of validate.errors ?? [])
      problems.add(error.instancePath, 'config_invalid', explain(error.message, error.params));
  if (env['MONGODB_URI'] !== undefined)
    problems.add('', 'config_unsupported', 'MONGODB_URI is set, but this version has the embedded store only');
  const config = merged(given);
  checkVendorIds(config, problems);
  problems.throwIfAny(() => new InvalidConfig('The configuration cannot be used', problems));
  return config;
}

async function readConfigFile(path: string, problems: Problems): Promise<JsonObject> {
  try {
    const content: unknown = parseYaml(await readFile(resolve(path), 'utf8'));
    if (isObject(content)) return content;
    problems.add('', 'config_unreadable', `${path} holds no object`);
  } catch (error) {
    problems.add('', 'config_unreadable', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

function fromEnvironment(env: Environment): JsonObject {
  const found: Record<string, Json> = {};
  for (const [variable, member] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value === undefined) continue;
    found[member] = member === 'port' && /^\d+$/.test(value) ? Number(value) : value;
  }
  return found;
}

function merged(given: JsonObject): Config {
  const known = given as Partial<Config>;
  const host = known.host ?? defaults.host;
  const port = known.port ?? defaults.port;
  return {
    ...defaults,
    ...known,
    limits: { ...defaults.limits, ...known.limits },
    infrastructure: { ...defaults.infrastructure, ...known.infrastructure },
    url: known.url ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
  };
}

function checkVendorIds(config: Config, problems: Problems): void {
  const seen = new Set<string>();
  // What is no list, or no vendor, the schema has told already.
  const vendors: unknown = config.vendors;
  if (!Array.isArray(vendors)) return;
  vendors.forEach((vendor: unknown, index) => {
    const id = isObject(vendor) ? vendor['id'] : undefined;
    if (typeof id !== 'string') return;
    if (seen.has(id)) problems.add(`/vendors/${index}/id`, 'config_duplicate', `vendor ${id} twice`);
    seen.add(id);
  });
}

function explain(message: string | undefined, params: Readonly<Record<string, unknown>>): string {
  const extra = params['additionalProperty'] ?? params['allowedValues'];
  return (message ?? 'is wrong') + (extra === undefined ? '' : `: ${JSON.stringify(extra)}`);
}
