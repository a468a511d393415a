import { pointer, type Json } from '../shared/json.ts';
import { core } from './core.ts';
import type { EntityDocument, LinkEnd } from './entity.ts';
import type { Findings } from './findings.ts';

/** What one entity may hold at most; a client that sends more is told so (400). */
export const limits = {
  title: 1024,
  summary: 16_384,
  attributes: 256,
  mixins: 64,
  links: 256,
  depth: 32,
  documents: 256,
  /** Mixins that clients of one tenant define. */
  userMixins: 1000,
} as const;

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Brings what any rendering parsed into one form: core attributes that came among the others become members
 * (GFD.229 section 5.5.1 names them `occi.core.*`), limits are kept, and names that reach for the prototype
 * are refused. Ids are hints on creation and ignored (GFD.221 has them immutable, clients send them all the same).
 */
export function normalised(document: EntityDocument, base: string, link: boolean, findings: Findings): EntityDocument {
  guard(document, base, findings);
  const found: { title?: string; summary?: string; source?: LinkEnd; target?: LinkEnd } = {};
  let attributes = document.attributes;
  if (Object.keys(attributes).some((name) => name.startsWith('occi.core.'))) {
    const kept: Record<string, Json> = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (!name.startsWith('occi.core.')) {
        kept[name] = value;
        continue;
      }
      const path = pointer(base, 'attributes', name);
      const member = memberOf(name, link);
      if (member === undefined) findings.malformed.add(path, 'attribute_unknown', `no attribute ${name} here`);
      else if (typeof value !== 'string') findings.malformed.add(path, 'attribute_type', 'must be of type string');
      else if (member === 'title' || member === 'summary') found[member] = value;
      else if (member === 'source' || member === 'target') found[member] = { location: value };
    }
    attributes = kept;
  }
  const title = document.title ?? found.title;
  const summary = document.summary ?? found.summary;
  const source = document.source ?? found.source;
  const target = document.target ?? found.target;
  lengthOf(title, limits.title, `${base}/title`, findings);
  lengthOf(summary, limits.summary, `${base}/summary`, findings);
  return {
    mixins: document.mixins,
    attributes,
    ...(document.kind === undefined ? {} : { kind: document.kind }),
    ...(document.id === undefined ? {} : { id: document.id }),
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined || link ? {} : { summary }),
    ...(document.links === undefined ? {} : { links: document.links }),
    ...(source === undefined ? {} : { source }),
    ...(target === undefined ? {} : { target }),
  };
}

function memberOf(name: string, link: boolean): 'title' | 'summary' | 'source' | 'target' | 'hint' | undefined {
  switch (name) {
    case core.id:
      return 'hint';
    case core.title:
      return 'title';
    case core.summary:
      return 'summary';
    case core.source:
      return link ? 'source' : undefined;
    case core.target:
      return link ? 'target' : undefined;
    case core.sourceKind:
    case core.targetKind:
      // The service knows the kinds of its own; for others the kind of the target is a hint.
      return link ? 'hint' : undefined;
    default:
      return undefined;
  }
}

function lengthOf(text: string | undefined, most: number, path: string, findings: Findings): void {
  if (text !== undefined && text.length > most)
    findings.malformed.add(path, 'too_long', `at most ${most} characters, not ${text.length}`);
}

function guard(document: EntityDocument, base: string, findings: Findings): void {
  const { attributes, mixins, links = [] } = document;
  const names = Object.keys(attributes);
  const tooMany = (what: 'attributes' | 'mixins' | 'links', count: number): void => {
    if (count > limits[what])
      findings.malformed.add(`${base}/${what}`, 'too_many', `at most ${limits[what]} ${what}, not ${count}`);
  };
  tooMany('attributes', names.length);
  tooMany('mixins', mixins.length);
  tooMany('links', links.length);
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'object' && value !== null)
      guardValue(value, pointer(`${base}/attributes`, name), 1, findings);
  }
}

function guardValue(value: Json & object, path: string, depth: number, findings: Findings): void {
  if (depth > limits.depth) {
    findings.malformed.add(path, 'too_deep', `at most ${limits.depth} levels`);
    return;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = value[index] as Json;
      if (typeof item === 'object' && item !== null) guardValue(item, `${path}/${index}`, depth + 1, findings);
    }
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (RESERVED.has(name)) findings.malformed.add(pointer(path, name), 'member_unknown', `no member ${name} here`);
    if (typeof item === 'object' && item !== null) guardValue(item, pointer(path, name), depth + 1, findings);
  }
}
