import { BadRequest } from '../shared/errors.ts';

/** What the request line names. */
export interface Target {
  /** HEAD counts as GET. */
  readonly method: string;
  /** Decoded, with single slashes; the well-known name of the query interface stands as `/-/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

const MAX_URL = 8192;

/**
 * Reads path and query strictly.
 *
 * @throws BadRequest for malformed percent escapes, control characters, a name that comes twice
 */
export function readTarget(method: string, url: string): Target {
  if (url.length > MAX_URL) throw new BadRequest('url_too_long', `A URL has at most ${MAX_URL} characters here`);
  const form = originForm(url);
  const mark = form.indexOf('?');
  const rawPath = mark < 0 ? form : form.slice(0, mark);
  const path = canonical(rawPath.includes('%') ? decodedPath(rawPath) : rawPath);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!path.startsWith('/') || /[\u0000-\u001f\u007f]/.test(path)) throw malformed(rawPath);
  return {
    method: method === 'HEAD' ? 'GET' : method,
    path,
    query: mark < 0 ? {} : readQuery(form.slice(mark + 1)),
  };
}

/** Proxies send the whole URL, and `*` is the server as such; both must be understood (RFC 9112 section 3.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  if (url === '*') return '/';
  const rest = /^https?:\/\/[^/?#]*/i.exec(url);
  if (rest === null) return url;
  const form = url.slice(rest[0].length);
  return form.startsWith('/') ? form : `/${form}`;
}

function readQuery(text: string): Readonly<Record<string, string>> {
  const query = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decoded((equals < 0 ? part : part.slice(0, equals)).replaceAll('+', ' '));
    if (query.has(name)) throw new BadRequest('query_repeated', `The query parameter ${name.slice(0, 40)} comes twice`);
    query.set(name, equals < 0 ? '' : decoded(part.slice(equals + 1).replaceAll('+', ' ')));
  }
  return Object.fromEntries(query);
}

/** An encoded slash is no separator (RFC 3986 section 2.2), so it stays as it is. */
function decodedPath(text: string): string {
  return text
    .split(/%2f/i)
    .map((part) => decoded(part))
    .join('%2F');
}

/** The other name of the query interface (GFD.223 section 9, RFC 5785). */
const WELL_KNOWN = '/.well-known/org/ogf/occi/-/';

/** What an id begins with where it stands as the last part of a path. */
const URN = '/urn:uuid:';

/**
 * Clients that put a base URL and a location together often write two slashes, and those that put a location and an
 * id together write the id as it is rendered.
 */
function canonical(path: string): string {
  const single = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  if (single.includes(URN)) return single.replace(URN, '/');
  return single === WELL_KNOWN ? '/-/' : single;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed(text);
  }
}

function malformed(text: string): BadRequest {
  const detail = `cannot be read at ${text.slice(0, 80)}`;
  return new BadRequest('url_malformed', `The URL ${detail}`, {
    problems: [{ path: '', code: 'url_malformed', detail: `the URL ${detail}` }],
  });
}
