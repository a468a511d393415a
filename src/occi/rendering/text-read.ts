import type { Json } from '../../shared/json.ts';
import { typeId, type TypeId } from '../../shared/ids.ts';
import type { Mixin } from '../category.ts';
import { core, LINK, RESOURCE } from '../core.ts';
import type { EntityDocument, LinkEnd } from '../entity.ts';
import type { ActionInvocation } from '../request.ts';
import { excerpt, unreadable, type Placed } from './cursor.ts';
import { isNamed, valueOf, type CategoryItem, type LinkItem, type Parameter } from './grammar.ts';
import type { Message, ModelLookup, Parser } from './types.ts';
import { isPlain, readValue } from './values.ts';

/** The four fields of a text message (GFD.229 section 4), from a body's lines or from headers. */
export interface TextMessage {
  readonly categories: readonly CategoryItem[];
  readonly links: readonly LinkItem[];
  readonly attributes: readonly Parameter[];
  readonly locations: readonly string[];
}

/** Items of one field: far more than any entity may have, and few enough to be looked at one by one. */
const MOST_ITEMS = 1024;

type MutableDocument = { -readonly [Key in keyof EntityDocument]: EntityDocument[Key] };

/** A parser of text renderings; `read` finds the fields in the message. */
export function textParser(read: (message: Message) => TextMessage): Parser {
  const entity = (message: Message, model: ModelLookup, hint?: TypeId): EntityDocument => {
    const document = readEntity(within(read(message)), model, hint);
    document.carries = isPlain;
    return document;
  };
  return {
    entity,
    entities(message, model, hint) {
      const document = entity(message, model, hint);
      // A type that nobody knows may have been meant for one, and is told as such later.
      if (document.kind === undefined && document.mixins.every((type) => model.classOf(type) !== undefined))
        throw unreadable('', 'kind_required', 'a Category of class kind is needed, and there is none');
      return [document];
    },
    invocation: (message, model, term) => readInvocation(within(read(message)), model, term),
    mixins: (message, model) => categoriesOf(read(message)).map((item) => readMixin(item, model)),
    types: (message) => categoriesOf(read(message)).map(typeOfItem),
    members: (message) => read(message).locations,
  };
}

export function typeOfItem(item: { readonly scheme: string; readonly term: string }): TypeId {
  return typeId(item.scheme + item.term);
}

/** @throws BadRequest `too_many` */
export function within(text: TextMessage): TextMessage {
  for (const field of ['categories', 'links', 'attributes'] as const) {
    const extra = text[field][MOST_ITEMS];
    if (extra !== undefined)
      throw refused(extra, 'too_many', `a message has at most ${MOST_ITEMS} ${field}, not ${text[field].length}`);
  }
  return text;
}

function categoriesOf(text: TextMessage): readonly CategoryItem[] {
  if (text.categories.length === 0) throw unreadable('', 'category_missing', 'a Category is needed, and there is none');
  return within(text).categories;
}

/** The value of an attribute, typed by the model. */
export function readAttribute(parameter: Parameter, model: ModelLookup, types: readonly TypeId[]): Json {
  return readValue(parameter, isCore(parameter.name) ? 'string' : model.attribute(parameter.name, types));
}

function isCore(name: string): boolean {
  return name.charCodeAt(7) === 0x72 && name.startsWith('occi.core.');
}

function readEntity(text: TextMessage, model: ModelLookup, hint: TypeId | undefined): MutableDocument {
  let kind: TypeId | undefined;
  const mixins: TypeId[] = [];
  for (const item of text.categories) {
    const type = typeOfItem(item);
    if ((item.class ?? model.classOf(type)) !== 'kind') mixins.push(type);
    else if (kind === undefined) kind = type;
    else throw refused(item, 'kind_count', `an entity has one kind, not ${excerpt(kind)} and ${excerpt(type)}`);
  }
  const named = kind ?? hint;
  const document = assemble(text.attributes, model, named === undefined ? mixins : [named, ...mixins]);
  document.mixins = mixins;
  if (kind !== undefined) document.kind = kind;
  const links = text.links.filter((link) => !isActionLink(link));
  if (links.length > 0) document.links = links.map((link) => readLink(link, model));
  return document;
}

