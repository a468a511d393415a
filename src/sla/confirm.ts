import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { parseEntityId, type EntityId } from '../shared/ids.ts';
import type { AcceptedOffer, Acceptance, Reason } from '../vendor-kit/types.ts';
import { keptOf, without } from './kept.ts';
import { slaAttr } from './names.ts';
import { planSaga } from './saga.ts';
import { backoff, type SlaTools } from './tools.ts';
import { faultOf } from './vendor-call.ts';

/** What a step answers: the record to go on with at once, or undefined to stop for now. */
export type Next = Promise<EntityRecord | undefined>;

const RECONCILE_TRIES = 5;

/** S2: the intent is stored, with the key of the call, before the vendor is asked. */
export function offerIt(record: EntityRecord, tools: SlaTools): Next {
  const confirmBy = tools.now() + keptOf(record).confirmWithin;
  return tools.move(record, {
    to: 'confirming',
    kept: { confirmBy },
    due: { at: confirmBy, action: 'advance' },
  });
}

/** S3, S4 or S5: asks for the acceptance; safe to ask again, as the key stays. */
export async function confirmIt(record: EntityRecord, tools: SlaTools): Next {
  const kept = keptOf(record);
  const now = tools.now();
  const confirmBy = kept.confirmBy ?? now + kept.confirmWithin;
  if (now >= confirmBy) return lose(record, 'timed_out', tools);
  let acceptance: Acceptance;
  try {
    acceptance = await tools.call(record, kept.acceptKey, confirmBy, (vendor, ctx) =>
      vendor.acceptOffer(acceptedOffer(record), ctx),
    );
  } catch (error) {
    if (tools.signal.aborted) return undefined;
    const fault = faultOf(error);
    return lose(record, fault.code, tools);
  }
  switch (acceptance.type) {
    case 'confirm':
      return accepted(record, acceptance.agreement, acceptance.at, 'vendor', tools);
    case 'reject':
      return refused(record, acceptance.reason, tools);
    case 'later':
      tools.again(record.id, Math.max(50, acceptance.after));
      return undefined;
  }
}

function lose(record: EntityRecord, because: string, tools: SlaTools): Next {
  return tools.move(
    record,
    {
      to: 'reconciling',
      kept: { reconciling: { tries: 0, because } },
      due: { at: tools.now(), action: 'advance' },
    },
    { actor: because === 'timed_out' ? 'timer' : 'broker', code: because },
  );
}

/** S5: neither yes nor no is known. Ask, and give up only when nobody can tell. */
export async function reconcileIt(record: EntityRecord, tools: SlaTools): Next {
  const kept = keptOf(record);
  const { tries, because } = kept.reconciling ?? { tries: 0, because: 'timed_out' };
  if (tries >= RECONCILE_TRIES) return giveUp(record, because, tools);
  try {
    const view = await tools.call(record, kept.acceptKey, tools.now() + tools.times.confirm, (vendor, ctx) =>
      vendor.getAgreement(kept.acceptKey, ctx),
    );
    if (view?.type === 'agreement') return await accepted(record, view.agreement, view.at, 'vendor', tools);
    if (view?.type === 'refused') return await refused(record, view.reason, tools);
  } catch (error) {
    if (tools.signal.aborted) return undefined;
    tools.deps.log.warn({ sla: record.id, vendor: record.vendor, ...faultOf(error) }, 'agreement not found out');
  }
  const wait = backoff(tools.times, tries);
  const moved = await tools.move(record, {
    kept: { reconciling: { tries: tries + 1, because } },
    due: { at: tools.now() + wait, action: 'advance' },
  });
  if (moved !== undefined) tools.again(record.id, wait);
  return undefined;
}

/** Nobody knows: cancel, reject, and watch for the agreement that may still show up. */
async function giveUp(record: EntityRecord, because: string, tools: SlaTools): Next {
  await cancelQuietly(record, tools);
  const now = tools.now();
  return tools.move(
    record,
    {
      to: 'rejected',
      attributes: {
        [slaAttr.reason]: { code: 'unknown', detail: `The vendor never told whether it accepts (${because})` },
      },
      kept: { tell: 'failed', ghostUntil: now + tools.times.ghost },
      due: { at: now, action: 'tell' },
    },
    { actor: 'broker', code: 'unknown', detail: because },
  );
}

