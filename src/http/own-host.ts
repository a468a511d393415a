import { core } from '../occi/core.ts';
import type { Attributes, EntityDocument, LinkEnd } from '../occi/entity.ts';
import type { OcciRequest } from '../occi/request.ts';

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i;

/**
 * What absolute URLs begin with for this client: the base URL, except that of several names of the same loopback
 * port the client is given the one that it uses. Any other Host is not echoed.
 */
export function baseFor(baseUrl: string, host: string | undefined): string {
  if (host === undefined || !baseUrl.startsWith('http://')) return baseUrl;
  const own = baseUrl.slice('http://'.length);
  if (host === own) return baseUrl;
  const [asked, ours] = [LOOPBACK.exec(host), LOOPBACK.exec(own)];
  return asked !== null && ours !== null && (asked[1] ?? '80') === (ours[1] ?? '80') ? `http://${host}` : baseUrl;
}

/**
 * Brings references with the origin that the client used into paths: behind a proxy, or by another name of the
 * machine, a client knows the service by its own Host and nothing else (RFC 9110 section 7.2).
 */
export function localised(request: OcciRequest, baseUrl: string, host: string | undefined): OcciRequest {
  if (host === undefined || host === '' || baseUrl === `http://${host}`) return request;
  const local: Local = (text) => {
    for (const origin of [`http://${host}`, `https://${host}`])
      if (text.startsWith(`${origin}/`)) return text.slice(origin.length);
    return text;
  };
  switch (request.op) {
    case 'create':
      return { ...request, documents: request.documents.map((document) => localDocument(document, local)) };
    case 'replace':
    case 'patch':
      return { ...request, document: localDocument(request.document, local) };
    case 'associate':
    case 'replaceMembers':
    case 'disassociate':
      return { ...request, members: request.members.map(local) };
    case 'list':
    case 'deleteAll': {
      const { attributes } = request.query;
      return attributes === undefined
        ? request
        : { ...request, query: { ...request.query, attributes: localAttributes(attributes, local) } };
    }
    case 'discover':
    case 'addMixins':
    case 'removeMixins':
    case 'actOnAll':
    case 'read':
    case 'delete':
    case 'act':
      return request;
  }
}

type Local = (text: string) => string;

function localDocument(document: EntityDocument, local: Local): EntityDocument {
  const { source, target, links } = document;
  return {
    ...document,
    attributes: localAttributes(document.attributes, local),
    ...(source === undefined ? {} : { source: localEnd(source, local) }),
    ...(target === undefined ? {} : { target: localEnd(target, local) }),
    ...(links === undefined ? {} : { links: links.map((link) => localDocument(link, local)) }),
  };
}

function localEnd(end: LinkEnd, local: Local): LinkEnd {
  return { ...end, location: local(end.location) };
}

/** Only the ends of links, which some clients write among the attributes; other values are the client's own. */
function localAttributes(attributes: Attributes, local: Local): Attributes {
  const changed: Record<string, string> = {};
  for (const name of [core.source, core.target]) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (typeof value === 'string') changed[name] = local(value);
  }
  return Object.keys(changed).length === 0 ? attributes : { ...attributes, ...changed };
}
