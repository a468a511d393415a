import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import type { OfferedInstance } from '../terms/resources.ts';
import type { ResourceRef, ResourceView } from '../vendor-kit/types.ts';
import { deviationsOf } from './acceptance.ts';
import type { Next } from './confirm.ts';
import { keptOf, without, type Saga, type SagaStep } from './kept.ts';
import { materialise } from './materialise.ts';
import { slaAttr } from './names.ts';
import { nextSteps, placeOf, withSteps } from './saga.ts';
import { backoff, type SlaTools } from './tools.ts';
import { startUndo } from './undo.ts';
import { faultOf } from './vendor-call.ts';

const TRIES = 4;
const READY: ReadonlySet<string> = new Set(['active', 'online']);
/** How often the vendor is asked whether a resource is ready, and the meters whether samples came. */
const POLL_MS = 250;

/**
 * S7 and S8: provisions step by step, checks what was delivered, and waits for the first samples.
 * Everything that is known is stored before the next thing is done, so it goes on anywhere.
 */
export async function provisionIt(record: EntityRecord, tools: SlaTools): Next {
  const kept = keptOf(record);
  const { saga } = kept;
  if (saga === undefined) throw new Error(`SLA ${record.id} is being provisioned without a plan`);
  if (kept.delivered.length > 0) return startMeasuring(record, saga, tools);
  if (tools.now() >= saga.provisionBy)
    return startUndo(
      record,
      { code: 'provision_timeout', detail: 'provisioning took too long', actor: 'timer' },
      tools,
    );
  const steps = nextSteps(saga);
  if (steps.length > 0) return runSteps(record, saga, steps, tools);
  return inspect(record, saga, tools);
}

async function runSteps(record: EntityRecord, saga: Saga, steps: readonly SagaStep[], tools: SlaTools): Next {
  const results = await Promise.all(steps.map((step) => runStep(record, saga, step, tools)));
  if (tools.signal.aborted && results.some(({ fault }) => fault !== undefined)) return undefined;
  const after = withSteps(
    saga,
    results.map(({ step }) => step),
  );
  const failed = results.find(({ step, final }) => step.fault !== undefined && (final || step.attempts >= TRIES));
  if (failed?.step.fault !== undefined) {
    const { code, detail } = failed.step.fault;
    return startUndo(record, { code, detail: `${placeOf(failed.step)}: ${detail}`, actor: 'vendor' }, tools, after);
  }
  const waiting = Math.max(0, ...results.map(({ step }) => (step.status === 'done' ? 0 : step.attempts)));
  const wait = waiting === 0 ? 0 : backoff(tools.times, waiting);
  const moved = await tools.move(record, {
    kept: { saga: after },
    due: { at: tools.now() + wait, action: 'advance' },
  });
  if (moved === undefined || waiting === 0) return moved;
  tools.again(record.id, wait);
  return undefined;
}

interface StepResult {
  readonly step: SagaStep;
  readonly final: boolean;
  readonly fault?: SagaStep['fault'];
}

async function runStep(record: EntityRecord, saga: Saga, step: SagaStep, tools: SlaTools): Promise<StepResult> {
  const kept = keptOf(record);
  const instance = instanceOf(record, step);
  const attempts = step.attempts + 1;
  try {
    const view = await tools.call(record, step.key, saga.provisionBy, (vendor, ctx) =>
      vendor.provision(
        {
          agreement: kept.agreement ?? '',
          sla: record.id,
          instance,
          ...refOf('source', instance.source, saga, record),
          ...refOf('target', instance.target, saga, record),
        },
        ctx,
      ),
    );
    return { step: { ...without(step, 'fault'), attempts, status: 'done', view: seen(view) }, final: false };
  } catch (error) {
    const { code, detail, final } = faultOf(error);
    tools.deps.log.warn({ sla: record.id, step: placeOf(step), attempts, code, detail }, 'provisioning step failed');
    return { step: { ...step, attempts, fault: { code, detail } }, final, fault: { code, detail } };
  }
}

