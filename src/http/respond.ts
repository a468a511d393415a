import type { Context } from 'koa';
import { TooLarge } from '../shared/errors.ts';
import type { OcciOutcome, View } from '../occi/request.ts';
import type { Output } from '../occi/rendering/negotiate.ts';
import type { RenderContext, Rendered, Rendering } from '../occi/rendering/types.ts';
import { etagOf, noneMatchHits } from './conditions.ts';
import { add, CACHEABLE, withCharset, type Kept } from './kept.ts';
import { send, type Stamp } from './send.ts';

export interface Responding {
  readonly output: Output;
  readonly render: RenderContext;
  readonly wait: number | undefined;
  readonly stamp: Stamp;
}

/** GET of what is kept; 304 where the client has it already. */
export function respondKept(ctx: Context, { etag, headers, body }: Kept, stamp: Stamp): void {
  if (noneMatchHits(ctx.req.headers['if-none-match'], etag)) send(ctx, stamp, 304, ['ETag', etag, ...CACHEABLE], '');
  else send(ctx, stamp, 200, headers.slice(), body);
}

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
  if (view !== undefined) headers.push('ETag', etagOf(view, rendering.name));
  const lasting = view === undefined || (view.projection.once ?? []).length === 0;
  // What is never shown again, such as a secret, is shown now: GFD.223 permits the rendering beside the location.
  const rendered = written(ctx, rendering, lasting ? outcome : { type: 'entity', view }, how.render);
  describe(headers, outcome, how);
  // Location is where one new entity is; with X-OCCI-Location beside it some clients take both for a mix-up.
  if (outcome.type !== 'created' || view === undefined || !lasting) add(headers, rendered.headers);
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
