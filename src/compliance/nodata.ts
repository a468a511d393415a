import { fixedMilliseconds } from '../shared/duration.ts';
import type { Level } from '../terms/level.ts';
import { sliceLength } from './slices.ts';
import { ABSENT, BAD, GOOD, OUT, UNMEASURED } from './types.ts';

/** Step 4: a copy of the labels in which every absent slice has become what `nodata` says. */
export function resolveAbsent(labels: Uint8Array, level: Pick<Level, 'nodata' | 'holdmax' | 'slice'>): Uint8Array {
  const resolved = labels.slice();
  if (level.nodata === 'hold') {
    hold(resolved, Math.floor((fixedMilliseconds(level.holdmax) ?? 0) / sliceLength(level)));
    return resolved;
  }
  const becomes = level.nodata === 'bad' ? BAD : level.nodata === 'good' ? GOOD : OUT;
  for (let i = 0; i < resolved.length; i++) if (resolved[i] === ABSENT) resolved[i] = becomes;
  return resolved;
}

/** As the slice before it after this step, at most `most` in a row; bad where there is nothing to hold. */
function hold(labels: Uint8Array, most: number): void {
  let before: number = UNMEASURED;
  let row = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === ABSENT) {
      row++;
      labels[i] = row > most || before === UNMEASURED || before === OUT ? BAD : before;
    } else row = 0;
    before = labels[i] ?? UNMEASURED;
  }
}
