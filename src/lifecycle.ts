import type { Clock } from './shared/clock.ts';
import type { Logger } from './shared/logger.ts';

export interface Stage {
  readonly name: string;
  /** Why it stops at this place of the order. */
  readonly why: string;
  stop(): Promise<void>;
}

/**
 * Parts are pushed in the order in which they start, and stop in reverse: intake first, then what
 * works on what came in, then what was used by it, the store last. One part that cannot stop never
 * keeps the others from stopping.
 */
export class Lifecycle {
  readonly #stages: Stage[] = [];
  readonly #clock: Clock;
  readonly #log: Logger;
  #stopping: Promise<boolean> | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  started(stage: Stage): void {
    this.#stages.push(stage);
  }

  /** Stops everything, each part within what is left of `withinMs`. Answers whether all stopped cleanly. */
  stop(withinMs: number): Promise<boolean> {
    this.#stopping ??= this.#stopAll(this.#clock.elapsed() + withinMs);
    return this.#stopping;
  }

  async #stopAll(deadline: number): Promise<boolean> {
    let clean = true;
    for (const stage of this.#stages.toReversed()) {
      try {
        await this.#within(Math.max(deadline - this.#clock.elapsed(), 100), stage.stop());
        this.#log.debug({ stage: stage.name }, 'stopped');
      } catch (error) {
        clean = false;
        this.#log.error({ stage: stage.name, err: error }, 'could not be stopped in order');
      }
    }
    return clean;
  }

  async #within(ms: number, work: Promise<void>): Promise<void> {
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(ms, () => {
        reject(new Error(`still running after ${Math.round(ms)} ms`));
      });
    });
    try {
      await Promise.race([work, late]);
    } finally {
      cancel();
    }
  }
}
