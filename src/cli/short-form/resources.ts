import { pointer } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import { readWantedValue } from './constraint.ts';
import type { Word } from './constraint.ts';
import { compact, fieldsOf, nearestOf, plain, shown } from './fields.ts';
import type { Fields } from './fields.ts';
import type { Located, Source } from './source.ts';
import { linkWords, resourceWords } from './words.ts';
import type { KindWords } from './words.ts';

const PATH = '/attributes/org.parley.cfp.resources';

/** Tells where something of the converted document was written: pointer, offset. */
export type Placed = (path: string, at: number) => void;

/** The wanted resources and links, in this order. */
export function readResources(
  source: Source,
  resources: Located | undefined,
  links: Located | undefined,
  placed: Placed,
): Json[] | undefined {
  const all: JsonObject[] = [];
  const ids = new Set<string>();
  if (resources === undefined) return undefined;
  if (resources.is !== 'map') {
    source.wrong(
      resources.at,
      `resources are written as names with values, not as ${shown(resources)}`,
      'web: { kind: compute, cores: 2 }',
    );
    return undefined;
  }
  if (resources.entries.length === 0) source.wrong(resources.at, 'at least one resource is wanted');
  for (const { key, keyAt, value } of resources.entries) {
    placed(pointer(PATH, all.length), keyAt);
    const read = readResource(source, key, keyAt, value, (path, at) => {
      placed(pointer(PATH, all.length) + path, at);
    });
    ids.add(key);
    if (read !== undefined) all.push(read);
  }
  if (links !== undefined && links.is !== 'list')
    source.wrong(
      links.at,
      `links are a list, not ${shown(links)}`,
      '- { kind: storagelink, from: web, to: data, pair: index }',
    );
  for (const link of links?.is === 'list' ? links.items : []) {
    placed(pointer(PATH, all.length), link.at);
    const read = readLink(source, link, ids);
    if (read !== undefined) all.push(read);
  }
  return all;
}

function readResource(
  source: Source,
  id: string,
  keyAt: number,
  value: Located,
  placed: Placed,
): JsonObject | undefined {
  const fields = fieldsOf(source, value, `resource ${id}`);
  if (fields === undefined) return undefined;
  const words = kindOf(fields, resourceWords, keyAt, `resource ${id}`);
  const count = fields.whole('count', 1);
  const mixins = readMixins(fields);
  const attributes = words === undefined ? {} : readAttributes(fields, words, placed);
  if (words === undefined) return undefined;
  return compact({
    id,
    count,
    kind: words.kind,
    mixins,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  });
}

function readLink(source: Source, value: Located, ids: Set<string>): JsonObject | undefined {
  const fields = fieldsOf(source, value, 'a link');
  if (fields === undefined) return undefined;
  const name = kindName(fields);
  const words = kindOf(fields, linkWords, value.at, 'a link');
  const id = fields.text('id') ?? freeId(linkWords[name ?? '']?.id ?? 'link', ids);
  ids.add(id);
  const end = (member: 'from' | 'to'): string | undefined => {
    if (!fields.has(member)) {
      fields.take(member);
      source.wrong(
        value.at,
        `a link goes from one resource to another: ${member} is missing`,
        `${member}: the name of a resource`,
      );
      return undefined;
    }
    return fields.text(member);
  };
  const from = end('from');
  const to = end('to');
  const pair = fields.text('pair');
  const shared = fields.flag('shared');
  const mixins = readMixins(fields);
  const attributes = words === undefined ? {} : readAttributes(fields, words, () => undefined);
  if (words === undefined || from === undefined || to === undefined) return undefined;
  return compact({
    id,
    pair,
    shared,
    kind: words.kind,
    mixins,
    source: from,
    target: to,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  });
}

function freeId(wanted: string, ids: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!ids.has(id)) return id;
  }
}

function kindName(fields: Fields): string | undefined {
  return fields.has('kind') ? fields.peekText('kind') : undefined;
}

function kindOf<W extends KindWords>(
  fields: Fields,
  known: Readonly<Record<string, W>>,
  at: number,
  what: string,
): KindWords | undefined {
  const names = Object.keys(known);
  const value = fields.take('kind');
  if (value === undefined) {
    fields.source.wrong(at, `${what} needs a kind`, `kind: ${names.join(', ')}, or a full type`);
    return undefined;
  }
  const name = value.is === 'scalar' ? value.value : undefined;
  if (typeof name === 'string' && name.includes('#')) {
    const same = Object.values(known).find(({ kind }) => kind === name);
    return { kind: name, words: same?.words ?? {} };
  }
  const words = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined;
  if (words === undefined)
    fields.source.wrong(
      value.at,
      `there is no kind ${shown(value)}`,
      nearestOf(String(name), names) ?? `${names.join(', ')}, or a full type such as http://…#compute`,
    );
  return words;
}

function readMixins(fields: Fields): Json | undefined {
  const value = fields.take('mixins');
  if (value === undefined) return undefined;
  if (value.is === 'list') return plain(value);
  fields.source.wrong(value.at, `mixins are a list, not ${shown(value)}`, '[ "http://…#template" ]');
  return undefined;
}

/** Short names, and full attribute names, which have a dot in them. */
function readAttributes(fields: Fields, { words }: KindWords, placed: Placed): JsonObject {
  const attributes: Record<string, Json> = {};
  const add = (name: string, value: Located, word: Word): void => {
    placed(pointer('/attributes', word.attribute), value.at);
    const wanted = readWantedValue(fields.source, name, value, word);
    if (wanted !== undefined) attributes[word.attribute] = wanted;
  };
  const byAttribute = new Map(Object.values(words).map((word) => [word.attribute, word]));
  for (const { key, keyAt, value } of fields.rest()) {
    const word = Object.hasOwn(words, key) ? words[key] : byAttribute.get(key);
    if (word !== undefined) add(key, value, word);
    else if (key.includes('.')) attributes[key] = plain(value);
    else {
      const known = ['count', 'mixins', ...Object.keys(words)];
      fields.source.wrong(
        keyAt,
        `there is no ${key} here`,
        nearestOf(key, known) ?? `one of ${known.join(', ')}, and full attribute names`,
      );
    }
  }
  return attributes;
}
