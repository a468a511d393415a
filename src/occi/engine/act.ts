import { BadRequest, Conflict, NotFound, TooLarge, Unprocessable } from '../../shared/errors.ts';
import { pointer, type Json } from '../../shared/json.ts';
import { typeOf, type Action } from '../category.ts';
import type { Attributes, EntityRecord } from '../entity.ts';
import type { ActionResult } from '../extension.ts';
import { Findings } from '../findings.ts';
import { lowered } from '../schema/case.ts';
import type { ActionInvocation, IfMatch, OcciOutcome } from '../request.ts';
import { checkMatch, entityPath, load } from './access.ts';
import { observerContext } from './context.ts';
import type { Services, Turn } from './services.ts';
import { legalActions, legalEver, legalNow, stateOf, supports, viewOf, viewsOf } from './views.ts';

/** POST `?action=term` on an entity (GFD.223 section 10.3.2). */
export async function act(
  services: Services,
  turn: Turn,
  path: string,
  invocation: ActionInvocation,
  ifMatch: IfMatch | undefined,
): Promise<OcciOutcome> {
  const { kind } = entityPath(services, path);
  const asked = askedFor(services, invocation);
  // Who may not act is told so before anything else; actions that mixins bring are known only when it is read.
  const usual = asked.among(services.models.of(typeOf(kind), [], turn.ctx.caller.tenant).actions);
  services.policy.check(turn.ctx.caller, 'act', typeOf(kind), usual?.term ?? asked.term);
  const found = await load(services, turn, path);
  checkMatch(found, ifMatch);
  const action = supported(services, found, ownAction(services, found, asked, path));
  const attributes = checkedAttributes(services, action, invocation.attributes);
  const record = await current(services, turn, found, action);
  checkMatch(record, ifMatch);
  if (!isGranted(services, turn, record, action)) checkStates(services, turn, [{ record, action }]);
  if (turn.keyed) turn.foresee({ type: 'reread', as: 'entity', ids: [record.id] });
  return outcomeOf(services, turn, await perform(services, turn, record, action, attributes));
}

/**
 * The same on every member of a collection (GFD.223 section 11.3.3): valid only if all have the action (GFD.221,
 * Collections) and are in a state that permits it, which is checked before the first is touched.
 *
 * @throws BadRequest where some have not the action, Conflict where the state of some forbids it
 */
export async function actOnAll(
  services: Services,
  turn: Turn,
  records: readonly EntityRecord[],
  more: boolean,
  invocation: ActionInvocation,
): Promise<OcciOutcome> {
  if (more) throw new TooLarge('An action on a collection is for at most 1000 entities: narrow it by a filter');
  const asked = askedFor(services, invocation);
  if (!asked.known) throw new NotFound(`No action ${asked.name} is known`);
  const wanted: Planned[] = [];
  const without: EntityRecord[] = [];
  for (const record of records) {
    const action = asked.among(actionsOf(services, record));
    if (action === undefined) without.push(record);
    else {
      services.policy.check(turn.ctx.caller, 'act', record.kind, action.term);
      wanted.push({ record, action: supported(services, record, action) });
    }
  }
  if (without.length > 0)
    throw new BadRequest('action_not_common', `Not all that is found here has the action ${asked.name}`, {
      problems: without.slice(0, MOST_TOLD).map((record) => ({
        path: '/action',
        code: 'action_not_common',
        detail: `${services.registry.pathOf(record)} has no action ${asked.name}`,
      })),
    });
  const checked = new Map<Action, Attributes>();
  for (const { action } of wanted)
    if (!checked.has(action)) checked.set(action, checkedAttributes(services, action, invocation.attributes));
  const found = await Promise.all(
    wanted.map(async ({ record, action }) => ({ record: await current(services, turn, record, action), action })),
  );
  const planned = found.filter(({ record, action }) => !isFulfilled(services, turn, record, action));
  checkStates(services, turn, planned);
  if (turn.keyed) turn.foresee({ type: 'reread', as: 'entity', ids: records.map((record) => record.id) });
  const done: EntityRecord[] = [];
  const moving = new Set(planned.map(({ record }) => record));
  for (const { record, action } of found) {
    if (!moving.has(record)) {
      done.push(record);
      continue;
    }
    const result = await perform(services, turn, record, action, checked.get(action) ?? {});
    if (result.type === 'entity') done.push(result.record);
    else if (result.type === 'collection') done.push(...result.records);
  }
  return { type: 'collection', views: await viewsOf(services, turn, done), of: 'mixed' };
}

