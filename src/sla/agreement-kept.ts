import type { EntityRecord } from '../occi/entity.ts';
import { parseInstant } from '../shared/duration.ts';
import type { Instant } from '../shared/clock.ts';
import { agreementStates } from './agreement-states.ts';
import type { SlaInternal } from './document.ts';
import { agreementType, slaAttr, slaType } from './names.ts';
import type { AgreementState } from './states.ts';

/** `EntityRecord.internal` of an agreement that a client offered: what an SLA has, from its acceptance on. */
export interface AgreementKept extends Partial<SlaInternal> {
  /** The hash of the document as it was when instruments were set up and others were told. */
  readonly told?: string;
  /** All that came of it has been ended. */
  readonly wound?: true;
}

export function agreementKept(record: EntityRecord): AgreementKept {
  return record.internal;
}

/** Is there an agreed document, so that its levels can be judged? True of every SLA, and of agreements once accepted. */
export function isFollowed(record: EntityRecord | undefined): record is EntityRecord {
  if (record?.kind === slaType) return true;
  return record?.kind === agreementType && agreementKept(record).document !== undefined;
}

export function agreementState(record: EntityRecord): AgreementState {
  return agreementStates.states.find((state) => state === record.state) ?? 'pending';
}

/** When it is to come into force, and when it ends, as far as that is said. */
export function agreementTimes(record: EntityRecord): {
  readonly from: Instant | undefined;
  readonly until: Instant | undefined;
} {
  return {
    from: parseInstant(record.attributes[slaAttr.effectiveFrom]),
    until: parseInstant(record.attributes[slaAttr.effectiveUntil]),
  };
}
