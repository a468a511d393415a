import { BAD, GOOD } from './types.ts';

/** A run of bad slices that is long enough to count. */
export interface Run {
  readonly first: number;
  /** The last bad slice. */
  readonly last: number;
  /** The good slice that ends it; -1 while it is open. */
  readonly end: number;
  readonly slices: number;
}

/**
 * Step 7, in place: bad slices belong to one run until a good slice comes; what is unmeasured or
 * out neither breaks nor lengthens it. Shorter runs than `minrun` become good, also a last one.
 */
export function settleRuns(labels: Uint8Array, minrun: number): readonly Run[] {
  const runs: Run[] = [];
  let first = -1;
  let last = -1;
  let slices = 0;
  const close = (end: number): void => {
    if (slices >= minrun) runs.push({ first, last, end, slices });
    else for (let i = first; i <= last; i++) if (labels[i] === BAD) labels[i] = GOOD;
    first = -1;
    slices = 0;
  };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === BAD) {
      if (first < 0) first = i;
      last = i;
      slices++;
    } else if (label === GOOD && first >= 0) close(i);
  }
  if (first >= 0) close(-1);
  return runs;
}