/** What came about by itself is no reproach to the client who asks for it. */
function isGranted(services: Services, turn: Turn, record: EntityRecord, action: Action): boolean {
  const behaviour = services.registry.behaviour(record.kind);
  return legalEver(behaviour, action, turn.ctx.caller.role) && behaviour?.granted?.(record, action.term) === true;
}

/** A member that is where the action would bring it needs nothing. */
function isFulfilled(services: Services, turn: Turn, record: EntityRecord, action: Action): boolean {
  const behaviour = services.registry.behaviour(record.kind);
  if (behaviour?.fulfilled === undefined || legalNow(record, behaviour, action, turn.ctx.caller.role)) return false;
  return behaviour.fulfilled(record, action.term);
}

interface Planned {
  readonly record: EntityRecord;
  readonly action: Action;
}

/** Members that are told of in one error. */
const MOST_TOLD = 50;

/** What a client asks for: by identifier, by term, or by both, which then must agree. */
interface Asked {
  /** For people. */
  readonly name: string;
  readonly term: string;
  /** Does any category define such an action? */
  readonly known: boolean;
  among(actions: readonly Action[]): Action | undefined;
}

/** @throws NotFound for an identifier that nobody knows, BadRequest where query and body disagree or both are silent */
function askedFor({ registry }: Services, { term, action }: ActionInvocation): Asked {
  if (action === undefined) {
    if (term === undefined)
      throw new BadRequest('action_missing', 'Which action? Name it in the query (?action=term) and in the body');
    const among = (actions: readonly Action[]): Action | undefined =>
      actions.find((each) => each.term === term) ?? actions.find((each) => answersTo(each, term));
    return { name: term, term, known: among(registry.actions()) !== undefined, among };
  }
  const named = registry.action(action);
  if (named === undefined)
    throw new NotFound(`No action ${action} is known`, {
      problems: [{ path: '/action', code: 'action_unknown', detail: `no action ${action} is known` }],
    });
  if (term !== undefined && !answersTo(named, term))
    throw new BadRequest('action_mismatch', `The query names the action ${term}, the body ${action}`, {
      problems: [{ path: '/action', code: 'action_mismatch', detail: `is not the action ${term} of the query` }],
    });
  return {
    name: typeOf(named),
    term: named.term,
    known: true,
    among: (actions) => actions.find((each) => each === named),
  };
}

/** Is it the action's term, in any case, or that of one of its aliases? */
function answersTo(action: Action, term: string): boolean {
  const lower = term.toLowerCase();
  return action.term === lower || (action.aliases ?? []).some((alias) => alias.endsWith(`#${lower}`));
}

function actionsOf(services: Services, record: EntityRecord): readonly Action[] {
  return services.models.of(record.kind, record.mixins, record.tenant).actions;
}

function ownAction(services: Services, record: EntityRecord, asked: Asked, path: string): Action {
  const actions = actionsOf(services, record);
  const found = asked.among(actions);
  if (found !== undefined) return found;
  const known = actions.map((action) => action.term).join(', ') || 'none';
  throw new NotFound(`${path} has no action ${asked.name}; its actions: ${known}`);
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
  const read = lowered(given, (name) => (Object.hasOwn(action.attributes, name) ? action.attributes[name] : undefined));
  model.check(read, '/attributes', findings.malformed);
  const attributes: Record<string, Json> = { ...model.defaults, ...read };
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

/** 409 with the state and the actions that are legal now (api.md, Errors); of many, with each that is in the way. */
function checkStates(services: Services, turn: Turn, planned: readonly Planned[]): void {
  const { role } = turn.ctx.caller;
  const against = planned.filter(
    ({ record, action }) => !legalNow(record, services.registry.behaviour(record.kind), action, role),
  );
  const [first] = against;
  if (first === undefined) return;
  const said = ({ record, action }: Planned): { state: string | null; moves: readonly string[]; text: string } => {
    const moves = legalActions(services, record, role).map((legal) => legal.term);
    const state = stateOf(record, services.registry.behaviour(record.kind)) ?? null;
    const possible = moves.length === 0 ? 'no action is possible' : `possible: ${moves.join(', ')}`;
    return { state, moves, text: `${action.term} is not possible in state ${String(state)}; ${possible}` };
  };
  const { state, moves, text } = said(first);
  if (planned.length === 1) throw new Conflict('state_forbids', text, { extra: { state, moves } });
  const problems = against.slice(0, MOST_TOLD).map((one) => ({
    path: '/action',
    code: 'state_forbids',
    detail: `${services.registry.pathOf(one.record)}: ${said(one).text}`,
  }));
  throw new Conflict('state_forbids', `${against.length} of ${planned.length} are in a state that forbids it`, {
    problems,
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
    case 'categories':
      return { type: 'categories', kinds: [], mixins: result.mixins, actions: [] };
  }
}
