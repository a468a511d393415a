import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { isoInstant } from '../shared/clock.ts';
import { cancelQuietly, type Next } from './confirm.ts';
import type { SlaChange } from './change.ts';
import { asJson, keptOf, without, type Ending, type Saga, type SagaStep } from './kept.ts';
import { agreementLinkType, slaAttr } from './names.ts';
import { nextUndo, placeOf, withSteps } from './saga.ts';
import { backoff, type SlaTools } from './tools.ts';
import { faultOf } from './vendor-call.ts';

export interface Why {
  readonly code: string;
  readonly detail: string;
  readonly actor: string;
}

/** S8: from here on everything goes backwards, under a time budget of its own. */
export function startUndo(
  record: EntityRecord,
  why: Why,
  tools: SlaTools,
  saga: Saga | undefined = keptOf(record).saga,
  also: Pick<SlaChange, 'kept' | 'attributes'> = {},
): Next {
  const now = tools.now();
  const ending: Ending = { outcome: 'failed', code: why.code, detail: why.detail, actor: why.actor, at: now };
  return tools.move(
    record,
    {
      to: 'compensating',
      attributes: { [slaAttr.reason]: { code: why.code, detail: why.detail }, ...also.attributes },
      kept: {
        ...also.kept,
        ending,
        saga: freshTries(saga ?? { steps: [], provisionBy: now }, now + tools.times.undo),
      },
      due: { at: now, action: 'advance' },
    },
    why,
  );
}

/** S18: what is in force ends. It is out of force from this moment, whatever the undoing takes. */
export function startEnding(record: EntityRecord, ending: Omit<Ending, 'at'>, tools: SlaTools): Next {
  const now = tools.now();
  const kept = keptOf(record);
  return tools.move(
    // What was being suspended or resumed is so no longer: it all goes.
    {
      ...record,
      attributes: without(record.attributes, slaAttr.suspension),
      internal: asJson(without(kept, 'hold')),
    },
    {
      to: 'terminating',
      attributes: {
        [slaAttr.reason]: { code: ending.code, detail: ending.detail },
        [slaAttr.effectiveUntil]: isoInstant(now),
      },
      kept: {
        ending: { ...ending, at: now },
        inforce: kept.inforce.map((interval) =>
          interval.until === undefined ? { ...interval, until: Math.max(now, interval.from) } : interval,
        ),
        suspended: kept.suspended.map((interval) =>
          interval.until === undefined ? { ...interval, until: Math.max(now, interval.from) } : interval,
        ),
        saga: freshTries(kept.saga ?? { steps: [], provisionBy: now }, now + tools.times.undo),
      },
      due: { at: now, action: 'advance' },
    },
    ending,
  );
}

function freshTries(saga: Saga, undoBy: number): Saga {
  return { ...saga, undoBy, steps: saga.steps.map((step) => ({ ...step, attempts: 0 })) };
}

/** S9, S10 and S19: undoes what is left, links first, and then the agreement itself. */
export async function undoIt(record: EntityRecord, tools: SlaTools): Next {
  const { saga, ending } = keptOf(record);
  if (saga === undefined || ending === undefined) throw new Error(`SLA ${record.id} ends without a plan`);
  const steps = nextUndo(saga);
  if (steps.length === 0) return finish(record, ending, [], tools);
  const undoBy = saga.undoBy ?? tools.now() + tools.times.undo;
  const results = await Promise.all(steps.map((step) => undoStep(record, step, undoBy, tools)));
  const after = withSteps(saga, results);
  const left = results.filter((step) => step.status !== 'undone');
  if (tools.signal.aborted && left.length > 0) return undefined;
  if (left.length > 0 && tools.now() >= undoBy) {
    const orphans = after.steps.filter((step) => step.status !== 'undone');
    return finish(record, { ...ending, outcome: 'failed' }, orphans, tools);
  }
  const wait = left.length === 0 ? 0 : backoff(tools.times, Math.max(...left.map((step) => step.attempts)));
  const moved = await tools.move(record, {
    kept: { saga: after },
    due: { at: tools.now() + wait, action: 'advance' },
  });
  if (moved === undefined || left.length === 0) return moved;
  tools.again(record.id, wait);
  return undefined;
}

async function undoStep(record: EntityRecord, step: SagaStep, undoBy: number, tools: SlaTools): Promise<SagaStep> {
  const deadline = Math.max(undoBy, tools.now() + 1);
  try {
    await tools.call(record, step.key, deadline, (vendor, ctx) => vendor.deprovision(step.key, ctx));
    return { ...step, status: 'undone' };
  } catch (error) {
    const { code, detail } = faultOf(error);
    tools.deps.log.warn({ sla: record.id, step: placeOf(step), code, detail }, 'undoing a step failed');
    return { ...step, attempts: step.attempts + 1, fault: { code, detail } };
  }
}

async function finish(record: EntityRecord, ending: Ending, orphans: readonly SagaStep[], tools: SlaTools): Next {
  const { deps } = tools;
  await cancelQuietly(record, tools);
  await deps.instruments.remove(record);
  const wasInForce = keptOf(record).inforce.length > 0;
  if (orphans.length > 0) {
    deps.log.error({ sla: record.id, vendor: record.vendor, orphans: orphans.map(placeOf) }, 'resources left behind');
    deps.metrics.count('parley_orphans_total', 'Resources that could not be undone', {}, orphans.length);
  }
  return tools.move(
    record,
    {
      to: ending.outcome,
      ...(orphans.length === 0
        ? {}
        : {
            attributes: {
              [slaAttr.orphans]: orphans.map((step) => ({
                for: step.for,
                index: step.index,
                ref: step.view?.ref ?? null,
                code: step.fault?.code ?? null,
              })),
            },
          }),
      kept: { tell: wasInForce ? 'ended' : 'failed' },
      due: { at: tools.now(), action: 'tell' },
    },
    { actor: ending.actor, code: orphans.length > 0 ? 'orphans' : ending.code, detail: ending.detail },
    await hidden(record, tools),
  );
}

/** The resources, links and agreement links of the SLA, hidden: gone for clients, kept for reports. */
async function hidden(record: EntityRecord, tools: SlaTools): Promise<readonly Write[]> {
  const { store } = tools.deps;
  const now = tools.now();
  const delivered = await store.getMany(keptOf(record).delivered.map(({ resource }) => resource));
  const links = await store.list({ kinds: [agreementLinkType], parent: record.id, limit: 10_000 });
  const registry = tools.deps.registry();
  return [...delivered, ...links.items].flatMap((entity): Write[] =>
    entity === undefined || entity.hidden
      ? []
      : [
          {
            op: 'update',
            record: { ...entity, rev: entity.rev + 1, hidden: true, updated: now },
            expect: { rev: entity.rev },
            note: {
              from: entity.state ?? null,
              to: null,
              actor: 'broker',
              code: 'released',
              subject: registry.pathOf(entity),
            },
          },
        ],
  );
}
