import type { EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import type { TypeId } from '../shared/ids.ts';
import type { OfferedInstance } from '../terms/resources.ts';
import { kinds } from '../vendor-kit/names.ts';
import { keptOf, type Saga, type SagaStep } from './kept.ts';

/** What others are attached to comes first: storage and network, then compute, then links. */
function rankOf(instance: OfferedInstance): number {
  if (instance.source !== undefined || instance.target !== undefined) return 2;
  const early: readonly TypeId[] = [kinds.storage, kinds.network];
  return early.includes(instance.kind) ? 0 : 1;
}

/** The plan, written before the first call: every step with the key that names it for ever. */
export function planSaga(record: EntityRecord, provisionBy: Instant): Saga {
  const steps = keptOf(record).document.resources.map((instance): SagaStep => ({
    for: instance.for,
    index: instance.index,
    kind: instance.kind,
    key: `${record.id}:${instance.for}/${instance.index}`,
    rank: rankOf(instance),
    status: 'planned',
    attempts: 0,
  }));
  return { steps, provisionBy };
}

export function placeOf(step: { readonly for: string; readonly index: number }): string {
  return `${step.for}/${step.index}`;
}

/** The steps to be done next: those of the lowest rank that has any left. */
export function nextSteps(saga: Saga): readonly SagaStep[] {
  const planned = saga.steps.filter((step) => step.status === 'planned');
  const rank = Math.min(...planned.map((step) => step.rank));
  return planned.filter((step) => step.rank === rank);
}

/**
 * The steps to be undone next, links first. A step without an answer is undone too: its call may
 * have arrived, and undoing what never began does nothing.
 */
export function nextUndo(saga: Saga): readonly SagaStep[] {
  const left = saga.steps.filter((step) => step.status !== 'undone');
  const rank = Math.max(...left.map((step) => step.rank));
  return left.filter((step) => step.rank === rank);
}

export function withSteps(saga: Saga, changed: readonly SagaStep[]): Saga {
  const byKey = new Map(changed.map((step) => [step.key, step]));
  return { ...saga, steps: saga.steps.map((step) => byKey.get(step.key) ?? step) };
}
