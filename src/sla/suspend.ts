import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { Conflict, Forbidden } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { actions, kinds } from '../vendor-kit/names.ts';
import { phaseOf } from './change.ts';
import type { Next } from './confirm.ts';
import { holdIt, releaseIt, type HoldResult } from './hold.ts';
import { asJson, keptOf, without, type Hold, type HoldStep } from './kept.ts';
import { slaAttr } from './names.ts';
import { restingDue } from './rest.ts';
import { placeOf } from './saga.ts';
import { backoff, type SlaTools } from './tools.ts';

type Party = 'customer' | 'vendor' | 'operator';

export interface SuspendOrder {
  readonly by: Party;
  /** Why; a vendor has to name one that the agreement lists. */
  readonly cause?: string;
}

/**
 * S12: the intent to suspend. The agreement is suspended from this moment, and the instances that run are
 * named, so that these and no others are started again; `switchIt` then suspends them at the vendor. What
 * the customer had stopped already is left alone. An operator acts for the customer.
 *
 * Throws 409 `cause_not_listed` to a vendor without a cause that the agreement lists, and 409
 * `not_supported` where the vendor can neither suspend nor stop an instance.
 */
export async function startSuspension(record: EntityRecord, order: SuspendOrder, tools: SlaTools): Next {
  const kept = keptOf(record);
  const { by, cause } = order;
  const listed = by === 'vendor' && cause !== undefined && kept.document.suspensions.includes(cause);
  if (by === 'vendor' && !listed)
    throw new Conflict('cause_not_listed', 'A vendor suspends only for a cause that the agreement lists', {
      extra: { state: phaseOf(record), causes: kept.document.suspensions },
    });
  const steps = await running(record, tools);
  if (steps.length > 0) checkAble(record, tools);
  const now = tools.now();
  const hold: Hold = {
    round: kept.suspended.length + 1,
    by,
    from: now,
    ...(cause === undefined ? {} : { cause }),
    doing: 'suspend',
    steps,
  };
  return tools.move(
    record,
    {
      to: 'suspended',
      attributes: { [slaAttr.suspension]: shownOf(hold) },
      kept: {
        hold,
        suspended: [...kept.suspended, { from: now, by: by === 'vendor' ? 'vendor' : 'customer', listed }],
      },
      due: { at: now, action: 'advance' },
    },
    { actor: by, code: 'suspend', ...(cause === undefined ? {} : { detail: cause }) },
  );
}

/**
 * S13: the intent to resume. The agreement stays suspended until everything was started again. Whoever
 * ordered the suspension may end it, and an operator; to others it is a 403. Asked again, it changes nothing.
 */
export async function startResumption(record: EntityRecord, by: Party, tools: SlaTools): Next {
  const { hold } = keptOf(record);
  if (hold?.doing === 'resume') return record;
  const ordered = hold?.by === 'vendor' ? 'vendor' : 'customer';
  if (by !== 'operator' && by !== ordered)
    throw new Forbidden('not_yours', `The ${ordered} suspended the agreement, and resumes it`);
  const now = tools.now();
  // Also what was not seen to be suspended is started: the call may have arrived.
  const steps = (hold?.steps ?? []).map((step): HoldStep => ({ ...without(step, 'fault'), held: true, attempts: 0 }));
  const next: Hold = { round: 1, from: now, by, ...hold, doing: 'resume', resumedBy: by, steps };
  return tools.move(
    record,
    {
      attributes: { [slaAttr.suspension]: shownOf(next) },
      kept: { hold: next },
      due: { at: now, action: 'advance' },
    },
    { actor: by, code: 'resume' },
  );
}

