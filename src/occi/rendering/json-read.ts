import { BadRequest, Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';
import { typeId, type TypeId } from '../../shared/ids.ts';
import type { Mixin } from '../category.ts';
import type { EntityDocument, LinkEnd } from '../entity.ts';
import type { ActionInvocation } from '../request.ts';
import { decodeText, parseJsonText } from './json-text.ts';
import type { Message, Parser } from './types.ts';

/** `actions` is let pass and not read: clients send back what they were given. */
const ENTITY_MEMBERS = new Set([
  'kind',
  'id',
  'title',
  'summary',
  'mixins',
  'attributes',
  'actions',
  'links',
  'source',
  'target',
]);

/** Members of a mixin (GFD.226 section 3.6). */
const MIXIN_MEMBERS = new Set(['term', 'scheme', 'location', 'title', 'attributes', 'depends', 'applies', 'actions']);

type MutableDocument = { -readonly [Key in keyof EntityDocument]: EntityDocument[Key] };

/** Reads application/occi+json (GFD.226). All problems of a message are told at once, with their JSON pointers. */
export const jsonParser: Parser = {
  entities(message) {
    return reading(message, (body, problems) => {
      const lists = collection(body);
      if (lists === undefined) return [readEntity(body, '', problems)];
      unknownMembers(body, new Set(['resources', 'links']), '', problems);
      const documents = lists.flatMap(({ name, items }) =>
        items.map((item, index) => readEntity(item, `/${name}/${index}`, problems)),
      );
      if (documents.length === 0) problems.add('', 'entity_missing', 'the collection is empty');
      return documents;
    });
  },

  entity(message) {
    return reading(message, (body, problems) => {
      const items = collection(body)?.flatMap((list) => list.items);
      if (items === undefined) return readEntity(body, '', problems);
      if (items.length !== 1) problems.add('', 'entity_count', 'exactly one entity is expected here');
      return readEntity(items[0] ?? {}, '', problems);
    });
  },

  invocation(message, _model, term) {
    if (message.body.length === 0 && term !== undefined) return { term, attributes: {} };
    return reading(message, (body, problems) => {
      unknownMembers(body, new Set(['action', 'attributes']), '', problems);
      const action = optionalType(body, 'action', '', problems);
      const invocation: ActionInvocation = {
        attributes: attributesOf(body, '', problems),
        ...(term === undefined ? {} : { term }),
        ...(action === undefined ? {} : { action }),
      };
      return invocation;
    });
  },

  mixins(message, model) {
    return reading(message, (body, problems) =>
      mixinItems(body).map(({ item, path }) => readMixin(item, path, problems, model.tenant)),
    );
  },

  types(message) {
    if (message.body.length === 0) return [];
    return reading(message, (body, problems) =>
      mixinItems(body).map(({ item, path }) => {
        if (typeof item === 'string') return typeId(item);
        if (!isObject(item)) {
          problems.add(path, 'type', 'a mixin is an object or a type identifier');
          return typeId('');
        }
        return typeId(text(item, 'scheme', path, problems) + text(item, 'term', path, problems));
      }),
    );
  },

  members(message) {
    if (message.body.length === 0) return [];
    return reading(message, (body, problems) => {
      const lists = collection(body) ?? [{ name: '', items: [body] }];
      return lists.flatMap(({ name, items }) =>
        items.map((item, index) => {
          if (typeof item === 'string') return item;
          const id = isObject(item) ? item['id'] : undefined;
          if (typeof id === 'string') return id;
          problems.add(name === '' ? '' : `/${name}/${index}`, 'id_missing', 'a member is named by its id or location');
          return '';
        }),
      );
    });
  },
};

function reading<Result>(message: Message, read: (body: JsonObject, problems: Problems) => Result): Result {
  const body = parseJsonText(decodeText(message.body));
  const problems = new Problems();
  if (!isObject(body)) problems.add('', 'type', 'the message is a JSON object');
  const result = isObject(body) ? read(body, problems) : undefined;
  problems.throwIfAny((list) => new BadRequest('invalid_document', 'The document cannot be read', { problems: list }));
  return result as Result;
}

interface List {
  readonly name: string;
  readonly items: readonly Json[];
}

/**
 * The entities of a collection (GFD.226 section 3.4); undefined for a single entity. A single
 * resource has `links` too, so without `resources` it is the absence of a kind that tells.
 */
function collection(body: JsonObject): readonly List[] | undefined {
  const { resources, links } = body;
  if (resources === undefined && (links === undefined || body['kind'] !== undefined || body['id'] !== undefined))
    return undefined;
  const lists: List[] = [];
  if (Array.isArray(resources)) lists.push({ name: 'resources', items: resources as readonly Json[] });
  if (Array.isArray(links)) lists.push({ name: 'links', items: links as readonly Json[] });
  return lists;
}

function readEntity(value: Json, path: string, problems: Problems): EntityDocument {
  const document: MutableDocument = { mixins: [], attributes: {} };
  if (!isObject(value)) {
    problems.add(path, 'type', 'an entity is an object');
    return document;
  }
  unknownMembers(value, ENTITY_MEMBERS, path, problems);
  document.attributes = attributesOf(value, path, problems);
  document.mixins = typeList(value, 'mixins', path, problems);
  const kind = optionalType(value, 'kind', path, problems);
  if (kind !== undefined) document.kind = kind;
  for (const name of ['id', 'title', 'summary'] as const) {
    const member = optionalText(value, name, path, problems);
    if (member !== undefined) document[name] = member;
  }
  for (const name of ['source', 'target'] as const) {
    const end = linkEnd(value[name], pointer(path, name), problems);
    if (end !== undefined) document[name] = end;
  }
  const links = value['links'];
  if (Array.isArray(links))
    document.links = (links as readonly Json[]).map((link, index) =>
      readEntity(link, pointer(path, 'links', index), problems),
    );
  else if (links !== undefined) problems.add(pointer(path, 'links'), 'type', 'links is an array');
  return document;
}

/** `{location, kind}`; the plain string of earlier drafts is accepted. */
function linkEnd(value: Json | undefined, path: string, problems: Problems): LinkEnd | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return { location: value };
  if (!isObject(value)) {
    problems.add(path, 'type', 'the end of a link is an object with a location');
    return undefined;
  }
  unknownMembers(value, new Set(['location', 'kind']), path, problems);
  const location = text(value, 'location', path, problems);
  const kind = optionalType(value, 'kind', path, problems);
  return kind === undefined ? { location } : { location, kind };
}