/** Splits the core attributes, which are members of an entity, from the others. What repeats a name stands over it. */
function assemble(parameters: readonly Parameter[], model: ModelLookup, types: readonly TypeId[]): MutableDocument {
  // Names begin with a letter or a digit, so none of them reaches the prototype.
  const attributes: Record<string, Json> = {};
  const document: MutableDocument = { mixins: [], attributes };
  const ends: { source?: string; sourceKind?: string; target?: string; targetKind?: string } = {};
  for (const parameter of parameters) {
    const { name, text } = parameter;
    if (!isCore(name)) {
      attributes[name] = readValue(parameter, model.attribute(name, types));
      continue;
    }
    switch (name) {
      case core.id:
        document.id = text;
        break;
      case core.title:
        document.title = text;
        break;
      case core.summary:
        document.summary = text;
        break;
      case core.source:
        ends.source = text;
        break;
      case core.sourceKind:
        ends.sourceKind = text;
        break;
      case core.target:
        ends.target = text;
        break;
      case core.targetKind:
        ends.targetKind = text;
        break;
      default:
        attributes[name] = text;
    }
  }
  if (ends.source !== undefined) document.source = linkEnd(ends.source, ends.sourceKind);
  if (ends.target !== undefined) document.target = linkEnd(ends.target, ends.targetKind);
  return document;
}

function linkEnd(location: string, kind: string | undefined): LinkEnd {
  return kind === undefined || kind === '' ? { location } : { location, kind: typeId(kind) };
}

const LINK_PARAMETERS = new Set(['rel', 'self', 'category']);

/**
 * An inline link (GFD.229 section 4.2). `category` is a list, and may come several times. Its source is the resource that it stands in, whatever the
 * client says; its `self` is the client's guess and means nothing.
 */
function readLink(link: LinkItem, model: ModelLookup): EntityDocument {
  const types = link.parameters
    .filter((one) => isNamed(one, 'category'))
    .flatMap(({ text }) => typesIn(text).map(typeId));
  const kind = types.find((type) => model.isLink(type)) ?? types[0] ?? LINK;
  const mixins = types.filter((type) => type !== kind);
  const rest = link.parameters.filter(({ name }) => !LINK_PARAMETERS.has(name.toLowerCase()));
  const document = assemble(rest, model, [kind, ...mixins]);
  delete document.source;
  document.kind = kind;
  document.mixins = mixins;
  const rel = typesIn(valueOf(link, 'rel'))[0];
  // `rel` has to be there; what only says that something is a resource says nothing.
  document.target = linkEnd(link.uri, document.target?.kind ?? (rel === RESOURCE ? undefined : rel));
  return document;
}

/** Type identifiers between blanks. */
function typesIn(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.split(/[ \t]+/).filter((type) => type !== '');
}

/**
 * Links to actions are the server's to render; a client that sends back what it read means nothing
 * by them. What has a category is an instance of a link, whatever its target looks like.
 */
function isActionLink(link: LinkItem): boolean {
  return /[?&]action=/.test(link.uri) && valueOf(link, 'category') === undefined;
}

function readInvocation(text: TextMessage, model: ModelLookup, term: string | undefined): ActionInvocation {
  const [item, second] = text.categories;
  if (second !== undefined)
    throw refused(second, 'action_count', `one action at a time, not ${text.categories.length}`);
  const action = item === undefined ? undefined : typeOfItem(item);
  const types = action === undefined ? [] : [action];
  const attributes: Record<string, Json> = {};
  for (const parameter of text.attributes) attributes[parameter.name] = readAttribute(parameter, model, types);
  return { attributes, ...(term === undefined ? {} : { term }), ...(action === undefined ? {} : { action }) };
}

function readMixin(item: CategoryItem, model: ModelLookup): Mixin {
  const parameter = (name: string): string => valueOf(item, name) ?? '';
  if (item.class !== undefined && item.class !== 'mixin')
    throw refused(item, 'class_invalid', `only mixins can be added, ${excerpt(item.term)} is of class ${item.class}`);
  for (const name of ['attributes', 'actions'])
    if (parameter(name).trim() !== '') throw refused(item, 'not_supported', `a mixin made by a client has no ${name}`);
  const depends = typesIn(parameter('rel'));
  for (const type of depends)
    if (!isTypeId(type)) throw refused(item, 'type_identifier', `"${excerpt(type)}" is not a type identifier`);
  return {
    class: 'mixin',
    term: item.term,
    scheme: item.scheme,
    title: parameter('title'),
    // Without one it is derived from the term when the mixin is added.
    location: parameter('location'),
    attributes: {},
    actions: [],
    depends: depends.map(typeId),
    applies: [],
    ...(model.tenant === undefined ? {} : { tenant: model.tenant }),
  };
}

/** A scheme, `#` and a term, of a URI's characters (GFD.229 section 4.1). */
function isTypeId(text: string): boolean {
  return /^[!$-;=?-Z[\]_a-z~]+#[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(text);
}

function refused({ place, offset }: Placed, code: string, detail: string): Error {
  return unreadable(place.at(offset), code, detail);
}
