import { ConsecutiveBreaker, CountBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { CircuitBreakerPolicy, CircuitState, IBreaker } from 'cockatiel';
import { VendorFault } from '../vendor-kit/fault.ts';

export interface BreakerLimits {
  /** Opens after this many failures in a row, */
  readonly consecutive: number;
  /** or when this share of the last `of` calls failed. */
  readonly share: number;
  readonly of: number;
  /** Milliseconds after which one call may try again. */
  readonly halfOpenAfter: number;
}

/** Opens as soon as one of several would. */
class AnyBreaker implements IBreaker {
  readonly #breakers: readonly IBreaker[];

  constructor(breakers: readonly IBreaker[]) {
    this.#breakers = breakers;
  }

  get state(): unknown {
    return this.#breakers.map((breaker) => breaker.state);
  }

  set state(value: unknown) {
    if (!Array.isArray(value)) return;
    this.#breakers.forEach((breaker, at) => {
      breaker.state = value[at];
    });
  }

  success(state: CircuitState): void {
    for (const breaker of this.#breakers) breaker.success(state);
  }

  failure(state: CircuitState): boolean {
    // Each must hear of the failure, so no short cut.
    return this.#breakers.map((breaker) => breaker.failure(state)).includes(true);
  }
}

/** Faults that speak against the vendor's health. Refusals are answers, and what the caller gave up says nothing. */
function countsAgainst(error: unknown): boolean {
  if (!(error instanceof VendorFault)) return true;
  switch (error.code) {
    case 'timed_out':
    case 'garbage':
    case 'threw':
      return true;
    case 'aborted':
    case 'overloaded':
    case 'unsupported':
      return false;
    default:
      return error.passing;
  }
}

export function vendorBreaker(limits: BreakerLimits): CircuitBreakerPolicy {
  // The library opens over the threshold; the share itself is to open it as well.
  const threshold = Math.max(limits.share - 1 / (limits.of * 2), Number.EPSILON);
  return circuitBreaker(handleWhen(countsAgainst), {
    halfOpenAfter: limits.halfOpenAfter,
    breaker: new AnyBreaker([
      new ConsecutiveBreaker(limits.consecutive),
      new CountBreaker({ threshold, size: limits.of }),
    ]),
  });
}
