import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Problem } from '../shared/errors.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import { answerSchemas } from './answer-schemas.ts';
import type { AnsweringMethod } from './answer-schemas.ts';
import { NotPlainJson, plainJson } from './plain-json.ts';
import { isSoundPropose } from './sound-reply.ts';

const SHOWN = 20;

let compiler: Ajv2020 | undefined;
/** By schema: several methods answer alike. */
const compiled = new Map<JsonObject, ValidateFunction>();

function validator(method: AnsweringMethod): ValidateFunction {
  const schema: JsonObject = answerSchemas[method];
  let validate = compiled.get(schema);
  if (validate === undefined) {
    // Without allErrors: an answer of a thousand wrong offers need not be read to its end.
    compiler ??= new Ajv2020({ discriminator: true, strict: false, unicode: false, logger: false });
    validate = compiler.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** Compiles the checks one after the other while nothing else waits, so that no first call pays for it. */
export function prepareChecks(): void {
  const methods = Object.keys(answerSchemas) as AnsweringMethod[];
  const next = (): void => {
    const method = methods.shift();
    if (method === undefined) return;
    validator(method);
    setImmediate(next);
  };
  setImmediate(next);
}

/**
 * An answer as plain JSON of the right form, out of the plugin's reach.
 *
 * @throws VendorFault `garbage` with what is wrong and where
 */
export function checkedAnswer(method: AnsweringMethod, answer: unknown): Json {
  let json: Json;
  try {
    json = plainJson(answer);
  } catch (error) {
    const path = error instanceof NotPlainJson ? error.path : '';
    const detail = error instanceof NotPlainJson ? error.message : 'it cannot be read';
    throw garbage(method, [{ path, code: 'not_json', detail }]);
  }
  if (method === 'getOffer' && isSoundPropose(json)) return json;
  const validate = validator(method);
  if (validate(json)) return json;
  throw garbage(
    method,
    (validate.errors ?? []).slice(0, SHOWN).map((error) => ({
      path: error.instancePath,
      code: error.keyword,
      detail: error.message ?? 'is wrong',
    })),
  );
}

export function garbage(method: string, problems: readonly Problem[]): VendorFault {
  const first = problems[0];
  const where = first === undefined ? '' : `: ${first.path === '' ? 'the whole' : first.path} ${first.detail}`;
  return new VendorFault('garbage', false, `the answer to ${method} makes no sense${where}`, { problems });
}
