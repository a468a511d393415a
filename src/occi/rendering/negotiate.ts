import { ParleyError } from '../../shared/errors.ts';
import { jsonRendering } from './json.ts';
import { textOcciRendering } from './text-occi.ts';
import { textPlainRendering } from './text-plain.ts';
import type { Rendering } from './types.ts';
import { uriListRendering } from './uri-list.ts';

/** How an answer is written: a rendering under the name that the client asked for, or an export of the kind's own. */
export type Output =
  | { readonly type: 'rendering'; readonly rendering: Rendering; readonly mediaType: string }
  | { readonly type: 'export'; readonly mediaType: string };

interface MediaType {
  readonly name: string;
  readonly rendering: Rendering;
}

/** In the server's order of preference: text/plain first (GFD.185 section 3.6.6). */
const MEDIA_TYPES: readonly MediaType[] = [
  { name: 'text/plain', rendering: textPlainRendering },
  { name: 'application/occi+json', rendering: jsonRendering },
  { name: 'application/json', rendering: jsonRendering },
  { name: 'text/occi+plain', rendering: textPlainRendering },
  { name: 'text/uri-list', rendering: uriListRendering },
  { name: 'text/occi', rendering: textOcciRendering },
];
const BY_NAME = new Map(MEDIA_TYPES.map((type) => [type.name, type]));
const OUTPUTS = new Map(
  MEDIA_TYPES.map(({ name, rendering }): [string, Output] => [name, { type: 'rendering', rendering, mediaType: name }]),
);

const PLAIN: Output = { type: 'rendering', rendering: textPlainRendering, mediaType: 'text/plain' };

/** Media types that bodies may have and answers can have, for the Accept header of answers. */
export const KNOWN_MEDIA_TYPES = MEDIA_TYPES.map((type) => type.name);

/** A request's media type; some libraries label text as Latin-1, which is read as such; JSON is UTF-8. */
export interface Input extends MediaType {
  readonly charset?: 'latin1';
}

/**
 * The rendering of a request: the first type that we know, since clients in the field send lists such as
 * `text/plain,text/occi`; where the fields are not in the headers, the first that has a body. Undefined without a
 * Content-Type.
 *
 * @throws ParleyError 415
 */
export function inputFor(contentType: string | undefined, inBody = false): Input | undefined {
  if (contentType === undefined || contentType.trim() === '') return undefined;
  const known = BY_NAME.get(contentType);
  if (known !== undefined) return known;
  let first: Input | undefined;
  for (const part of contentType.split(',', 64)) {
    const type = BY_NAME.get(bare(part));
    if (type === undefined) continue;
    const input = withCharset(type, part);
    if (!inBody || type.name !== 'text/occi') return input;
    first ??= input;
  }
  if (first !== undefined) return first;
  throw new ParleyError(
    'unsupported_media_type',
    415,
    `No body of type ${contentType.slice(0, 80)} is understood here; known are ${KNOWN_MEDIA_TYPES.join(', ')}`,
    { headers: { Accept: KNOWN_MEDIA_TYPES.join(', ') } },
  );
}

function withCharset(type: MediaType, part: string): Input {
  const charset = /;\s*charset\s*=\s*"?([^\s";,]+)/i.exec(part)?.[1]?.toLowerCase();
  switch (charset) {
    case undefined:
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
    case 'ascii':
      return type;
    default:
      if (type.name.startsWith('text/') && (charset === 'iso-8859-1' || charset === 'latin1'))
        return { ...type, charset: 'latin1' };
      throw new ParleyError('unsupported_media_type', 415, `Bodies are read as UTF-8, not as ${charset.slice(0, 40)}`);
  }
}

interface Range {
  readonly type: string;
  readonly quality: number;
  readonly position: number;
}

const cache = new Map<string, readonly Range[]>();
const CACHED = 200;

function rangesOf(accept: string): readonly Range[] {
  const known = cache.get(accept);
  if (known !== undefined) return known;
  const ranges = accept.split(',', 64).flatMap((part, position): Range[] => {
    const type = bare(part);
    if (type === '') return [];
    const quality = /;\s*q\s*=\s*([0-9.]{1,8})/i.exec(part)?.[1];
    const number = quality === undefined ? 1 : Number(quality);
    return [{ type: type === '*' ? '*/*' : type, quality: Number.isNaN(number) ? 1 : Math.min(number, 1), position }];
  });
  if (cache.size >= CACHED) cache.clear();
  cache.set(accept, ranges);
  return ranges;
}

