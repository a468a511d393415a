import { typeId, type TypeId } from '../shared/ids.ts';
import type { AttributeDefinition, Kind } from './category.ts';

/** Scheme of the core kinds (GFD.221). */
export const CORE_SCHEME = 'http://schemas.ogf.org/occi/core#';

export const ENTITY: TypeId = typeId(`${CORE_SCHEME}entity`);
export const RESOURCE: TypeId = typeId(`${CORE_SCHEME}resource`);
export const LINK: TypeId = typeId(`${CORE_SCHEME}link`);

/**
 * Rendered names of the attributes that every entity, resource and link has (GFD.229 section 5.5.1).
 * They are members of the record and not of its `attributes`.
 */
export const core = {
  id: 'occi.core.id',
  title: 'occi.core.title',
  summary: 'occi.core.summary',
  source: 'occi.core.source',
  sourceKind: 'occi.core.source.kind',
  target: 'occi.core.target',
  targetKind: 'occi.core.target.kind',
} as const;

const text = (description: string, mutable: boolean, required = false): AttributeDefinition => ({
  type: 'string',
  mutable,
  required,
  description,
});

/** Abstract, so bound to no location (GFD.223 section 4). */
export const entityKind: Kind = {
  class: 'kind',
  scheme: CORE_SCHEME,
  term: 'entity',
  title: 'Entity',
  actions: [],
  attributes: {
    [core.id]: text('Unique identifier, a URI', false),
    [core.title]: text('Display name', true),
  },
};

export const resourceKind: Kind = {
  class: 'kind',
  scheme: CORE_SCHEME,
  term: 'resource',
  title: 'Resource',
  parent: ENTITY,
  location: '/resource/',
  actions: [],
  attributes: { [core.summary]: text('Summary of the resource', true) },
};

export const linkKind: Kind = {
  class: 'kind',
  scheme: CORE_SCHEME,
  term: 'link',
  title: 'Link',
  parent: ENTITY,
  location: '/link/',
  actions: [],
  attributes: {
    [core.source]: text('The resource that the link starts at, of this service', true, true),
    [core.sourceKind]: text('Kind of the source', false),
    [core.target]: text('Where the link leads: a resource of this service, or any URI', true, true),
    [core.targetKind]: text('Kind of the target', true),
  },
};

export const coreKinds: readonly Kind[] = [entityKind, resourceKind, linkKind];
