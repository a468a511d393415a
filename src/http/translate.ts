import { BadRequest, ParleyError } from '../shared/errors.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Registry } from '../occi/api.ts';
import type { Caller } from '../occi/caller.ts';
import { typeOf } from '../occi/category.ts';
import type { EntityDocument } from '../occi/entity.ts';
import type { IfMatch, ListRequest, OcciRequest } from '../occi/request.ts';
import { hasOcciHeaders, readFilter } from '../occi/rendering/text-occi.ts';
import type { Output } from '../occi/rendering/negotiate.ts';
import type { Message, ModelLookup, Parser } from '../occi/rendering/types.ts';
import type { Target } from './target.ts';

/** The query interface (GFD.223 section 9); its well-known URI has become this one already. */
const DISCOVERY = '/-/';

export interface Incoming {
  readonly target: Target;
  readonly caller: Caller;
  readonly registry: Registry;
  readonly model: ModelLookup;
  readonly message: Message;
  readonly parser: Parser;
  /** Is there anything to read: a body, or fields in the headers? */
  readonly hasContent: boolean;
  readonly ifMatch: IfMatch | undefined;
  /** `If-None-Match: *` (RFC 9110 section 13.1.2). */
  readonly onlyNew: boolean;
  readonly output: Output;
}

/** What kind of thing a path names; tells the methods that are possible there. */
export type Place = 'discovery' | 'collection' | 'mixin' | 'entity';

export function placeOf(path: string, registry: Registry, caller: Caller): Place {
  if (path === DISCOVERY) return 'discovery';
  if (!path.endsWith('/')) return 'entity';
  return registry.atLocation(path, caller.tenant)?.class === 'mixin' ? 'mixin' : 'collection';
}

const METHODS: Readonly<Record<Place, string>> = {
  discovery: 'GET, HEAD, POST, DELETE, OPTIONS',
  collection: 'GET, HEAD, POST, DELETE, OPTIONS',
  mixin: 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  entity: 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
};

const ALLOWED: Readonly<Record<Place, ReadonlySet<string>>> = {
  discovery: new Set(METHODS.discovery.split(', ')),
  collection: new Set(METHODS.collection.split(', ')),
  mixin: new Set(METHODS.mixin.split(', ')),
  entity: new Set(METHODS.entity.split(', ')),
};

export function methodsAt(place: Place): string {
  return METHODS[place];
}

/** @throws ParleyError 405 with Allow: asked first, since nothing else matters then */
export function checkMethod(place: Place, { method, path }: Target): void {
  if (!ALLOWED[place].has(method)) throw notAllowed(place, method, path);
}

/** Turns a request into what the engine understands (GFD.223 sections 9 to 11). */
export function translate(incoming: Incoming): OcciRequest {
  const place = placeOf(incoming.target.path, incoming.registry, incoming.caller);
  switch (place) {
    case 'discovery':
      return discovery(incoming);
    case 'mixin':
    case 'collection':
      return collection(incoming, place);
    case 'entity':
      return entity(incoming);
  }
}

function discovery(incoming: Incoming): OcciRequest {
  const { target, parser, model } = incoming;
  switch (target.method) {
    case 'GET': {
      const filter = filterOf(incoming).categories;
      return filter === undefined ? { op: 'discover' } : { op: 'discover', filter };
    }
    case 'POST':
      return { op: 'addMixins', mixins: parser.mixins(withContent(incoming), model) };
    case 'DELETE':
      return { op: 'removeMixins', mixins: parser.types(withContent(incoming)) };
    default:
      throw notAllowed('discovery', target.method, target.path);
  }
}

function collection(incoming: Incoming, place: 'mixin' | 'collection'): OcciRequest {
  const { target, parser, message, model } = incoming;
  const { path, query } = target;
  const members = (): readonly string[] => parser.members(message);
  switch (target.method) {
    case 'GET':
      return { op: 'list', path, query: listRequest(incoming) };
    case 'POST':
      if (query['action'] !== undefined)
        return {
          op: 'actOnAll',
          path,
          invocation: parser.invocation(message, model, query['action']),
          query: filterInUrl(incoming),
        };
      if (place === 'mixin') return { op: 'associate', path, members: members() };
      return { op: 'create', path, documents: parser.entities(withContent(incoming), model, kindAt(incoming, path)) };
    case 'PUT':
      if (place === 'mixin') return { op: 'replaceMembers', path, members: members() };
      throw notAllowed(place, target.method, target.path);
    case 'DELETE':
      checkQuery(query);
      if (place === 'collection') return { op: 'deleteAll', path, query: listRequest(incoming) };
      // Without a body all members lose the mixin; none of them is destroyed.
      return incoming.hasContent
        ? { op: 'disassociate', path, members: members() }
        : { op: 'replaceMembers', path, members: [] };
    default:
      throw notAllowed(place, target.method, target.path);
  }
}

