import type { JsonObject } from '../../shared/json.ts';
import type { Registry } from '../../occi/api.ts';
import { typeOf, type Kind } from '../../occi/category.ts';
import { kindPaths } from './kind-paths.ts';
import { mixinPaths } from './mixin-paths.ts';
import { otherPaths } from './other-paths.ts';
import { parameters, responses } from './parts.ts';
import { commonSchemas, kindSchemas } from './schemas.ts';

/**
 * The whole interface as one OpenAPI 3.1 document: every collection, entity and action of the types
 * that all tenants see, discovery, and what is not OCCI. A tenant's own mixins are not in it.
 */
export function openApiDocument(registry: Registry, info: { baseUrl: string; version: string }): JsonObject {
  const all = registry.kinds().filter((kind) => kind.location !== undefined);
  const isLink = (kind: Kind): boolean => registry.isLink(typeOf(kind));
  // Links after what they link, so that the examples work in the order of the document.
  const kinds = [...all.filter((kind) => !isLink(kind)), ...all.filter(isLink)];
  const mixins = registry.mixins();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: info.version,
      summary: 'SLA brokering and negotiation on OCCI 1.2',
      description:
        'Every kind has the same uniform interface (GFD.223): a collection at its location, entities below it, and ' +
        'actions by ?action=. What is described here in JSON (GFD.226) is also read and written as text/plain, ' +
        'text/occi+plain and text/occi (GFD.229); listings as text/uri-list too. /-/ describes all types. ' +
        'The examples work as they stand, in the order of this document: PUT makes what links refer to.',
    },
    servers: [{ url: info.baseUrl }],
    security: [{ bearer: [] }, { basic: [] }],
    tags: [
      { name: 'discovery', description: 'The query interface: kinds, mixins and actions' },
      { name: 'entities', description: 'Collections and entities of every kind, and their actions' },
      { name: 'mixins', description: 'Entities that have a mixin' },
      { name: 'service', description: 'Events, health, figures' },
    ],
    paths: Object.fromEntries([
      ...otherPaths(kinds, registry),
      ...kinds.flatMap((kind) => kindPaths(kind, registry)),
      ...mixins.flatMap(mixinPaths),
    ]),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token' },
        basic: { type: 'http', scheme: 'basic', description: 'The principal as user name, its token as password' },
      },
      parameters,
      responses,
      schemas: {
        ...commonSchemas,
        ...Object.fromEntries(kinds.flatMap((kind) => Object.entries(kindSchemas(kind, registry)))),
      },
    },
  };
}
