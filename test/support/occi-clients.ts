import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** What a client knows of an entity, in whatever rendering it came. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Types of the entity: kind first. */
  readonly categories: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Terms of the actions that are possible now. */
  readonly actions: readonly string[];
  readonly links: readonly { readonly target: string; readonly category: string; readonly self: string }[];
  /** Locations of a listing. */
  readonly locations: readonly string[];
}

export interface Sent {
  readonly kind?: string;
  readonly mixins?: readonly string[];
  readonly action?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Links: ends. */
  readonly source?: string;
  readonly target?: string;
  /** Inline links of a resource: kind and target. */
  readonly links?: readonly { readonly kind: string; readonly target: string }[];
}

/** A client that speaks one rendering only, and reads it with a few regular expressions of its own. */
export interface OcciClient {
  readonly rendering: Rendering;
  send(method: string, path: string, sent?: Sent, headers?: Readonly<Record<string, string>>): Promise<Seen>;
  get(path: string): Promise<Seen>;
  /** POST; answers the path of what was made, and throws where it was not. */
  create(path: string, sent: Sent, headers?: Readonly<Record<string, string>>): Promise<string>;
  act(path: string, action: string, attributes?: Sent['attributes']): Promise<Seen>;
}

export type Rendering = 'text/plain' | 'text/occi' | 'application/occi+json';
export const RENDERINGS: readonly Rendering[] = ['text/plain', 'text/occi', 'application/occi+json'];

export function occiClient(url: string, token: string, rendering: Rendering): OcciClient {
  const send: OcciClient['send'] = async (method, path, sent, headers = {}) => {
    const fields = new Map<string, string[]>([
      ['Authorization', [`Bearer ${token}`]],
      ['Accept', [rendering]],
      ...Object.entries(headers).map(([name, value]) => [name, [value]] as [string, string[]]),
    ]);
    let body = '';
    if (sent !== undefined) {
      fields.set('Content-Type', [rendering]);
      if (rendering === 'application/occi+json') body = JSON.stringify(jsonOf(sent));
      else if (rendering === 'text/plain')
        body = linesOf(sent)
          .map(([name, value]) => `${name}: ${value}\n`)
          .join('');
      else for (const [name, value] of linesOf(sent)) fields.set(name, [...(fields.get(name) ?? []), value]);
    }
    return read(rendering, await exchange(new URL(path, url), method, fields, body), url);
  };
  return {
    rendering,
    send,
    get: (path) => send('GET', path),
    async create(path, sent, headers) {
      const answer = await send('POST', path, sent, headers);
      const { location } = answer.headers;
      if (answer.status !== 201 || location === undefined) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return location.slice(url.length);
    },
    act: (path, action, attributes = {}) =>
      send('POST', `${path}?action=${action.slice(action.indexOf('#') + 1)}`, { action, attributes }),
  };
}

interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly text: string;
}

