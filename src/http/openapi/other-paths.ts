import type { JsonObject } from '../../shared/json.ts';
import type { Registry } from '../../occi/api.ts';
import { typeOf, type Kind } from '../../occi/category.ts';
import { answer, failures, JSON_TYPE, locationHeader, ref } from './parts.ts';
import { schemaName } from './schemas.ts';

const MIXIN = { term: 'blue', scheme: 'http://example.org/occi/tags#', title: 'Blue things', location: '/tags/blue/' };

/** Discovery, the root, and what is not OCCI. */
export function otherPaths(kinds: readonly Kind[], registry: Registry): [path: string, item: JsonObject][] {
  const creatable = kinds.filter((kind) => registry.behaviour(typeOf(kind))?.clientMay?.create !== false);
  return [
    ['/-/', discovery('')],
    ['/.well-known/org/ogf/occi/-/', { get: { ...(discovery('.wellknown')['get'] as JsonObject) } }],
    [
      '/',
      {
        get: {
          tags: ['entities'],
          operationId: 'list.all',
          summary: 'All entities; every path above collections lists what is below it',
          parameters: ['page', 'number', 'after', 'filterCategory', 'filterAttribute', 'tenant'].map((one) =>
            ref('parameters', one),
          ),
          responses: { '200': ref('responses', 'Locations'), ...failures },
        },
        post: {
          tags: ['entities'],
          operationId: 'create.any',
          summary: 'Create by kind, wherever its collection is',
          parameters: ['idempotencyKey', 'prefer', 'tenant'].map((one) => ref('parameters', one)),
          requestBody: {
            required: true,
            content: {
              [JSON_TYPE]: {
                schema: { anyOf: creatable.map((kind) => ref('schemas', `${schemaName(kind)}.new`)) },
              },
              'text/plain': { schema: { type: 'string' } },
            },
          },
          responses: { '201': answer('Created', ref('schemas', 'Entity'), locationHeader), ...failures },
        },
      },
    ],
    ['/events', { get: events() }],
    ['/health/live', get('The process runs', 'application/json', STATUS)],
    ['/health/ready', get('The service can be used; 503 where it cannot', 'application/json', STATUS)],
    ['/metrics', get('Figures for Prometheus', 'text/plain', { type: 'string' })],
    ['/openapi.json', get('This document', 'application/json', { type: 'object', required: ['openapi', 'paths'] })],
  ];
}

const STATUS: JsonObject = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } };

function discovery(suffix: string): JsonObject {
  const removed = { term: MIXIN.term, scheme: MIXIN.scheme };
  const body = (mixin: JsonObject): JsonObject => ({
    required: true,
    content: {
      [JSON_TYPE]: { schema: ref('schemas', 'NewMixins'), examples: { tag: { value: { mixins: [mixin] } } } },
      'text/plain': { schema: { type: 'string' } },
    },
  });
  return {
    get: {
      tags: ['discovery'],
      operationId: `discover${suffix}`,
      summary: 'Every kind, mixin and action, with attributes and their properties',
      parameters: ['filterCategory', 'pattern', 'ifNoneMatch'].map((one) => ref('parameters', one)),
      responses: {
        '200': answer('The model', ref('schemas', 'Model')),
        '304': ref('responses', 'NotModified'),
        ...failures,
      },
    },
    post: {
      tags: ['discovery'],
      operationId: `mixin.add${suffix}`,
      summary: 'Add mixins of one’s own',
      requestBody: body(MIXIN),
      responses: { '200': answer('Added', { type: 'object' }), ...failures },
    },
    delete: {
      tags: ['discovery'],
      operationId: `mixin.remove${suffix}`,
      summary: 'Remove mixins of one’s own, with all their associations',
      requestBody: body(removed),
      responses: { '200': ref('responses', 'Done'), ...failures },
    },
  };
}

function events(): JsonObject {
  return {
    tags: ['service'],
    operationId: 'events',
    summary: 'CloudEvents of the tenant as server-sent events',
    parameters: [
      { name: 'of', in: 'query', description: 'Path of one entity', schema: { type: 'string' } },
      { name: 'Last-Event-ID', in: 'header', description: 'Go on after this event', schema: { type: 'string' } },
      ref('parameters', 'tenant'),
    ],
    responses: {
      '200': { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      ...failures,
    },
  };
}

function get(summary: string, type: string, schema: JsonObject): JsonObject {
  const operationId = summary
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .slice(0, 24);
  return {
    get: {
      tags: ['service'],
      operationId,
      summary,
      security: [],
      responses: {
        '200': { description: summary, content: { [type]: { schema } } },
        default: ref('responses', 'Problem'),
      },
    },
  };
}