/** Goes on suspending or resuming: all instances at once, again with back-off what failed in passing. */
export async function switchIt(record: EntityRecord, hold: Hold, tools: SlaTools): Next {
  const suspending = hold.doing === 'suspend';
  const open = hold.steps.filter((step) => step.held !== suspending);
  const results = await Promise.all(
    open.map((step) => (suspending ? holdIt(record, hold, step, tools) : releaseIt(record, hold, step, tools))),
  );
  if (tools.signal.aborted && results.some(({ step }) => step.fault !== undefined)) return undefined;
  const next = withResults(hold, results);
  const waiting = results.filter(({ done }) => !done);
  if (waiting.length > 0) {
    const wait = backoff(tools.times, Math.max(...waiting.map(({ step }) => step.attempts)));
    const moved = await tools.move(record, {
      attributes: { [slaAttr.suspension]: shownOf(next) },
      kept: { hold: next },
      due: { at: tools.now() + wait, action: 'advance' },
    });
    if (moved !== undefined) tools.again(record.id, wait);
    return undefined;
  }
  return suspending ? suspended(record, next, tools) : resumed(record, next, tools);
}

function suspended(record: EntityRecord, done: Hold, tools: SlaTools): Next {
  const hold = without(done, 'doing');
  return tools.move(record, {
    attributes: { [slaAttr.suspension]: shownOf(hold) },
    kept: { hold },
    due: restingDue(record),
  });
}

/** In force again from now: a start counts until it is done (levels.md step 5 leaves its slice out). */
function resumed(record: EntityRecord, done: Hold, tools: SlaTools): Next {
  const now = tools.now();
  const kept = keptOf(record);
  const faults = done.steps.flatMap(({ fault, ...step }) =>
    fault === undefined ? [] : `${placeOf(step)}: ${fault.detail}`,
  );
  return tools.move(
    {
      ...record,
      attributes: without(record.attributes, slaAttr.suspension),
      internal: asJson(without(kept, 'hold')),
    },
    {
      to: 'active',
      kept: {
        suspended: kept.suspended.map((interval) =>
          interval.until === undefined ? { ...interval, until: Math.max(now, interval.from) } : interval,
        ),
      },
      due: restingDue(record),
    },
    {
      actor: done.resumedBy ?? 'broker',
      code: 'resumed',
      ...(faults.length === 0 ? {} : { detail: faults.join('; ') }),
    },
  );
}

/** The instances that run, as far as is known: those that a suspension holds. */
async function running(record: EntityRecord, tools: SlaTools): Promise<readonly HoldStep[]> {
  const computes = keptOf(record).delivered.filter(({ kind }) => kind === kinds.compute);
  const records = await tools.deps.store.getMany(computes.map(({ resource }) => resource));
  return computes.flatMap((one, at): HoldStep[] => {
    const resource = records[at];
    if (resource === undefined || resource.hidden || resource.state !== 'active') return [];
    return [{ for: one.for, index: one.index, resource: one.resource, ref: one.ref, held: false, attempts: 0 }];
  });
}

function checkAble(record: EntityRecord, tools: SlaTools): void {
  const vendor = record.vendor === undefined ? undefined : tools.deps.vendors.get(record.vendor);
  if (vendor === undefined) return;
  const known = vendor.capabilities.actions;
  if (known.includes(actions.suspend) || known.includes(actions.stop)) return;
  throw new Conflict('not_supported', 'The vendor of this agreement can neither suspend nor stop its instances');
}

function withResults(hold: Hold, results: readonly HoldResult[]): Hold {
  const byPlace = new Map(results.map(({ step }) => [placeOf(step), step]));
  return { ...hold, steps: hold.steps.map((step) => byPlace.get(placeOf(step)) ?? step) };
}

/** `org.parley.sla.suspension`: who, since when and why; while it is being done, what is left, and the fault of each. */
function shownOf(hold: Hold): JsonObject {
  const { doing } = hold;
  const left = hold.steps.filter((step) => doing !== undefined && step.held !== (doing === 'suspend'));
  const faults = hold.steps.flatMap(({ fault, ...step }) =>
    fault === undefined ? [] : [{ of: placeOf(step), ...fault }],
  );
  return {
    by: hold.by,
    from: isoInstant(hold.from),
    ...(hold.cause === undefined ? {} : { cause: hold.cause }),
    ...(doing === undefined ? {} : { doing, left: left.map(placeOf) }),
    ...(faults.length === 0 ? {} : { faults }),
  };
}
