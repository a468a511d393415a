import { onAbort } from '../shared/abort-relay.ts';
import type { Clock, Instant } from '../shared/clock.ts';
import type { TenantId } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Ctx } from '../vendor-kit/types.ts';

export interface VendorCall {
  /** Idempotency key: the same key means the same call, made again. */
  readonly key: string;
  readonly deadline: Instant;
  readonly tenant: TenantId;
  /** What the call belongs to, for the logs of both sides. */
  readonly trace: string;
  /** Ends the call before its deadline. */
  readonly signal?: AbortSignal;
}

export interface Fault {
  readonly code: string;
  readonly detail: string;
  /** Trying again cannot help. */
  readonly final: boolean;
}

/** Calls a vendor under a deadline: the signal aborts when it passes, and the answer is no longer waited for. */
export async function callVendor<T>(
  deps: { readonly clock: Clock; readonly log: Logger },
  call: VendorCall,
  ask: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const { clock } = deps;
  const abort = new AbortController();
  const { signal } = call;
  const outer = (): void => {
    abort.abort(signal?.reason);
  };
  if (signal?.aborted === true) outer();
  const letGo = signal === undefined ? undefined : onAbort(signal, outer);
  const disarm = clock.after(Math.max(0, call.deadline - clock.now()), () => {
    abort.abort(deadlinePassed());
  });
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => {
      const reason: unknown = abort.signal.reason;
      reject(reason instanceof Error ? reason : deadlinePassed());
    };
    if (abort.signal.aborted) fail();
    else abort.signal.addEventListener('abort', fail, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    const ctx: Ctx = {
      key: call.key,
      signal: abort.signal,
      deadline: new Date(call.deadline),
      tenant: call.tenant,
      trace: call.trace,
      log: deps.log,
    };
    return await Promise.race([ask(ctx), aborted]);
  } finally {
    disarm();
    letGo?.();
  }
}

/** What a failed call tells as data. */
export function faultOf(error: unknown): Fault {
  if (error instanceof VendorFault) return { code: error.code, detail: error.message, final: !error.passing };
  return { code: 'threw', detail: error instanceof Error ? error.message : String(error), final: true };
}

function deadlinePassed(): VendorFault {
  return new VendorFault('timed_out', true, 'no answer before the deadline');
}
