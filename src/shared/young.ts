import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

let collect: Collect | undefined;

/**
 * Collects what was made lately and is garbage already, now instead of at a moment that V8 chooses:
 * after work that made much of it nobody waits, in the middle of the next somebody would.
 */
export function collectYoung(): void {
  if (collect === undefined) {
    // V8 gives the function to contexts that are made while the flag is set.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
  }
  collect({ type: 'minor' });
}
