import { parts, type Input } from './input.ts';

/** The smallest input that fails the same way: pieces are left out, larger ones first, until none can be. */
export async function shrunk(input: Input, fails: (input: Input) => boolean | Promise<boolean>): Promise<Input> {
  let best = input;
  for (let changed = true; changed;) {
    changed = false;
    for (let at = best.headers.length - 2; at >= 0; at -= 2) {
      const without = { ...best, headers: best.headers.toSpliced(at, 2) };
      if (await fails(without)) [best, changed] = [without, true];
    }
    for (let index = 0; index < parts(best).length; index += 1) {
      for (let length = parts(best)[index]?.text.length ?? 0; length > 0; length = Math.floor(length / 2)) {
        for (let from = 0; ;) {
          const part = parts(best)[index];
          if (part === undefined || from >= part.text.length) break;
          const without = part.with(part.text.slice(0, from) + part.text.slice(from + length));
          if (await fails(without)) [best, changed] = [without, true];
          else from += length;
        }
      }
    }
  }
  return best;
}
