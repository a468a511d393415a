import type { Json, JsonObject } from '../../shared/json.ts';
import type { Registry } from '../../occi/api.ts';
import { typeOf, type Action, type Kind } from '../../occi/category.ts';
import { exampleOf, type Example } from './examples.ts';
import { answer, etagHeader, failures, JSON_TYPE, locationHeader, ref } from './parts.ts';
import { attributeSchema, schemaName } from './schemas.ts';
import { entityText } from './text-example.ts';

type Paths = [path: string, item: JsonObject][];

const METHOD_TEXT = 'text/plain';

/** A kind's collection and its entities (GFD.223 sections 10 and 11). */
export function kindPaths(kind: Kind, registry: Registry): Paths {
  const location = kind.location ?? '';
  const may = registry.behaviour(typeOf(kind))?.clientMay;
  const example = exampleOf(typeOf(kind));
  return [
    [
      location,
      collection(kind, registry, may?.create !== false, may?.delete !== false && may?.deleteAll !== false, example),
    ],
    [
      `${location}{id}`,
      entity(
        kind,
        registry,
        { creates: may?.create !== false, updates: may?.update !== false, deletes: may?.delete !== false },
        example,
      ),
    ],
  ];
}

function collection(kind: Kind, registry: Registry, creates: boolean, empties: boolean, example?: Example): JsonObject {
  const name = schemaName(kind);
  const listed = registry.isLink(typeOf(kind)) ? 'links' : 'resources';
  const members: JsonObject = { type: 'array', items: ref('schemas', 'Entity') };
  return {
    parameters: [ref('parameters', 'tenant')],
    get: {
      tags: ['entities'],
      operationId: `list.${name}`,
      summary: `List: ${kind.title}`,
      parameters: ['page', 'number', 'after', 'filterCategory', 'filterAttribute'].map((one) => ref('parameters', one)),
      responses: {
        '200': {
          ...answer('The collection', { type: 'object', required: [listed], properties: { [listed]: members } }),
          headers: { 'Parley-Next-Cursor': { description: 'Cursor of the next page', schema: { type: 'string' } } },
        },
        ...failures,
      },
    },
    ...(creates
      ? {
          post: {
            tags: ['entities'],
            operationId: `create.${name}`,
            summary: `Create: ${kind.title}; or with ?action= perform an action on all`,
            parameters: [ref('parameters', 'idempotencyKey'), ref('parameters', 'prefer')],
            requestBody: { required: true, content: creation(kind, example) },
            responses: { '201': answer('Created', ref('schemas', name), locationHeader), ...failures },
          },
        }
      : {}),
    ...(empties
      ? {
          delete: {
            tags: ['entities'],
            operationId: `empty.${name}`,
            summary: 'Delete all, within the caller’s own things; filters narrow it',
            parameters: [ref('parameters', 'filterCategory'), ref('parameters', 'filterAttribute')],
            responses: { '200': ref('responses', 'Done'), ...failures },
          },
        }
      : {}),
  };
}

/** Bodies that create, in JSON and as text. */
function creation(kind: Kind, example: Example | undefined): JsonObject {
  const schema = ref('schemas', `${schemaName(kind)}.new`);
  if (example === undefined) return { [JSON_TYPE]: { schema }, [METHOD_TEXT]: { schema: { type: 'string' } } };
  const document: JsonObject = { kind: typeOf(kind), ...example.create };
  const text = entityText(document);
  return {
    [JSON_TYPE]: { schema, examples: { create: { value: document } } },
    [METHOD_TEXT]: {
      schema: { type: 'string' },
      ...(text === undefined ? {} : { examples: { create: { value: text } } }),
    },
  };
}

interface Allowed {
  readonly creates: boolean;
  readonly updates: boolean;
  readonly deletes: boolean;
}