/** S3: accepted; provisioning is planned in the same write, or waits for the begin of the period. */
export function accepted(record: EntityRecord, agreement: string, at: Instant, actor: string, tools: SlaTools): Next {
  const kept = keptOf(record);
  const now = tools.now();
  const begin = kept.document.period.from === null ? undefined : parseInstant(kept.document.period.from);
  const attributes = { [slaAttr.agreedAt]: isoInstant(at) };
  if (begin !== undefined && begin > now)
    return tools.move(
      record,
      {
        to: 'scheduled',
        attributes: { ...attributes, [slaAttr.effectiveFrom]: isoInstant(begin) },
        kept: { agreement, tell: 'scheduled' },
        due: { at: now, action: 'tell' },
      },
      { actor },
    );
  return tools.move(
    record,
    {
      to: 'provisioning',
      attributes,
      kept: { agreement, saga: planSaga(record, now + kept.provisionWithin) },
      due: { at: now, action: 'advance' },
    },
    { actor },
  );
}

/** The begin of the period has come (S3). */
export function begin(record: EntityRecord, tools: SlaTools): Next {
  const now = tools.now();
  return tools.move(
    record,
    {
      to: 'provisioning',
      kept: { saga: planSaga(record, now + keptOf(record).provisionWithin) },
      due: { at: now, action: 'advance' },
    },
    { actor: 'timer' },
  );
}

/** S4. */
export function refused(record: EntityRecord, reason: Reason, tools: SlaTools): Next {
  return tools.move(
    record,
    {
      to: 'rejected',
      attributes: { [slaAttr.reason]: { code: reason.code, detail: reason.detail, final: reason.final } },
      kept: { tell: 'failed' },
      due: { at: tools.now(), action: 'tell' },
    },
    { actor: 'vendor', code: reason.code, detail: reason.detail },
  );
}

/** S6: taken back before the vendor confirmed. The vendor is told, and watched in case it had. */
export async function takenBack(
  record: EntityRecord,
  why: { readonly code: string; readonly detail: string; readonly actor: string },
  tools: SlaTools,
): Next {
  const now = tools.now();
  const asked = record.state !== 'offered';
  const moved = await tools.move(
    record,
    {
      to: 'rejected',
      attributes: { [slaAttr.reason]: { code: why.code, detail: why.detail } },
      kept: { tell: 'failed', ...(asked ? { ghostUntil: now + tools.times.ghost } : {}) },
      due: { at: now, action: 'tell' },
    },
    why,
  );
  if (moved !== undefined && asked) await cancelQuietly(moved, tools);
  return moved;
}

/** Does the agreement that nobody knew of show up after all? Then it is undone (S5). */
export async function watchGhost(record: EntityRecord, tools: SlaTools): Next {
  const kept = keptOf(record);
  const now = tools.now();
  if (kept.ghostUntil === undefined || now >= kept.ghostUntil) {
    await tools.move(record, { due: null });
    return undefined;
  }
  try {
    const view = await tools.call(record, kept.acceptKey, now + tools.times.confirm, (vendor, ctx) =>
      vendor.getAgreement(kept.acceptKey, ctx),
    );
    if (view?.type === 'agreement') {
      tools.deps.log.warn({ sla: record.id, agreement: view.agreement }, 'a rejected agreement showed up; undoing it');
      await cancelQuietly(record, tools);
    }
  } catch (error) {
    if (tools.signal.aborted) return undefined;
    tools.deps.log.debug({ sla: record.id, ...faultOf(error) }, 'rejected agreement not found out');
  }
  await tools.move(record, { due: { at: tools.now() + tools.times.ghostEvery, action: 'ghost' } });
  return undefined;
}

/** Best effort: what does not arrive is caught by the watch. */
export async function cancelQuietly(record: EntityRecord, tools: SlaTools): Promise<boolean> {
  const { acceptKey } = keptOf(record);
  try {
    await tools.call(record, acceptKey, tools.now() + tools.times.confirm, (vendor, ctx) =>
      vendor.cancel(acceptKey, ctx),
    );
    return true;
  } catch (error) {
    tools.deps.log.warn({ sla: record.id, vendor: record.vendor, ...faultOf(error) }, 'cancel did not arrive');
    return false;
  }
}

function acceptedOffer(record: EntityRecord): AcceptedOffer {
  const { document, offer } = keptOf(record);
  return {
    variant: offer.variant,
    validUntil: offer.validUntil,
    binding: offer.binding,
    awardable: true,
    resources: document.resources,
    levels: offer.levels,
    price: without(document.price, 'hour', 'month', 'once', 'total', 'compare'),
    ...(offer.terms === undefined ? {} : { terms: offer.terms }),
    ...(offer.handle === undefined ? {} : { handle: offer.handle }),
    proposal: agreedProposal(document.proposal),
    sla: record.id,
    wanted: document.wanted,
    committed: document.levels.filter((one) => one.committed).map((one) => one.level),
  };
}

function agreedProposal(reference: string | null): EntityId {
  const id = reference === null ? undefined : parseEntityId(reference);
  if (id === undefined) throw new Error(`the agreed document names no proposal: ${String(reference)}`);
  return id;
}
