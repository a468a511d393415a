import { type Category, type Draft, type EntitySeen, type LinkSeen, type Value } from './types.ts';

/**
 * A strict reader of the JSON rendering, written from the member tables of GFD.226: no member
 * beyond them, no empty array in an entity, attribute names as flat keys. It is no part of the service.
 */

type Members = Readonly<Record<string, Value>>;

export function parseObject(text: string): Members {
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return value as Members;
}

function only(value: Members, what: string, required: readonly string[], optional: readonly string[]): void {
  for (const name of required) if (!(name in value)) throw new Error(`${what} without ${name}`);
  for (const name of Object.keys(value))
    if (!required.includes(name) && !optional.includes(name)) throw new Error(`${what} with ${name}, which is unknown`);
}

function text(value: Value | undefined, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is not a string`);
  return value;
}

function object(value: Value | undefined, what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is not an object`);
  return value as Members;
}

function list(value: Value | undefined, what: string, mayBeEmpty = false): readonly Value[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${what} is not an array`);
  if (value.length === 0 && !mayBeEmpty) throw new Error(`${what} is empty, and should be absent`);
  return value as readonly Value[];
}

const TYPE = /^[a-z][a-z0-9+.-]*:[^\s#]+#[A-Za-z0-9][A-Za-z0-9._-]*$/i;

function types(value: Value | undefined, what: string): string[] {
  return list(value, what).map((each) => type(each, what));
}

function type(value: Value | undefined, what: string): string {
  const found = text(value, what);
  if (!TYPE.test(found)) throw new Error(`${what}: ${found} is no type identifier`);
  return found;
}

/** GFD.226, resource and link instance rendering. */
export function readEntity(value: Members): EntitySeen {
  const isLink = 'source' in value || 'target' in value;
  only(
    value,
    'the entity',
    isLink ? ['kind', 'id', 'source', 'target'] : ['kind', 'id'],
    isLink
      ? ['title', 'mixins', 'attributes', 'actions']
      : ['title', 'summary', 'mixins', 'attributes', 'actions', 'links'],
  );
  const attributes = object(value['attributes'] ?? {}, 'attributes');
  for (const name of Object.keys(attributes))
    if (!name.includes('.')) throw new Error(`attribute ${name} is nested or has no prefix`);
  const core: Record<string, Value> = { 'occi.core.id': text(value['id'], 'id') };
  if (value['title'] !== undefined) core['occi.core.title'] = text(value['title'], 'title');
  if (value['summary'] !== undefined) core['occi.core.summary'] = text(value['summary'], 'summary');
  for (const end of ['source', 'target'].filter((name) => name in value)) {
    const place = object(value[end], end);
    only(place, end, ['location'], ['kind']);
    core[`occi.core.${end}`] = text(place['location'], end);
    if (place['kind'] !== undefined) core[`occi.core.${end}.kind`] = type(place['kind'], end);
  }
  return {
    kind: type(value['kind'], 'kind'),
    mixins: types(value['mixins'], 'mixins'),
    attributes: { ...attributes, ...core },
    links: list(value['links'], 'links').map((each) => linkOf(readEntity(object(each, 'a link')))),
    actions: types(value['actions'], 'actions'),
  };
}

function linkOf(link: EntitySeen): LinkSeen {
  const rel = link.attributes['occi.core.target.kind'];
  return {
    target: text(link.attributes['occi.core.target'], 'target'),
    ...(typeof rel === 'string' ? { rel } : {}),
    self: text(link.attributes['occi.core.id'], 'id'),
    category: [link.kind, ...link.mixins],
    attributes: link.attributes,
  };
}

/** GFD.226, entity collection rendering: `resources`, `links`, or both. */
export function readCollection(value: Members): EntitySeen[] {
  only(value, 'the collection', [], ['resources', 'links']);
  if (Object.keys(value).length === 0) throw new Error('a collection names resources or links');
  return ['resources', 'links'].flatMap((name) =>
    list(value[name], name, true).map((each) => readEntity(object(each, name))),
  );
}

/** GFD.226, category collection rendering: the whole model in one object. */
export function readModel(value: Members): Category[] {
  only(value, 'the model', [], ['kinds', 'mixins', 'actions']);
  return [
    ...list(value['kinds'], 'kinds', true).map((each) => readCategory(object(each, 'a kind'), 'kind')),
    ...list(value['mixins'], 'mixins', true).map((each) => readCategory(object(each, 'a mixin'), 'mixin')),
    ...list(value['actions'], 'actions', true).map((each) => readCategory(object(each, 'an action'), 'action')),
  ];
}

const MEMBERS = {
  kind: [
    ['term', 'scheme'],
    ['title', 'attributes', 'parent', 'actions', 'location'],
  ],
  mixin: [
    ['term', 'scheme', 'location'],
    ['title', 'attributes', 'depends', 'applies', 'actions'],
  ],
  action: [
    ['term', 'scheme'],
    ['title', 'attributes'],
  ],
} as const;

function readCategory(value: Members, of: Category['class']): Category {
  only(value, `the ${of}`, MEMBERS[of][0], MEMBERS[of][1]);
  const rel = of === 'kind' ? value['parent'] : types(value['depends'], 'depends')[0];
  types(value['applies'], 'applies');
  return {
    term: text(value['term'], 'term'),
    scheme: text(value['scheme'], 'scheme'),
    class: of,
    ...(value['title'] === undefined ? {} : { title: text(value['title'], 'title') }),
    ...(rel === undefined ? {} : { rel: type(rel, 'rel') }),
    ...(value['location'] === undefined ? {} : { location: text(value['location'], 'location') }),
    attributes: Object.entries(object(value['attributes'] ?? {}, 'attributes')).map(([name, each]) => {
      const note = object(each, name);
      only(note, `attribute ${name}`, ['type', 'mutable', 'required'], ['pattern', 'default', 'description']);
      if (!['string', 'number', 'boolean', 'array', 'object'].includes(text(note['type'], name)))
        throw new Error(`attribute ${name} has the type ${text(note['type'], name)}`);
      return { name, immutable: note['mutable'] === false, required: note['required'] === true };
    }),
    actions: types(value['actions'], 'actions'),
  };
}

const MEMBER_OF: Readonly<Record<string, string>> = {
  'occi.core.id': 'id',
  'occi.core.title': 'title',
  'occi.core.summary': 'summary',
};

export function writeEntity(draft: Draft): Members {
  const { 'occi.core.source': source, 'occi.core.target': target, ...rest } = draft.attributes ?? {};
  const attributes: Record<string, Value> = {};
  const members: Record<string, Value> = {};
  for (const [name, value] of Object.entries(rest)) {
    const member = MEMBER_OF[name];
    if (member === undefined) attributes[name] = value;
    else members[member] = value;
  }
  return {
    ...(draft.kind === undefined ? {} : { kind: draft.kind }),
    ...(draft.mixins === undefined ? {} : { mixins: draft.mixins }),
    ...members,
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(source === undefined ? {} : { source: { location: source } }),
    ...(target === undefined ? {} : { target: { location: target } }),
    ...(draft.links === undefined
      ? {}
      : {
          links: draft.links.map(({ target: to, rel, kind, attributes: own }) => ({
            kind,
            target: { location: to, kind: rel },
            ...(own === undefined ? {} : { attributes: own }),
          })),
        }),
  };
}
