import { writeOrRetry } from '../occi/concurrency.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { ActionResult, Behaviour, RequestContext } from '../occi/extension.ts';
import { isoInstant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { Conflict, Forbidden, Problems, Unprocessable } from '../shared/errors.ts';
import { urn } from '../shared/ids.ts';
import { pointer } from '../shared/json.ts';
import type { SlaInternal } from '../sla/document.ts';
import { isFollowed } from '../sla/agreement-kept.ts';
import { toldBy, vendorsOwn, type Reevaluate } from './behaviours.ts';
import { changed, textOf, updateWrite } from './change.ts';
import type { ComplianceDeps } from './deps.ts';
import { exclusionAttr, exclusionType } from './names.ts';
import { exclusionStates, type ExclusionState } from './states.ts';

const LONGEST = 366 * 86_400_000;

/** Exclusions: planned maintenance, force majeure, the customer's fault (levels, Exclusions). */
export function exclusionBehaviour(deps: ComplianceDeps, reevaluate: Reevaluate): Behaviour {
  return {
    kind: exclusionType,
    states: exclusionStates,
    stateAttribute: exclusionAttr.state,
    clientMay: { update: false },
    ...vendorsOwn,
    async create(draft, document, ctx) {
      const sla = await checkedSla(document.attributes, ctx);
      return { record: complete(draft, sla, ctx) };
    },
    remove(record) {
      if (record.state === 'withdrawn' || record.state === 'refused') return Promise.resolve({ how: 'hide' });
      throw new Conflict('exclusion_live', 'Withdraw the exclusion before it is deleted', {
        extra: { state: record.state ?? null, moves: ['withdraw'] },
      });
    },
    actions: {
      approve: (record, attributes, ctx) => decide(record, 'approved', attributes, ctx),
      refuse: (record, attributes, ctx) => decide(record, 'refused', attributes, ctx),
      withdraw: (record, attributes, ctx) => decide(record, 'withdrawn', attributes, ctx),
    },
    /** What was stored with the change itself: the windows it touches are computed again. */
    async onDue(record) {
      if (record.parent !== undefined) await reevaluate(record.parent);
      const stored = await deps.store.get(record.id);
      if (stored?.due === undefined || stored.rev !== record.rev) return;
      await deps.store.write([updateWrite(stored, changed(stored, deps.clock.now(), { due: null }))]);
    },
  };
}

async function checkedSla(attributes: Attributes, ctx: RequestContext): Promise<EntityRecord> {
  const problems = new Problems();
  const at = (name: string): string => pointer('', 'attributes', name);
  const reference = attributes[exclusionAttr.sla];
  const sla = typeof reference === 'string' ? await ctx.resolve(reference) : undefined;
  if (!isFollowed(sla)) problems.add(at(exclusionAttr.sla), 'reference_unknown', 'there is no such SLA');
  const from = parseInstant(attributes[exclusionAttr.from]);
  const until = parseInstant(attributes[exclusionAttr.until]);
  if (from === undefined)
    problems.add(at(exclusionAttr.from), 'instant_invalid', 'an ISO 8601 instant with offset is wanted');
  if (until === undefined)
    problems.add(at(exclusionAttr.until), 'instant_invalid', 'an ISO 8601 instant with offset is wanted');
  if (from !== undefined && until !== undefined && until <= from)
    problems.add(at(exclusionAttr.until), 'range_empty', 'until must lie after from', 'swap them');
  if (from !== undefined && until !== undefined && until - from > LONGEST)
    problems.add(at(exclusionAttr.until), 'range_long', 'an exclusion lasts a year at most');
  checkAnnounced(attributes, ctx, problems);
  const known = isFollowed(sla)
    ? (sla.internal as unknown as SlaInternal).document.levels.map((each) => each.level.id)
    : [];
  const levels = attributes[exclusionAttr.levels];
  if (isFollowed(sla) && Array.isArray(levels))
    levels.forEach((id, i) => {
      if (!known.includes(String(id)))
        problems.add(
          pointer(at(exclusionAttr.levels), i),
          'reference_unknown',
          `the SLA has no level ${String(id)}`,
          `there are ${known.join(', ')}`,
        );
    });
  problems.throwIfAny(
    (list) => new Unprocessable('invalid_exclusion', 'The exclusion makes no sense as written', { problems: list }),
  );
  if (sla === undefined) throw new Unprocessable('invalid_exclusion', 'There is no such SLA');
  return sla;
}

/** Notice counts from when the service was told, not from when somebody says. */
function checkAnnounced(attributes: Attributes, ctx: RequestContext, problems: Problems): void {
  const text = attributes[exclusionAttr.announcedat];
  if (text === undefined) return;
  const path = pointer('', 'attributes', exclusionAttr.announcedat);
  const announced = parseInstant(text);
  if (announced === undefined) problems.add(path, 'instant_invalid', 'an ISO 8601 instant with offset is wanted');
  else if (announced > ctx.clock.now())
    problems.add(path, 'instant_future', 'it cannot have been announced in the future');
  else if (ctx.caller.role !== 'operator')
    problems.add(path, 'announced_by_service', 'when it was announced is set by the service', 'leave it out');
}

function complete(draft: EntityRecord, sla: EntityRecord, ctx: RequestContext): EntityRecord {
  const { role } = ctx.caller;
  const now = ctx.clock.now();
  const maintenance = draft.attributes[exclusionAttr.reason] === 'maintenance';
  const state: ExclusionState = maintenance && (role === 'vendor' || role === 'operator') ? 'planned' : 'proposed';
  return {
    ...draft,
    tenant: sla.tenant,
    owner: sla.owner,
    ...(sla.vendor === undefined ? {} : { vendor: sla.vendor }),
    parent: sla.id,
    state,
    attributes: {
      ...draft.attributes,
      [exclusionAttr.sla]: urn(sla.id),
      [exclusionAttr.announcedat]: draft.attributes[exclusionAttr.announcedat] ?? isoInstant(now),
      [exclusionAttr.by]: role,
      [exclusionAttr.state]: state,
    },
    ...(state === 'planned' ? { due: { at: now, action: 'reevaluate' } } : {}),
  };
}

async function decide(
  record: EntityRecord,
  to: ExclusionState,
  attributes: Attributes,
  ctx: RequestContext,
): Promise<ActionResult> {
  const by = record.attributes[exclusionAttr.by];
  const { role } = ctx.caller;
  if (role !== 'operator') {
    // The other side approves or refuses; whoever asked withdraws.
    if (to !== 'withdrawn' && by === role)
      throw new Forbidden('own_exclusion', `It was asked for by the ${role}: the other side or an operator decides`);
    if (to === 'withdrawn' && by !== role)
      throw new Forbidden(
        'others_exclusion',
        `Only the ${textOf(by)} who asked for it, or an operator, may withdraw it`,
      );
  }
  const now = ctx.clock.now();
  const counted = record.state === 'planned' || record.state === 'approved' || to === 'approved';
  const after = changed(record, now, { to, due: counted ? { at: now, action: 'reevaluate' } : null });
  await writeOrRetry(ctx.store, [updateWrite(record, after, toldBy(ctx, to, attributes['reason']))]);
  return { type: 'entity', record: after };
}
