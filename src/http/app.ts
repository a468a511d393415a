import type { IncomingMessage } from 'node:http';
import Router, { type RouterContext } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import { systemClock } from '../shared/clock.ts';
import { BadRequest, ParleyError } from '../shared/errors.ts';
import { systemRandom } from '../shared/random.ts';
import { answerError } from './errors.ts';
import { eventsRoute } from './events-route.ts';
import { live, metricsRoute, ready, refuseUnlessReady } from './health-routes.ts';
import { identification } from './identify.ts';
import { occiRoute } from './occi-route.ts';
import { openApi } from './openapi/index.ts';
import type { AppParts } from './parts.ts';
import { requestIds } from './request-id.ts';
import { stamp, type Stamp } from './send.ts';
import { checkVersion, serverHeader } from './version.ts';

/** Routes of other parts (the dashboard), asked before the OCCI route; they call `next` for what is not theirs. */
export type Mounted = readonly Middleware[];

/**
 * The service's HTTP face (api.md). One route serves all of OCCI; the others are what is not OCCI.
 *
 * Every answer carries `Server` and `X-Request-Id`; every error becomes problem details or lines of
 * text here and nowhere else.
 */
export function createApp(parts: AppParts, mounted: Mounted = []): Koa {
  const clock = parts.clock ?? systemClock;
  const nextId = requestIds(clock, parts.random ?? systemRandom);
  const server = serverHeader(parts.version);
  const { log, metrics } = parts;

  const identify = identification(parts, clock);
  const occi = occiRoute(parts, identify);
  const events = eventsRoute(parts, identify);

  const app = new Koa();
  // Koa's own report goes to standard error; ours has the request's id.
  app.silent = true;
  app.on('error', (error: unknown, ctx?: Context) => {
    log.debug({ err: error, request: ctx === undefined ? undefined : stampOf(ctx).request }, 'connection broke');
  });

  app.use(async (ctx, next) => {
    const started = clock.elapsed();
    const mark: Stamp = { server, request: nextId() };
    ctx.state['stamp'] = mark;
    try {
      checkHeaders(ctx.req);
      checkVersion(ctx.req.headers['user-agent']);
      await next();
    } catch (error) {
      answerError(ctx, error, mark, log);
    }
    const seconds = (clock.elapsed() - started) / 1000;
    metrics.observe('parley_http_request_seconds', 'Duration of HTTP requests', seconds, labels(ctx));
    log.debug(
      { request: mark.request, trace: traceOf(ctx), method: ctx.method, path: ctx.path, status: ctx.status, seconds },
      'request served',
    );
  });

  const { health } = parts;
  const router = new Router();
  router.get('/health/live', live);
  router.get('/health/ready', ready(health));
  router.get('/metrics', metricsRoute(parts));
  router.get('/openapi.json', openApi(parts));
  router.get('/events', (ctx) => {
    refuseUnlessReady(health);
    return events(ctx);
  });
  const own = new Set(['/health/live', '/health/ready', '/metrics', '/openapi.json', '/events']);
  const routes = router.routes();

  for (const middleware of mounted) app.use(middleware);
  // All paths but these few are OCCI's own name space, so nothing needs to be matched for it.
  app.use(async (ctx) => {
    if (own.has(ctx.path)) {
      stamp(ctx, stampOf(ctx));
      await routes(ctx as RouterContext, () => onlyRead(ctx));
      return;
    }
    refuseUnlessReady(health);
    await occi(ctx, stampOf(ctx));
  });
  return app;
}

/** Reached when a path of our own is asked for in another way than by GET or HEAD. */
function onlyRead(ctx: Context): Promise<void> {
  const Allow = 'GET, HEAD, OPTIONS';
  if (ctx.method !== 'OPTIONS')
    throw new ParleyError('method_not_allowed', 405, 'Only GET and HEAD are possible here', { headers: { Allow } });
  ctx.set('Allow', Allow);
  ctx.body = 'OK\n';
  return Promise.resolve();
}

const MOST_HEADERS = 2000;

/** @throws ParleyError 431; BadRequest without the Host that HTTP/1.1 asks for (RFC 9112 section 3.2) */
function checkHeaders(request: IncomingMessage): void {
  const count = request.rawHeaders.length / 2;
  if (count > MOST_HEADERS)
    throw new ParleyError('too_large', 431, `At most ${MOST_HEADERS} header lines, not ${count}`);
  if (request.headers.host === undefined && request.httpVersionMinor > 0)
    throw new BadRequest('host_missing', 'The header Host is missing');
}

function stampOf(ctx: Context): Stamp {
  return ctx.state['stamp'] as Stamp;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

function labels(ctx: Context): Readonly<Record<string, string>> {
  return { method: METHODS.has(ctx.method) ? ctx.method : 'other', status: String(ctx.status) };
}

/** Trace id of W3C Trace Context, if the client sent one. */
function traceOf(ctx: Context): string | undefined {
  const header = ctx.req.headers['traceparent'];
  return typeof header === 'string'
    ? /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(header)?.[1]
    : undefined;
}
