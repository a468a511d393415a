import type { JsonObject } from '../../shared/json.ts';
import type { Mixin } from '../../occi/category.ts';
import { failures, JSON_TYPE, ref } from './parts.ts';

/** A mixin's collection: entities gain and lose it (GFD.223 sections 11.2, 11.3.2 and 11.4.2). */
export function mixinPaths(mixin: Mixin): [path: string, item: JsonObject][] {
  const name = (mixin.scheme.replace(/^https?:\/\//, '') + mixin.term).replace(/[^A-Za-z0-9._-]/g, '.');
  const operation = (id: string, summary: string, body: boolean, needed: boolean): JsonObject => ({
    tags: ['mixins'],
    operationId: `${id}.${name}`,
    summary,
    ...(body
      ? {
          requestBody: {
            required: needed,
            content: {
              [JSON_TYPE]: { schema: ref('schemas', 'Members') },
              'text/plain': { schema: { type: 'string' } },
              'text/uri-list': { schema: { type: 'string' } },
            },
          },
        }
      : {}),
    responses: { '200': ref('responses', 'Locations'), ...failures },
  });
  return [
    [
      mixin.location,
      {
        parameters: [ref('parameters', 'tenant')],
        get: {
          ...operation('members', `List: ${mixin.title}`, false, false),
          parameters: ['page', 'number', 'after', 'filterCategory', 'filterAttribute'].map((one) =>
            ref('parameters', one),
          ),
        },
        post: operation('associate', 'Give the mixin to entities', true, true),
        put: operation('members.replace', 'Give it to these entities and take it off all others', true, true),
        delete: operation('disassociate', 'Take it off these entities, or without a body off all', true, false),
      },
    ],
  ];
}
