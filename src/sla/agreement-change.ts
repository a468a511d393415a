import type { Attributes, Due, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { agreementKept, agreementState, type AgreementKept } from './agreement-kept.ts';
import type { Told } from './change.ts';
import type { Interval } from './document.ts';
import { asJson } from './kept.ts';
import { slaAttr } from './names.ts';
import type { AgreementState } from './states.ts';
import type { SlaTools } from './tools.ts';

export interface AgreementChange {
  readonly to?: AgreementState;
  readonly attributes?: Attributes;
  readonly kept?: AgreementKept;
  readonly vendor?: EntityRecord['vendor'];
  /** null: nothing is due any more. Absent: as it was. */
  readonly due?: Due | null;
}

/** What makes an agreement be looked at again now. */
export const lookAgain = (at: Instant): Due => ({ at, action: 'follow' });

/** The record after a change: a new revision, state and attribute in step. */
function changed(record: EntityRecord, now: Instant, change: AgreementChange): EntityRecord {
  const { due, vendor, ...rest } = record;
  const nextDue = change.due === undefined ? due : (change.due ?? undefined);
  const nextVendor = 'vendor' in change ? change.vendor : vendor;
  const to = change.to ?? agreementState(record);
  return {
    ...rest,
    rev: record.rev + 1,
    updated: now,
    state: to,
    attributes: { ...record.attributes, [slaAttr.state]: to, ...change.attributes },
    internal: change.kept === undefined ? record.internal : asJson({ ...agreementKept(record), ...change.kept }),
    ...(nextDue === undefined ? {} : { due: nextDue }),
    ...(nextVendor === undefined ? {} : { vendor: nextVendor }),
  };
}

/** One conditional write; undefined: somebody else was first, and what is stored counts. */
export async function moveAgreement(
  record: EntityRecord,
  change: AgreementChange,
  told: Told | undefined,
  tools: SlaTools,
): Promise<EntityRecord | undefined> {
  const after = changed(record, tools.now(), change);
  const result = await tools.deps.store.write([update(record, after, told, tools)]);
  return result.ok ? after : undefined;
}

function update(before: EntityRecord, after: EntityRecord, told: Told | undefined, tools: SlaTools): Write {
  const entered = before.state !== after.state;
  return {
    op: 'update',
    record: after,
    expect: { rev: before.rev },
    ...(entered || told !== undefined
      ? {
          note: {
            from: before.state ?? null,
            to: after.state ?? null,
            actor: 'broker',
            ...told,
            ...(entered ? { event: `org.parley.agreement.${String(after.state)}` } : {}),
            subject: tools.pathOf(before),
          },
        }
      : {}),
  };
}

/** Ends what goes on still. */
export function closed<I extends Interval>(intervals: readonly I[] | undefined, now: Instant): readonly I[] {
  return (intervals ?? []).map((each) =>
    each.until === undefined ? { ...each, until: Math.max(now, each.from) } : each,
  );
}

/** A7 and A8: out of force from this moment. What it led to is wound up afterwards. */
export function ended(record: EntityRecord, now: Instant): AgreementChange {
  const kept = agreementKept(record);
  return {
    to: 'terminated',
    attributes: { [slaAttr.effectiveUntil]: isoInstant(now) },
    kept: { ...kept, inforce: closed(kept.inforce, now), suspended: closed(kept.suspended, now) },
    due: lookAgain(now),
  };
}
