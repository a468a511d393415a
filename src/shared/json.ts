import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** A JSON value, as parsed from or rendered to the wire. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Canonical JSON (RFC 8785): equal values give equal bytes. */
export function canonicalJson(value: Json): string {
  const text = (canonicalize as unknown as (input: unknown) => string | undefined)(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** Lower-case hexadecimal SHA-256. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

export function hashOf(value: Json): string {
  return sha256(canonicalJson(value));
}

/** Appends tokens to a JSON pointer (RFC 6901), escaping `~` and `/`. */
export function pointer(base: string, ...tokens: readonly (string | number)[]): string {
  return tokens.reduce<string>(
    (path, token) => `${path}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    base,
  );
}
