import { BadRequest, Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';
import { typeId } from '../../shared/ids.ts';
import type { Mixin } from '../category.ts';
import type { ActionInvocation } from '../request.ts';
import { EntityReader } from './json-entity.ts';
import {
  attributesOf,
  optionalList,
  optionalText,
  optionalType,
  text,
  typeList,
  unknownMembers,
} from './json-members.ts';
import { decodeText, parseJsonText } from './json-text.ts';
import type { Message, Parser } from './types.ts';

/** Members of a mixin (GFD.226, Mixin). */
const MIXIN_MEMBERS = new Set(['term', 'scheme', 'location', 'title', 'attributes', 'depends', 'applies', 'actions']);

/** Reads application/occi+json (GFD.226). All problems of a message are told at once, with their JSON pointers. */
export const jsonParser: Parser = {
  entities(message, model, hint) {
    return reading(message, (body, problems) => {
      const reader = new EntityReader(model, problems, hint);
      const items = collection(body, problems);
      if (items?.length === 0) problems.add('', 'entity_missing', 'the collection is empty');
      return (items ?? [{ item: body, path: '' }]).map(({ item, path }) => {
        const document = reader.read(item, path);
        if (document.kind === undefined && isObject(item) && item['kind'] === undefined)
          problems.add(pointer(path, 'kind'), 'kind_required', 'a new entity has a kind');
        return document;
      });
    });
  },

  entity(message, model, hint) {
    return reading(message, (body, problems) => {
      const reader = new EntityReader(model, problems, hint);
      // What is sent to a resource has links of its own; a collection of links is nothing that it could be.
      const own = hint !== undefined && !model.isLink(hint) && body['resources'] === undefined;
      const items = own ? undefined : collection(body, problems);
      if (items === undefined) return reader.read(body, '');
      if (items.length !== 1)
        problems.add('', 'entity_count', `exactly one entity is expected here, not ${items.length}`);
      const [only] = items;
      return only === undefined ? { mixins: [], attributes: {} } : reader.read(only.item, only.path);
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
      mixinItems(body, problems).map(({ item, path }) => readMixin(item, path, problems, model.tenant)),
    );
  },

  types(message) {
    if (message.body.length === 0) return [];
    return reading(message, (body, problems) =>
      mixinItems(body, problems).map(({ item, path }) => {
        if (typeof item === 'string') return typeId(item);
        if (!isObject(item)) {
          problems.add(path, 'type', 'a mixin is an object or a type identifier');
          return typeId('');
        }
        return typeId(text(item, 'scheme', path, problems) + text(item, 'term', path, problems));
      }),
    );
  },

  /** Entities of a collection, or a plain list of locations as some clients send it. */
  members(message) {
    if (message.body.length === 0) return [];
    const body = parsed(message);
    const problems = new Problems();
    const items = Array.isArray(body) ? itemsOf('', body as readonly Json[]) : membersOf(body, problems);
    const members = items.map(({ item, path }) => {
      if (typeof item === 'string') return item;
      const named = isObject(item) ? (item['id'] ?? item['location']) : undefined;
      if (typeof named === 'string') return named;
      problems.add(path, 'id_missing', 'a member is named by its id or location');
      return '';
    });
    refuse(problems);
    return members;
  },
};

function parsed(message: Message): Json {
  return parseJsonText(decodeText(message.body));
}

function refuse(problems: Problems): void {
  problems.throwIfAny((list) => new BadRequest('invalid_document', 'The document cannot be read', { problems: list }));
}

function reading<Result>(message: Message, read: (body: JsonObject, problems: Problems) => Result): Result {
  const body = parsed(message);
  const problems = new Problems();
  if (!isObject(body)) problems.add('', 'type', 'the message is a JSON object');
  const result = isObject(body) ? read(body, problems) : undefined;
  refuse(problems);
  return result as Result;
}

interface Item {
  readonly item: Json;
  readonly path: string;
}

function itemsOf(path: string, items: readonly Json[]): readonly Item[] {
  return items.map((item, index) => ({ item, path: pointer(path, index) }));
}

/**
 * The entities of a collection (GFD.226, Resource collection and Link collection); undefined for a single entity. A
 * single resource has `links` too, so it is the absence of all else that tells.
 */
function collection(body: JsonObject, problems: Problems): readonly Item[] | undefined {
  const onlyLinks = body['links'] !== undefined && Object.keys(body).length === 1;
  if (body['resources'] === undefined && !onlyLinks) return undefined;
  unknownMembers(body, new Set(['resources', 'links']), '', problems);
  return ['resources', 'links'].flatMap((name) => itemsOf(`/${name}`, optionalList(body, name, '', problems) ?? []));
}

function membersOf(body: Json, problems: Problems): readonly Item[] {
  const items = isObject(body) ? collection(body, problems) : undefined;
  return items ?? [{ item: body, path: '' }];
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
    // Where there is none the engine finds one.
    location: optionalText(body, 'location', path, problems) ?? '',
    attributes: {},
    actions: [],
    depends: typeList(body, 'depends', path, problems),
    applies: typeList(body, 'applies', path, problems),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function mixinItems(body: JsonObject, problems: Problems): readonly Item[] {
  const list = optionalList(body, 'mixins', '', problems);
  return list === undefined ? [{ item: body, path: '' }] : itemsOf('/mixins', list);
}