function readMixin(value: Json, path: string, problems: Problems, tenant: string | undefined): Mixin {
  const body = isObject(value) ? value : {};
  if (!isObject(value)) problems.add(path, 'type', 'a mixin is an object');
  else unknownMembers(value, MIXIN_MEMBERS, path, problems);
  for (const name of ['attributes', 'actions'] as const) {
    const member = body[name];
    if (typeof member === 'object' && member !== null && Object.keys(member).length > 0)
      problems.add(pointer(path, name), 'not_supported', `a mixin made by a client has no ${name}`);
  }
  return {
    class: 'mixin',
    term: text(body, 'term', path, problems),
    scheme: text(body, 'scheme', path, problems),
    title: optionalText(body, 'title', path, problems) ?? '',
    location: text(body, 'location', path, problems),
    attributes: {},
    actions: [],
    depends: typeList(body, 'depends', path, problems),
    applies: typeList(body, 'applies', path, problems),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function mixinItems(body: JsonObject): readonly { item: Json; path: string }[] {
  const list = body['mixins'];
  if (!Array.isArray(list)) return [{ item: body, path: '' }];
  return (list as readonly Json[]).map((item, index) => ({ item, path: `/mixins/${index}` }));
}

function attributesOf(value: JsonObject, path: string, problems: Problems): JsonObject {
  const attributes = value['attributes'];
  if (attributes === undefined) return {};
  if (isObject(attributes)) return attributes;
  problems.add(pointer(path, 'attributes'), 'type', 'attributes is an object');
  return {};
}

function unknownMembers(value: JsonObject, known: ReadonlySet<string>, path: string, problems: Problems): void {
  for (const name of Object.keys(value))
    if (!known.has(name))
      problems.add(
        pointer(path, name),
        'member_unknown',
        'the document has no such member',
        `known are ${[...known].join(', ')}; attributes stand under "attributes"`,
      );
}

function text(value: JsonObject, name: string, path: string, problems: Problems): string {
  const member = optionalText(value, name, path, problems);
  if (member === undefined && value[name] === undefined)
    problems.add(pointer(path, name), 'member_missing', `${name} is needed`);
  return member ?? '';
}

function optionalText(value: JsonObject, name: string, path: string, problems: Problems): string | undefined {
  const member = value[name];
  if (member === undefined || typeof member === 'string') return member;
  problems.add(pointer(path, name), 'type', `${name} is a string`);
  return undefined;
}

function optionalType(value: JsonObject, name: string, path: string, problems: Problems): TypeId | undefined {
  const member = optionalText(value, name, path, problems);
  if (member === undefined) return undefined;
  if (!/^[^\s#]+#[^\s#]+$/.test(member)) {
    problems.add(
      pointer(path, name),
      'type_identifier',
      'a type identifier is a scheme and a term',
      'such as http://schemas.ogf.org/occi/infrastructure#compute',
    );
    return undefined;
  }
  return typeId(member);
}

function typeList(value: JsonObject, name: string, path: string, problems: Problems): readonly TypeId[] {
  const member = value[name];
  if (member === undefined) return [];
  if (Array.isArray(member) && member.every((item) => typeof item === 'string')) return member.map(typeId);
  problems.add(pointer(path, name), 'type', `${name} is an array of type identifiers`);
  return [];
}
