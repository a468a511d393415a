import { BrokenCircuitError, BulkheadRejectedError, CircuitState, bulkhead } from 'cockatiel';
import type { BulkheadPolicy, CircuitBreakerPolicy } from 'cockatiel';
import type { Clock } from '../shared/clock.ts';
import type { VendorId } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Random } from '../shared/random.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Ctx, Reason, Vendor } from '../vendor-kit/types.ts';
import { vendorBreaker } from './breaker.ts';
import type { BreakerLimits } from './breaker.ts';
import { Call } from './call.ts';
import type { Deadlines } from './deadlines.ts';

export type Method = keyof Vendor;

export interface CallLimits {
  /** Calls of one vendor at once, and waiting for their turn. */
  readonly concurrent: number;
  readonly queued: number;
  /** Milliseconds one call may take at most, whatever deadline the caller allows. */
  readonly longest: number;
  /** How often a call that failed with a passing fault is made again. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubled for each further one, and jittered. */
  readonly retryAfter: number;
  readonly breaker: BreakerLimits;
}

export const callLimits: CallLimits = {
  concurrent: 10,
  queued: 1_000,
  longest: 10 * 60_000,
  retries: 2,
  retryAfter: 100,
  breaker: { consecutive: 5, share: 0.5, of: 20, halfOpenAfter: 30_000 },
};

/** An answer that came after the caller had been told that the call timed out. */
export interface LateAnswer {
  readonly vendor: VendorId;
  readonly method: Method;
  readonly key: string;
  /** As the vendor gave it: not checked. */
  readonly answer: unknown;
  /** Milliseconds after the deadline. */
  readonly late: number;
}

export interface SupervisorParts {
  readonly vendor: VendorId;
  readonly plugin: string;
  readonly limits: CallLimits;
  readonly clock: Clock;
  /** Shared by the calls of all vendors. */
  readonly deadlines: Deadlines;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  onLate?(late: LateAnswer): void;
}

/**
 * Guards the calls of one vendor: bulkhead, then breaker, then retries of passing faults, all under
 * one deadline. A call ends on time and fails only with `VendorFault`.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #bulkhead: BulkheadPolicy;
  readonly #breaker: CircuitBreakerPolicy;
  #calls = 0;
  #faults = 0;
  #lastFault: Reason | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#bulkhead = bulkhead(parts.limits.concurrent, parts.limits.queued);
    this.#breaker = vendorBreaker(parts.limits.breaker);
  }

  get circuit(): 'closed' | 'open' | 'half-open' {
    switch (this.#breaker.state) {
      case CircuitState.Open:
      case CircuitState.Isolated:
        return 'open';
      case CircuitState.HalfOpen:
        return 'half-open';
      case CircuitState.Closed:
        return 'closed';
    }
  }

  get health(): { readonly calls: number; readonly faults: number; readonly lastFault?: Reason } {
    return {
      calls: this.#calls,
      faults: this.#faults,
      ...(this.#lastFault === undefined ? {} : { lastFault: this.#lastFault }),
    };
  }

  /** Makes a call; `check` turns the vendor's answer into ours, or throws what is wrong with it. */
  async run<T>(
    method: Method,
    ctx: Ctx,
    invoke: (ctx: Ctx) => Promise<unknown>,
    check: (answer: unknown) => T,
  ): Promise<T> {
    const { clock, deadlines, limits, metrics, plugin } = this.#parts;
    const began = clock.elapsed();
    this.#calls++;
    const call = new Call<T>(ctx, limits.longest, clock, deadlines, (answer, late) => {
      this.#late(method, ctx.key, answer, late);
    });
    try {
      const answer = await call.guard(() =>
        this.#bulkhead.execute(() =>
          this.#breaker.execute(() => call.attempt(() => this.#attempts(call, invoke, check))),
        ),
      );
      metrics.count('parley_vendor_calls_total', CALLS_HELP, { plugin, method, outcome: 'ok' });
      return answer;
    } catch (error) {
      throw this.#failed(method, error);
    } finally {
      call.end();
      metrics.observe('parley_vendor_call_seconds', SECONDS_HELP, (clock.elapsed() - began) / 1000, { plugin, method });
    }
  }

  async #attempts<T>(call: Call<T>, invoke: (ctx: Ctx) => Promise<unknown>, check: (answer: unknown) => T): Promise<T> {
    const { limits } = this.#parts;
    for (let tried = 0; ; tried++) {
      try {
        return check(await invoke(call.ctx));
      } catch (error) {
        const fault = asFault(error);
        const wait = this.#waitBeforeRetry(fault, tried);
        if (!fault.passing || tried >= limits.retries || call.ended || wait >= call.left()) throw fault;
        await this.#parts.clock.sleep(wait, call.ctx.signal);
      }
    }
  }

  /** Exponential with full jitter, never sooner than the vendor asked for. */
  #waitBeforeRetry(fault: VendorFault, tried: number): number {
    const { limits, random } = this.#parts;
    return Math.max(fault.retryAfter ?? 0, limits.retryAfter * 2 ** tried * (0.5 + random.fraction() / 2));
  }

  #failed(method: Method, error: unknown): VendorFault {
    const { vendor, plugin, log, metrics } = this.#parts;
    const fault = asFault(error);
    metrics.count('parley_vendor_calls_total', CALLS_HELP, { plugin, method, outcome: fault.code });
    if (fault.code === 'aborted') return fault;
    this.#faults++;
    this.#lastFault = fault.reason;
    const fields = { vendor, method, code: fault.code, detail: fault.message, cause: fault.cause };
    if (fault.code === 'circuit_open') log.debug(fields, 'vendor skipped');
    else log.warn(fields, 'vendor call failed');
    return fault;
  }

  #late(method: Method, key: string, answer: unknown, late: number): void {
    const { vendor, plugin, log, metrics } = this.#parts;
    metrics.count('parley_vendor_late_total', 'Answers of vendors that came after their deadline', { plugin, method });
    log.warn({ vendor, method, late }, 'vendor answered too late');
    this.#parts.onLate?.({ vendor, method, key, answer, late });
  }
}

const CALLS_HELP = 'Calls of vendors by outcome';
const SECONDS_HELP = 'How long calls of vendors took';

/** Whatever was thrown, as a fault. What a plugin says in an error of its own goes to the log only. */
function asFault(error: unknown): VendorFault {
  if (error instanceof VendorFault) return error;
  if (error instanceof BrokenCircuitError)
    return new VendorFault('circuit_open', true, 'the vendor failed too often; it is left alone for a while');
  if (error instanceof BulkheadRejectedError)
    return new VendorFault('overloaded', true, 'too many calls of this vendor are under way');
  return new VendorFault('threw', false, "the vendor's plugin failed unexpectedly", { cause: error });
}
