import { isObject, type Json, type JsonObject } from '../shared/json.ts';

/** Attributes of a rendered entity. */
export function attributesOf(entity: JsonObject): JsonObject {
  return isObject(entity['attributes']) ? entity['attributes'] : {};
}

/** One attribute, as it is rendered. */
export function attribute(entity: JsonObject, name: string): Json | undefined {
  return attributesOf(entity)[name];
}

/** A value as text; empty where there is none. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function attributeText(entity: JsonObject, name: string): string {
  return textOf(attribute(entity, name));
}

export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];
}

/** The bare UUID of an id, a path or a URL; the text itself where it holds none. */
export function uuidIn(reference: string): string {
  return (
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(reference)?.[0].toLowerCase() ?? reference
  );
}

/** `/cfp/UUID` of an id in any of its forms (id, path, URL); a path of another kind stays as it is. */
export function pathFor(kind: string, reference: string): string {
  const path = /^https?:\/\/[^/]+(\/.*)$/.exec(reference)?.[1] ?? reference;
  return path.startsWith('/') ? path : `/${kind}/${encodeURIComponent(uuidIn(path))}`;
}
