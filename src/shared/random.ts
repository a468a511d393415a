import { randomBytes } from 'node:crypto';

/** The only source of randomness, so that a test can seed it. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** In [0, 1). */
  fraction(): number;
}

const POOL = 8192;
let pool = new Uint8Array(0);
let used = 0;

/** Small requests are served from a block: one call of the system for hundreds of ids. No byte is given twice. */
function pooled(count: number): Uint8Array {
  if (count > POOL / 8) return randomBytes(count);
  if (used + count > pool.length) {
    // A Buffer's `slice` shares its memory, so that what was given would be erased with the pool.
    pool = new Uint8Array(randomBytes(POOL));
    used = 0;
  }
  const bytes = pool.slice(used, used + count);
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}

export const systemRandom: Random = {
  bytes: pooled,
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
