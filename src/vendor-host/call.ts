import type { Clock } from '../shared/clock.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Ctx } from '../vendor-kit/types.ts';
import { onAbort } from '../shared/abort-relay.ts';
import type { Deadlines } from './deadlines.ts';

/**
 * One call under its deadline. It ends with whatever comes first: the answer, the deadline, or the
 * caller's abort; a plugin that does not listen to its signal cannot hold it up.
 */
export class Call<T> {
  readonly ctx: Ctx;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #until: number;
  readonly #onLate: (answer: unknown, late: number) => void;
  readonly #caller: AbortSignal;
  readonly #signal: LazySignal;
  #rejectWhole: (fault: VendorFault) => void = () => undefined;
  #rejectAttempt: (fault: VendorFault) => void = () => undefined;
  #fault: VendorFault | undefined;
  #cancelTimer: () => void = () => undefined;
  #letGo: () => void = () => undefined;

  constructor(
    ctx: Ctx,
    longest: number,
    clock: Clock,
    deadlines: Deadlines,
    onLate: (answer: unknown, late: number) => void,
  ) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#caller = ctx.signal;
    this.#onLate = onLate;
    this.#until = Math.min(ctx.deadline.getTime(), clock.now() + longest);
    this.#signal = new LazySignal();
    this.ctx = new GuardedCtx(ctx, new Date(this.#until), this.#signal);
  }

  get ended(): boolean {
    return this.#fault !== undefined;
  }

  /** Milliseconds until the deadline. */
  left(): number {
    return this.#until - this.#clock.now();
  }

  /** Runs the whole under the deadline. */
  guard(action: () => Promise<T>): Promise<T> {
    if (this.#caller.aborted) return Promise.reject(new VendorFault('aborted', true, 'the call was given up'));
    if (this.left() <= 0)
      return Promise.reject(new VendorFault('timed_out', true, 'the deadline had passed before the call began'));
    this.#letGo = onAbort(this.#caller, () => {
      this.#stop(new VendorFault('aborted', true, 'the call was given up'));
    });
    this.#cancelTimer = this.#deadlines.at(this.#until, () => {
      this.#stop(new VendorFault('timed_out', true, 'the vendor did not answer in time'));
    });
    return new Promise<T>((resolve, reject) => {
      this.#rejectWhole = reject;
      action().then(resolve, reject);
    });
  }

  /**
   * The part of the call that the vendor is answerable for: it too ends at the deadline, so that
   * breaker and bulkhead hear of it. An answer that comes after that is reported as late.
   */
  attempt(action: () => Promise<T>): Promise<T> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return new Promise<T>((resolve, reject) => {
      this.#rejectAttempt = reject;
      action().then((answer) => {
        resolve(answer);
        if (this.#fault?.code === 'timed_out') this.#onLate(answer, -this.left());
      }, reject);
    });
  }

  /** Stops the timer and lets go of the caller's signal. */
  end(): void {
    this.#cancelTimer();
    this.#letGo();
  }

  #stop(fault: VendorFault): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#signal.abort(fault);
    // Innermost first, so that the breaker counts before the caller goes on.
    this.#rejectAttempt(fault);
    this.#rejectWhole(fault);
  }
}

/** Made only when somebody listens: with a thousand vendors at once most never do. */
class LazySignal {
  #controller: AbortController | undefined;
  #reason: unknown;
  #aborted = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

class GuardedCtx implements Ctx {
  readonly key: string;
  readonly deadline: Date;
  readonly tenant: Ctx['tenant'];
  readonly trace: string;
  readonly log: Ctx['log'];
  readonly #signal: LazySignal;

  constructor(ctx: Ctx, deadline: Date, signal: LazySignal) {
    this.key = ctx.key;
    this.deadline = deadline;
    this.tenant = ctx.tenant;
    this.trace = ctx.trace;
    this.log = ctx.log;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}
