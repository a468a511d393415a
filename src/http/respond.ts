import type { Context } from 'koa';
import type { OcciOutcome, View } from '../occi/request.ts';
import type { Output } from '../occi/rendering/negotiate.ts';
import type { RenderContext } from '../occi/rendering/types.ts';
import { etagOf, noneMatchHits } from './conditions.ts';

/** Turns an outcome into the answer (GFD.223 section 5). */
export function respond(
  ctx: Context,
  outcome: OcciOutcome,
  output: Output,
  render: RenderContext,
  wait: number | undefined,
): void {
  if (outcome.type === 'export') {
    ctx.status = 200;
    setHeaders(ctx, outcome.content.headers ?? {});
    ctx.res.setHeader('Content-Type', withCharset(outcome.mediaType));
    ctx.body = typeof outcome.content.body === 'string' ? outcome.content.body : Buffer.from(outcome.content.body);
    return;
  }
  if (output.type === 'export') throw new Error(`an export was asked for, and the engine answered ${outcome.type}`);
  const { rendering, mediaType } = output;

  const view = theView(outcome);
  if (view !== undefined) {
    const etag = etagOf(view, rendering.name);
    ctx.res.setHeader('ETag', etag);
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      // The same URL is shown in many renderings, and to each caller as the caller may see it.
      ctx.res.setHeader('Cache-Control', 'private, no-cache');
      ctx.res.setHeader('Vary', 'Accept, Authorization');
      if (noneMatchHits(ctx.req.headers['if-none-match'], etag)) {
        ctx.status = 304;
        return;
      }
    }
  }
  const rendered = rendering.render(outcome, render);
  ctx.status = outcome.type === 'created' ? 201 : 200;
  if (outcome.type === 'created') {
    const first = outcome.views.length === 1 ? outcome.views[0] : undefined;
    if (first !== undefined) ctx.res.setHeader('Location', render.baseUrl + first.path);
  }
  if (outcome.type === 'collection' && outcome.next !== undefined)
    ctx.res.setHeader('Parley-Next-Cursor', outcome.next);
  if (outcome.type === 'entity') setHeaders(ctx, outcome.headers ?? {});
  if (wait !== undefined && hasWaited(outcome)) ctx.res.setHeader('Preference-Applied', `wait=${wait}`);
  setHeaders(ctx, rendered.headers ?? {});
  ctx.res.setHeader('Content-Type', withCharset(mediaType));
  ctx.body = rendered.body;
}

function hasWaited(outcome: OcciOutcome): boolean {
  return (outcome.type === 'entity' || outcome.type === 'created') && outcome.waited === true;
}

/** The one entity that the answer shows, if it shows one. */
function theView(outcome: OcciOutcome): View | undefined {
  if (outcome.type === 'entity') return outcome.view;
  return outcome.type === 'created' && outcome.views.length === 1 ? outcome.views[0] : undefined;
}

function setHeaders(ctx: Context, headers: Readonly<Record<string, string | readonly string[]>>): void {
  for (const [name, value] of Object.entries(headers))
    ctx.res.setHeader(name, typeof value === 'string' ? value : [...value]);
}

/** Text is UTF-8 and says so; JSON always is (RFC 8259 section 8.1). */
function withCharset(mediaType: string): string {
  return mediaType.startsWith('text/') && !mediaType.includes('charset') ? `${mediaType}; charset=utf-8` : mediaType;
}
