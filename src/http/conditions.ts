import { createHash } from 'node:crypto';
import { BadRequest } from '../shared/errors.ts';
import type { Caller } from '../occi/caller.ts';
import type { IfMatch, RequestEnvelope, View } from '../occi/request.ts';

/** Seconds that `Prefer: wait` may ask for at most. */
export const LONGEST_WAIT = 60;

/**
 * Strong; names revision, variant, links and rendering: a link that comes or goes changes what is shown of its
 * source, and not the source's revision.
 */
export function etagOf({ record, projection, links }: View, rendering: string): string {
  const { variant } = projection;
  let tag = String(record.rev);
  if (variant !== undefined) tag += `.${variant.replace(/[^A-Za-z0-9_-]/g, '_')}`;
  if (links.length > 0) tag += `.${fingerprint(links)}`;
  return `"${tag}-${rendering}"`;
}

function fingerprint(links: readonly View[]): string {
  const shown = links.map(({ record, projection }) => `${record.id}.${record.rev}.${projection.variant ?? ''}`);
  return createHash('sha1').update(shown.join('\n')).digest('base64url').slice(0, 10);
}

/** The revisions that If-Match names; weak or foreign tags match none (RFC 9110 section 13.1.1). */
export function readIfMatch(header: string | undefined): IfMatch | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const revisions: number[] = [];
  for (const part of header.split(',', 100)) {
    const revision = /^"(\d{1,15})[.\w-]*"$/.exec(part.trim())?.[1];
    if (revision !== undefined) revisions.push(Number(revision));
  }
  return revisions;
}

/** Does If-None-Match name the tag? Compared weakly, as it is for reading (RFC 9110 section 13.1.2). */
export function noneMatchHits(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return (
    header.trim() === '*' ||
    header.split(',', 100).some((part) => {
      const tag = part.trim();
      return tag === etag || tag === `W/${etag}`;
    })
  );
}

/** RFC 7240 section 4.3. */
export function readWait(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})(?![\d.])/i.exec(header)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT);
}

/**
 * The Idempotency-Key of a request: a structured-field string, or bare. It counts for principal,
 * method and path; the same key with another body, content type or action is another request.
 *
 * @throws BadRequest when it is empty or over 255 characters
 */
export function readIdempotency(
  key: string | undefined,
  request: {
    readonly caller: Caller;
    readonly method: string;
    readonly path: string;
    readonly action: string | undefined;
    readonly contentType: string | undefined;
    readonly body: Uint8Array;
    /** Fields that a text/occi request carries in its headers. */
    readonly fields: readonly string[];
  },
): RequestEnvelope['idempotency'] {
  if (key === undefined) return undefined;
  const trimmed = key.trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(trimmed)?.[1];
  const value = quoted === undefined ? trimmed : quoted.replace(/\\(["\\])/g, '$1');
  if (value === '' || value.length > 255)
    throw new BadRequest('idempotency_key_invalid', 'An Idempotency-Key has 1 to 255 characters');
  const { caller, method, path } = request;
  const scope = createHash('sha256')
    .update([caller.tenant, caller.principal, method, path, value].join('\n'))
    .digest('base64url');
  const bodyHash = createHash('sha256')
    .update(`${request.action ?? ''}\n${request.contentType ?? ''}\n${request.fields.join('\n')}\n`)
    .update(request.body)
    .digest('base64url');
  return { scope, bodyHash };
}
