import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore } from '../occi/store.ts';
import type { ResourceInternal } from '../infrastructure/backend.ts';
import type { Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import type { SlaDocument, SlaInternal } from '../sla/document.ts';
import { exclusionAttr, exclusionType } from './names.ts';
import { chargesOf } from './charges.ts';
import type { EvaluationContext, ExclusionFact, Stop } from './types.ts';

/** All that is known of an SLA besides its samples, read together. */
export interface SlaFacts {
  readonly sla: EntityRecord;
  readonly document: SlaDocument;
  readonly sha256: string;
  readonly kept: SlaInternal;
  /** Delivered resources as they are now, by `web/0`. */
  readonly resources: ReadonlyMap<string, EntityRecord>;
  readonly stopped: readonly Stop[];
  readonly exclusions: readonly ExclusionFact[];
  /** When it ceased to be in force; undefined: it still is, or is suspended. */
  readonly ended: Instant | undefined;
}

export async function readFacts(store: EntityStore, sla: EntityRecord): Promise<SlaFacts> {
  const kept = sla.internal as unknown as SlaInternal;
  const records = await store.getMany(kept.delivered.map((each) => each.resource));
  const resources = new Map<string, EntityRecord>();
  const stopped: Stop[] = [];
  kept.delivered.forEach((each, i) => {
    const record = records[i];
    if (record === undefined) return;
    const instance = `${each.for}/${each.index}`;
    resources.set(instance, record);
    for (const time of (record.internal as ResourceInternal).stopped ?? []) stopped.push({ instance, ...time });
  });
  const exclusions = await listAll(store, sla.id, exclusionType);
  return {
    sla,
    document: kept.document,
    sha256: kept.sha256,
    kept,
    resources,
    stopped,
    exclusions: exclusions.flatMap(exclusionFact),
    ended: endOf(kept),
  };
}

function endOf(kept: SlaInternal): Instant | undefined {
  let end: Instant | undefined;
  for (const { until } of kept.inforce) {
    if (until === undefined) return undefined;
    end = Math.max(end ?? until, until);
  }
  return end;
}

/** Every record of a kind that belongs to an SLA. */
export async function listAll(store: EntityStore, parent: EntityId, kind: TypeId): Promise<readonly EntityRecord[]> {
  const found: EntityRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list({
      kinds: [kind],
      parent,
      hidden: 'with',
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items);
    if (page.next === undefined) return found;
    after = page.next;
  }
}

export function exclusionFact(record: EntityRecord): readonly ExclusionFact[] {
  const { attributes } = record;
  const from = parseInstant(attributes[exclusionAttr.from]);
  const until = parseInstant(attributes[exclusionAttr.until]);
  if (from === undefined || until === undefined) return [];
  const announcedat = parseInstant(attributes[exclusionAttr.announcedat]);
  const reason = attributes[exclusionAttr.reason];
  const levels: Json | undefined = attributes[exclusionAttr.levels];
  return [
    {
      from,
      until,
      state: record.state ?? 'proposed',
      ...(announcedat === undefined ? {} : { announcedat }),
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(Array.isArray(levels) ? { levels: levels.map(String) } : {}),
    },
  ];
}

/** The context of an evaluation of `[from, until)` at `now`. Windows that have not begun are left for later. */
export function contextOf(
  facts: SlaFacts,
  period: { readonly from: Instant; readonly until: Instant },
  now: Instant,
): EvaluationContext {
  const { document, kept } = facts;
  const agreedend = parseInstant(document.period.until);
  return {
    from: period.from,
    until: Math.max(period.from + 1, Math.min(period.until, now + 1)),
    now,
    instances: document.resources
      .filter((each) => each.source === undefined)
      .map((each) => `${each.for}/${each.index}`),
    inforce: kept.inforce,
    ...(agreedend === undefined ? {} : { agreedend }),
    stopped: facts.stopped,
    suspended: kept.suspended,
    outages: [],
    exclusions: facts.exclusions,
    currency: document.price.currency,
    charges: chargesOf(document, kept.inforce, { stopped: facts.stopped, suspended: kept.suspended }, now),
    rollinguntil: period.until,
  };
}
