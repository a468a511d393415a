import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../shared/random.ts';

/** 256 random bits, base64url. A salt or a slow hash would add nothing to that much entropy. */
export function newSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

/** What is kept of a secret: SHA-256, base64url. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Compares hashes in constant time. */
export function sameHash(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