/** All steps are done: are the resources ready, and are they what was quoted? */
async function inspect(record: EntityRecord, saga: Saga, tools: SlaTools): Next {
  const pending = saga.steps.filter((step) => !READY.has(step.view?.state ?? ''));
  if (pending.length > 0) {
    const views = await Promise.all(pending.map((step) => look(record, step, saga, tools)));
    const broken = views.find((step) => step.view?.state === 'error');
    if (broken !== undefined)
      return startUndo(
        record,
        { code: 'resource_error', detail: `${placeOf(broken)} came up broken`, actor: 'vendor' },
        tools,
      );
    if (views.some((step) => !READY.has(step.view?.state ?? ''))) {
      tools.again(record.id, POLL_MS);
      return undefined;
    }
    return tools.move(record, { kept: { saga: withSteps(saga, views) } });
  }
  const deviations = deviationsOf(keptOf(record).document, saga.steps);
  const severe = deviations.filter((one) => one.severe);
  if (severe.length > 0) {
    const detail = severe
      .map(
        (one) =>
          `${placeOf(one)} ${one.attribute}: ${JSON.stringify(one.delivered)} for ${JSON.stringify(one.promised)}`,
      )
      .join('; ');
    return startUndo(record, { code: 'delivery_short', detail, actor: 'broker' }, tools, undefined, {
      kept: { deviations },
      attributes: { [slaAttr.deviations]: deviations.map((one) => ({ ...one })) },
    });
  }
  return materialise(record, deviations, tools);
}

async function look(record: EntityRecord, step: SagaStep, saga: Saga, tools: SlaTools): Promise<SagaStep> {
  if (step.view === undefined) return step;
  const ref: ResourceRef = { ref: step.view.ref, kind: step.kind, sla: record.id };
  try {
    const view = await tools.call(record, `${step.key}:info`, saga.provisionBy, (vendor, ctx) =>
      vendor.getInfo(ref, ctx),
    );
    return { ...step, view: seen(view) };
  } catch (error) {
    tools.deps.log.debug({ sla: record.id, step: placeOf(step), ...faultOf(error) }, 'resource not seen');
    return step;
  }
}

/** The entities exist: instruments are installed, and the SLA is in force when the first samples came. */
async function startMeasuring(record: EntityRecord, saga: Saga, tools: SlaTools): Next {
  const { instruments } = tools.deps;
  if (!tools.installed.has(record.id)) {
    await instruments.install(record);
    tools.installed.add(record.id);
  }
  const { ready, waitingFor } = await instruments.delivering(record);
  const now = tools.now();
  if (!ready) {
    if (now >= saga.provisionBy)
      return startUndo(
        record,
        { code: 'no_samples', detail: `no samples came of ${waitingFor.join(', ')}`, actor: 'timer' },
        tools,
      );
    tools.again(record.id, POLL_MS);
    return undefined;
  }
  const { document } = keptOf(record);
  const planned = document.period.from === null ? undefined : parseInstant(document.period.from);
  const from = Math.max(planned ?? now, now);
  tools.installed.delete(record.id);
  return tools.move(record, {
    to: 'active',
    attributes: {
      [slaAttr.effectiveFrom]: isoInstant(from),
      ...(document.period.until === null ? {} : { [slaAttr.effectiveUntil]: document.period.until }),
    },
    kept: { inforce: [{ from }], tell: 'activated' },
    due: { at: now, action: 'tell' },
  });
}

export function instanceOf(
  record: EntityRecord,
  step: { readonly for: string; readonly index: number },
): OfferedInstance {
  const instance = keptOf(record).document.resources.find((one) => one.for === step.for && one.index === step.index);
  if (instance === undefined) throw new Error(`SLA ${record.id} has no ${placeOf(step)}`);
  return instance;
}

function refOf(
  end: 'source' | 'target',
  place: string | undefined,
  saga: Saga,
  record: EntityRecord,
): Partial<Record<'source' | 'target', ResourceRef>> {
  const step = saga.steps.find((one) => placeOf(one) === place);
  if (step?.view === undefined) return {};
  return { [end]: { ref: step.view.ref, kind: step.kind, sla: record.id } };
}

function seen(view: ResourceView): NonNullable<SagaStep['view']> {
  return { ref: view.ref, state: view.state, attributes: view.attributes };
}
