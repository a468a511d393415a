import type { JsonObject } from '../../shared/json.ts';

/** What paths refer to: parameters, answers, and small makers of both. */

export const JSON_TYPE = 'application/occi+json';

export function ref(kind: 'schemas' | 'parameters' | 'responses', name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}

const query = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

const header = (name: string, description: string, schema: JsonObject = { type: 'string' }): JsonObject => ({
  name,
  in: 'header',
  description,
  schema,
});

export const parameters: JsonObject = {
  page: query('page', 'Which page, from 1; comes with number (GFD.223 section 6)', { type: 'integer', minimum: 1 }),
  number: query('number', 'Entities of a page; alone only beside after. More than 1,000: 413', {
    type: 'integer',
    minimum: 1,
    maximum: 1000,
  }),
  after: query('after', 'The cursor that Parley-Next-Cursor gave; empty to begin', { type: 'string' }),
  tenant: query('tenant', 'For operators: the tenant to work in', { type: 'string' }),
  pattern: query('pattern', 'true: attributes with their JSON Schema patterns', { enum: ['true', 'false'] }),
  filterCategory: header(
    'Category',
    'Filter (GFD.223 section 7): categories that entities must have, in the form of text/occi',
  ),
  filterAttribute: header(
    'X-OCCI-Attribute',
    'Filter (GFD.223 section 7): values that attributes must have, in the form of text/occi',
  ),
  ifMatch: header('If-Match', 'Only if the entity still has this revision, else 412'),
  ifNoneMatch: header('If-None-Match', 'ETag that the client has; 304 where it still holds'),
  idempotencyKey: header('Idempotency-Key', 'Within seven days the same request with the same key is done once', {
    type: 'string',
    minLength: 1,
    maxLength: 257,
  }),
  prefer: header('Prefer', 'wait=N: answer when the entity has come to rest, after N seconds (60 at most) anyway'),
};

export const error: JsonObject = ref('responses', 'Problem');

const problem = (description: string): JsonObject => ({
  description,
  content: {
    'application/problem+json': { schema: ref('schemas', 'Problem') },
    'text/plain': { schema: { type: 'string' } },
  },
});

export const responses: JsonObject = {
  Problem: problem(
    'What went wrong, every problem with its path: problem details (RFC 9457) for clients of JSON, a line each for others',
  ),
  Unauthenticated: {
    ...problem('No valid token'),
    headers: { 'WWW-Authenticate': { description: 'Bearer and Basic', schema: { type: 'string' } } },
  },
  NotModified: { description: 'The client has it already' },
  Done: { description: 'Done', content: { [JSON_TYPE]: { schema: { type: 'object' } }, ...text() } },
  Locations: {
    description: 'Members',
    headers: { 'Parley-Next-Cursor': { description: 'Cursor of the next page', schema: { type: 'string' } } },
    content: {
      [JSON_TYPE]: { schema: ref('schemas', 'Collection') },
      'text/uri-list': { schema: { type: 'string' } },
      ...text(),
    },
  },
};

/** The text renderings of the same. */
export function text(): JsonObject {
  return { 'text/plain': { schema: { type: 'string' } }, 'text/occi': { schema: { const: 'OK\n' } } };
}

export function answer(description: string, schema: JsonObject, headers?: JsonObject): JsonObject {
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: { [JSON_TYPE]: { schema }, ...text() },
  };
}

/** The errors that every operation may answer with, beside `default`. */
export const failures: JsonObject = { '401': ref('responses', 'Unauthenticated'), default: error };

export const etagHeader: JsonObject = { ETag: { description: 'Revision and rendering', schema: { type: 'string' } } };
export const locationHeader: JsonObject = {
  Location: { description: 'Where it is, absolute', schema: { type: 'string', format: 'uri' } },
  ...etagHeader,
};
