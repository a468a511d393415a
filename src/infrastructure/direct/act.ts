import { typeOf, type Action } from '../../occi/category.ts';
import type { Attributes, EntityRecord } from '../../occi/entity.ts';
import type { ActionResult, RequestContext } from '../../occi/extension.ts';
import { Conflict, NotFound, ParleyError } from '../../shared/errors.ts';
import { movesFrom } from '../../shared/state-machine.ts';
import type { BackendView, ResourceBackend } from '../backend.ts';
import type { ResourceShape } from '../behaviour.ts';
import { COMPUTE } from '../names.ts';
import { delivered } from './delivered.ts';
import { noRoom, refusalOf } from './plan.ts';
import type { DirectParts } from './parts.ts';
import { actedOn, directOf, refOf } from './record.ts';

/** Actions that bring something up: what is not made yet is made by them. */
const BEGINS: ReadonlySet<string> = new Set(['start', 'up', 'online']);
/** Those after which a compute runs, and needs a place. */
const RUNS: ReadonlySet<string> = new Set(['start', 'restart']);

/**
 * An action on what was posted without an agreement: in turn with its provisioning, so that a client that acts
 * at once gets what it asked for and not a race.
 */
export async function actDirectly(
  shape: ResourceShape,
  { work, slots, journal }: DirectParts,
  backend: ResourceBackend,
  action: Action,
  record: EntityRecord,
  attributes: Attributes,
  ctx: RequestContext,
): Promise<ActionResult> {
  let current = record;
  if (refOf(current) === undefined && BEGINS.has(action.term)) {
    const made = await work.up(current.id);
    if (made === undefined || made.hidden) throw new NotFound(`${ctx.pathOf(record)} is gone`);
    if (directOf(made)?.unasked === undefined && reached(shape, action.term, record, made))
      return { type: 'entity', record: made };
    current = made;
  }
  return work.inTurn(current.id, async () => {
    const now = await ctx.store.get(current.id);
    if (now === undefined || now.hidden) throw new NotFound(`${ctx.pathOf(record)} is gone`);
    const changed = now.state !== record.state;
    // It came up by itself in the meantime: that is what was asked for.
    if (isGranted(shape, action.term, now) || (changed && reached(shape, action.term, record, now)))
      return { type: 'entity', record: await acknowledged(now, action, journal, ctx) };
    if (changed) checkMove(shape, action.term, now);
    if (refOf(now) === undefined)
      throw new Conflict('not_provisioned', `${ctx.pathOf(record)} is not made yet: start it first`, {
        extra: { state: now.state ?? null, moves: [] },
      });
    return {
      type: 'entity',
      record: await performed(shape, { backend, slots, journal }, action, now, attributes, ctx),
    };
  });
}

/** What came about by itself, from now on as if the client had done it. */
async function acknowledged(
  record: EntityRecord,
  action: Action,
  journal: DirectParts['journal'],
  ctx: RequestContext,
): Promise<EntityRecord> {
  if (directOf(record)?.unasked === undefined) return record;
  const told = { actor: ctx.caller.role, code: action.term, store: ctx.store };
  return (await journal.change(record, (before) => ({ ...before, internal: actedOn(before) }), told)) ?? record;
}

async function performed(
  shape: ResourceShape,
  { backend, slots, journal }: { readonly backend: ResourceBackend } & Pick<DirectParts, 'slots' | 'journal'>,
  action: Action,
  record: EntityRecord,
  attributes: Attributes,
  ctx: RequestContext,
): Promise<EntityRecord> {
  const runs = record.kind === COMPUTE && RUNS.has(action.term);
  const had = slots.has(record.id);
  if (runs && !slots.take(record.id, record.tenant, 'must')) throw noRoom(slots);
  let view: BackendView;
  try {
    view = await backend.perform(record, typeOf(action), attributes);
  } catch (error) {
    if (runs && !had) slots.release(record.id);
    throw error instanceof ParleyError ? toldAs(error, action, record) : error;
  }
  if (record.kind === COMPUTE && view.state === 'inactive') slots.release(record.id);
  const written = await journal.change(
    record,
    (before) => ({ ...before, ...delivered(before, view, shape.names), internal: actedOn(before) }),
    {
      actor: ctx.caller.role,
      code: action.term,
      detail: view.message,
      store: ctx.store,
    },
  );
  if (written === undefined || written.hidden) throw new NotFound(`${ctx.pathOf(record)} is gone`);
  return written;
}

function toldAs(error: ParleyError, action: Action, record: EntityRecord): ParleyError {
  if (error.code === 'unsupported')
    return new Conflict('not_supported', `The vendor of this resource does not offer ${action.term}`, { cause: error });
  if (error.status !== 502) return error;
  const told = refusalOf(
    { type: 'failed', code: error.code, detail: error.message, passing: true },
    { state: record.state ?? null },
  );
  return told.status === 502 ? error : told;
}

/** Does the client ask for what came about by itself, such as the start of a compute that has started since it was posted? */
export function isGranted({ states }: ResourceShape, term: string, record: EntityRecord): boolean {
  if (directOf(record)?.unasked === undefined || !BEGINS.has(term) || states === undefined) return false;
  const moves = states.moves.filter(({ on }) => on === term);
  return moves.some(({ to }) => to === record.state) && !moves.some(({ from }) => from === record.state);
}

/** Is the record by now in the state into which the action would have brought it? */
function reached({ states }: ResourceShape, term: string, before: EntityRecord, now: EntityRecord): boolean {
  if (states === undefined) return false;
  const move = movesFrom(states, before.state ?? '').find(({ on }) => on === term);
  return move !== undefined && move.to !== before.state && move.to === now.state;
}

function checkMove({ states }: ResourceShape, term: string, now: EntityRecord): void {
  const moves = states === undefined ? [] : movesFrom(states, now.state ?? '').map(({ on }) => on);
  if (moves.includes(term)) return;
  throw new Conflict('state_forbids', `${term} is not possible in state ${String(now.state)}`, {
    extra: { state: now.state ?? null, moves: [...new Set(moves)] },
  });
}
