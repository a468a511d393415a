import type { Context } from 'koa';
import { KNOWN_MEDIA_TYPES } from '../occi/rendering/negotiate.ts';

/** In answers too: the media types that are understood here (GFD.223 section 5.2). */
const ACCEPT = KNOWN_MEDIA_TYPES.join(', ');

/** What every answer carries. */
export interface Stamp {
  /** The `Server` header. */
  readonly server: string;
  readonly request: string;
}

/** Stamps an answer that is written through Koa. */
export function stamp(ctx: Context, { server, request }: Stamp): void {
  ctx.set('Server', server);
  ctx.set('X-Request-Id', request);
  ctx.set('Accept', ACCEPT);
}

/**
 * Writes an answer at once, past Koa's own writing: setting eight headers one by one costs more
 * than reading an entity does. `headers` are names and values in turn; Node refuses values with
 * line ends in them.
 */
export function send(ctx: Context, mark: Stamp, status: number, headers: string[], body: string | Buffer): void {
  ctx.respond = false;
  headers.push('Server', mark.server, 'X-Request-Id', mark.request, 'Accept', ACCEPT);
  const size = Buffer.byteLength(body);
  if (status !== 304) headers.push('Content-Length', String(size));
  ctx.res.writeHead(status, headers);
  if (status === 304 || ctx.method === 'HEAD') ctx.res.end();
  // Head and text leave together in one encoding. Headers of text/occi are bytes already, as Latin-1: theirs is the
  // body OK, which is ASCII; other bodies have headers that are.
  else if (typeof body === 'string') ctx.res.end(body, size === body.length ? 'latin1' : 'utf8');
  else ctx.res.end(body);
}
