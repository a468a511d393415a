import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Problems } from '../shared/errors.ts';
import type { Problem } from '../shared/errors.ts';
import { isObject, pointer } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';

/** Stands in the configuration that a plugin sees where a secret was named. */
export const SECRET = '[secret]';

export interface CheckedConfig {
  /** With the schema's defaults filled in, and `[secret]` for every secret. */
  readonly config: JsonObject;
  /** By JSON pointer without its leading slash: `password`, `account/key`. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/**
 * Checks a vendor's configuration against its plugin's schema. `{"$env": "NAME"}` anywhere in it
 * names a secret that is read from the environment: secrets never stand in files.
 */
export function checkConfig(
  config: JsonObject,
  schema: JsonObject,
  env: Readonly<Record<string, string | undefined>>,
): CheckedConfig {
  const problems = new Problems();
  const secrets = new Map<string, string>();
  const resolved = resolve(config, '', env, secrets, problems) as JsonObject;
  const validate = validatorOf(schema);
  if (!validate(resolved))
    for (const error of validate.errors ?? []) {
      const extra: unknown = (error.params as { additionalProperty?: unknown }).additionalProperty;
      const path = typeof extra === 'string' ? pointer(error.instancePath, extra) : error.instancePath;
      problems.add(path, error.keyword, typeof extra === 'string' ? 'is not known' : (error.message ?? 'is wrong'));
    }
  return { config: resolved, secrets, problems: problems.list };
}

/** Many accounts may share one plugin. */
const validators = new WeakMap<JsonObject, ValidateFunction>();

function validatorOf(schema: JsonObject): ValidateFunction {
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = new Ajv2020({ allErrors: true, useDefaults: true, strict: false }).compile(schema);
    validators.set(schema, validate);
  }
  return validate;
}

function resolve(
  value: Json,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  secrets: Map<string, string>,
  problems: Problems,
): Json {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((one, at) => resolve(one, pointer(path, at), env, secrets, problems));
  if (!isObject(value)) return value;
  const name = value['$env'];
  if (typeof name !== 'string' || Object.keys(value).length !== 1)
    return Object.fromEntries(
      Object.entries(value).map(([member, one]) => [
        member,
        resolve(one, pointer(path, member), env, secrets, problems),
      ]),
    );
  const secret = env[name];
  if (secret === undefined || secret === '')
    problems.add(path, 'secret_missing', `the environment has no ${name}`, `set ${name} before the service starts`);
  else secrets.set(path.slice(1), secret);
  return SECRET;
}

/** One line for the log and for `parley vendors`. */
export function problemLine(problems: readonly Problem[]): string {
  return problems.map((problem) => `${problem.path === '' ? 'config' : problem.path} ${problem.detail}`).join('; ');
}
