import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant } from '../shared/clock.ts';
import { urn } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { endpoint, placement } from '../terms/resources.ts';
import { entityOf } from './change.ts';
import type { Evaluation } from './evaluation.ts';
import type { Keeper } from './keeper.ts';
import { idFor } from './keys.ts';
import { violationAttr, violationType } from './names.ts';

/** Less of these than was quoted is not what was bought. */
const AT_LEAST = [
  'occi.compute.cores',
  'occi.compute.memory',
  'occi.compute.share',
  'occi.compute.speed',
  'occi.storage.size',
];
/** Something else than was quoted is not what was bought. */
const EXACTLY: readonly string[] = ['occi.compute.architecture', ...Object.values(placement)];
const NEVER: readonly string[] = Object.values(endpoint);

/** What is delivered now otherwise than quoted; what a resource does not mention stands as quoted. */
export function deliveryGaps(
  offered: Readonly<Record<string, Json>>,
  delivered: Readonly<Record<string, Json>>,
): readonly { readonly name: string; readonly promised: Json; readonly delivered: Json }[] {
  return [...AT_LEAST, ...EXACTLY].flatMap((name) => {
    const promised = offered[name];
    const now = delivered[name];
    if (promised === undefined || now === undefined || NEVER.includes(name) || promised === now) return [];
    if (AT_LEAST.includes(name) && typeof promised === 'number' && typeof now === 'number' && now >= promised)
      return [];
    return [{ name, promised, delivered: now }];
  });
}

/** Opens a violation for each gap between quote and delivery, and resolves those that were repaired. */
export async function reconcileDelivery(evaluation: Evaluation, keeper: Keeper): Promise<void> {
  const { sla, document, resources } = evaluation.facts;
  const known = keeper.violations((record) => record.attributes[violationAttr.type] === 'delivery');
  const seen = new Set<EntityRecord>();
  for (const offered of document.resources) {
    const index = `${offered.for}/${offered.index}`;
    const resource = resources.get(index);
    if (resource === undefined || resource.hidden) continue;
    for (const gap of deliveryGaps(offered.attributes, resource.attributes)) {
      const same = known.filter((record) => isAbout(record, index, gap.name));
      const open = same.find((record) => record.state === 'open' || record.state === 'disputed');
      if (open !== undefined) {
        seen.add(open);
        continue;
      }
      if (evaluation.facts.ended !== undefined) continue;
      await keeper.create(
        entityOf(sla, violationType, idFor(keeper.now, sla.id, index, 'delivery', gap.name, same.length), 'open', keeper.now, {
          [violationAttr.sla]: urn(sla.id),
          [violationAttr.type]: 'delivery',
          [violationAttr.for]: offered.for,
          [violationAttr.index]: index,
          [violationAttr.attribute]: { name: gap.name, promised: gap.promised, delivered: gap.delivered },
          [violationAttr.start]: isoInstant(keeper.now),
        }, { title: `${index}: ${gap.name} is not as quoted` }), // prettier-ignore
      );
    }
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

function isAbout(record: EntityRecord, index: string, name: string): boolean {
  const about = record.attributes[violationAttr.attribute] as { readonly name?: Json } | undefined;
  return record.attributes[violationAttr.index] === index && about?.name === name;
}
