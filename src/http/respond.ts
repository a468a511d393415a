import type { Context } from 'koa';
import { TooLarge } from '../shared/errors.ts';
import type { OcciOutcome, View } from '../occi/request.ts';
import type { Output } from '../occi/rendering/negotiate.ts';
import type { RenderContext, Rendered, Rendering } from '../occi/rendering/types.ts';
import { etagOf, noneMatchHits } from './conditions.ts';
import type { Kept } from './discovery.ts';
import { send, type Stamp } from './send.ts';

export interface Responding {
  readonly output: Output;
  readonly render: RenderContext;
  readonly wait: number | undefined;
  readonly stamp: Stamp;
}

/** Discovery as it is kept; 304 where the client has it already. */
export function respondKept(ctx: Context, { etag, body, headers: more }: Kept, how: Responding, type: string): void {
  const headers = ['ETag', etag, ...CACHEABLE];
  if (noneMatchHits(ctx.req.headers['if-none-match'], etag)) {
    send(ctx, how.stamp, 304, headers, '');
    return;
  }
  add(headers, more);
  headers.push('Content-Type', withCharset(type));
  send(ctx, how.stamp, 200, headers, body);
}

/** The same URL is shown in many renderings, and to each caller as the caller may see it. */
const CACHEABLE = ['Cache-Control', 'private, no-cache', 'Vary', 'Accept, Authorization'];

/** Turns an outcome into the answer (GFD.223 sections 9 to 11). */
export function respond(ctx: Context, outcome: OcciOutcome, how: Responding): void {
  const headers: string[] = [];
  if (outcome.type === 'export') {
    const { body, headers: more } = outcome.content;
    add(headers, more);
    headers.push('Content-Type', withCharset(outcome.mediaType), 'Cache-Control', 'private, no-cache');
    send(ctx, how.stamp, 200, headers, typeof body === 'string' ? body : Buffer.from(body));
    return;
  }
  if (how.output.type === 'export') throw new Error(`an export was asked for, and the engine answered ${outcome.type}`);
  const { rendering, mediaType } = how.output;

  const view = theView(outcome);
  if (view !== undefined) {
    const etag = etagOf(view, rendering.name);
    headers.push('ETag', etag);
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      headers.push(...CACHEABLE);
      if (noneMatchHits(ctx.req.headers['if-none-match'], etag)) {
        send(ctx, how.stamp, 304, headers, '');
        return;
      }
    }
  }
  const rendered = written(ctx, rendering, outcome, how.render);
  describe(headers, outcome, how);
  // Location is where one new entity is; with X-OCCI-Location beside it some clients take both for a mix-up.
  if (outcome.type !== 'created' || outcome.views.length !== 1) add(headers, rendered.headers);
  headers.push('Content-Type', withCharset(mediaType));
  send(ctx, how.stamp, outcome.type === 'created' ? 201 : 200, headers, rendered.body);
}

/**
 * What was done is done: where its answer is too large for the rendering, it is told without the entity, since an
 * error would make the client do it again.
 *
 * @throws TooLarge 413 for reading
 */
function written(
  ctx: Context,
  rendering: Rendering,
  outcome: Exclude<OcciOutcome, { type: 'export' }>,
  context: RenderContext,
): Rendered {
  try {
    return rendering.render(outcome, context);
  } catch (error) {
    if (!(error instanceof TooLarge) || ctx.method === 'GET' || ctx.method === 'HEAD') throw error;
    return rendering.render({ type: 'done' }, context);
  }
}

/** Headers that say what happened. */
function describe(headers: string[], outcome: OcciOutcome, { render, wait }: Responding): void {
  switch (outcome.type) {
    case 'created': {
      const first = outcome.views.length === 1 ? outcome.views[0] : undefined;
      if (first !== undefined) headers.push('Location', render.baseUrl + first.path);
      if (wait !== undefined && outcome.waited === true) headers.push('Preference-Applied', `wait=${wait}`);
      break;
    }
    case 'entity':
      add(headers, outcome.headers);
      if (wait !== undefined && outcome.waited === true) headers.push('Preference-Applied', `wait=${wait}`);
      break;
    case 'collection':
      if (outcome.next !== undefined) headers.push('Parley-Next-Cursor', outcome.next);
      break;
    case 'categories':
    case 'document':
    case 'done':
    case 'export':
      break;
  }
}

/** The one entity that the answer shows, if it shows one. */
function theView(outcome: OcciOutcome): View | undefined {
  if (outcome.type === 'entity') return outcome.view;
  return outcome.type === 'created' && outcome.views.length === 1 ? outcome.views[0] : undefined;
}

function add(headers: string[], more: Readonly<Record<string, string | readonly string[]>> | undefined): void {
  if (more === undefined) return;
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'string') headers.push(name, value);
    else for (const line of value) headers.push(name, line);
  }
}

/** Text is UTF-8 and says so; JSON always is (RFC 8259 section 8.1), and what text/occi says stands in headers. */
function withCharset(mediaType: string): string {
  return mediaType.startsWith('text/') && mediaType !== 'text/occi' && !mediaType.includes('charset')
    ? `${mediaType}; charset=utf-8`
    : mediaType;
}
