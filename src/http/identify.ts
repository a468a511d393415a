import type { Clock } from '../shared/clock.ts';
import { Unauthenticated } from '../shared/errors.ts';
import type { Identify } from './occi-route.ts';
import type { AppParts } from './parts.ts';
import { RateLimiter } from './rate.ts';

/** Finds out who asks, and keeps both guessers of tokens and principals in a hurry within their rates. */
export function identification(parts: Pick<AppParts, 'auth' | 'limits'>, clock: Clock): Identify {
  const requests = new RateLimiter(parts.limits.requests, clock);
  const failures = new RateLimiter(parts.limits.failures, clock);
  return async (ctx, tenant) => {
    const address = ctx.req.socket.remoteAddress ?? '';
    const { authorization } = ctx.req.headers;
    try {
      const caller = await parts.auth.authenticate(authorization, tenant);
      requests.take(`${caller.tenant}\n${caller.principal}`);
      return caller;
    } catch (error) {
      // Without credentials nothing is guessed: clients ask so to learn how to authenticate. The right ones always
      // pass, since many clients share the address of one proxy, and a secret of 256 bits is not found by guessing.
      if (error instanceof Unauthenticated && authorization !== undefined) failures.take(address);
      throw error;
    }
  };
}
