import type { Clock } from '../shared/clock.ts';
import { ParleyError } from '../shared/errors.ts';
import type { Rate } from './parts.ts';

interface Bucket {
  tokens: number;
  at: number;
}

const MOST_BUCKETS = 10_000;

/** Token buckets by name. A bucket that is full again is worth nothing and forgotten when room is needed. */
export class RateLimiter {
  readonly #rate: Rate | null;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate | null, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one token; throws 429 with Retry-After when there is none. */
  take(name: string): void {
    const wait = this.#take(name);
    if (wait > 0) throw tooMany(wait);
  }

  /** Seconds until there is a token; 0 when there was one. */
  #take(name: string): number {
    const rate = this.#rate;
    if (rate === null) return 0;
    const now = this.#clock.elapsed();
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      if (this.#buckets.size >= MOST_BUCKETS) this.#forget(now, rate);
      bucket = { tokens: rate.burst, at: now };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / rate.perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  #forget(now: number, rate: Rate): void {
    for (const [name, bucket] of this.#buckets)
      if (bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond >= rate.burst) this.#buckets.delete(name);
    // All of them in use: the oldest go, so that memory stays bounded whoever asks.
    for (const name of this.#buckets.keys()) {
      if (this.#buckets.size < MOST_BUCKETS) break;
      this.#buckets.delete(name);
    }
  }
}

function tooMany(seconds: number): ParleyError {
  return new ParleyError('too_many_requests', 429, 'Too many requests; wait a little', {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) },
  });
}
