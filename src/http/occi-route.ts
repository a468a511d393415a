import { isUtf8 } from 'node:buffer';
import type { Context } from 'koa';
import { BadRequest, NotFound, ParleyError } from '../shared/errors.ts';
import type { Registry } from '../occi/api.ts';
import type { Caller } from '../occi/caller.ts';
import { typeOf } from '../occi/category.ts';
import { modelLookup } from '../occi/rendering/lookup.ts';
import { inputFor, outputFor, type Output } from '../occi/rendering/negotiate.ts';
import { hasOcciHeaders, textOcciRendering } from '../occi/rendering/text-occi.ts';
import { textPlainRendering } from '../occi/rendering/text-plain.ts';
import type { Parser } from '../occi/rendering/types.ts';
import { fitsUriList } from '../occi/rendering/uri-list.ts';
import type { RequestEnvelope } from '../occi/request.ts';
import { readBody } from './body.ts';
import { readIdempotency, readIfMatch, readWait } from './conditions.ts';
import { baseFor, localised } from './own-host.ts';
import type { AppParts } from './parts.ts';
import { discoveryCache, entityCache } from './kept.ts';
import { respond, respondKept } from './respond.ts';
import { send, type Stamp } from './send.ts';
import { readTarget, type Target } from './target.ts';
import { checkMethod, methodsAt, placeOf, translate, type Place } from './translate.ts';

/** Who asks; the same for every route that needs to know. */
export type Identify = (ctx: Context, tenant: string | undefined) => Promise<Caller>;

/** What a request brings to be read. */
interface Content {
  readonly body: Buffer;
  readonly present: boolean;
  readonly parser: Parser;
  readonly type: ReturnType<typeof inputFor>;
}

/**
 * The one route of OCCI: an HTTP request becomes an `OcciRequest`, and its `OcciOutcome` the answer.
 * Read the inner function from top to bottom to follow a request.
 */
export function occiRoute(parts: AppParts, identify: Identify): (ctx: Context, stamp: Stamp) => Promise<void> {
  const { engine, limits, baseUrl } = parts;
  const { registry } = engine;
  const lookup = modelLookup(registry);
  const discovery = discoveryCache();
  const entities = entityCache();

  return async (ctx, stamp) => {
    const target = readTarget(ctx.method, ctx.url);
    const caller = await identify(ctx, target.query['tenant']);
    const place = placeOf(target.path, registry, caller);
    if (target.method === 'OPTIONS') {
      answerOptions(ctx, stamp, methodsAt(place));
      return;
    }
    checkMethod(place, target);
    checkSlash(place, target.path, registry, caller);
    const body = readBody(ctx.req, limits.body);
    const content = contentOf(ctx, target, body instanceof Promise ? await body : body);
    const output = outputFor(ctx.req.headers.accept, content.type, exportsAt(registry, target));
    const { host } = ctx.req.headers;
    const occi = localised(
      translate({
        target,
        caller,
        registry,
        model: lookup(caller.tenant),
        message: { headers: ctx.req.rawHeaders, body: content.body },
        parser: content.parser,
        hasContent: content.present,
        ifMatch: readIfMatch(ctx.req.headers['if-match']),
        onlyNew: ctx.req.headers['if-none-match']?.trim() === '*',
        output,
      }),
      baseUrl,
      host,
    );
    if (occi.op !== 'read') checkShown(occi.op, output);
    const envelope = envelopeOf(ctx, target, content, caller, stamp.request);
    const outcome = await engine.handle(occi, envelope);
    // What is not there is not found in any rendering.
    if (occi.op === 'read') checkShown(occi.op, output);
    const render = { baseUrl: baseFor(baseUrl, host), patterns: target.query['pattern'] === 'true' };
    if (output.type === 'rendering') {
      const showing = { rendering: output.rendering, mediaType: output.mediaType, context: render };
      if (occi.op === 'read' && outcome.type === 'entity') {
        respondKept(ctx, entities(outcome, showing), stamp);
        return;
      }
      if (occi.op === 'discover' && occi.filter === undefined && outcome.type === 'categories') {
        respondKept(ctx, discovery(outcome, showing), stamp);
        return;
      }
    }
    respond(ctx, outcome, { output, render, wait: envelope.wait, stamp });
  };
}

