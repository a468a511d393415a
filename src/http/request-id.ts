import type { Clock } from '../shared/clock.ts';
import type { Random } from '../shared/random.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TAIL = 16;

/**
 * Request ids in ULID's form: ten characters of time, sixteen that start at random and count up
 * within the process, so that one costs next to nothing.
 */
export function requestIds(clock: Clock, random: Random): () => string {
  const tail = Array.from(random.bytes(TAIL), (byte) => byte & 31);
  let time = 0;
  let prefix = '';
  return () => {
    const now = clock.now();
    if (now !== time) {
      time = now;
      prefix = encodeTime(now);
    }
    for (let at = TAIL - 1; at >= 0; at -= 1) {
      const next = ((tail[at] ?? 0) + 1) & 31;
      tail[at] = next;
      if (next !== 0) break;
    }
    let text = prefix;
    for (const digit of tail) text += ALPHABET.charAt(digit);
    return text;
  };
}

function encodeTime(time: number): string {
  let text = '';
  let rest = time;
  for (let at = 0; at < 10; at += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
