import { BadRequest, Conflict, NotFound, TooLarge, Unprocessable } from '../../shared/errors.ts';
import { pointer, type Json } from '../../shared/json.ts';
import { typeOf, type Action } from '../category.ts';
import type { Attributes, EntityRecord } from '../entity.ts';
import type { ActionResult } from '../extension.ts';
import { Findings } from '../findings.ts';
import type { ActionInvocation, IfMatch, OcciOutcome } from '../request.ts';
import { checkMatch, entityPath, load } from './access.ts';
import { observerContext } from './context.ts';
import type { Services, Turn } from './services.ts';
import { legalActions, legalEver, legalNow, stateOf, supports, viewOf, viewsOf } from './views.ts';

/** POST `?action=term` on an entity (GFD.223 section 5.6). */
export async function act(
  services: Services,
  turn: Turn,
  path: string,
  invocation: ActionInvocation,
  ifMatch: IfMatch | undefined,
): Promise<OcciOutcome> {
  const { kind } = entityPath(services, path);
  const term = termOf(services, invocation);
  services.policy.check(turn.ctx.caller, 'act', typeOf(kind), term);
  const found = await load(services, turn, path);
  checkMatch(found, ifMatch);
  const action = actionOf(services, found, term, invocation, path);
  const attributes = checkedAttributes(services, action, invocation.attributes);
  const record = await current(services, turn, found, action);
  checkMatch(record, ifMatch);
  checkState(services, turn, record, action);
  if (turn.keyed) turn.foresee({ type: 'reread', as: 'entity', ids: [record.id] });
  return outcomeOf(services, turn, await perform(services, turn, record, action, attributes));
}

/**
 * The same on every member of a collection: valid only if all have the action (GFD.221 section 4.5.6) and are
 * in a state that permits it, which is checked before the first is touched.
 */
export async function actOnAll(
  services: Services,
  turn: Turn,
  records: readonly EntityRecord[],
  more: boolean,
  invocation: ActionInvocation,
): Promise<OcciOutcome> {
  if (more) throw new TooLarge('An action on a collection is for at most 1000 entities: narrow it by a filter');
  const term = termOf(services, invocation);
  const wanted = records.map((record) => {
    services.policy.check(turn.ctx.caller, 'act', record.kind, term);
    const action = actionOf(services, record, term, invocation, services.registry.pathOf(record));
    return { record, action, attributes: checkedAttributes(services, action, invocation.attributes) };
  });
  const planned = await Promise.all(
    wanted.map(async (one) => ({ ...one, record: await current(services, turn, one.record, one.action) })),
  );
  for (const { record, action } of planned) checkState(services, turn, record, action);
  if (turn.keyed) turn.foresee({ type: 'reread', as: 'entity', ids: records.map((record) => record.id) });
  const done: EntityRecord[] = [];
  for (const { record, action, attributes } of planned) {
    const result = await perform(services, turn, record, action, attributes);
    if (result.type === 'entity') done.push(result.record);
    else if (result.type === 'collection') done.push(...result.records);
  }
  return { type: 'collection', views: await viewsOf(services, turn, done), of: 'mixed' };
}

function termOf(services: Services, { term, action }: ActionInvocation): string {
  if (action === undefined) {
    if (term !== undefined) return term;
    throw new BadRequest('action_missing', 'Which action? Name it in the query (?action=term) and in the body');
  }
  const known = services.registry.action(action);
  if (known === undefined)
    throw new NotFound(`No action ${action} is known`, {
      problems: [{ path: '/action', code: 'action_unknown', detail: `no action ${action} is known` }],
    });
  if (term !== undefined && term !== known.term)
    throw new BadRequest('action_mismatch', `The query names the action ${term}, the body ${action}`, {
      problems: [{ path: '/action', code: 'action_mismatch', detail: `is not the action ${term} of the query` }],
    });
  return known.term;
}

function actionOf(
  services: Services,
  record: EntityRecord,
  term: string,
  invocation: ActionInvocation,
  path: string,
): Action {
  const { actions } = services.models.of(record.kind, record.mixins, record.tenant);
  const found = actions.find(
    (action) => action.term === term && (invocation.action === undefined || typeOf(action) === invocation.action),
  );
  if (found !== undefined) return supported(services, record, found);
  const known = actions.map((action) => action.term).join(', ') || 'none';
  throw new NotFound(`${path} has no action ${invocation.action ?? term}; its actions: ${known}`);
}

/**
 * 422 `not_supported` for what this service does not do yet, whatever the entity and its state; where the
 * service does it and the vendor of one resource cannot, the behaviour answers 409 with the same code.
 */
function supported(services: Services, record: EntityRecord, action: Action): Action {
  const behaviour = services.registry.behaviour(record.kind);
  if (supports(behaviour, action)) return action;
  const why = behaviour?.unsupported ?? {};
  throw new Unprocessable(
    'not_supported',
    (Object.hasOwn(why, action.term) ? why[action.term] : undefined) ??
      `${action.title || action.term} is not supported by this service yet`,
  );
}

function checkedAttributes(services: Services, action: Action, given: Attributes): Attributes {
  const model = services.models.action(action);
  const findings = new Findings();
  model.check(given, '/attributes', findings.malformed);
  const attributes: Record<string, Json> = { ...model.defaults, ...given };
  for (const name of model.required)
    if (!Object.hasOwn(attributes, name))
      findings.malformed.add(pointer('/attributes', name), 'attribute_required', `${name} is missing`);
  findings.throwIfAny();
  return attributes;
}

/** The record to act on: where its state forbids the action, asked for anew. */
async function current(services: Services, turn: Turn, record: EntityRecord, action: Action): Promise<EntityRecord> {
  const behaviour = services.registry.behaviour(record.kind);
  const { role } = turn.ctx.caller;
  if (behaviour?.refresh === undefined || legalNow(record, behaviour, action, role)) return record;
  if (!legalEver(behaviour, action, role)) return record;
  return behaviour.refresh(record, observerContext(services, turn));
}

/** 409 with the state and the actions that are legal now (api.md, Errors). */
function checkState(services: Services, turn: Turn, record: EntityRecord, action: Action): void {
  const behaviour = services.registry.behaviour(record.kind);
  const { role } = turn.ctx.caller;
  if (legalNow(record, behaviour, action, role)) return;
  const moves = legalActions(services, record, role).map((legal) => legal.term);
  const state = stateOf(record, behaviour) ?? null;
  const possible = moves.length === 0 ? 'no action is possible' : `possible: ${moves.join(', ')}`;
  throw new Conflict('state_forbids', `${action.term} is not possible in state ${String(state)}; ${possible}`, {
    extra: { state, moves },
  });
}

async function perform(
  services: Services,
  turn: Turn,
  record: EntityRecord,
  action: Action,
  attributes: Attributes,
): Promise<ActionResult> {
  const actions = services.registry.behaviour(record.kind)?.actions ?? {};
  const handler = actions[action.term];
  if (handler === undefined) throw new RangeError(`the action ${action.term} has no handler`);
  return handler(record, attributes, turn.ctx);
}

async function outcomeOf(services: Services, turn: Turn, result: ActionResult): Promise<OcciOutcome> {
  switch (result.type) {
    case 'entity': {
      const view = await viewOf(services, turn, result.record);
      return result.headers === undefined
        ? { type: 'entity', view }
        : { type: 'entity', view, headers: result.headers };
    }
    case 'collection':
      return { type: 'collection', views: await viewsOf(services, turn, result.records), of: 'resources' };
    case 'document':
      return { type: 'document', body: result.body };
  }
}
