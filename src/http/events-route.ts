import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { BadRequest, NotFound, ParleyError } from '../shared/errors.ts';
import type { AppParts } from './parts.ts';
import type { Identify } from './occi-route.ts';
import { readTarget } from './target.ts';

/** `GET /events`: server-sent events (api.md, Events). */
export function eventsRoute(parts: AppParts, identify: Identify): (ctx: Context) => Promise<void> {
  const { engine, events, baseUrl } = parts;
  return async (ctx) => {
    const { query } = readTarget(ctx.method, ctx.url);
    const caller = await identify(ctx, query['tenant']);
    const after = lastEventId(ctx.get('Last-Event-ID') || query['after']);
    const of = query['of'] === undefined ? undefined : pathOf(query['of'], baseUrl);
    if (of !== undefined) await engine.handle({ op: 'read', path: of }, { caller, request: '', signal: NEVER });
    if (ctx.accepts('text/event-stream') === false)
      throw new ParleyError('not_acceptable', 406, 'The event stream is text/event-stream');

    ctx.status = 200;
    ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
    ctx.set('Cache-Control', 'no-store');
    // Proxies that would gather the stream are asked not to.
    ctx.set('X-Accel-Buffering', 'no');
    if (ctx.method === 'HEAD') return;
    ctx.req.socket.setTimeout(0);
    ctx.req.socket.setNoDelay(true);
    const gone = new AbortController();
    ctx.res.once('close', () => {
      gone.abort();
    });
    ctx.body = Readable.from(
      events.open({
        caller,
        signal: gone.signal,
        ...(after === undefined ? {} : { after }),
        ...(of === undefined ? {} : { of }),
      }),
      { objectMode: false, highWaterMark: 16 * 1024 },
    );
  };
}

const NEVER = new AbortController().signal;

function lastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new BadRequest('last_event_id_invalid', 'Last-Event-ID is the id of an event of this stream');
  return Number(text);
}

/** A path or a URL of an entity. */
function pathOf(text: string, baseUrl: string): string {
  const path = text.startsWith(`${baseUrl}/`) ? text.slice(baseUrl.length) : text;
  if (!/^\/[\w./-]+[^/]$/.test(path)) throw new NotFound(`Nothing is found at ${text.slice(0, 80)}`);
  return path;
}
