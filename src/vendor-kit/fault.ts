import { ParleyError } from '../shared/errors.ts';
import type { Problem } from '../shared/errors.ts';
import type { Reason } from './types.ts';

/**
 * What went wrong between us and a vendor, as opposed to a refusal, which is an answer. The host
 * itself uses `timed_out`, `circuit_open`, `overloaded`, `garbage`, `aborted`, `threw` and
 * `unsupported`; plugins add their own, such as `unreachable`.
 */
export type FaultCode =
  | 'timed_out'
  | 'circuit_open'
  | 'overloaded'
  | 'garbage'
  | 'aborted'
  | 'threw'
  | 'unsupported'
  | 'unreachable'
  | 'busy'
  | (string & Record<never, never>);

export interface FaultOptions {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
  /** Milliseconds after which it may work again. */
  readonly retryAfter?: number;
}

/**
 * A call that failed. `passing`: the same call may succeed later, so it is worth making again with
 * the same key. A plugin throws it; whatever else it throws becomes one that does not pass.
 */
export class VendorFault extends ParleyError {
  readonly passing: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, passing: boolean, message: string, options: FaultOptions = {}) {
    super(code, 502, message, {
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      ...(options.problems === undefined ? {} : { problems: options.problems }),
    });
    this.passing = passing;
    this.retryAfter = options.retryAfter;
  }

  /** The same as data, as it is recorded with an invitation or a resource. */
  get reason(): Reason {
    return {
      code: this.code,
      final: !this.passing,
      detail: this.message,
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
    };
  }
}
