import type { Archiver } from '../archive/archiver.ts';
import type { Sample } from '../archive/store.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { ActionResult, RequestContext } from '../occi/extension.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { BadRequest, Conflict, Forbidden, Problems, TooLarge } from '../shared/errors.ts';
import { parseEntityId, type EntityId } from '../shared/ids.ts';
import { pointer, type Json } from '../shared/json.ts';
import { textOf } from './fit.ts';
import { BROKER_VANTAGE, collectorAttribute, LIVE, types } from './names.ts';
import type { Pipe } from './pipe.ts';

/** Samples of one request at most. */
export const PUSH_LIMIT = 10_000;
const AHEAD_MS = 5 * 60_000;

export interface PushDeps {
  readonly archiver: Archiver;
  /** The pipe of the collector's sensor. */
  readonly pipe: (collector: EntityRecord) => Promise<Pipe | undefined>;
  /** The end of the last window that is final: samples older than that change nothing any more. */
  readonly finalBefore?: (sla: EntityId, instance: string | undefined, metric: string) => Promise<Instant | undefined>;
}

/**
 * Stores samples that were measured elsewhere (api.md, Measurements from outside). Malformed samples
 * refuse the whole request, each with its path; well-formed ones that come too late or too early are
 * counted as refused, each with its reason. What is answered as stored is durable.
 *
 * Throws `BadRequest`, `TooLarge`, `Forbidden` (speaking for the broker), `Conflict` (not fed, or stopped).
 */
export async function push(
  collector: EntityRecord,
  attributes: Attributes,
  ctx: RequestContext,
  deps: PushDeps,
): Promise<ActionResult> {
  if (!collector.mixins.includes(types.push))
    throw new Conflict('not_fed', 'This collector measures by itself and is not fed', {
      problems: [{ path: '', code: 'not_fed', detail: 'the collector does not carry the mixin push' }],
    });
  if (collector.state !== LIVE)
    throw new Conflict('stopped', 'This collector has been stopped', {
      problems: [{ path: '', code: 'stopped', detail: 'its agreement has ended' }],
      extra: { state: collector.state ?? null, moves: [] },
    });
  const metric = textOf(collector.attributes, collectorAttribute.metric) ?? '';
  const vantage = vantageOf(collector, attributes, ctx);
  const samples = readSamples(attributes['samples']);

  const now = ctx.clock.now();
  const sla = parseEntityId(textOf(collector.attributes, collectorAttribute.sla) ?? '');
  const instance = textOf(collector.attributes, collectorAttribute.instance);
  const final = sla === undefined ? undefined : await deps.finalBefore?.(sla, instance, metric);
  const accepted: Sample[] = [];
  const reasons: Json[] = [];
  for (const [index, sample] of samples.entries()) {
    const path = pointer('/attributes/samples', index);
    if (final !== undefined && sample.at < final)
      reasons.push({ path, code: 'window_final', detail: `windows up to ${isoInstant(final)} are final` });
    else if (sample.at > now + AHEAD_MS)
      reasons.push({ path, code: 'too_far_ahead', detail: 'it lies over five minutes ahead' });
    else accepted.push(sample);
  }
  const result = await deps.archiver.append(
    { tenant: collector.tenant, collector: collector.id, channel: metric, vantage },
    accepted,
  );
  const pipe = await deps.pipe(collector);
  for (const { at, value } of accepted) await pipe?.flow({ collector, metric, vantage, at, value, archived: true });
  return { type: 'document', body: { ...result, refused: reasons.length, reasons } };
}

/** Nobody but an operator speaks for the broker: its samples are what money is computed from. */
function vantageOf(collector: EntityRecord, attributes: Attributes, ctx: RequestContext): string {
  const vantage = textOf(attributes, 'vantage') ?? textOf(collector.attributes, collectorAttribute.vantage);
  if (vantage === undefined)
    throw new BadRequest('invalid_samples', 'The samples cannot be read', {
      problems: [{ path: '/attributes/vantage', code: 'vantage_missing', detail: 'say where it was measured from' }],
    });
  if (vantage === BROKER_VANTAGE && ctx.caller.role !== 'operator')
    throw new Forbidden('vantage_reserved', 'Only the broker speaks for the vantage broker', {
      problems: [
        { path: '/attributes/vantage', code: 'vantage_reserved', detail: 'choose a name for your own vantage' },
      ],
    });
  return vantage;
}

/** Throws `BadRequest` with every sample that cannot be read, `TooLarge` for too many. */
export function readSamples(value: Json | undefined): Sample[] {
  const problems = new Problems();
  const samples: Sample[] = [];
  if (!Array.isArray(value)) problems.add('/attributes/samples', 'wrong_type', 'samples are a list of pairs');
  else if (value.length > PUSH_LIMIT)
    throw new TooLarge(`At most ${PUSH_LIMIT} samples at once`, {
      problems: [{ path: '/attributes/samples', code: 'too_many', detail: `${value.length} samples` }],
    });
  else
    for (const [index, pair] of (value as readonly Json[]).entries()) {
      const path = pointer('/attributes/samples', index);
      if (!Array.isArray(pair) || pair.length !== 2) {
        problems.add(path, 'wrong_type', 'a sample is a pair of an instant and a value', '["2026-11-20T10:00:00Z", 1]');
        continue;
      }
      const [time, number] = pair as unknown as readonly [Json, Json];
      const at = parseInstant(time);
      if (at === undefined)
        problems.add(
          `${path}/0`,
          'instant_invalid',
          'not an ISO 8601 instant with offset',
          'such as 2026-11-20T10:00:00Z',
        );
      if (number !== null && (typeof number !== 'number' || !Number.isFinite(number)))
        problems.add(`${path}/1`, 'value_invalid', 'a value is a number, or null where nothing came');
      else if (at !== undefined) samples.push({ at, value: number });
    }
  problems.throwIfAny((list) => new BadRequest('invalid_samples', 'The samples cannot be read', { problems: list }));
  return samples;
}
