import type { JsonObject } from '../../../src/shared/json.ts';

/**
 * JSON Schemas of GFD.226, written from its tables: nothing that the tables do not name is allowed. The appendix of
 * the standard has one too, which refers to itself wrongly and lets everything pass.
 */

const identifier = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s#]*#[A-Za-z0-9][A-Za-z0-9_.-]*$' };
const identifiers = { type: 'array', items: identifier, minItems: 1, uniqueItems: true };
const term = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' };
const scheme = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s#]*#$' };
const location = { type: 'string', pattern: '^/([^/\\s]+/)+$' };
const uri = { type: 'string', minLength: 1, pattern: '^\\S+$' };
const name = { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9][A-Za-z0-9_-]*)*$' };
const text = { type: 'string' };
const values = { type: 'object', propertyNames: name, additionalProperties: { not: { type: 'null' } } };
const end = {
  type: 'object',
  properties: { location: uri, kind: identifier },
  required: ['location'],
  additionalProperties: false,
};
const strict = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const description = strict(
  {
    mutable: { type: 'boolean' },
    required: { type: 'boolean' },
    type: { enum: ['string', 'number', 'boolean', 'array', 'object'] },
    pattern: { type: 'object' },
    default: {},
    description: text,
  },
  [],
);
const descriptions = { type: 'object', propertyNames: name, additionalProperties: { $ref: '#/$defs/description' } };

const defs: JsonObject = {
  description,
  link: strict(
    {
      kind: identifier,
      mixins: identifiers,
      attributes: values,
      actions: identifiers,
      id: uri,
      title: text,
      source: end,
      target: end,
    },
    ['kind', 'id', 'source', 'target'],
  ),
  resource: strict(
    {
      kind: identifier,
      mixins: identifiers,
      attributes: values,
      actions: identifiers,
      id: uri,
      title: text,
      summary: text,
      links: { type: 'array', minItems: 1, items: { $ref: '#/$defs/link' } },
    },
    ['kind', 'id'],
  ),
  kind: strict(
    { term, scheme, title: text, attributes: descriptions, parent: identifier, actions: identifiers, location },
    ['term', 'scheme'],
  ),
  mixin: strict(
    {
      term,
      scheme,
      title: text,
      attributes: descriptions,
      depends: identifiers,
      applies: identifiers,
      actions: identifiers,
      location,
    },
    ['term', 'scheme', 'location'],
  ),
  action: strict({ term, scheme, title: text, attributes: descriptions }, ['term', 'scheme']),
};

const ref = (what: string): JsonObject => ({ $ref: `#/$defs/${what}` });
const model = (): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(
    ['kind', 'mixin', 'action'].map((what) => [`${what}s`, { type: 'array', items: ref(what) }]),
  ),
  required: ['kinds', 'mixins', 'actions'],
  additionalProperties: false,
});

/** What the standard says. A link is told by its source; all kinds but core#entity have a location. */
export const gfd226: JsonObject = {
  $defs: {
    ...defs,
    entity: { if: { required: ['source'] }, then: ref('link'), else: ref('resource') },
    collection: {
      type: 'object',
      properties: {
        resources: { type: 'array', items: ref('resource') },
        links: { type: 'array', items: ref('link') },
      },
      minProperties: 1,
      additionalProperties: false,
    },
    model: {
      ...model(),
      properties: {
        ...(model()['properties'] as JsonObject),
        kinds: {
          type: 'array',
          items: {
            allOf: [
              ref('kind'),
              { if: { properties: { term: { const: 'entity' } } }, else: { required: ['location'] } },
            ],
          },
        },
      },
    },
  },
};

/**
 * What the strictest client that is known asks beyond it (pitfall 29): a model that is not empty, all of type,
 * mutable and required with every attribute, no pattern, defaults that are plain, attributes with every entity.
 */
export const strictest: JsonObject = {
  $defs: {
    ...(gfd226['$defs'] as JsonObject),
    description: {
      ...description,
      required: ['type', 'mutable', 'required'],
      properties: { ...(description['properties'] as JsonObject), pattern: { type: 'string' } },
    },
    link: { ...(defs['link'] as JsonObject), required: ['kind', 'id', 'attributes', 'source', 'target'] },
    resource: { ...(defs['resource'] as JsonObject), required: ['kind', 'id', 'attributes'] },
    model: {
      ...((gfd226['$defs'] as JsonObject)['model'] as JsonObject),
      allOf: [{ properties: { kinds: { minItems: 1 }, mixins: { minItems: 1 }, actions: { minItems: 1 } } }],
    },
  },
};
