import type { Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';
import { typeId, type TypeId } from '../../shared/ids.ts';

/**
 * Members of JSON objects, read by their type. What is wrong goes into `problems` with its JSON pointer, and
 * something harmless takes its place, so that reading goes on and tells all problems at once.
 */

export function unknownMembers(
  value: JsonObject,
  known: ReadonlySet<string>,
  path: string,
  problems: Problems,
  told: readonly string[] = [...known],
): void {
  for (const name of Object.keys(value))
    if (!known.has(name))
      problems.add(
        pointer(path, name),
        'member_unknown',
        'the document has no such member',
        `known are ${told.join(', ')}; attributes stand under "attributes"`,
      );
}

export function text(value: JsonObject, name: string, path: string, problems: Problems): string {
  const member = optionalText(value, name, path, problems);
  if (member === undefined && value[name] === undefined)
    problems.add(pointer(path, name), 'member_missing', `${name} is needed`);
  return member ?? '';
}

export function optionalText(value: JsonObject, name: string, path: string, problems: Problems): string | undefined {
  const member = value[name];
  if (member === undefined || typeof member === 'string') return member;
  problems.add(pointer(path, name), 'type', `${name} is a string`);
  return undefined;
}

const TYPE_IDENTIFIER = /^[^\s#]+#[^\s#]+$/;

export function optionalType(value: JsonObject, name: string, path: string, problems: Problems): TypeId | undefined {
  const member = optionalText(value, name, path, problems);
  if (member === undefined) return undefined;
  if (TYPE_IDENTIFIER.test(member)) return typeId(member);
  problems.add(
    pointer(path, name),
    'type_identifier',
    'a type identifier is a scheme and a term',
    'such as http://schemas.ogf.org/occi/infrastructure#compute',
  );
  return undefined;
}

export function typeList(value: JsonObject, name: string, path: string, problems: Problems): readonly TypeId[] {
  const member = value[name];
  if (member === undefined) return [];
  if (Array.isArray(member) && member.every((item) => typeof item === 'string')) return member.map(typeId);
  problems.add(pointer(path, name), 'type', `${name} is an array of type identifiers`);
  return [];
}

export function attributesOf(value: JsonObject, path: string, problems: Problems): JsonObject {
  const attributes = value['attributes'];
  if (attributes === undefined) return {};
  if (isObject(attributes)) return attributes;
  problems.add(pointer(path, 'attributes'), 'type', 'attributes is an object');
  return {};
}

/** A member that is a list; undefined where there is none. */
export function optionalList(
  value: JsonObject,
  name: string,
  path: string,
  problems: Problems,
): readonly Json[] | undefined {
  const member = value[name];
  if (member === undefined) return undefined;
  if (Array.isArray(member)) return member as readonly Json[];
  problems.add(pointer(path, name), 'type', `${name} is an array`);
  return [];
}
