type Listener = () => void;

/**
 * One listener on a caller's signal for all calls that share it. An EventTarget looks through its
 * listeners at each addition and warns of a leak at eleven; a fan-out hangs a thousand on one.
 */
const relays = new WeakMap<AbortSignal, Set<Listener>>();

/** Calls back once when the signal aborts, and never where it is aborted already; the answer stops that. */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let listeners = relays.get(signal);
  if (listeners === undefined) {
    const all = new Set<Listener>();
    listeners = all;
    relays.set(signal, all);
    signal.addEventListener(
      'abort',
      () => {
        for (const one of [...all]) one();
        all.clear();
      },
      { once: true },
    );
  }
  const set = listeners;
  set.add(listener);
  return () => {
    set.delete(listener);
  };
}
