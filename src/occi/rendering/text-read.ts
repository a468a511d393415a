import { BadRequest } from '../../shared/errors.ts';
import type { Json } from '../../shared/json.ts';
import { typeId, type TypeId } from '../../shared/ids.ts';
import type { Mixin } from '../category.ts';
import { core, LINK } from '../core.ts';
import type { EntityDocument, LinkEnd } from '../entity.ts';
import type { ActionInvocation } from '../request.ts';
import type { CategoryItem, LinkItem, Parameter } from './grammar.ts';
import type { Message, ModelLookup, Parser } from './types.ts';
import { readValue } from './values.ts';

/** The four fields of a text message (GFD.229 section 3.5), from a body's lines or from headers. */
export interface TextMessage {
  readonly categories: readonly CategoryItem[];
  readonly links: readonly LinkItem[];
  readonly attributes: readonly Parameter[];
  readonly locations: readonly string[];
}

/** Names the attributes that a text rendering had to leave out; sent back, a full update leaves those as they are. */
export const OMITTED = 'org.parley.omitted';

type MutableDocument = { -readonly [Key in keyof EntityDocument]: EntityDocument[Key] };

const CORE_MEMBERS: ReadonlyMap<string, 'id' | 'title' | 'summary'> = new Map([
  [core.id, 'id'],
  [core.title, 'title'],
  [core.summary, 'summary'],
]);

/** A parser of text renderings; `read` finds the fields in the message. */
export function textParser(read: (message: Message) => TextMessage): Parser {
  const entity = (message: Message, model: ModelLookup, hint?: TypeId): EntityDocument =>
    readEntity(read(message), model, hint);
  return {
    entity,
    entities: (message, model, hint) => [entity(message, model, hint)],
    invocation: (message, model, term) => readInvocation(read(message), model, term),
    mixins: (message, model) => read(message).categories.map((item) => readMixin(item, model)),
    types: (message) => read(message).categories.map(typeOfItem),
    members: (message) => read(message).locations,
  };
}

export function typeOfItem(item: { readonly scheme: string; readonly term: string }): TypeId {
  return typeId(item.scheme + item.term);
}

/** Attribute values typed by the model; what repeats an attribute stands over what came before. */
export function readAttributes(
  parameters: readonly Parameter[],
  model: ModelLookup,
  types: readonly TypeId[],
): [name: string, value: Json][] {
  return parameters.map((parameter) => [
    parameter.name,
    readValue(parameter, parameter.name.startsWith('occi.core.') ? 'string' : model.attribute(parameter.name, types)),
  ]);
}

function readEntity(text: TextMessage, model: ModelLookup, hint: TypeId | undefined): EntityDocument {
  const kinds: TypeId[] = [];
  const mixins: TypeId[] = [];
  for (const item of text.categories) {
    const type = typeOfItem(item);
    if ((item.class ?? model.classOf(type)) === 'kind') kinds.push(type);
    else mixins.push(type);
  }
  if (kinds.length > 1) throw refused('kind_count', `an entity has one kind, not ${kinds.length}: ${kinds.join(', ')}`);
  const kind = kinds[0];
  const named = kind ?? hint;
  const types = [...(named === undefined ? [] : [named]), ...mixins];
  const document = assemble(readAttributes(text.attributes, model, types));
  document.mixins = mixins;
  if (kind !== undefined) document.kind = kind;
  const links = text.links.filter((link) => !isActionLink(link));
  if (links.length > 0) document.links = links.map((link) => readLink(link, model));
  return document;
}

/** Splits the core attributes, which are members of an entity, from the others. */
function assemble(pairs: readonly (readonly [string, Json])[]): MutableDocument {
  const document: MutableDocument = { mixins: [], attributes: {} };
  const attributes: [string, Json][] = [];
  const ends: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const member = CORE_MEMBERS.get(name);
    if (member !== undefined) document[member] = textOf(value);
    else if (name.startsWith('occi.core.source') || name.startsWith('occi.core.target')) ends[name] = textOf(value);
    else if (name === OMITTED)
      document.omitted = textOf(value)
        .split(' ')
        .filter((one) => one !== '');
    else attributes.push([name, value]);
  }
  const source = linkEnd(ends[core.source], ends[core.sourceKind]);
  const target = linkEnd(ends[core.target], ends[core.targetKind]);
  if (source !== undefined) document.source = source;
  if (target !== undefined) document.target = target;
  document.attributes = Object.fromEntries(attributes);
  return document;
}

/** Core attributes are read as text. */
function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function linkEnd(location: string | undefined, kind: string | undefined): LinkEnd | undefined {
  if (location === undefined) return undefined;
  return kind === undefined || kind === '' ? { location } : { location, kind: typeId(kind) };
}

const LINK_PARAMETERS = new Set(['rel', 'self', 'category']);

/** An inline link (GFD.229 section 3.5.2). Its source is the resource that it stands in, whatever the client says. */
function readLink(link: LinkItem, model: ModelLookup): EntityDocument {
  const parameter = (name: string): string | undefined => link.parameters.find((one) => one.name === name)?.text;
  const types = (parameter('category') ?? '')
    .split(/\s+/)
    .filter((type) => type !== '')
    .map(typeId);
  const kind = types.find((type) => model.isLink(type)) ?? types[0] ?? LINK;
  const mixins = types.filter((type) => type !== kind);
  const rest = link.parameters.filter((one) => !LINK_PARAMETERS.has(one.name));
  const document = assemble(readAttributes(rest, model, [kind, ...mixins]));
  delete document.source;
  document.kind = kind;
  document.mixins = mixins;
  const rel = parameter('rel')?.split(/\s+/)[0];
  document.target = linkEnd(link.uri, document.target?.kind ?? rel) ?? { location: link.uri };
  return document;
}

/** Links to actions are the server's to render; a client that sends back what it read means nothing by them. */
function isActionLink(link: LinkItem): boolean {
  return /[?&]action=/.test(link.uri);
}

function readInvocation(text: TextMessage, model: ModelLookup, term: string | undefined): ActionInvocation {
  if (text.categories.length > 1) throw refused('action_count', `one action at a time, not ${text.categories.length}`);
  const item = text.categories[0];
  const action = item === undefined ? undefined : typeOfItem(item);
  return {
    attributes: Object.fromEntries(readAttributes(text.attributes, model, action === undefined ? [] : [action])),
    ...(term === undefined ? {} : { term }),
    ...(action === undefined ? {} : { action }),
  };
}

function readMixin(item: CategoryItem, model: ModelLookup): Mixin {
  const parameter = (name: string): string => item.parameters.find((one) => one.name === name)?.text ?? '';
  const location = parameter('location');
  if (location === '') throw refused('location_missing', `the mixin ${item.term} needs a location`);
  if (item.class !== undefined && item.class !== 'mixin')
    throw refused('class_invalid', `only mixins can be added, ${item.term} is of class ${item.class}`);
  for (const name of ['attributes', 'actions'])
    if (parameter(name).trim() !== '') throw refused('not_supported', `a mixin made by a client has no ${name}`);
  const depends = parameter('rel')
    .split(/\s+/)
    .filter((type) => type !== '');
  return {
    class: 'mixin',
    term: item.term,
    scheme: item.scheme,
    title: parameter('title'),
    location,
    attributes: {},
    actions: [],
    depends: depends.map(typeId),
    applies: [],
    ...(model.tenant === undefined ? {} : { tenant: model.tenant }),
  };
}

function refused(code: string, detail: string): BadRequest {
  return new BadRequest(code, `The message cannot be read: ${detail}`, { problems: [{ path: '', code, detail }] });
}