/**
 * Chooses how to answer (RFC 9110 section 12.5.1; api.md, Reading and writing safely).
 *
 * Without Accept, and where a wildcard decides, a request with a body is answered in the body's
 * type and one without in text/plain. Of types that are wanted equally the one named first wins,
 * but text/occi never before text/plain.
 *
 * @param exports further media types of the entity that is asked for, such as text/csv
 * @throws ParleyError 406
 */
export function outputFor(
  accept: string | undefined,
  input: MediaType | undefined,
  exports: readonly string[] = [],
): Output {
  const fallback: Output =
    input === undefined ? PLAIN : { type: 'rendering', rendering: input.rendering, mediaType: input.name };
  if (accept === undefined || accept === '*/*' || accept.trim() === '') return fallback;
  // As clients ask nearly always: for one type, and nothing else.
  const only = OUTPUTS.get(accept);
  if (only !== undefined && !exports.includes(accept)) return only;
  const ranges = rangesOf(accept);
  let best: { output: Output; quality: number; exact: boolean; position: number } | undefined;
  const consider = (name: string, output: Output, preferred: boolean): void => {
    const range = matching(ranges, name);
    if (range === undefined || range.quality <= 0) return;
    const exact = range.type === name;
    const position = exact ? range.position + (name === 'text/occi' ? 100 : 0) : preferred ? 0 : 1;
    const better =
      best === undefined ||
      range.quality > best.quality ||
      (range.quality === best.quality &&
        ((exact && !best.exact) || (exact === best.exact && position < best.position)));
    if (better) best = { output, quality: range.quality, exact, position };
  };
  // First, so that a kind's own application/json (a report's document) stands before the OCCI rendering of that name.
  for (const name of exports)
    if (ranges.some((range) => range.type === name)) consider(name, { type: 'export', mediaType: name }, false);
  for (const type of MEDIA_TYPES)
    consider(
      type.name,
      { type: 'rendering', rendering: type.rendering, mediaType: type.name },
      type.name === fallback.mediaType,
    );
  if (best !== undefined) return best.output;
  throw new ParleyError(
    'not_acceptable',
    406,
    `Nothing here can be shown as ${accept.slice(0, 80)}; possible are ${[...KNOWN_MEDIA_TYPES, ...exports].join(', ')}`,
    { headers: { Accept: KNOWN_MEDIA_TYPES.join(', ') } },
  );
}

/** The most specific range that covers the type. */
function matching(ranges: readonly Range[], name: string): Range | undefined {
  const exact = ranges.find((range) => range.type === name);
  if (exact !== undefined) return exact;
  const family = `${name.slice(0, name.indexOf('/'))}/*`;
  return ranges.find((range) => range.type === family) ?? ranges.find((range) => range.type === '*/*');
}

/** Would the client rather have errors as problem details (RFC 9457) than as lines of text? */
export function wantsProblemJson(accept: string | undefined, contentType: string | undefined): boolean {
  if (accept !== undefined && accept.trim() !== '' && accept !== '*/*') {
    const ranges = rangesOf(accept).filter((range) => range.quality > 0);
    const json = ranges.find((range) => /^application\/(?:[a-z0-9.-]+\+)?json$/.test(range.type));
    const text = ranges.find((range) => range.type.startsWith('text/'));
    if (json !== undefined && (text === undefined || json.quality > text.quality)) return true;
    if (text !== undefined && (json === undefined || text.quality > json.quality)) return false;
    if (json !== undefined && text !== undefined) return json.position < text.position;
    if (ranges.some((range) => range.type === 'application/*')) return true;
  }
  return contentType !== undefined && /^\s*application\/(?:[a-z0-9.-]+\+)?json/i.test(contentType);
}

function bare(part: string): string {
  const cut = part.indexOf(';');
  return (cut < 0 ? part : part.slice(0, cut)).trim().toLowerCase();
}
