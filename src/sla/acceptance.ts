import type { Json } from '../shared/json.ts';
import { sameJson } from '../terms/constraints.ts';
import { placement } from '../terms/resources.ts';
import type { SlaDocument } from './document.ts';
import type { Deviation, SagaStep } from './kept.ts';

/** Less of these than was promised is not what was bought. */
const AT_LEAST: ReadonlySet<string> = new Set([
  'occi.compute.cores',
  'occi.compute.memory',
  'occi.compute.share',
  'occi.compute.speed',
  'occi.storage.size',
]);

/** Something else than was promised is not what was bought. */
const EXACTLY: ReadonlySet<string> = new Set([
  'occi.compute.architecture',
  placement.provider,
  placement.region,
  placement.country,
  placement.zone,
]);

/**
 * What was delivered otherwise than quoted (S7). An attribute that the vendor does not mention
 * after provisioning stands as promised.
 */
export function deviationsOf(document: SlaDocument, steps: readonly SagaStep[]): readonly Deviation[] {
  const deviations: Deviation[] = [];
  for (const instance of document.resources) {
    const step = steps.find((one) => one.for === instance.for && one.index === instance.index);
    for (const [attribute, promised] of Object.entries(instance.attributes)) {
      const delivered = step?.view?.attributes[attribute];
      if (delivered === undefined || sameJson(promised, delivered)) continue;
      const severe = isSevere(attribute, promised, delivered);
      deviations.push({ for: instance.for, index: instance.index, attribute, promised, delivered, severe });
    }
  }
  return deviations;
}

function isSevere(attribute: string, promised: Json, delivered: Json): boolean {
  if (EXACTLY.has(attribute)) return true;
  if (!AT_LEAST.has(attribute)) return false;
  return typeof promised !== 'number' || typeof delivered !== 'number' || delivered < promised;
}
