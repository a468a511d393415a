import { writeOrRetry } from '../occi/concurrency.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import { isoInstant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { Conflict } from '../shared/errors.ts';
import { parseEntityId, urn, type EntityId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { changed, createWrite, entityOf, textOf, updateWrite, type Told } from './change.ts';
import { billionthsOf } from './credit.ts';
import type { ComplianceDeps, ComplianceTimes } from './deps.ts';
import { idFor } from './keys.ts';
import { creditAttr, creditType, violationAttr, violationType } from './names.ts';
import { nextWarning } from './reconcile-credits.ts';
import { creditStates, violationStates } from './states.ts';

/** A vendor sees what belongs to its own agreements. */
export const vendorsOwn: Pick<Behaviour, 'vendorScope' | 'visibleToVendor'> = {
  vendorScope: ({ caller }) => Promise.resolve(caller.vendor === undefined ? undefined : { vendor: caller.vendor }),
  visibleToVendor: (record, { caller }) =>
    Promise.resolve(caller.vendor !== undefined && record.vendor === caller.vendor),
};

/** What the service keeps is neither made nor changed nor deleted by clients. */
export const keptByService: NonNullable<Behaviour['clientMay']> = { create: false, update: false, delete: false };

export function toldBy(ctx: RequestContext, code: string, detail?: Json): Told {
  return { actor: ctx.caller.role, code, ...(typeof detail === 'string' ? { detail } : {}) };
}

const entity = (record: EntityRecord): ActionResult => ({ type: 'entity', record });

export function violationBehaviour(deps: ComplianceDeps, times: ComplianceTimes): Behaviour {
  return {
    kind: violationType,
    states: violationStates,
    stateAttribute: violationAttr.state,
    clientMay: keptByService,
    ...vendorsOwn,
    settled: (record) => record.state !== 'open',
    actions: {
      async dispute(record, attributes, ctx) {
        if (record.attributes[violationAttr.type] === 'incident')
          throw new Conflict('incident_disputed', 'An incident carries no money: dispute the breach that it led to', {
            extra: { state: record.state ?? null, moves: [] },
          });
        const until = parseInstant(record.attributes[violationAttr.disputeuntil]);
        if (until !== undefined && ctx.clock.now() > until)
          throw new Conflict('dispute_over', `It could be disputed until ${isoInstant(until)}`, {
            extra: { state: record.state ?? null, moves: [] },
          });
        const before = record.attributes[violationAttr.evidence];
        const said = { by: ctx.caller.role, at: isoInstant(ctx.clock.now()), evidence: attributes['evidence'] ?? '' };
        const after = changed(record, ctx.clock.now(), {
          to: 'disputed',
          attributes: {
            [violationAttr.evidence]: [...(Array.isArray(before) ? (before as readonly Json[]) : []), said],
          },
          due: null,
        });
        await writeOrRetry(ctx.store, [updateWrite(record, after, toldBy(ctx, 'disputed'))]);
        return entity(after);
      },
      async decide(record, attributes, ctx) {
        const now = ctx.clock.now();
        const outcome = textOf(attributes['outcome']);
        const after = changed(record, now, {
          to: outcome,
          attributes: {
            [violationAttr.outcome]: outcome,
            ...(attributes['reason'] === undefined ? {} : { [violationAttr.reason]: attributes['reason'] }),
            ...(record.attributes[violationAttr.end] === undefined && outcome === 'confirmed'
              ? { [violationAttr.end]: isoInstant(now) }
              : {}),
          },
          due: outcome === 'confirmed' ? { at: now, action: 'settle' } : null,
        });
        const more = outcome === 'confirmed' ? [] : await creditsDenied(record, now, deps.store);
        await writeOrRetry(ctx.store, [
          updateWrite(record, after, toldBy(ctx, 'decided', attributes['reason'])),
          ...more,
        ]);
        return entity(after);
      },
    },
    onDue: (record) => violationDue(record, deps, times),
  };
}

/** V9: nobody disputed it. V10: settled with its credit, or at once where there is none. */
async function violationDue(record: EntityRecord, deps: ComplianceDeps, times: ComplianceTimes): Promise<void> {
  const { store, clock } = deps;
  const now = clock.now();
  if (record.due === undefined || record.due.at > now) return;
  const credit = await creditOf(record, store);
  if (record.state === 'resolved') {
    const confirmed = changed(record, now, { to: 'confirmed', due: { at: now, action: 'settle' } });
    const writes: Write[] = [updateWrite(record, confirmed, { actor: 'timer', code: 'undisputed' })];
    if (credit?.state === 'computed') writes.push(...approval(credit, now));
    await store.write(writes);
    return;
  }
  if (record.state !== 'confirmed') {
    await store.write([updateWrite(record, changed(record, now, { due: null }))]);
    return;
  }
  if (credit?.state === 'computed') await store.write(approval(credit, now));
  const settled = credit === undefined || creditStates.terminal.some((state) => state === credit.state);
  const after = settled
    ? changed(record, now, { to: 'settled', due: null })
    : changed(record, now, { due: { at: now + Math.min(times.dispute, 86_400_000), action: 'settle' } });
  await store.write([updateWrite(record, after, settled ? { actor: 'timer', code: 'settled' } : undefined)]);
}

async function creditOf(violation: EntityRecord, store: EntityStore): Promise<EntityRecord | undefined> {
  const id = parseEntityId(textOf(violation.attributes[violationAttr.credit]));
  return id === undefined ? undefined : store.get(id);
}

/** K2; or K3 at once, where the broker claims for the customer. */
function approval(credit: EntityRecord, now: number): Write[] {
  if (credit.internal['claims'] === 'broker')
    return [
      updateWrite(credit, changed(credit, now, { to: 'claimed', due: null }), { actor: 'broker', code: 'claimed' }),
    ];
  return [updateWrite(credit, changed(credit, now, { to: 'approved' }), { actor: 'timer', code: 'breach_stands' })];
}

/** What was not paid is denied; what was paid is corrected by a negative entry. */
async function creditsDenied(violation: EntityRecord, now: number, store: EntityStore): Promise<Write[]> {
  const credit = await creditOf(violation, store);
  if (credit === undefined) return [];
  if (credit.state === 'credited') {
    const sla = violation.parent === undefined ? undefined : await store.get(violation.parent);
    return sla === undefined ? [] : [createWrite(reversal(credit, sla, now), { actor: 'operator', code: 'decided' })];
  }
  if (credit.state === 'lapsed' || credit.state === 'denied') return [];
  return [
    updateWrite(credit, changed(credit, now, { to: 'denied', due: null }), { actor: 'operator', code: 'decided' }),
  ];
}

function reversal(credit: EntityRecord, sla: EntityRecord, now: number): EntityRecord {
  const amount = textOf(credit.attributes[creditAttr.amount]);
  return entityOf(sla, creditType, idFor(now, credit.id, 'reversal'), 'approved', now, {
    ...credit.attributes,
    [creditAttr.amount]: billionthsOf(amount) > 0n ? `-${amount}` : amount.slice(1),
    [creditAttr.corrects]: urn(credit.id),
    [creditAttr.reason]: 'The breach was annulled after the credit was settled',
  });
}

export function creditBehaviour(deps: ComplianceDeps): Behaviour {
  return {
    kind: creditType,
    states: creditStates,
    stateAttribute: creditAttr.state,
    clientMay: keptByService,
    ...vendorsOwn,
    settled: (record) => creditStates.terminal.some((state) => state === record.state),
    actions: {
      async claim(record, _attributes, ctx) {
        const by = parseInstant(record.attributes[creditAttr.claimby]);
        if (by !== undefined && ctx.clock.now() > by)
          throw new Conflict('claim_late', `It had to be claimed by ${isoInstant(by)}`, {
            extra: { state: record.state ?? null, moves: [] },
          });
        const to = record.state === 'denied' ? 'escalated' : 'claimed';
        const after = changed(record, ctx.clock.now(), { to, due: null });
        await writeOrRetry(ctx.store, [updateWrite(record, after, toldBy(ctx, 'claimed'))]);
        return entity(after);
      },
      async settle(record, attributes, ctx) {
        const to = attributes['outcome'] === 'denied' ? 'denied' : 'credited';
        if (record.state === 'escalated' && to === 'denied' && ctx.caller.role !== 'operator')
          throw new Conflict('escalated', 'Only an operator may deny what was escalated', {
            extra: { state: record.state, moves: ['settle'] },
          });
        const reason = attributes['reason'];
        const after = changed(record, ctx.clock.now(), {
          to,
          attributes: reason === undefined ? {} : { [creditAttr.reason]: reason },
          due: null,
        });
        await writeOrRetry(ctx.store, [updateWrite(record, after, toldBy(ctx, to, reason))]);
        return entity(after);
      },
    },
    onDue: (record) => creditDue(record, deps),
  };
}

/** Warns before the time to claim is over, and lapses when it is. */
async function creditDue(record: EntityRecord, { store, clock }: ComplianceDeps): Promise<void> {
  const now = clock.now();
  if (record.due === undefined || record.due.at > now) return;
  const claimby = parseInstant(record.attributes[creditAttr.claimby]);
  const open = record.state === 'computed' || record.state === 'approved';
  if (!open || claimby === undefined) {
    await store.write([updateWrite(record, changed(record, now, { due: null }))]);
    return;
  }
  if (record.due.action === 'lapse') {
    const after = changed(record, now, { to: 'lapsed', due: null });
    await store.write([updateWrite(record, after, { actor: 'timer', code: 'not_claimed' })]);
    return;
  }
  const after = changed(record, now, { due: nextWarning(claimby, now) });
  const write = updateWrite(record, after, {
    actor: 'timer',
    code: 'claim_soon',
    detail: `Claim by ${isoInstant(claimby)}`,
  });
  const event = 'org.parley.credit.expiring';
  await store.write([
    write.op === 'update' && write.note !== undefined ? { ...write, note: { ...write.note, event } } : write,
  ]);
}

/** Every report of an SLA is computed again, because something that it stands on has changed. */
export type Reevaluate = (sla: EntityId) => Promise<void>;
