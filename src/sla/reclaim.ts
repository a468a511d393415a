import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { addDuration, isIsoDuration, parseInstant } from '../shared/duration.ts';
import { BadRequest, Conflict } from '../shared/errors.ts';
import type { Json } from '../shared/json.ts';
import { phaseOf } from './change.ts';
import type { Next } from './confirm.ts';
import { asJson, keptOf, without } from './kept.ts';
import { slaAttr } from './names.ts';
import { restingDue } from './rest.ts';
import type { SlaTools } from './tools.ts';
import { startEnding } from './undo.ts';

const PATH = '/attributes/deadline';

/**
 * S14: the vendor gives notice that it takes the resources back at `deadline` (an instant, or a duration from
 * now). It lies ahead by the agreed notice (`period.notice` of the document) at least; without an agreed one
 * it only has to lie ahead. The agreement stays in force until then.
 *
 * Throws 400 for what is no moment, and 409 `notice_too_short`, which is recorded in the history of the SLA.
 */
export async function startReclaim(
  record: EntityRecord,
  given: Json | undefined,
  actor: string,
  tools: SlaTools,
  /** For what is written although the request is refused: it must not become the request's answer. */
  beside: SlaTools,
): Next {
  const now = tools.now();
  const deadline = momentOf(given, now);
  if (deadline === undefined)
    throw new BadRequest('attribute_invalid', 'When the resources are taken back is an instant or a duration', {
      problems: [{ path: PATH, code: 'moment_invalid', detail: 'is neither an ISO 8601 instant nor a duration' }],
    });
  const { notice } = keptOf(record).document.period;
  const earliest = notice === null ? now : addDuration(now, notice);
  if (deadline < earliest || deadline <= now) {
    const detail =
      notice === null
        ? `${isoInstant(deadline)} does not lie ahead`
        : `${isoInstant(deadline)} is before ${isoInstant(earliest)}: the agreed notice is ${notice}`;
    // A refused notice is a fact about the vendor, so it stands in the history though nothing changed.
    await beside.move(record, {}, { actor, code: 'notice_too_short', detail });
    throw new Conflict('notice_too_short', `The notice is refused: ${detail}`, {
      problems: [{ path: PATH, code: 'notice_too_short', detail }],
      extra: { state: phaseOf(record), earliest: isoInstant(earliest) },
    });
  }
  const next: EntityRecord = {
    ...record,
    internal: asJson({ ...keptOf(record), reclaim: { deadline, noticed: now } }),
  };
  return tools.move(
    next,
    {
      to: 'reclaiming',
      attributes: { [slaAttr.reclaim]: { deadline: isoInstant(deadline), noticed: isoInstant(now) } },
      due: restingDue(next),
    },
    { actor, code: 'reclaim', detail: `until ${isoInstant(deadline)}` },
  );
}

/** S15: the vendor takes its notice back. The interface has no action of its own for it: it resumes. */
export function revokeReclaim(record: EntityRecord, actor: string, tools: SlaTools): Next {
  const next: EntityRecord = {
    ...record,
    attributes: without(record.attributes, slaAttr.reclaim),
    internal: asJson(without(keptOf(record), 'reclaim')),
  };
  return tools.move(next, { to: 'active', due: restingDue(next) }, { actor, code: 'revoked' });
}

/** S16: the deadline has come. */
export function reclaimIt(record: EntityRecord, tools: SlaTools): Next {
  const { reclaim } = keptOf(record);
  if (reclaim === undefined || reclaim.deadline > tools.now()) return Promise.resolve(undefined);
  return startEnding(
    record,
    { outcome: 'reclaimed', code: 'reclaimed', detail: 'The vendor took the resources back', actor: 'timer' },
    tools,
  );
}

function momentOf(given: Json | undefined, now: Instant): Instant | undefined {
  const at = parseInstant(given);
  if (at !== undefined) return at;
  return isIsoDuration(given) ? addDuration(now, given) : undefined;
}
