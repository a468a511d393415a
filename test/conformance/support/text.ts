import {
  splitType,
  typeOf,
  type AttributeNote,
  type Category,
  type Draft,
  type EntitySeen,
  type LinkSeen,
  type Value,
} from './types.ts';

/**
 * A strict reader of text renderings, written from the ABNF of GFD.229 section 4: the order of
 * parameters, the quotes, the escapes and the numbers are exactly what the grammar says, with one
 * blank after each separator as clients in the field expect it. It is no part of the service.
 */

export interface Fields {
  readonly categories: readonly Category[];
  readonly links: readonly LinkSeen[];
  readonly attributes: readonly (readonly [name: string, value: Value])[];
  readonly locations: readonly string[];
}

const FIELD_NAMES = ['Category', 'Link', 'X-OCCI-Attribute', 'X-OCCI-Location'] as const;
type FieldName = (typeof FIELD_NAMES)[number];

/** The fields of a text/plain body (GFD.229 section 6): every line is one of the four, none is empty or folded. */
export function readBody(body: string): Fields {
  if (body === '') return fieldsOf([]);
  if (!body.endsWith('\n')) throw new Error('the last line has no end');
  return fieldsOf(
    body
      .slice(0, -1)
      .split('\n')
      .map((line): [FieldName, string] => {
        const name = FIELD_NAMES.find((each) => line.startsWith(`${each}: `));
        if (name === undefined) throw new Error(`no field of OCCI: ${JSON.stringify(line)}`);
        return [name, line.slice(name.length + 2)];
      }),
  );
}

/** The fields of a text/occi answer (GFD.229 section 7). */
export function readHeaders(lines: readonly (readonly [string, string])[]): Fields {
  return fieldsOf(
    lines.flatMap(([name, value]): [FieldName, string][] => {
      const known = FIELD_NAMES.find((each) => each.toLowerCase() === name.toLowerCase());
      return known === undefined ? [] : [[known, value]];
    }),
  );
}

function fieldsOf(lines: readonly (readonly [FieldName, string])[]): Fields {
  const of = (name: FieldName): string[] =>
    lines.filter(([each]) => each === name).flatMap(([, value]) => splitList(value));
  return {
    categories: of('Category').map(readCategory),
    links: of('Link').map(readLink),
    attributes: of('X-OCCI-Attribute').map(readAttribute),
    locations: of('X-OCCI-Location').map(readLocation),
  };
}

/** `#rule`: a comma and a blank, not within quotes. */
export function splitList(value: string): string[] {
  const items: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === ',') {
      if (value.charAt(at + 1) !== ' ') throw new Error(`no blank after a comma: ${value}`);
      items.push(value.slice(from, at));
      from = at + 2;
    }
  }
  if (quoted) throw new Error(`a quoted string does not end: ${value}`);
  return [...items, value.slice(from)];
}

const TERM = '[A-Za-z0-9][A-Za-z0-9._-]*';
const URI = '[A-Za-z][A-Za-z0-9+.-]*:[^\\s"<>]+';
const TYPE = `${URI}#${TERM}`;
const QUOTED = '"(?:[^"\\\\]|\\\\["\\\\])*"';
const NOTE = `${TERM}(?:\\{(?:immutable|required)(?: (?:immutable|required))*\\})?`;

const CATEGORY = new RegExp(
  `^(?<term>${TERM})` +
    `; scheme="(?<scheme>${URI}#)"` +
    `; class=(?:"(?<quotedClass>kind|mixin|action)"|(?<bareClass>kind|mixin|action))` +
    `(?:; title=(?<title>${QUOTED}))?` +
    `(?:; rel="(?<rel>${TYPE})")?` +
    `(?:; location="(?<location>/[^\\s"]*)")?` +
    `(?:; attributes="(?<attributes>${NOTE}(?: ${NOTE})*)")?` +
    `(?:; actions="(?<actions>${TYPE}(?: ${TYPE})*)")?$`,
);

/** GFD.229 section 4.1; `location` as a path, since clients put it behind the base URL. */
export function readCategory(text: string): Category {
  const groups = CATEGORY.exec(text)?.groups;
  if (groups === undefined) throw new Error(`not a category: ${text}`);
  const { term = '', scheme = '', title, rel, location, attributes, actions } = groups;
  return {
    term,
    scheme,
    class: (groups['quotedClass'] ?? groups['bareClass']) as Category['class'],
    ...(title === undefined ? {} : { title: unquote(title) }),
    ...(rel === undefined ? {} : { rel }),
    ...(location === undefined ? {} : { location }),
    attributes: (attributes ?? '')
      .split(/ (?![^{]*\})/)
      .filter(Boolean)
      .map(readNote),
    actions: (actions ?? '').split(' ').filter(Boolean),
  };
}

