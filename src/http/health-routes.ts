import type { Context } from 'koa';
import { Unavailable } from '../shared/errors.ts';
import type { AppParts, Health } from './parts.ts';

/** `/health/live`: the process runs and answers. */
export function live(ctx: Context): void {
  answer(ctx, 200, { status: 'live' });
}

/** `/health/ready`: 503 while starting or stopping, or while a check fails. */
export function ready(health: Health): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const state = health.state();
    const checks = state === 'ready' ? ((await health.checks?.()) ?? {}) : {};
    const well = state === 'ready' && Object.values(checks).every((check) => check.ok);
    if (!well) ctx.set('Retry-After', '1');
    answer(ctx, well ? 200 : 503, { status: well ? 'ready' : state === 'ready' ? 'failing' : state, checks });
  };
}

export function metricsRoute({ metrics }: Pick<AppParts, 'metrics'>): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const { type, body } = await metrics.expose();
    ctx.set('Content-Type', type);
    ctx.body = body;
  };
}

/** @throws Unavailable while the service starts or stops */
export function refuseUnlessReady(health: Health): void {
  switch (health.state()) {
    case 'ready':
      return;
    case 'starting':
      throw new Unavailable('starting', 'The service is starting');
    case 'stopping':
      throw new Unavailable('stopping', 'The service is stopping', { headers: { 'Retry-After': '5' } });
  }
}

function answer(ctx: Context, status: number, body: object): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify(body);
}
