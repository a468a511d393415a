import type { Clock, Instant } from '../shared/clock.ts';

type Listener = () => void;

interface Deadline {
  readonly listeners: Set<Listener>;
  readonly cancel: () => void;
}

/**
 * One timer for all calls that end at the same instant: a fan-out to a thousand vendors has one deadline.
 * How long that is was reckoned when the first asked: a wall clock that is set meanwhile moves it for none.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #deadlines = new Map<Instant, Deadline>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once at the instant, in the order in which it was asked for; the answer stops that. */
  at(instant: Instant, listener: Listener): () => void {
    const deadline = this.#deadlines.get(instant) ?? this.#arm(instant);
    // A listener may be there twice.
    const own = (): void => {
      listener();
    };
    deadline.listeners.add(own);
    return () => {
      if (!deadline.listeners.delete(own) || deadline.listeners.size > 0) return;
      deadline.cancel();
      if (this.#deadlines.get(instant) === deadline) this.#deadlines.delete(instant);
    };
  }

  #arm(instant: Instant): Deadline {
    const listeners = new Set<Listener>();
    const cancel = this.#clock.after(Math.max(0, instant - this.#clock.now()), () => {
      this.#deadlines.delete(instant);
      const all = [...listeners];
      listeners.clear();
      for (const one of all) one();
    });
    const deadline = { listeners, cancel };
    this.#deadlines.set(instant, deadline);
    return deadline;
  }
}