function readNote(text: string): AttributeNote {
  const [, name = '', properties = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(text) ?? [];
  const list = properties.split(' ');
  return { name, immutable: list.includes('immutable'), required: list.includes('required') };
}

const LINK = new RegExp(
  `^<(?<target>[^\\s<>]+)>; rel="(?<rel>${TYPE}(?: ${TYPE})*)"` +
    `(?:; self="(?<self>[^\\s"]+)")?` +
    `(?:; category="(?<category>${TYPE}(?: ${TYPE})*)"(?<rest>(?:; ${TERM}=(?:${QUOTED}|[^\\s;,"]+))*))?$`,
);

/** GFD.229 section 4.2. */
export function readLink(text: string): LinkSeen {
  const groups = LINK.exec(text)?.groups;
  if (groups === undefined) throw new Error(`not a link: ${text}`);
  const { target = '', rel = '', self, category = '', rest = '' } = groups;
  const attributes = [...rest.matchAll(new RegExp(`; (${TERM})=(${QUOTED}|[^\\s;,"]+)`, 'g'))].map(
    ([, name = '', value = '']): [string, Value] => [name, value.startsWith('"') ? unquote(value) : readToken(value)],
  );
  return {
    target,
    rel,
    ...(self === undefined ? {} : { self }),
    category: category.split(' ').filter(Boolean),
    attributes: Object.fromEntries(attributes),
  };
}

/** GFD.229 section 4.3: quoted, digits, digits with a point, true or false; nothing else, and no blanks. */
export function readAttribute(text: string): [string, Value] {
  const groups = new RegExp(`^(?<name>${TERM})=(?:(?<quoted>${QUOTED})|(?<bare>true|false|\\d+(?:\\.\\d+)?))$`).exec(
    text,
  )?.groups;
  if (groups === undefined) throw new Error(`not an attribute: ${text}`);
  const { name = '', quoted, bare = '' } = groups;
  return [name, quoted === undefined ? readToken(bare) : unquote(quoted)];
}

function readLocation(text: string): string {
  if (!/^https?:\/\/[^\s"<>,]+$/.test(text)) throw new Error(`not an absolute location: ${text}`);
  return text;
}

function readToken(text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(["\\])/g, '$1');
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** One entity: exactly one kind, then mixins (GFD.229 section 5.1). */
export function readEntity(fields: Fields): EntitySeen {
  const kinds = fields.categories.filter((each) => each.class === 'kind');
  const kind = kinds[0];
  if (kinds.length !== 1 || kind === undefined) throw new Error(`an entity has one kind, not ${kinds.length}`);
  if (fields.categories.some((each) => each.class === 'action')) throw new Error('an entity has no action category');
  const action = (link: LinkSeen): boolean => link.target.includes('?action=');
  return {
    kind: typeOf(kind),
    mixins: fields.categories.filter((each) => each.class === 'mixin').map(typeOf),
    attributes: Object.fromEntries(fields.attributes),
    links: fields.links.filter((link) => !action(link)),
    actions: fields.links.filter(action).map((link) => link.rel ?? ''),
  };
}

/** Writes fields as `[name, value]` lines; put into a body or into headers by the caller. */
export function writeEntity(draft: Draft): [string, string][] {
  const category = (type: string, of: string): [string, string] => {
    const { scheme, term } = splitType(type);
    return ['Category', `${term}; scheme="${scheme}"; class="${of}"`];
  };
  return [
    ...(draft.kind === undefined ? [] : [category(draft.kind, 'kind')]),
    ...(draft.mixins ?? []).map((type) => category(type, 'mixin')),
    ...(draft.links ?? []).map(({ target, rel, kind, attributes }): [string, string] => [
      'Link',
      `<${target}>; rel="${rel}"; category="${kind}"${Object.entries(attributes ?? {})
        .map(([name, value]) => `; ${name}=${writeValue(value)}`)
        .join('')}`,
    ]),
    ...Object.entries(draft.attributes ?? {}).map(([name, value]): [string, string] => [
      'X-OCCI-Attribute',
      `${name}=${writeValue(value)}`,
    ]),
  ];
}

function writeValue(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return quote(JSON.stringify(value));
}

export function bodyOf(lines: readonly (readonly [string, string])[]): string {
  return lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** One header line for each name, its items joined by a comma and a blank. */
export function headersOf(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  return headers;
}
