import type { Judgement } from './judge.ts';
import type { Program } from './program.ts';
import type { WeightStability } from './types.ts';

/** As large as a rules document may state one. */
const LARGEST_WEIGHT = 1_000_000;

/**
 * At which weight of each criterion the scores of `row` and `other` change places: the sum of
 * weighted differences is linear in each weight, so its root is closed.
 */
export function weightStability(
  { prefers }: Program,
  { utilities }: Judgement,
  row: number,
  other: number,
  whom: string,
): WeightStability[] {
  const width = prefers.length;
  const difference = (index: number): number =>
    (utilities[other * width + index] ?? 0) - (utilities[row * width + index] ?? 0);
  let lead = 0;
  for (let index = 0; index < width; index++) lead += (prefers[index]?.weight ?? 0) * difference(index);
  return prefers.map(({ id, weight }, index) => {
    const each = difference(index);
    const flip = each === 0 || lead === 0 ? -1 : weight - lead / each;
    if (!(flip > 0 && flip <= LARGEST_WEIGHT) || flip === weight) {
      const text = `no weight of ${id} changes the order to ${whom}`;
      return { id, text, flipsAt: null };
    }
    const side = flip < weight ? 'falls under' : 'rises over';
    return {
      id,
      text: `order to ${whom} flips when the weight of ${id} ${side} ${rounded(flip, weight, [2, 4, 6])}`,
      flipsAt: rounded(flip, weight, [6]),
    };
  });
}

/**
 * The flip with as few of these places as leave it on its side of the present weight, and above 0:
 * a flip told at the weight that already is would not say which way to go.
 */
function rounded(flip: number, weight: number, places: readonly number[]): number {
  const onItsSide = (value: number): boolean => (flip < weight ? value > 0 && value < weight : value > weight);
  const away = flip < weight ? -1 : 1;
  const nearest = places.map((digits) => Math.round(flip * 10 ** digits) / 10 ** digits);
  const finest = 10 ** (places.at(-1) ?? 0);
  return [...nearest, (Math.round(flip * finest) + away) / finest].find(onItsSide) ?? flip;
}