function entity(kind: Kind, registry: Registry, { creates, updates, deletes }: Allowed, example?: Example): JsonObject {
  const name = schemaName(kind);
  const shown = ref('schemas', name);
  const exports = Object.keys(registry.behaviour(typeOf(kind))?.exports ?? {});
  const actions = kind.actions.flatMap((type) => registry.action(type) ?? []);
  const id: JsonObject = {
    name: 'id',
    in: 'path',
    required: true,
    description: 'The UUID of the entity',
    schema: { type: 'string', format: 'uuid' },
    ...(example === undefined ? {} : { example: example.id }),
  };
  const ok = answer('The entity', shown, etagHeader);
  return {
    parameters: [id, ref('parameters', 'tenant')],
    get: {
      tags: ['entities'],
      operationId: `read.${name}`,
      summary: `Read: ${kind.title}`,
      parameters: [
        ref('parameters', 'ifNoneMatch'),
        ...(exports.includes('text/csv') ? [time('from', 'From this instant'), time('until', 'Up to this one')] : []),
      ],
      responses: {
        '200': { ...ok, content: { ...(ok['content'] as JsonObject), ...exported(exports) } },
        '304': ref('responses', 'NotModified'),
        ...failures,
      },
    },
    ...(creates && updates
      ? {
          put: {
            tags: ['entities'],
            operationId: `replace.${name}`,
            summary: 'Replace, or create under this id; links stay',
            parameters: [ref('parameters', 'ifMatch'), ref('parameters', 'ifNoneMatch')],
            requestBody: { required: true, content: creation(kind, example) },
            responses: { '200': ok, '201': answer('Created', shown, locationHeader), ...failures },
          },
        }
      : {}),
    ...(updates || actions.length > 0 ? { post: change(kind, actions, updates, ok, example) } : {}),
    ...(deletes
      ? {
          delete: {
            tags: ['entities'],
            operationId: `delete.${name}`,
            summary: 'Delete, with its links',
            parameters: [ref('parameters', 'ifMatch')],
            responses: { '200': ref('responses', 'Done'), ...failures },
          },
        }
      : {}),
  };
}

/** Partial update, and actions under the same method. */
function change(
  kind: Kind,
  actions: readonly Action[],
  updates: boolean,
  ok: JsonObject,
  example?: Example,
): JsonObject {
  const name = schemaName(kind);
  const examples: Record<string, Json> = {};
  if (updates && example?.change !== undefined) examples['change'] = { value: example.change };
  for (const { term, scheme } of actions) {
    const attributes = example?.actions?.[term];
    if (attributes !== undefined)
      examples[term] = {
        summary: `With ?action=${term}`,
        value: { action: scheme + term, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) },
      };
  }
  const schema: JsonObject = {
    anyOf: [...(updates ? [ref('schemas', `${name}.change`)] : []), ...actions.map(invocation)],
  };
  return {
    tags: ['entities'],
    operationId: `change.${name}`,
    summary: actions.length === 0 ? 'Change' : 'Change, or with ?action= perform an action',
    parameters: [
      ...(actions.length === 0
        ? []
        : [
            {
              name: 'action',
              in: 'query',
              description: 'Term of the action that the body invokes',
              schema: { enum: actions.map(({ term }) => term) },
            },
          ]),
      ...['ifMatch', 'idempotencyKey', 'prefer'].map((one) => ref('parameters', one)),
    ],
    requestBody: {
      required: true,
      content: {
        [JSON_TYPE]: { schema, ...(Object.keys(examples).length === 0 ? {} : { examples }) },
        [METHOD_TEXT]: { schema: { type: 'string' } },
      },
    },
    responses: {
      '200': {
        ...ok,
        description: 'The entity as it is now; for some actions a collection of what came of it',
        content: {
          ...(ok['content'] as JsonObject),
          [JSON_TYPE]: { schema: { anyOf: [ref('schemas', name), ref('schemas', 'Collection'), { type: 'object' }] } },
        },
      },
      ...failures,
    },
  };
}

function invocation(action: Action): JsonObject {
  const required = Object.entries(action.attributes).filter(([, definition]) => definition.required);
  return {
    title: action.title,
    type: 'object',
    required: ['action', ...(required.length === 0 ? [] : ['attributes'])],
    additionalProperties: false,
    properties: {
      action: { const: action.scheme + action.term },
      attributes: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(action.attributes).map(([name, definition]) => [name, attributeSchema(definition)]),
        ),
        ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
      },
    },
  };
}

function exported(types: readonly string[]): JsonObject {
  return Object.fromEntries(
    types.map((type) => [type, { schema: { type: type === 'application/json' ? 'object' : 'string' } }]),
  );
}

function time(name: string, description: string): JsonObject {
  return { name, in: 'query', description, schema: { type: 'string', format: 'date-time' } };
}
