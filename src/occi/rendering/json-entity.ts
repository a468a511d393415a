import type { Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { EntityDocument, LinkEnd } from '../entity.ts';
import {
  attributesOf,
  optionalList,
  optionalText,
  optionalType,
  text,
  typeList,
  unknownMembers,
} from './json-members.ts';
import { flatAttributes } from './json-nested.ts';
import type { ModelLookup } from './types.ts';

const READ = ['kind', 'id', 'title', 'summary', 'mixins', 'attributes', 'links', 'source', 'target'];

/**
 * Let pass and not read: clients send back what they were given, and those of the drafts say where an entity is.
 */
const ENTITY_MEMBERS = new Set([...READ, 'actions', 'self', 'rel', 'location']);

export type MutableDocument = { -readonly [Key in keyof EntityDocument]: EntityDocument[Key] };

/** Reads resources and links (GFD.226). `hint` types the attributes of a document that names no kind. */
export class EntityReader {
  readonly #model: ModelLookup;
  readonly #problems: Problems;
  readonly #hint: TypeId | undefined;

  constructor(model: ModelLookup, problems: Problems, hint: TypeId | undefined) {
    this.#model = model;
    this.#problems = problems;
    this.#hint = hint;
  }

  read(value: Json, path: string): EntityDocument {
    if (isObject(value)) return this.#entity(value, path, this.#hint);
    this.#problems.add(path, 'type', 'an entity is an object');
    return { mixins: [], attributes: {} };
  }

  #entity(value: JsonObject, path: string, hint: TypeId | undefined): MutableDocument {
    const problems = this.#problems;
    const document: MutableDocument = { mixins: [], attributes: {} };
    unknownMembers(value, ENTITY_MEMBERS, path, problems, READ);
    document.mixins = typeList(value, 'mixins', path, problems);
    const kind = optionalType(value, 'kind', path, problems);
    if (kind !== undefined) document.kind = kind;
    const named = kind ?? hint;
    const types = [...(named === undefined ? [] : [named]), ...document.mixins];
    const attributes = attributesOf(value, path, problems);
    document.attributes = flatAttributes(attributes, types, this.#model, pointer(path, 'attributes'), problems);
    for (const name of ['id', 'title', 'summary'] as const) {
      const member = optionalText(value, name, path, problems);
      if (member !== undefined) document[name] = member;
    }
    for (const name of ['source', 'target'] as const) {
      const end = this.#end(value[name], pointer(path, name));
      if (end !== undefined) document[name] = end;
    }
    const links = optionalList(value, 'links', path, problems);
    if (links !== undefined)
      document.links = links.map((link, index) => this.#inlineLink(link, pointer(path, 'links', index)));
    return document;
  }

  /** A link in full; of the drafts, only where it leads: `{location, kind}`, or a plain string. */
  #inlineLink(value: Json, path: string): EntityDocument {
    if (typeof value === 'string') return { mixins: [], attributes: {}, target: { location: value } };
    if (!isObject(value)) {
      this.#problems.add(path, 'type', 'a link is an object');
      return { mixins: [], attributes: {} };
    }
    const document = this.#entity(value, path, undefined);
    const { location } = value;
    if (document.target !== undefined || typeof location !== 'string' || 'occi.core.target' in document.attributes)
      return document;
    const { kind, ...rest } = document;
    if (kind === undefined || this.#model.isLink(kind)) return { ...document, target: { location } };
    return { ...rest, target: { location, kind } };
  }

  /** `{location, kind}`; the plain string of earlier drafts is accepted. */
  #end(value: Json | undefined, path: string): LinkEnd | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string') return { location: value };
    if (!isObject(value)) {
      this.#problems.add(path, 'type', 'the end of a link is an object with a location');
      return undefined;
    }
    unknownMembers(value, new Set(['location', 'kind']), path, this.#problems);
    const location = text(value, 'location', path, this.#problems);
    const kind = optionalType(value, 'kind', path, this.#problems);
    return kind === undefined ? { location } : { location, kind };
  }
}
