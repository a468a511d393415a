import type { Context } from 'koa';
import { ParleyError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { wantsProblemJson } from '../occi/rendering/negotiate.ts';
import { stamp, type Stamp } from './send.ts';
import { problemJson, problemLines, told, UNFORESEEN } from './problem.ts';

/**
 * A line for each way, and Basic first: many clients read one challenge from each line, and OCCI clients speak
 * Basic (GFD.223 section 12, RFC 7617, RFC 6750).
 */
const CHALLENGES = ['Basic realm="parley", charset="UTF-8"', 'Bearer realm="parley"'];

/** Tells the client what went wrong; what nobody foresaw goes to the log with its cause. */
export function answerError(ctx: Context, error: unknown, mark: Stamp, log: Logger): void {
  const { request } = mark;
  const known = error instanceof ParleyError ? error : undefined;
  if (known === undefined || known.status >= 500) {
    const fields = { request, method: ctx.method, path: ctx.path, err: error };
    if (known === undefined) log.error(fields, 'request failed unforeseen');
    else log.warn({ ...fields, cause: known.cause }, 'request failed');
  }
  const what = known === undefined ? UNFORESEEN : told(known);
  if (ctx.headerSent) {
    ctx.res.destroy();
    return;
  }
  stamp(ctx, mark);
  ctx.status = what.status;
  if (known !== undefined) for (const [name, value] of Object.entries(known.headers)) ctx.set(name, value);
  if (what.status === 401) ctx.set('WWW-Authenticate', CHALLENGES);
  ctx.set('Cache-Control', 'no-store');
  if (wantsProblemJson(ctx.get('Accept') || undefined, ctx.get('Content-Type') || undefined)) {
    ctx.set('Content-Type', 'application/problem+json');
    ctx.body = problemJson(what, request);
  } else {
    ctx.set('Content-Type', 'text/plain; charset=utf-8');
    ctx.body = problemLines(what);
  }
}
