import type { Due, EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import type { EntityId, VendorId } from '../shared/ids.ts';
import { parseInstant } from '../shared/duration.ts';
import { ended, lookAgain, moveAgreement, type AgreementChange } from './agreement-change.ts';
import { agreementKept, agreementState, agreementTimes, type AgreementKept } from './agreement-kept.ts';
import { documentNow, linkedTo, templateOf, type AgreementParts } from './agreement-parts.ts';
import type { Next } from './confirm.ts';
import { agreementType, slaAttr } from './names.ts';

/** Milliseconds. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 3_600_000;

/** Takes an agreement as far as it goes for now: each step is stored before the next begins. */
export async function followAgreement(id: EntityId, parts: AgreementParts): Promise<void> {
  const { tools } = parts;
  let record = await tools.deps.store.get(id);
  while (record?.kind === agreementType && !tools.signal.aborted) record = await step(record, parts);
}

function step(record: EntityRecord, parts: AgreementParts): Next {
  switch (agreementState(record)) {
    case 'pending':
      return considered(record, parts);
    case 'accepted':
    case 'suspended':
      return inForce(record, parts);
    case 'rejected':
    case 'terminated':
      return woundUp(record, parts);
  }
}

/** A4; or A2 for a vendor that is bound by the template and runs all that is linked. */
async function considered(record: EntityRecord, parts: AgreementParts): Next {
  const { tools } = parts;
  const now = tools.now();
  const { until } = agreementTimes(record);
  if (until !== undefined && until <= now)
    return moveAgreement(
      record,
      { to: 'rejected', due: null },
      { actor: 'timer', code: 'expired', detail: 'The offer was not accepted before its end' },
      tools,
    );
  const targets = await linkedTo(record, tools);
  const vendor = vendorOf(targets);
  const template = templateOf(record, parts);
  if (vendor !== undefined && template?.vendor === vendor && tools.deps.vendors.get(vendor) !== undefined)
    return moveAgreement(
      record,
      await acceptance({ ...record, vendor }, parts),
      { actor: 'broker', code: 'accept' },
      tools,
    );
  // Who runs a resource may be known only after it was linked: looked at again, more and more seldom.
  if (template?.vendor !== undefined && targets.some((target) => target.vendor === undefined))
    tools.again(record.id, Math.min(Math.max(FIRST_WAIT, now - record.created), LONGEST_WAIT));
  const due = until === undefined ? null : lookAgain(until);
  if (record.vendor === vendor && sameDue(record.due, due)) return undefined;
  await moveAgreement(record, { vendor, due }, undefined, tools);
  return undefined;
}

/** The vendor of all that is linked, if it is one. */
function vendorOf(targets: readonly EntityRecord[]): VendorId | undefined {
  const [first, ...others] = targets;
  return others.every(({ vendor }) => vendor === first?.vendor) ? first?.vendor : undefined;
}

/** A2. What was left open is from now, and the document says what is linked by now. */
export async function acceptance(record: EntityRecord, parts: AgreementParts): Promise<AgreementChange> {
  const { tools } = parts;
  const now = tools.now();
  const attributes = {
    [slaAttr.agreedAt]: isoInstant(now),
    [slaAttr.effectiveFrom]: record.attributes[slaAttr.effectiveFrom] ?? isoInstant(now),
  };
  const agreed = { ...record, attributes: { ...record.attributes, ...attributes } };
  const fresh = documentNow(agreed, await linkedTo(record, tools), now, parts);
  const { from, until } = agreementTimes(agreed);
  const begins = from === undefined || from <= now;
  return {
    to: 'accepted',
    attributes,
    vendor: record.vendor,
    kept: { ...fresh, inforce: begins ? [{ from: now }] : [], suspended: [] },
    // What measures it is set up now, where there is something to measure.
    due: isMeasured(fresh) ? lookAgain(now) : restingDue([begins ? undefined : from, until]),
  };
}

function isMeasured({ document, delivered }: AgreementKept): boolean {
  return document !== undefined && document.levels.length > 0 && delivered !== undefined && delivered.length > 0;
}

/** Comes into force, follows what is linked, and ends, as its times say. */
async function inForce(record: EntityRecord, parts: AgreementParts): Next {
  const { tools } = parts;
  const now = tools.now();
  const { from, until } = agreementTimes(record);
  if (until !== undefined && until <= now)
    return moveAgreement(
      record,
      ended(record, now),
      { actor: 'timer', code: 'period_over', detail: 'The agreed period is over' },
      tools,
    );
  const kept = agreementKept(record);
  const fresh = documentNow(record, await linkedTo(record, tools), agreedAt(record), parts);
  const begins = from === undefined || from <= now;
  const inforce = kept.inforce ?? [];
  if (fresh.sha256 !== kept.sha256 || (begins && inforce.length === 0)) {
    const next = {
      ...fresh,
      inforce: begins && inforce.length === 0 ? [{ from: now }] : inforce,
      suspended: kept.suspended ?? [],
    };
    return moveAgreement(record, { kept: next, due: lookAgain(now) }, undefined, tools);
  }
  if (begins && kept.told !== kept.sha256 && (isMeasured(kept) || kept.told !== undefined))
    return told(record, fresh.sha256, parts);
  const due = restingDue([begins ? undefined : from, until]);
  if (sameDue(record.due, due)) return undefined;
  return moveAgreement(record, { due }, undefined, tools);
}

/** Sets up what measures, and tells who judges; the mark is written afterwards, so that a crash does it again. */
async function told(record: EntityRecord, sha256: string, { tools }: AgreementParts): Next {
  await tools.deps.instruments.install(record);
  await tools.deps.instruments.retire?.(record);
  await tools.deps.listener.activated?.(record);
  return moveAgreement(record, { kept: { told: sha256 } }, undefined, tools);
}

/** What measured it stops, and it is judged once more. */
async function woundUp(record: EntityRecord, { tools }: AgreementParts): Next {
  const kept = agreementKept(record);
  if ((!isMeasured(kept) && kept.told === undefined) || kept.wound === true) {
    if (record.due === undefined) return undefined;
    return moveAgreement(record, { due: null }, undefined, tools);
  }
  await tools.deps.instruments.remove(record);
  await tools.deps.listener.ended?.(record);
  return moveAgreement(record, { kept: { wound: true }, due: null }, undefined, tools);
}

function agreedAt(record: EntityRecord): Instant {
  return parseInstant(record.attributes[slaAttr.agreedAt]) ?? record.updated;
}

function restingDue(times: readonly (Instant | undefined)[]): Due | null {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? null : lookAgain(Math.min(...known));
}

function sameDue(a: Due | undefined, b: Due | null): boolean {
  return a?.at === b?.at && a?.action === b?.action;
}
