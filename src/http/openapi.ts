import type { Middleware } from 'koa';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Registry } from '../occi/api.ts';
import { typeOf, type AttributeDefinition, type Kind } from '../occi/category.ts';
import type { AppParts } from './parts.ts';

/** `/openapi.json`: OpenAPI 3.1 of what the registry holds; made once, at the first request. */
export function openApi(parts: Pick<AppParts, 'engine' | 'baseUrl' | 'version'>): Middleware {
  let text: string | undefined;
  return (ctx) => {
    text ??= JSON.stringify(openApiDocument(parts.engine.registry, parts));
    ctx.set('Content-Type', 'application/json');
    ctx.body = text;
  };
}

export function openApiDocument(registry: Registry, info: { baseUrl: string; version: string }): JsonObject {
  const kinds = registry.kinds().filter((kind) => kind.location !== undefined);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: info.version,
      description: 'SLA brokering on OCCI 1.2. Every kind has the same uniform interface; /-/ describes all types.',
    },
    servers: [{ url: info.baseUrl }],
    security: [{ bearer: [] }, { basic: [] }],
    paths: Object.fromEntries([...kinds.flatMap((kind) => kindPaths(kind, registry)), ...otherPaths()]),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } },
      schemas: {
        Problem: PROBLEM,
        Invocation: INVOCATION,
        ...Object.fromEntries(kinds.map((kind) => [schemaName(kind), entitySchema(kind, registry)])),
      },
      responses: {
        Problem: {
          description: 'What went wrong, every problem with its path (RFC 9457)',
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      },
    },
  };
}

const PROBLEM: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'request', 'problems'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    request: { type: 'string' },
    problems: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'code', 'detail'],
        properties: {
          path: { type: 'string' },
          code: { type: 'string' },
          detail: { type: 'string' },
          hint: { type: 'string' },
        },
      },
    },
  },
};

const INVOCATION: JsonObject = {
  type: 'object',
  required: ['action'],
  properties: { action: { type: 'string' }, attributes: { type: 'object' } },
};

const MEDIA_TYPE = 'application/occi+json';
const error: JsonObject = { $ref: '#/components/responses/Problem' };

function ref(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function content(schema: JsonObject): JsonObject {
  return { [MEDIA_TYPE]: { schema } };
}

function answer(description: string, schema?: JsonObject): JsonObject {
  return schema === undefined ? { description } : { description, content: content(schema) };
}

/** Terms repeat in other schemes, so a name has both. */
function schemaName(kind: Kind): string {
  const scheme = kind.scheme.replace(/^https?:\/\//, '').replace(/#$/, '');
  return `${scheme}.${kind.term}`.replace(/[^A-Za-z0-9._-]/g, '.');
}

function kindPaths(kind: Kind, registry: Registry): [path: string, item: JsonObject][] {
  const location = kind.location ?? '';
  const entity = ref(schemaName(kind));
  const listed = registry.isLink(typeOf(kind)) ? 'links' : 'resources';
  const collection: JsonObject = {
    type: 'object',
    properties: { [listed]: { type: 'array', items: entity } },
    required: [listed],
  };
  const query = (name: string, description: string): JsonObject => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  });
  const id: JsonObject = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
  const actions = kind.actions.map((action) => action.slice(action.indexOf('#') + 1));
  const body = { required: true, content: content(entity) };
  return [
    [
      location,
      {
        get: {
          summary: `List: ${kind.title}`,
          parameters: [query('page', 'From 1, with number'), query('number', 'Items'), query('after', 'Cursor')],
          responses: { '200': answer('The collection', collection), default: error },
        },
        post: {
          summary: `Create: ${kind.title}`,
          requestBody: body,
          responses: { '201': answer('Created', entity), default: error },
        },
        delete: { summary: 'Delete all', responses: { '200': answer('Deleted'), default: error } },
      },
    ],
    [
      `${location}{id}`,
      {
        parameters: [id],
        get: { summary: `Read: ${kind.title}`, responses: { '200': answer('The entity', entity), default: error } },
        put: {
          summary: 'Replace, or create under this id',
          requestBody: body,
          responses: { '200': answer('Replaced', entity), '201': answer('Created', entity), default: error },
        },
        post: {
          summary: 'Change, or with ?action= perform an action',
          parameters: [
            {
              name: 'action',
              in: 'query',
              required: false,
              schema: actions.length === 0 ? { type: 'string' } : { type: 'string', enum: actions },
            },
          ],
          requestBody: { content: content({ anyOf: [entity, ref('Invocation')] }) },
          responses: { '200': answer('The entity as it is now', entity), default: error },
        },
        delete: { summary: 'Delete', responses: { '200': answer('Deleted'), default: error } },
      },
    ],
  ];
}

function otherPaths(): [path: string, item: JsonObject][] {
  const get = (summary: string, type: string): JsonObject => ({
    get: { summary, responses: { '200': { description: summary, content: { [type]: {} } }, default: error } },
  });
  return [
    ['/-/', get('Discovery: every kind, mixin and action', MEDIA_TYPE)],
    ['/events', get('Events as they happen', 'text/event-stream')],
    ['/health/live', get('The process runs', 'application/json')],
    ['/health/ready', get('The service can be used', 'application/json')],
    ['/metrics', get('Figures for Prometheus', 'text/plain')],
  ];
}

function entitySchema(kind: Kind, registry: Registry): JsonObject {
  const properties: Record<string, Json> = {};
  for (let at: Kind | undefined = kind; at !== undefined; at = parentOf(at, registry))
    for (const [name, definition] of Object.entries(at.attributes))
      if (!name.startsWith('occi.core.')) properties[name] ??= attributeSchema(definition);
  return {
    type: 'object',
    title: kind.title,
    required: ['kind'],
    properties: {
      kind: { const: typeOf(kind) },
      id: { type: 'string' },
      title: { type: 'string' },
      summary: { type: 'string' },
      mixins: { type: 'array', items: { type: 'string' } },
      attributes: { type: 'object', properties },
      ...(registry.isLink(typeOf(kind)) ? { source: LINK_END, target: LINK_END } : {}),
    },
  };
}

const LINK_END: JsonObject = {
  type: 'object',
  required: ['location'],
  properties: { location: { type: 'string' }, kind: { type: 'string' } },
};

function parentOf(kind: Kind, registry: Registry): Kind | undefined {
  return kind.parent === undefined ? undefined : registry.kind(kind.parent);
}

function attributeSchema(definition: AttributeDefinition): JsonObject {
  return {
    type: definition.type,
    description: definition.description,
    ...(definition.mutable || definition.settable === true ? {} : { readOnly: true }),
    ...(definition.default === undefined ? {} : { default: definition.default }),
    ...(definition.pattern ?? {}),
  };
}
