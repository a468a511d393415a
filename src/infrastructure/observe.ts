import type { EntityRecord } from '../occi/entity.ts';
import type { RequestContext } from '../occi/extension.ts';
import type { Clock } from '../shared/clock.ts';
import { ParleyError } from '../shared/errors.ts';
import { stated } from './direct/delivered.ts';
import type { BackendView, ResourceBackend, ResourceInternal } from './backend.ts';
import type { ResourceShape } from './behaviour.ts';

/** What observing needs of a request, or of the watch that makes none. */
export type Observer = Pick<RequestContext, 'store' | 'log' | 'pathOf'>;

/** Times that an observation is tried to be written beside the changes of others. */
const MOST_WRITES = 3;

/**
 * Asks the vendor how a resource is, and writes its state and message if they are not what is stored, with
 * history and event: a process that died is in error for whoever asks next. A vendor that cannot be asked
 * leaves the record as it is.
 */
export async function observed(
  shape: ResourceShape,
  parts: { readonly backend: ResourceBackend; readonly clock: Clock },
  first: EntityRecord,
  ctx: Observer,
): Promise<EntityRecord> {
  let before = first;
  for (let tries = 1; tries <= MOST_WRITES; tries++) {
    if (!runs(before)) return before;
    const view = await looked(parts.backend, before, ctx);
    if (view === undefined || view.state === before.state) return before;
    const record = seen(shape, before, view, parts.clock.now());
    const result = await ctx.store.write([
      {
        op: 'update',
        record,
        expect: { rev: before.rev },
        note: {
          from: before.state ?? null,
          to: view.state,
          actor: 'vendor',
          code: 'observed',
          event: `org.parley.${shape.term}.${view.state}`,
          subject: ctx.pathOf(record),
          ...(view.message === undefined ? {} : { detail: view.message }),
        },
      },
    ]);
    if (result.ok) return record;
    // Somebody else wrote in between, perhaps what he did to it: look again before judging it.
    const now = await ctx.store.get(first.id);
    if (now === undefined) return before;
    before = now;
  }
  return before;
}

/** Does a vendor run it still? */
function runs(record: EntityRecord): boolean {
  const { ref }: ResourceInternal = record.internal;
  return ref !== undefined && record.vendor !== undefined && record.internal['released'] !== true && !record.hidden;
}

async function looked(backend: ResourceBackend, record: EntityRecord, ctx: Observer): Promise<BackendView | undefined> {
  try {
    return await backend.inspect(record);
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    ctx.log.debug({ resource: record.id, code: error.code, detail: error.message }, 'resource not seen');
    return undefined;
  }
}

function seen({ names }: ResourceShape, before: EntityRecord, view: BackendView, now: number): EntityRecord {
  return {
    ...before,
    rev: before.rev + 1,
    updated: now,
    state: view.state,
    attributes: stated(before.attributes, names, view.state, view.message),
  };
}
