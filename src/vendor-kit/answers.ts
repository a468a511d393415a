import type { Acceptance, Eligibility, Offer, Reason, Reply } from './types.ts';

/**
 * Codes of refusals that customers and the broker know; a vendor may add its own.
 *
 * `final` refusals will not change while the CFP stays as it is; the others may pass.
 */
export const refusal = {
  kind: 'kind_unsupported',
  mixin: 'mixin_unsupported',
  attribute: 'attribute_unsupported',
  placement: 'placement_unavailable',
  noFit: 'nothing_fits',
  capacity: 'capacity_exhausted',
  limit: 'over_limit',
  expired: 'offer_expired',
  unknownOffer: 'offer_unknown',
  notAwardable: 'not_awardable',
  cancelled: 'cancelled',
  busy: 'busy',
} as const;

export function reason(code: string, detail: string, more: Partial<Omit<Reason, 'code' | 'detail'>> = {}): Reason {
  return { final: true, ...more, code, detail };
}

export const propose = (offers: readonly Offer[]): Reply => ({ type: 'propose', offers });
export const refuse = (why: Reason): Reply => ({ type: 'refuse', reason: why });
export const notUnderstood = (why: Reason): Reply => ({ type: 'notUnderstood', reason: why });
export const reject = (why: Reason): Acceptance => ({ type: 'reject', reason: why });
export const eligible: Eligibility = { eligible: true };
export const ineligible = (why: Reason): Eligibility => ({ eligible: false, code: why.code, detail: why.detail });