function exchange(url: URL, method: string, fields: ReadonlyMap<string, string[]>, body: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(
      [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    );
    const asked = request(url, { method, headers, agent: false, maxHeaderSize: 262_144 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { statusCode: status = 0, headers: got, rawHeaders: raw } = answer;
        resolve({ status, headers: got, raw, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const termOf = (type: string): string => type.slice(type.indexOf('#') + 1);
const schemeOf = (type: string): string => type.slice(0, type.indexOf('#') + 1);
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** GFD.229: lists and objects as JSON in a quoted string. */
function valueOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return quoted(typeof value === 'string' ? value : JSON.stringify(value));
}

function linesOf(sent: Sent): [string, string][] {
  const category = (type: string, of: string): [string, string] => [
    'Category',
    `${termOf(type)}; scheme="${schemeOf(type)}"; class="${of}"`,
  ];
  const attribute = (name: string, value: unknown): [string, string] => [
    'X-OCCI-Attribute',
    `${name}=${valueOf(value)}`,
  ];
  return [
    ...(sent.kind === undefined ? [] : [category(sent.kind, 'kind')]),
    ...(sent.mixins ?? []).map((type) => category(type, 'mixin')),
    ...(sent.action === undefined ? [] : [category(sent.action, 'action')]),
    ...(sent.links ?? []).map(({ kind, target }): [string, string] => [
      'Link',
      `<${target}>; rel="http://schemas.ogf.org/occi/core#resource"; category="${kind}"`,
    ]),
    ...(sent.source === undefined ? [] : [attribute('occi.core.source', sent.source)]),
    ...(sent.target === undefined ? [] : [attribute('occi.core.target', sent.target)]),
    ...Object.entries(sent.attributes ?? {}).map(([name, value]) => attribute(name, value)),
  ];
}

function jsonOf(sent: Sent): object {
  return {
    ...(sent.kind === undefined ? {} : { kind: sent.kind }),
    ...(sent.action === undefined ? {} : { action: sent.action }),
    ...(sent.mixins === undefined ? {} : { mixins: sent.mixins }),
    ...(sent.attributes === undefined ? {} : { attributes: sent.attributes }),
    ...(sent.source === undefined ? {} : { source: { location: sent.source } }),
    ...(sent.target === undefined ? {} : { target: { location: sent.target } }),
    ...(sent.links === undefined
      ? {}
      : { links: sent.links.map(({ kind, target }) => ({ kind, target: { location: target } })) }),
  };
}

function read(rendering: Rendering, raw: Raw, url: string): Seen {
  const { status, headers, text } = raw;
  const base = { status, headers, text };
  if (rendering === 'application/occi+json') return { ...base, ...readJson(text, url) };
  const lines = rendering === 'text/plain' ? bodyLines(text) : headerLines(raw.raw);
  const categories: string[] = [];
  const attributes: Record<string, unknown> = {};
  const actions: string[] = [];
  const links: { target: string; category: string; self: string }[] = [];
  const locations: string[] = [];
  for (const [name, value] of lines)
    switch (name.toLowerCase()) {
      case 'category':
        categories.push((/scheme="([^"]*)"/.exec(value)?.[1] ?? '') + value.slice(0, value.indexOf(';')));
        break;
      case 'x-occi-attribute': {
        const at = value.indexOf('=');
        attributes[value.slice(0, at)] = plain(value.slice(at + 1));
        break;
      }
      case 'x-occi-location':
        locations.push(value.replace(url, ''));
        break;
      case 'link': {
        const target = /^<([^>]*)>/.exec(value)?.[1] ?? '';
        const action = /\?action=(.*)$/.exec(target)?.[1];
        const of = (which: string): string => new RegExp(`; ${which}="([^"]*)"`).exec(value)?.[1] ?? '';
        if (action !== undefined) actions.push(action);
        else links.push({ target, category: of('category'), self: of('self') });
        break;
      }
    }
  return { ...base, categories, attributes, actions, links, locations };
}

function bodyLines(text: string): [string, string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(': ');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)]];
  });
}

/** Several header lines and one with commas are the same (GFD.229 section 4), quotes regarded. */
function headerLines(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    for (const part of (raw[at + 1] ?? '').match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [])
      lines.push([raw[at] ?? '', part.trim()]);
  return lines;
}

function plain(text: string): unknown {
  if (!text.startsWith('"')) return text === 'true' ? true : text === 'false' ? false : Number(text);
  return text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}

function readJson(text: string, url: string): Omit<Seen, 'status' | 'headers' | 'text'> {
  const none = { categories: [], attributes: {}, actions: [], links: [], locations: [] };
  if (!text.startsWith('{')) return none;
  const body = JSON.parse(text) as {
    kind?: string;
    id?: string;
    mixins?: string[];
    attributes?: Record<string, unknown>;
    actions?: string[];
    links?: { id: string; kind: string; target: { location: string } }[];
    resources?: { kind: string; id: string }[];
  };
  const pathOf = ({ kind, id }: { kind: string; id: string }): string =>
    `/${termOf(kind)}/${id.slice(id.lastIndexOf(':') + 1)}`;
  const { kind, mixins = [], attributes = {}, actions = [], links = [], resources } = body;
  return {
    categories: [...(kind === undefined ? [] : [kind]), ...mixins],
    attributes: { ...attributes, ...(body.id === undefined ? {} : { 'occi.core.id': body.id }) },
    actions: actions.map(termOf),
    links: links.map((link) => ({
      target: link.target.location.replace(url, ''),
      category: link.kind,
      self: pathOf(link),
    })),
    locations: (Array.isArray(resources) ? resources : []).map(pathOf),
  };
}
