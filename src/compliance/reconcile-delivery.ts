import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { urn } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { deviationsOf } from '../sla/acceptance.ts';
import type { Deviation, SagaStep } from '../sla/kept.ts';
import { entityOf } from './change.ts';
import type { Evaluation } from './evaluation.ts';
import type { SlaFacts } from './facts.ts';
import type { Keeper } from './keeper.ts';
import { idFor } from './keys.ts';
import { violationAttr, violationType } from './names.ts';

/** What is delivered now and is less than, or something else than, what was quoted: judged as at the acceptance. */
export function deliveryGaps({ document, resources }: Pick<SlaFacts, 'document' | 'resources'>): readonly Deviation[] {
  const steps = document.resources.flatMap((offered): SagaStep[] => {
    const resource = resources.get(`${offered.for}/${offered.index}`);
    if (resource === undefined || resource.hidden) return [];
    const view = { ref: '', state: resource.state ?? '', attributes: resource.attributes };
    return [
      {
        for: offered.for,
        index: offered.index,
        kind: offered.kind,
        key: '',
        rank: 0,
        status: 'done',
        attempts: 0,
        view,
      },
    ];
  });
  return deviationsOf(document, steps).filter((each) => each.severe);
}

/** Opens a violation for each gap between quote and delivery, and resolves those that were repaired. */
export async function reconcileDelivery(evaluation: Evaluation, keeper: Keeper): Promise<void> {
  const { sla, ended } = evaluation.facts;
  const known = keeper.violations((record) => record.attributes[violationAttr.type] === 'delivery');
  const seen = new Set<EntityRecord>();
  for (const gap of deliveryGaps(evaluation.facts)) {
    const index = `${gap.for}/${gap.index}`;
    const same = known.filter((record) => isAbout(record, index, gap.attribute));
    const open = same.find((record) => record.state === 'open' || record.state === 'disputed');
    if (open !== undefined) seen.add(open);
    else if (ended === undefined) await keeper.create(violationOf(gap, index, same.length, sla, keeper));
  }
  for (const record of known) {
    if (record.state !== 'open' || seen.has(record)) continue;
    await keeper.update(
      record,
      {
        to: 'resolved',
        attributes: {
          [violationAttr.end]: isoInstant(keeper.now),
          [violationAttr.disputeuntil]: isoInstant(keeper.now + keeper.times.dispute),
        },
        due: { at: keeper.now + keeper.times.dispute, action: 'stand' },
      },
      { code: evaluation.facts.ended === undefined ? 'repaired' : 'ended' },
    );
  }
}

function violationOf(gap: Deviation, index: string, before: number, sla: EntityRecord, keeper: Keeper): EntityRecord {
  const id = idFor(keeper.now, sla.id, index, 'delivery', gap.attribute, before);
  return entityOf(
    sla,
    violationType,
    id,
    'open',
    keeper.now,
    {
      [violationAttr.sla]: urn(sla.id),
      [violationAttr.type]: 'delivery',
      [violationAttr.for]: gap.for,
      [violationAttr.index]: index,
      [violationAttr.attribute]: { name: gap.attribute, promised: gap.promised, delivered: gap.delivered },
      [violationAttr.start]: isoInstant(keeper.now),
    },
    { title: `${index}: ${gap.attribute} is not as quoted` },
  );
}

function isAbout(record: EntityRecord, index: string, name: string): boolean {
  const about = record.attributes[violationAttr.attribute] as { readonly name?: Json } | undefined;
  return record.attributes[violationAttr.index] === index && about?.name === name;
}
