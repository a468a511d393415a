import { isObject, pointer } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';

/** A document with nothing left to look up, and where in the client's document each part came from. */
export interface Resolved {
  readonly document: JsonObject;
  /** Turns a pointer into `document` into one into what the client sent. */
  locate(path: string): string;
}

interface Layer {
  readonly document: JsonObject;
  /** Where its members stand in the client's document; a shipped document stands where it is named. */
  readonly at: string;
  readonly inline: boolean;
}

/** Finds a shipped document by `name@major`. */
export type Find = (ref: string) => JsonObject | undefined;

/**
 * Resolves `{ref, override?}`, `"name@major"` or a whole document. Layers are merged in order, what
 * extends another over it: `must` and `weightLimits` are joined, `prefer` by id (later members win), `derived`
 * and the other objects member by member; everything else is replaced.
 */
export function resolveRules(rules: Json, path: string, find: Find, problems: Problems): Resolved | undefined {
  const layers: Layer[] = [];
  if (typeof rules === 'string') addRef(rules, path, find, problems, layers, []);
  else if (!isObject(rules)) {
    problems.add(path, 'type_wrong', 'rules are {"ref": "name@major"} or a whole document');
  } else if ('ref' in rules) {
    const { ref, override, ...others } = rules;
    for (const name of Object.keys(others))
      problems.add(pointer(path, name), 'unknown_member', `there is no member ${name} beside ref`, 'override');
    if (typeof ref !== 'string') problems.add(pointer(path, 'ref'), 'type_wrong', 'must be "name@major"');
    else addRef(ref, pointer(path, 'ref'), find, problems, layers, []);
    if (override !== undefined) {
      if (isObject(override)) addInline(override, pointer(path, 'override'), find, problems, layers);
      else problems.add(pointer(path, 'override'), 'type_wrong', 'must be an object');
    }
  } else addInline(rules, path, find, problems, layers);
  return problems.any ? undefined : merge(layers, path, problems);
}

function addRef(
  ref: string,
  at: string,
  find: Find,
  problems: Problems,
  layers: Layer[],
  under: readonly string[],
): void {
  const document = find(ref);
  if (document === undefined) problems.add(at, 'unknown_ruleset', `there are no rules ${ref}`);
  else if (under.includes(ref)) problems.add(at, 'circular', [...under, ref].join(' extends '));
  else {
    for (const base of basesOf(document)) addRef(base, at, find, problems, layers, [...under, ref]);
    layers.push({ document, at, inline: false });
  }
}

function addInline(document: JsonObject, at: string, find: Find, problems: Problems, layers: Layer[]): void {
  basesOf(document).forEach((ref, index) => {
    addRef(ref, pointer(at, 'extends', index), find, problems, layers, []);
  });
  layers.push({ document, at, inline: true });
}

function basesOf(document: JsonObject): readonly string[] {
  const bases = document['extends'];
  return Array.isArray(bases) ? (bases as readonly Json[]).filter((ref) => typeof ref === 'string') : [];
}

interface Entry {
  readonly value: Json;
  readonly from: Origin;
}
type Origin = (rest: string) => string;

function merge(layers: readonly Layer[], path: string, problems: Problems): Resolved {
  const merged: Record<string, Json> = {};
  const origins = new Map<string, Origin>();
  const lists = new Map<string, Entry[]>();
  for (const { document, at, inline } of layers) {
    const origin = (...tokens: (string | number)[]): Origin => {
      const start = inline ? pointer(at, ...tokens) : at;
      return (rest) => (inline ? start + rest : start);
    };
    for (const [member, value] of Object.entries(document)) {
      if (member === 'extends' && isListOfText(value)) continue;
      if ((member === 'must' || member === 'prefer' || member === 'weightLimits') && isList(value)) {
        const list = lists.get(member) ?? [];
        lists.set(member, list);
        value.forEach((entry, index) => {
          addEntry(member, list, { value: entry, from: origin(member, index) }, problems);
        });
        merged[member] = list.map((entry) => entry.value);
        continue;
      }
      const before = merged[member];
      if (isObject(before) && isObject(value)) {
        merged[member] = { ...before, ...value };
        for (const name of Object.keys(value)) origins.set(pointer('', member, name), origin(member, name));
      } else {
        merged[member] = value;
        lists.delete(member);
        origins.set(pointer('', member), origin(member));
      }
    }
  }
  for (const [member, list] of lists)
    list.forEach(({ from }, index) => {
      origins.set(pointer('', member, index), from);
    });
  return {
    document: merged,
    locate(within) {
      for (let end = within.length; end > 0; end = within.lastIndexOf('/', end - 1)) {
        const from = origins.get(within.slice(0, end));
        if (from !== undefined) return from(within.slice(end));
      }
      return path + within;
    },
  };
}

function addEntry(member: string, list: Entry[], entry: Entry, problems: Problems): void {
  const id = idOf(entry.value);
  const at = id === undefined ? -1 : list.findIndex(({ value }) => idOf(value) === id);
  const known = list[at];
  if (known === undefined) list.push(entry);
  else if (member === 'prefer') {
    list[at] = {
      value: { ...(known.value as JsonObject), ...(entry.value as JsonObject) },
      // What the later entry does not state stands in the earlier one, which is no part of what was sent.
      from: entry.from,
    };
  } else if (JSON.stringify(known.value) !== JSON.stringify(entry.value)) {
    problems.add(
      entry.from(''),
      'duplicate_id',
      `there is a must ${id ?? ''} already, and a must cannot be replaced`,
      'give it an id of its own',
    );
  }
}

function idOf(entry: Json): string | undefined {
  const id = isObject(entry) ? entry['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isListOfText(value: Json): boolean {
  return isList(value) && value.every((one) => typeof one === 'string');
}
