import { VendorFault } from '../vendor-kit/fault.ts';
import type { Reply } from '../vendor-kit/types.ts';
import type { InvitationState } from './states.ts';

/** How a vendor's invitation ends. */
export interface Outcome {
  readonly state: Extract<
    InvitationState,
    'proposed' | 'refused' | 'not_understood' | 'failed' | 'timed_out' | 'skipped' | 'withdrawn' | 'late'
  >;
  readonly code?: string;
  readonly detail?: string;
  readonly final?: boolean;
  readonly retryAfter?: number;
  readonly proposals?: number;
}

export function outcomeOfReply(reply: Reply): Outcome {
  switch (reply.type) {
    case 'propose':
      return reply.offers.length === 0
        ? { state: 'refused', code: 'nothing_offered', detail: 'It proposed nothing', final: true }
        : { state: 'proposed', proposals: reply.offers.length };
    case 'refuse':
    case 'notUnderstood': {
      const { code, detail, final, retryAfter } = reply.reason;
      return {
        state: reply.type === 'refuse' ? 'refused' : 'not_understood',
        code,
        detail,
        final,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    }
    case 'later':
      return { state: 'timed_out', code: 'timed_out', detail: 'It kept asking for more time', final: false };
  }
}

/** A vendor's fault is data, never an error of the call. */
export function outcomeOfFault(error: unknown): Outcome {
  if (!(error instanceof VendorFault)) {
    const detail = error instanceof Error ? error.message : String(error);
    return { state: 'failed', code: 'threw', detail, final: true };
  }
  const { code, final, detail, retryAfter } = error.reason;
  return {
    state: code === 'timed_out' ? 'timed_out' : code === 'circuit_open' ? 'skipped' : 'failed',
    code,
    detail,
    final,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
