import type { Json, JsonObject } from '../../shared/json.ts';
import type { Registry } from '../../occi/api.ts';
import { typeOf, type AttributeDefinition, type Kind } from '../../occi/category.ts';
import { ref } from './parts.ts';

/** Terms repeat in other schemes, so a name has both. */
export function schemaName(kind: Kind): string {
  const scheme = kind.scheme.replace(/^https?:\/\//, '').replace(/#$/, '');
  return `${scheme}.${kind.term}`.replace(/[^A-Za-z0-9._-]/g, '.');
}

const text: JsonObject = { type: 'string' };
const types: JsonObject = { type: 'array', items: { type: 'string' } };

const END: JsonObject = {
  type: 'object',
  required: ['location'],
  properties: { location: { type: 'string' }, kind: { type: 'string' } },
  additionalProperties: false,
};

const category = (required: readonly string[], more: JsonObject): JsonObject => ({
  type: 'object',
  required: [...required],
  additionalProperties: false,
  properties: {
    term: text,
    scheme: { type: 'string', format: 'uri' },
    title: text,
    attributes: { type: 'object', additionalProperties: ref('schemas', 'AttributeDescription') },
    ...more,
  },
});

/** Schemas that are the same whatever the types are (GFD.226; RFC 9457). */
export const commonSchemas: JsonObject = {
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'request', 'problems'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: text,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      code: { type: 'string', description: 'Stable, for machines' },
      request: { type: 'string', description: 'The id under which the log knows the request' },
      state: { type: ['string', 'null'] },
      moves: types,
      problems: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'code', 'detail'],
          properties: {
            path: { type: 'string', description: 'JSON pointer into what was sent' },
            code: text,
            detail: text,
            hint: text,
          },
        },
      },
    },
  },
  AttributeDescription: {
    type: 'object',
    required: ['type', 'mutable', 'required'],
    additionalProperties: false,
    properties: {
      type: { enum: ['string', 'number', 'boolean', 'array', 'object'] },
      mutable: { type: 'boolean' },
      required: { type: 'boolean' },
      pattern: { type: 'object', description: 'JSON Schema; shown with ?pattern=true' },
      default: true,
      description: text,
    },
  },
  Kind: category(['term', 'scheme'], { parent: text, actions: types, location: text }),
  Mixin: category(['term', 'scheme', 'location'], { depends: types, applies: types, actions: types, location: text }),
  Action: category(['term', 'scheme'], {}),
  Model: {
    type: 'object',
    additionalProperties: false,
    properties: {
      kinds: { type: 'array', items: ref('schemas', 'Kind') },
      mixins: { type: 'array', items: ref('schemas', 'Mixin') },
      actions: { type: 'array', items: ref('schemas', 'Action') },
    },
  },
  NewMixins: {
    type: 'object',
    required: ['mixins'],
    properties: {
      mixins: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['term', 'scheme'],
          properties: { term: text, scheme: text, title: text, location: text, depends: types },
        },
      },
    },
  },
  Entity: {
    type: 'object',
    required: ['kind', 'id'],
    additionalProperties: false,
    properties: {
      kind: text,
      id: text,
      title: text,
      summary: text,
      mixins: types,
      attributes: { type: 'object' },
      actions: types,
      links: { type: 'array', items: ref('schemas', 'Entity') },
      source: END,
      target: END,
    },
  },
  Collection: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      resources: { type: 'array', items: ref('schemas', 'Entity') },
      links: { type: 'array', items: ref('schemas', 'Entity') },
    },
  },
  Members: {
    type: 'object',
    properties: {
      resources: {
        type: 'array',
        items: { type: 'object', required: ['id'], properties: { id: text, kind: text } },
      },
      links: {
        type: 'array',
        items: { type: 'object', required: ['id'], properties: { id: text, kind: text } },
      },
    },
  },
};

/**
 * The schemas of one kind: as it is answered, as it is created, and as it is changed. Attributes of
 * mixins may stand beside those of the kind, so others are let pass.
 */
export function kindSchemas(kind: Kind, registry: Registry): JsonObject {
  const name = schemaName(kind);
  const isLink = registry.isLink(typeOf(kind));
  const all: Record<string, Json> = {};
  const given: Record<string, Json> = {};
  const mutable: Record<string, Json> = {};
  const required: string[] = [];
  for (const [attribute, definition] of attributesOf(kind, registry)) {
    const schema = attributeSchema(definition);
    all[attribute] = definition.mutable || definition.settable === true ? schema : { ...schema, readOnly: true };
    if (definition.mutable) mutable[attribute] = schema;
    if (definition.mutable || definition.settable === true) given[attribute] = schema;
    if (definition.required) required.push(attribute);
  }
  const sent = (attributes: JsonObject): JsonObject => ({
    kind: { const: typeOf(kind) },
    id: { type: 'string', description: 'A hint; the path decides' },
    title: text,
    ...(isLink ? { source: END, target: END } : { summary: text, links: { type: 'array', items: { type: 'object' } } }),
    mixins: types,
    attributes,
  });
  const needed = isLink ? ['source', 'target'] : [];
  return {
    [name]: {
      title: kind.title,
      type: 'object',
      required: ['kind', 'id', ...needed],
      additionalProperties: false,
      properties: {
        ...sent({ type: 'object', properties: all }),
        kind: { const: typeOf(kind) },
        id: { type: 'string', format: 'uri' },
        ...(isLink ? {} : { links: { type: 'array', items: ref('schemas', 'Entity') } }),
        actions: { type: 'array', items: { type: 'string' }, description: 'What is possible now' },
      },
    },
    [`${name}.new`]: {
      title: `${kind.title}, to be created`,
      type: 'object',
      required: ['kind', ...needed, ...(required.length > 0 ? ['attributes'] : [])],
      properties: sent({ type: 'object', properties: given, ...(required.length > 0 ? { required } : {}) }),
    },
    [`${name}.change`]: {
      title: `${kind.title}, what is to change`,
      type: 'object',
      properties: sent({ type: 'object', properties: mutable }),
    },
  };
}

function attributesOf(kind: Kind, registry: Registry): Map<string, AttributeDefinition> {
  const found = new Map<string, AttributeDefinition>();
  for (let at: Kind | undefined = kind; at !== undefined; at = above(at, registry))
    for (const [name, definition] of Object.entries(at.attributes))
      if (!name.startsWith('occi.core.') && !found.has(name)) found.set(name, definition);
  return found;
}

function above(kind: Kind, registry: Registry): Kind | undefined {
  return kind.parent === undefined ? undefined : registry.kind(kind.parent);
}

export function attributeSchema(definition: AttributeDefinition): JsonObject {
  return {
    type: definition.type,
    description: definition.description,
    ...(definition.default === undefined ? {} : { default: definition.default }),
    ...(definition.pattern ?? {}),
  };
}