function entity(incoming: Incoming): OcciRequest {
  const { target, parser, message, model, output } = incoming;
  const { path, query } = target;
  const ifMatch = incoming.ifMatch === undefined ? {} : { ifMatch: incoming.ifMatch };
  const document = (): EntityDocument =>
    parser.entity(withContent(incoming), model, kindAt(incoming, path.slice(0, path.lastIndexOf('/') + 1)));
  switch (target.method) {
    case 'GET':
      return output.type === 'export'
        ? { op: 'read', path, export: { type: output.mediaType, query } }
        : { op: 'read', path };
    case 'POST':
      if (query['action'] !== undefined)
        return { op: 'act', path, invocation: parser.invocation(message, model, query['action']), ...ifMatch };
      return { op: 'patch', path, document: document(), ...ifMatch };
    case 'PUT':
      return {
        op: 'replace',
        path,
        document: document(),
        ...ifMatch,
        ...(incoming.onlyNew ? { onlyNew: true } : {}),
      };
    case 'DELETE':
      checkQuery(query);
      return { op: 'delete', path, ...ifMatch };
    default:
      throw notAllowed('entity', target.method, target.path);
  }
}

const OF_DELETE = new Set(['tenant', 'page', 'number', 'after']);

/** A parameter that is not understood was meant to say something, and what it said must not be lost on a DELETE. */
function checkQuery(query: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(query).filter((name) => !OF_DELETE.has(name));
  if (unknown.length === 0) return;
  const problems = unknown.slice(0, 10).map((name) => ({
    path: '',
    code: 'query_unknown',
    detail: `DELETE knows no query parameter ${name.slice(0, 40)}`,
  }));
  throw new BadRequest('query_unknown', 'A query parameter is not understood', { problems });
}

function withContent(incoming: Incoming): Message {
  if (!incoming.hasContent)
    throw new BadRequest('body_missing', `${incoming.target.method} needs a body here, and its Content-Type`);
  return incoming.message;
}

function kindAt({ registry }: Incoming, location: string): TypeId | undefined {
  const at = registry.atLocation(location);
  return at?.class === 'kind' ? typeOf(at) : undefined;
}

/** Filters come in headers, so that they are possible on GET (GFD.223 section 7). */
function filterOf(incoming: Incoming): Pick<ListRequest, 'categories' | 'attributes'> {
  const { headers } = incoming.message;
  if (!hasOcciHeaders(headers)) return {};
  const { categories, attributes } = readFilter(headers, incoming.model);
  return {
    ...(categories.length === 0 ? {} : { categories }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

/** For actions on a collection the headers may hold the action itself, so nothing filters but the page. */
function filterInUrl(incoming: Incoming): ListRequest {
  return paging(incoming.target.query);
}

function listRequest(incoming: Incoming): ListRequest {
  const { output } = incoming;
  const shallow = output.type === 'rendering' && output.rendering.name !== 'json';
  return { ...filterOf(incoming), ...paging(incoming.target.query), ...(shallow ? { shallow } : {}) };
}

function paging(query: Readonly<Record<string, string>>): ListRequest {
  const page = wholeNumber(query, 'page');
  const number = wholeNumber(query, 'number');
  const after = query['after'];
  return {
    ...(page === undefined ? {} : { page }),
    ...(number === undefined ? {} : { number }),
    ...(after === undefined ? {} : { after }),
  };
}

function wholeNumber(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new BadRequest('query_invalid', `The query parameter ${name} is a whole number`, {
      problems: [{ path: '', code: 'query_invalid', detail: `${name}=${text.slice(0, 40)} is not a whole number` }],
    });
  return Number(text);
}

function notAllowed(place: Place, method: string, path: string): ParleyError {
  return new ParleyError('method_not_allowed', 405, `${method} is not possible at ${path}`, {
    headers: { Allow: METHODS[place] },
  });
}
