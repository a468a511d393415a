import { createHash } from 'node:crypto';
import type { Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';

/**
 * The id of something that must exist once, derived from what it is: made again after a crash it is
 * the same, and the store refuses the second. A version 7 UUID (RFC 9562 section 5.7) whose time is
 * that of the thing and whose random part is a hash.
 */
export function idFor(at: Instant, ...key: readonly (string | number)[]): EntityId {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest();
  hash[0] = ((hash[0] ?? 0) & 0x0f) | 0x70;
  hash[2] = ((hash[2] ?? 0) & 0x3f) | 0x80;
  const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12);
  const rest = hash.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8, 20)}` as EntityId;
}
