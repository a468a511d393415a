import type { Random } from '../shared/random.ts';

/** A new Idempotency-Key: a structured-field string, so that a request sent again is answered as the first. */
export function randomKey(random: Random): string {
  return `"${Buffer.from(random.bytes(16)).toString('hex')}"`;
}