function answerOptions(ctx: Context, stamp: Stamp, allow: string): void {
  send(ctx, stamp, 200, ['Allow', allow, 'Content-Type', 'text/plain; charset=utf-8'], 'OK\n');
}

/** A collection without its slash is another path, and nothing is made there by mistake; but it is told. */
function checkSlash(place: Place, path: string, registry: Registry, caller: Caller): void {
  if (place !== 'entity') return;
  const location = `${path}/`;
  if (location === '/-/' || registry.atLocation(location, caller.tenant) !== undefined)
    throw new NotFound(`Nothing is found at ${path}; do you mean ${location}?`);
}

/** Fields in the headers count where there is no body, whatever the Content-Type says: clients send lists of types. */
function contentOf(ctx: Context, target: Target, body: Buffer): Content {
  const declared = ctx.req.headers['content-type'];
  const inHeaders = hasOcciHeaders(ctx.req.rawHeaders);
  if (body.length > 0) {
    const type = inputFor(declared, !inHeaders);
    if (type === undefined)
      throw new ParleyError(
        'unsupported_media_type',
        415,
        'A body needs a Content-Type, such as application/occi+json',
      );
    if (type.rendering.name === 'occi' && !inHeaders && target.method !== 'GET' && target.method !== 'DELETE')
      throw new BadRequest('fields_missing', 'In text/occi the fields stand in headers, and there are none', {
        problems: [{ path: '', code: 'fields_missing', detail: 'no Category, Link or X-OCCI- header' }],
      });
    // Under the label of Latin-1 many clients write UTF-8 all the same.
    const read = type.charset === 'latin1' && !isUtf8(body) ? Buffer.from(body.toString('latin1')) : body;
    return { body: read, present: true, parser: type.rendering.parser, type };
  }
  if (target.method !== 'GET' && inHeaders)
    return { body, present: true, parser: textOcciRendering.parser, type: inputFor(declared) };
  return { body, present: false, parser: textPlainRendering.parser, type: undefined };
}

/** Media types beside the renderings that the entity's kind offers. */
function exportsAt(registry: Registry, target: Target): readonly string[] {
  if (target.method !== 'GET') return [];
  const kind = registry.atLocation(target.path.slice(0, target.path.lastIndexOf('/') + 1));
  if (kind?.class !== 'kind' || target.path.endsWith('/')) return [];
  const exports = registry.behaviour(typeOf(kind))?.exports;
  return exports === undefined ? [] : Object.keys(exports);
}

/** Asked before anything is done, so that nothing is done that cannot be shown (GFD.185 section 3.6.6). */
function checkShown(op: string, output: Output): void {
  if (output.type === 'rendering' && output.rendering.name === 'uri' && !fitsUriList(op))
    throw new BadRequest('not_a_list', 'text/uri-list shows lists of locations only');
}

function envelopeOf(ctx: Context, target: Target, content: Content, caller: Caller, request: string): RequestEnvelope {
  const { headers, rawHeaders } = ctx.req;
  if (target.method === 'GET') return { caller, request, signal: STAYING };
  const wait = readWait(single(headers['prefer']));
  const idempotency = readIdempotency(single(headers['idempotency-key']), {
    caller,
    method: target.method,
    path: target.path,
    action: target.query['action'],
    contentType: headers['content-type'],
    body: content.body,
    fields: content.present && content.body.length === 0 ? rawHeaders.filter(isField) : [],
  });
  return {
    caller,
    request,
    signal: wait === undefined ? STAYING : goneWhenClosed(ctx),
    ...(wait === undefined ? {} : { wait }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
}

/** For requests that are over soon: making and watching a signal costs more than reading an entity. */
const STAYING = new AbortController().signal;

/** Aborted when the client leaves before it was answered. */
function goneWhenClosed(ctx: Context): AbortSignal {
  const gone = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) gone.abort(new Error('the client left'));
  });
  return gone.signal;
}

function isField(_text: string, index: number, headers: readonly string[]): boolean {
  const name = headers[index - (index % 2)] ?? '';
  return hasOcciHeaders([name, '']);
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header;
}
