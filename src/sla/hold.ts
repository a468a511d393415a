import type { ResourceInternal } from '../infrastructure/backend.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { TypeId } from '../shared/ids.ts';
import { actions, kinds } from '../vendor-kit/names.ts';
import type { ResourceView } from '../vendor-kit/types.ts';
import { without, type Hold, type HoldStep } from './kept.ts';
import { writeResource } from './resource-state.ts';
import { placeOf } from './saga.ts';
import type { SlaTools } from './tools.ts';
import { faultOf } from './vendor-call.ts';

/** Longest that one instance may take, in milliseconds. */
const ACTION_MS = 60_000;

export interface HoldResult {
  readonly step: HoldStep;
  /** Nothing more is to be tried: it worked, or trying again cannot help. */
  readonly done: boolean;
}

/** Suspends an instance at its vendor, or stops it where the vendor does not know how to suspend. */
export function holdIt(record: EntityRecord, hold: Hold, step: HoldStep, tools: SlaTools): Promise<HoldResult> {
  return attempt(record, hold, step, tools, true, async () => {
    const vendor = record.vendor === undefined ? undefined : tools.deps.vendors.get(record.vendor);
    if (vendor?.capabilities.actions.includes(actions.suspend) !== false)
      try {
        return await act(record, hold, step, actions.suspend, tools);
      } catch (error) {
        if (faultOf(error).code !== 'unsupported') throw error;
      }
    return act(record, hold, step, actions.stop, tools);
  });
}

/** Starts an instance again; one that the customer stopped meanwhile stays stopped. */
export async function releaseIt(
  record: EntityRecord,
  hold: Hold,
  step: HoldStep,
  tools: SlaTools,
): Promise<HoldResult> {
  const resource = await tools.deps.store.get(step.resource);
  const { stopped }: ResourceInternal = resource?.internal ?? {};
  const last = stopped?.at(-1);
  if (resource === undefined || resource.hidden || (last !== undefined && last.until === undefined))
    return { step: { ...step, held: false }, done: true };
  return attempt(record, hold, step, tools, false, () => act(record, hold, step, actions.start, tools));
}

async function attempt(
  record: EntityRecord,
  hold: Hold,
  step: HoldStep,
  tools: SlaTools,
  held: boolean,
  perform: () => Promise<ResourceView>,
): Promise<HoldResult> {
  const attempts = step.attempts + 1;
  try {
    const view = await perform();
    const actor = held ? hold.by : (hold.resumedBy ?? hold.by);
    await writeResource(step.resource, view, { actor, code: held ? 'sla_suspended' : 'sla_resumed' }, tools);
    return { step: { ...without(step, 'fault'), held, attempts }, done: true };
  } catch (error) {
    const { code, detail, final } = faultOf(error);
    tools.deps.log.warn(
      { sla: record.id, step: placeOf(step), doing: hold.doing, attempts, code, detail },
      'switching an instance failed',
    );
    // What cannot be done by trying again is left as it is: the watch shows how it fares.
    return { step: { ...step, held: final ? held : step.held, attempts, fault: { code, detail } }, done: final };
  }
}

/** The key names the suspension and what is done: the same call, however often it is made. */
function act(record: EntityRecord, hold: Hold, step: HoldStep, action: TypeId, tools: SlaTools): Promise<ResourceView> {
  const term = action.slice(action.indexOf('#') + 1);
  return tools.call(
    record,
    `${record.id}:hold-${hold.round}:${term}:${placeOf(step)}`,
    tools.now() + ACTION_MS,
    (vendor, ctx) =>
      vendor.perform(
        { ref: step.ref, kind: kinds.compute, sla: record.id },
        { action, attributes: action === actions.stop ? { method: 'graceful' } : {} },
        ctx,
      ),
  );
}
