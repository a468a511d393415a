import { corpus } from './corpus.ts';
import { shown, type Input } from './input.ts';
import { mutated, swollen } from './mutate.ts';
import { diceOf, type Dice } from './random.ts';
import { shrunk } from './shrink.ts';
import { fault, targets, type Target } from './targets.ts';

export interface Finding {
  readonly seed: number;
  readonly run: number;
  readonly target: string;
  readonly fault: string;
  /** The smallest that fails like this. */
  readonly input: Input;
}

/** Inputs that are kept to go on from, beside the corpus. */
const POOL = 400;

export interface Fuzzing {
  readonly seed: number;
  /** Asked before each run. */
  readonly goesOn: (runs: number) => boolean;
  readonly aims?: readonly Target[];
  /** Every so many runs the cost of an input is watched while it grows; absent: never. */
  readonly growth?: number;
}

/** Mutates real messages and gives each to every target. What it finds depends on the seed only. */
export async function fuzz({
  seed,
  goesOn,
  aims = targets,
  growth = 0,
}: Fuzzing): Promise<{ runs: number; finding?: Finding }> {
  const dice = diceOf(seed);
  const pool: Input[] = [...corpus];
  let runs = 0;
  for (; goesOn(runs); runs += 1) {
    const input = mutated(dice.pick(pool), dice.pick(pool), dice);
    for (const target of aims) {
      const found = fault(target, input);
      if (found !== undefined) return { runs, finding: await finding(seed, runs, target, found, input) };
    }
    if (growth > 0 && runs % growth === 0) {
      const found = grown(dice, aims, input);
      if (found !== undefined) return { runs, finding: { seed, run: runs, ...found } };
    }
    // Some go on, so that faults that take several steps are reached; old ones make room.
    if (dice.below(4) === 0) {
      if (pool.length < POOL) pool.push(input);
      else pool[corpus.length + dice.below(POOL - corpus.length)] = input;
    }
  }
  return { runs };
}

async function finding(seed: number, run: number, target: Target, found: string, input: Input): Promise<Finding> {
  // The first line and no figures: a shrunk input fails at another column.
  const kind = (text: string | undefined): string | undefined =>
    text?.split('\n', 1)[0]?.replace(/\d+/g, '0').slice(0, 60);
  const same = (other: Input): boolean => kind(fault(target, other)) === kind(found);
  return { seed, run, target: target.name, fault: found, input: await shrunk(input, same) };
}

const SIZE = 4096;
const FACTOR = 16;
/** Linear work takes 16 times as long, quadratic work 256 times; below a few milliseconds nothing is told. */
const WORST = FACTOR * 5;
const LEAST_MS = 20;

/** Does the cost of the input grow faster than the input? Timed again and again before it is believed. */
function grown(dice: Dice, aims: readonly Target[], input: Input): Omit<Finding, 'seed' | 'run'> | undefined {
  const sized = swollen(input, SIZE, dice);
  const [small, large] = [sized(1), sized(FACTOR)];
  for (const target of aims) {
    if (cost(target, large, 1) < LEAST_MS) continue;
    const ratio = cost(target, large, 5) / cost(target, small, 20);
    if (ratio > WORST && cost(target, large, 5) > LEAST_MS)
      return {
        target: target.name,
        fault: `${FACTOR} times the input, ${Math.round(ratio)} times the cost`,
        input: sized(1),
      };
  }
  return undefined;
}

/** Milliseconds, the least of some tries. */
function cost(target: Target, input: Input, tries: number): number {
  let least = Infinity;
  for (; tries > 0; tries -= 1) {
    const start = performance.now();
    fault(target, input);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

export function told({ seed, run, target, fault: what, input }: Finding): string {
  return `seed ${seed}, run ${run}: ${target} ${what}\nsmallest input: ${shown(input)}`;
}
