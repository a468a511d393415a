import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Problems } from '../../shared/errors.ts';
import { pointer, type JsonObject } from '../../shared/json.ts';
import type { AttributeDefinition } from '../category.ts';

const MOST_PROBLEMS = 200;

/** Compiles schemas; keeps none, so that what falls out of a cache is really gone. */
function compiler(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
  });
  formats.default(ajv);
  return ajv;
}

/** One attribute as JSON Schema: its type, narrowed by its pattern (GFD.226, attribute description). */
export function attributeSchema(definition: AttributeDefinition): JsonObject {
  return { type: definition.type, ...definition.pattern };
}

/** The attributes of a type as JSON Schema (2020-12). `required` names what must be given at creation. */
export function attributesSchema(definitions: ReadonlyMap<string, AttributeDefinition>): JsonObject {
  const required = [...definitions].filter(([, definition]) => definition.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      [...definitions].map(([name, definition]) => [
        name,
        {
          ...attributeSchema(definition),
          description: definition.description,
          ...(definition.default === undefined ? {} : { default: definition.default }),
          ...(definition.mutable || definition.settable === true ? {} : { readOnly: true }),
        },
      ]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

export type AttributesCheck = (attributes: unknown, base: string, problems: Problems) => void;

let shared: Ajv2020 | undefined;

/** Compiles a check of attribute values. What is required is not its business: an update need not repeat it. */
export function compileAttributes(definitions: ReadonlyMap<string, AttributeDefinition>): AttributesCheck {
  const schema: JsonObject = {
    type: 'object',
    properties: Object.fromEntries([...definitions].map(([name, definition]) => [name, attributeSchema(definition)])),
    additionalProperties: false,
  };
  shared ??= compiler();
  const validate: ValidateFunction = shared.compile(schema);
  shared.removeSchema(schema);
  return (attributes, base, problems) => {
    if (validate(attributes)) return;
    const errors = validate.errors ?? [];
    for (const error of errors.slice(0, MOST_PROBLEMS)) report(error, base, problems);
    if (errors.length > MOST_PROBLEMS)
      problems.add(base, 'too_many_problems', `${errors.length - MOST_PROBLEMS} more problems are not shown`);
  };
}

/** Keywords that only say that one of their branches failed, which is told by itself. */
const ECHOES = new Set(['if', 'allOf', 'propertyNames']);

function report(error: ErrorObject, base: string, problems: Problems): void {
  if (ECHOES.has(error.keyword)) return;
  const top = error.instancePath === '';
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const path = pointer(base + error.instancePath, name);
      if (top) problems.add(path, 'attribute_unknown', `no attribute ${name} here`);
      else problems.add(path, 'member_unknown', `no member ${name} here`);
      return;
    }
    case 'required': {
      const name = String(params['missingProperty']);
      problems.add(pointer(base + error.instancePath, name), 'member_required', `${name} is missing`);
      return;
    }
    case 'type': {
      const wanted = String(params['type']);
      const own = error.instancePath.indexOf('/', 1) < 0;
      problems.add(base + error.instancePath, own ? 'attribute_type' : 'member_type', `must be of type ${wanted}`);
      return;
    }
    case 'enum': {
      const values = (params['allowedValues'] as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ');
      problems.add(base + error.instancePath, 'attribute_pattern', `must be one of ${values}`);
      return;
    }
    case 'const':
      problems.add(base + error.instancePath, 'attribute_pattern', `must be ${JSON.stringify(params['allowedValue'])}`);
      return;
    case 'multipleOf':
      problems.add(
        base + error.instancePath,
        'attribute_pattern',
        params['multipleOf'] === 1 ? 'must be a whole number' : (error.message ?? 'must be a multiple'),
      );
      return;
    default:
      problems.add(base + error.instancePath, 'attribute_pattern', error.message ?? `fails ${error.keyword}`);
  }
}
