import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { pointer } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Problem } from '../shared/errors.ts';

/** Tells what is wrong with a document's shape; paths are pointers into it. */
export type ShapeCheck = (document: Json) => readonly Problem[];

/** Compiles rules/schema/rules.v1.json. */
export function shapeCheck(schema: JsonObject): ShapeCheck {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    allowUnionTypes: true,
    discriminator: true,
    verbose: true,
    // The start waits for this: the schema is ours and tested, and a document is checked in microseconds anyway.
    validateSchema: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  const validate = ajv.compile(schema);
  return (document) => {
    if (validate(document)) return [];
    const problems = (validate.errors ?? []).flatMap(problemOf);
    return problems.filter(
      (problem, index) =>
        problems.findIndex(({ path, detail }) => path === problem.path && detail === problem.detail) === index,
    );
  };
}

function problemOf(error: ErrorObject): Problem[] {
  const params = error.params as Readonly<Record<string, unknown>>;
  const at = error.instancePath;
  switch (error.keyword) {
    case 'if':
      return [];
    case 'additionalProperties': {
      const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
      const name = String(params['additionalProperty']);
      return [
        {
          path: pointer(at, name),
          code: 'unknown_member',
          detail: `there is no member ${name} here`,
          ...(known.length === 0 ? {} : { hint: `known: ${known.join(', ')}` }),
        },
      ];
    }
    case 'required':
      return [{ path: at, code: 'missing_member', detail: `${String(params['missingProperty'])} is missing` }];
    case 'enum':
      return [
        {
          path: at,
          code: 'value_wrong',
          detail: `${JSON.stringify(error.data)} is not one of the values known here`,
          hint: (params['allowedValues'] as readonly unknown[]).map(String).join(', '),
        },
      ];
    case 'const':
      return [{ path: at, code: 'value_wrong', detail: `must be ${JSON.stringify(params['allowedValue'])}` }];
    case 'discriminator':
      return [
        {
          path: pointer(at, 'type'),
          code: 'value_wrong',
          detail: 'no such type of utility',
          hint: 'linear, log, exp, logistic, target, nines, step, points, map, bool',
        },
      ];
    case 'type':
      return [{ path: at, code: 'type_wrong', detail: `must be of type ${String(params['type'])}` }];
    default:
      return [{ path: at, code: 'value_wrong', detail: error.message ?? 'is not valid' }];
  }
}
