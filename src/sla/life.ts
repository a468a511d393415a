import type { EntityRecord } from '../occi/entity.ts';
import type { EntityId } from '../shared/ids.ts';
import { parseInstant } from '../shared/duration.ts';
import type { Due } from '../occi/entity.ts';
import { phaseOf } from './change.ts';
import { begin, confirmIt, offerIt, reconcileIt, watchGhost, type Next } from './confirm.ts';
import { asJson, keptOf, without } from './kept.ts';
import { slaAttr } from './names.ts';
import type { SlaListener } from './port.ts';
import { provisionIt } from './provision.ts';
import { reclaimIt } from './reclaim.ts';
import { restingDue } from './rest.ts';
import { isSlaPhase, phasesInForce } from './states.ts';
import { switchIt } from './suspend.ts';
import type { SlaTools } from './tools.ts';
import { startEnding, undoIt } from './undo.ts';

/** Takes an SLA as far as it goes for now: each step is stored before the next begins. */
export async function advance(id: EntityId, tools: SlaTools): Promise<void> {
  let record = await tools.deps.store.get(id);
  while (record !== undefined && !tools.signal.aborted) record = await step(record, tools);
}

/** One step of an SLA's life; the answer is the record to go on with, undefined means: nothing to do now. */
function step(record: EntityRecord, tools: SlaTools): Next {
  if (keptOf(record).tell !== undefined) return tell(record, tools);
  const phase = phaseOf(record);
  switch (phase) {
    case 'offered':
      return offerIt(record, tools);
    case 'confirming':
      return confirmIt(record, tools);
    case 'reconciling':
      return isDue(record, tools) ? reconcileIt(record, tools) : nothing();
    case 'rejected':
      return record.due?.action === 'ghost' && isDue(record, tools) ? watchGhost(record, tools) : nothing();
    case 'scheduled':
      return isDue(record, tools) ? begin(record, tools) : nothing();
    case 'provisioning':
      return isDue(record, tools) ? provisionIt(record, tools) : nothing();
    case 'compensating':
    case 'terminating':
      return isDue(record, tools) ? undoIt(record, tools) : nothing();
    case 'active':
    case 'degraded':
      return endsNow(record, tools) ? periodOver(record, tools) : nothing();
    case 'suspended':
      return endsNow(record, tools) ? periodOver(record, tools) : switching(record, tools);
    case 'reclaiming':
      return endsNow(record, tools) ? periodOver(record, tools) : reclaimIt(record, tools);
    case 'completed':
    case 'cancelled':
    case 'failed':
    case 'breached':
    case 'reclaimed':
    case 'superseded':
      return nothing();
  }
}

function periodOver(record: EntityRecord, tools: SlaTools): Next {
  return startEnding(
    record,
    { outcome: 'completed', code: 'period_over', detail: 'The agreed period is over', actor: 'timer' },
    tools,
  );
}

function switching(record: EntityRecord, tools: SlaTools): Next {
  const { hold } = keptOf(record);
  return hold?.doing !== undefined && isDue(record, tools) ? switchIt(record, hold, tools) : nothing();
}

const nothing = (): Next => Promise.resolve(undefined);

function isDue(record: EntityRecord, tools: SlaTools): boolean {
  return record.due !== undefined && record.due.at <= tools.now();
}

function endsNow(record: EntityRecord, tools: SlaTools): boolean {
  const until = record.attributes[slaAttr.effectiveUntil];
  const at = parseInstant(until);
  return at !== undefined && at <= tools.now();
}

/** Tells those who must know, until they were told: the intent to tell is stored with the change itself. */
async function tell(record: EntityRecord, tools: SlaTools): Next {
  const kept = keptOf(record);
  const { listener } = tools.deps;
  await listenTo(listener, record);
  const next: EntityRecord = { ...record, internal: asJson(without(kept, 'tell')) };
  return tools.move(next, { due: dueAfterTelling(record) });
}

async function listenTo(listener: SlaListener, record: EntityRecord): Promise<void> {
  const kept = keptOf(record);
  switch (kept.tell) {
    case 'activated':
      await listener.activated?.(record);
      return;
    case 'scheduled':
      await listener.scheduled?.(record);
      return;
    case 'failed':
      await listener.failed?.(record, reasonOf(record));
      return;
    case 'ended':
      await listener.ended?.(record);
      return;
    case undefined:
      return;
  }
}

function dueAfterTelling(record: EntityRecord): Due | null {
  const kept = keptOf(record);
  if (record.state === 'rejected' && kept.ghostUntil !== undefined) return { at: record.updated, action: 'ghost' };
  const at = (name: string): number | undefined => parseInstant(record.attributes[name]);
  if (record.state === 'scheduled') {
    const from = at(slaAttr.effectiveFrom);
    return from === undefined ? null : { at: from, action: 'advance' };
  }
  // It was told to end before it had told that it began: the work of ending must go on.
  if (record.state === 'terminating' || record.state === 'compensating')
    return record.due ?? { at: record.updated, action: 'advance' };
  // The same where it was suspended before it had told so.
  if (kept.hold?.doing !== undefined) return record.due ?? { at: record.updated, action: 'advance' };
  return isSlaPhase(record.state) && phasesInForce.includes(record.state) ? restingDue(record) : null;
}

export function reasonOf(record: EntityRecord): { readonly code: string; readonly detail: string } {
  const reason = record.attributes[slaAttr.reason];
  const told = typeof reason === 'object' && reason !== null && !Array.isArray(reason) ? reason : {};
  const text = (name: string): string | undefined => {
    const value = (told as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { code: text('code') ?? 'failed', detail: text('detail') ?? 'It never came into force' };
}
