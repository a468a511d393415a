import { movesFrom, type Actor, type StateTable } from '../../shared/state-machine.ts';
import type { Caller } from '../caller.ts';
import { typeOf, type Action } from '../category.ts';
import type { EntityRecord } from '../entity.ts';
import type { Behaviour, Projection } from '../extension.ts';
import type { View } from '../request.ts';
import { visible } from './access.ts';
import { linksFrom, linksFromAll } from './links.ts';
import type { Services, Turn } from './services.ts';

/** The state that the kind's table speaks of. */
export function stateOf(record: EntityRecord, behaviour: Behaviour | undefined): string | undefined {
  const own = behaviour?.stateAttribute === undefined ? undefined : record.attributes[behaviour.stateAttribute];
  return typeof own === 'string' ? own : record.state;
}

const triggers = new WeakMap<StateTable<string, string>, ReadonlySet<string>>();

function triggersOf(table: StateTable<string, string>): ReadonlySet<string> {
  let those = triggers.get(table);
  if (those === undefined) {
    those = new Set(table.moves.map((move) => move.on));
    triggers.set(table, those);
  }
  return those;
}

/** An operator does what any of the parties may (api.md, Who may); an auditor does nothing. */
const ACTORS: Readonly<Record<Caller['role'], readonly Actor[]>> = {
  customer: ['customer'],
  vendor: ['vendor'],
  operator: ['customer', 'vendor', 'operator'],
  auditor: [],
};

/** Does the service do the action at all? What has no handler is defined only. */
export function supports(behaviour: Behaviour | undefined, action: Action): boolean {
  return Object.hasOwn(behaviour?.actions ?? {}, action.term);
}

/**
 * Does the state table let the caller perform the action now (GFD.221, actions)? An action of which
 * the table knows nothing is possible in every state; one that the service does not do, in none.
 */
export function legalNow(
  record: EntityRecord,
  behaviour: Behaviour | undefined,
  action: Action,
  role: Caller['role'],
): boolean {
  if (!supports(behaviour, action)) return false;
  const table = behaviour?.states;
  const state = stateOf(record, behaviour);
  if (table === undefined || state === undefined || !triggersOf(table).has(action.term)) return role !== 'auditor';
  const actors = ACTORS[role];
  return movesFrom(table, state).some((move) => move.on === action.term && move.by.some((by) => actors.includes(by)));
}

/** Is there a state in which the table would let the caller perform the action? */
export function legalEver(behaviour: Behaviour | undefined, action: Action, role: Caller['role']): boolean {
  const actors = ACTORS[role];
  const moves = behaviour?.states?.moves ?? [];
  return moves.some((move) => move.on === action.term && move.by.some((by) => actors.includes(by)));
}

export function legalActions(services: Services, record: EntityRecord, role: Caller['role']): readonly Action[] {
  const { actions } = services.models.of(record.kind, record.mixins, record.tenant);
  if (actions.length === 0) return actions;
  const behaviour = services.registry.behaviour(record.kind);
  return actions.filter((action) => legalNow(record, behaviour, action, role));
}

/** Does what clients see depend on more than the record? */
export function projects(services: Services, record: EntityRecord): boolean {
  return services.registry.behaviour(record.kind)?.project !== undefined;
}

export async function projectionOf(services: Services, turn: Turn, record: EntityRecord): Promise<Projection> {
  const hook = services.registry.behaviour(record.kind);
  return hook?.project === undefined ? { attributes: record.attributes } : hook.project(record, turn.ctx);
}

/** A view of which nothing needs to be read: for kinds that do not project. */
export function plainView(services: Services, turn: Turn, record: EntityRecord, links: readonly View[] = []): View {
  return {
    record,
    projection: { attributes: record.attributes },
    path: services.registry.pathOf(record),
    actions: legalActions(services, record, turn.ctx.caller.role).map(typeOf),
    links,
  };
}

/** The view of a record whose outgoing links are known. */
export async function viewWith(
  services: Services,
  turn: Turn,
  record: EntityRecord,
  links: readonly View[],
): Promise<View> {
  const plain = plainView(services, turn, record, links);
  return projects(services, record) ? { ...plain, projection: await projectionOf(services, turn, record) } : plain;
}

/** The view of a record, its outgoing links read from the store (GFD.221, Resource). */
export async function viewOf(
  services: Services,
  turn: Turn,
  record: EntityRecord,
  outgoing?: Promise<readonly EntityRecord[]>,
): Promise<View> {
  if (services.registry.isLink(record.kind)) return viewWith(services, turn, record, []);
  const found = await (outgoing ?? linksFrom(turn.ctx.store, services.registry.pathOf(record)));
  return linkedView(services, turn, record, found);
}

async function linkedView(
  services: Services,
  turn: Turn,
  record: EntityRecord,
  found: readonly EntityRecord[],
): Promise<View> {
  if (found.length === 0) return viewWith(services, turn, record, []);
  const seen = await Promise.all(
    found.map(async (link) =>
      (await visible(services, turn.ctx, link)) ? viewWith(services, turn, link, []) : undefined,
    ),
  );
  const links = seen.filter((view) => view !== undefined);
  return viewWith(services, turn, record, links);
}

/**
 * Views of many records, the links of all of them read together; `shallow` leaves out what a list of paths
 * does not show.
 */
export async function viewsOf(
  services: Services,
  turn: Turn,
  records: readonly EntityRecord[],
  shallow = false,
): Promise<readonly View[]> {
  if (shallow) return records.map((record) => plainView(services, turn, record));
  const [single] = records;
  if (single === undefined) return [];
  if (records.length === 1) return [await viewOf(services, turn, single)];
  const { registry } = services;
  const resources = records.filter((record) => !registry.isLink(record.kind));
  const links = await linksFromAll(
    turn.ctx.store,
    resources.map((record) => registry.pathOf(record)),
  );
  return Promise.all(
    records.map((record) => linkedView(services, turn, record, links.get(registry.pathOf(record)) ?? [])),
  );
}
