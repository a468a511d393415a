import { BadRequest, Conflict, NotFound, TooLarge } from '../../shared/errors.ts';
import type { EntityId, TypeId } from '../../shared/ids.ts';
import { pointer } from '../../shared/json.ts';
import { typeOf, type Mixin } from '../category.ts';
import { ConcurrentChange } from '../concurrency.ts';
import type { EntityRecord } from '../entity.ts';
import { Findings, methodNotAllowed } from '../findings.ts';
import type { OcciOutcome, OcciRequest } from '../request.ts';
import type { Write } from '../store.ts';
import { applies, brought } from './draft.ts';
import { members } from './members.ts';
import { select } from './select.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { viewsOf } from './views.ts';

const MOST_MEMBERS = 1000;

type MembersRequest = Extract<OcciRequest, { op: 'associate' | 'replaceMembers' | 'disassociate' }>;

/** POST, PUT and DELETE with a body on a mixin's collection (GFD.223 sections 11.2, 11.3.2 and 11.4.2): all of them or none. */
export async function changeMembers(services: Services, turn: Turn, request: MembersRequest): Promise<OcciOutcome> {
  const mixin = mixinAt(services, turn, request.path);
  const type = typeOf(mixin);
  if (request.members.length === 0 && request.op !== 'replaceMembers')
    throw new BadRequest('nothing_sent', 'Which entities? Name them by their locations, or as a collection');
  const named = await records(services, turn, request.members);
  const changes: Change[] = [];
  switch (request.op) {
    case 'associate':
      changes.push(...carried(services, named, mixin));
      break;
    case 'disassociate':
      changes.push(
        ...named.filter((record) => record.mixins.includes(type)).map((each) => taken(services, each, [type])),
      );
      break;
    case 'replaceMembers': {
      const stay = new Set(named.map((record) => record.id));
      const there = await everyMember(services, turn, request.path);
      changes.push(...there.filter((record) => !stay.has(record.id)).map((each) => taken(services, each, [type])));
      changes.push(...carried(services, named, mixin));
      break;
    }
  }
  await writeAll(services, turn, changes);
  const selection = select(services, turn, request.path, {});
  const page = await members(services, turn, request.path, {}, selection);
  return { type: 'collection', views: await viewsOf(services, turn, page.records), of: 'mixed' };
}

/** DELETE without a body takes the mixin off all its members; it destroys none of them. */
export async function emptyMixin(services: Services, turn: Turn, path: string): Promise<OcciOutcome> {
  const mixin = mixinAt(services, turn, path);
  const there = await everyMember(services, turn, path);
  await writeAll(
    services,
    turn,
    there.map((record) => taken(services, record, [typeOf(mixin)])),
  );
  return { type: 'done', ids: there.map((record) => record.id) };
}

interface Change {
  readonly before: EntityRecord;
  readonly after: EntityRecord;
}

function mixinAt(services: Services, turn: Turn, path: string): Mixin {
  const at = services.registry.atLocation(path, turn.ctx.caller.tenant);
  if (at?.class === 'mixin') return at;
  if (at === undefined) throw new NotFound(`Nothing is found at ${path}`);
  throw methodNotAllowed(
    `${path} is the collection of a kind: its members cannot be chosen`,
    'GET, HEAD, POST, DELETE',
  );
}

/** The entities that a client names, each once. Those that it may not see are as if they did not exist. */
async function records(services: Services, turn: Turn, references: readonly string[]): Promise<EntityRecord[]> {
  if (references.length > MOST_MEMBERS)
    throw new TooLarge(`At most ${MOST_MEMBERS} entities at once, not ${references.length}`);
  const findings = new Findings();
  const found = new Map<EntityId, EntityRecord>();
  const named = await Promise.all(references.map((reference) => turn.ctx.resolve(reference)));
  named.forEach((record, index) => {
    if (record === undefined) {
      const what = references[index]?.slice(0, 200) ?? '';
      findings.senseless.add(`/resources/${index}`, 'reference_unknown', `nothing is found at ${what}`);
    } else if (!found.has(record.id)) {
      services.policy.check(turn.ctx.caller, 'update', record.kind);
      found.set(record.id, record);
    }
  });
  findings.throwIfAny();
  return [...found.values()];
}

async function everyMember(services: Services, turn: Turn, path: string): Promise<readonly EntityRecord[]> {
  const selection = select(services, turn, path, {});
  const page = await members(services, turn, path, { after: '' }, selection);
  if (page.next !== undefined)
    throw new TooLarge(`This mixin has more than ${MOST_MEMBERS} members: name those that are meant`);
  for (const record of page.records) services.policy.check(turn.ctx.caller, 'update', record.kind);
  return page.records;
}

/** Adds the mixin with its defaults; what it requires and has no default for cannot be left open. */
function carried(services: Services, named: readonly EntityRecord[], mixin: Mixin): Change[] {
  const type = typeOf(mixin);
  const findings = new Findings();
  const changes: Change[] = [];
  named.forEach((before, index) => {
    if (before.mixins.includes(type)) return;
    const path = `/resources/${index}`;
    if (!applies(services.registry, mixin, before.kind, before.tenant)) {
      findings.forbidden.add(path, 'mixin_not_applicable', `${type} does not apply to ${before.kind}`);
      return;
    }
    const mixins = [...before.mixins, type];
    const model = services.models.of(before.kind, mixins, before.tenant);
    const was = services.models.of(before.kind, before.mixins, before.tenant);
    const attributes = { ...brought(was, model), ...before.attributes };
    for (const name of model.required)
      if (!Object.hasOwn(attributes, name) && !was.required.includes(name))
        findings.malformed.add(pointer(path, 'attributes', name), 'attribute_required', `${name} is missing`);
    changes.push({ before, after: { ...before, mixins, attributes } });
  });
  findings.throwIfAny();
  return changes;
}

/** Takes mixins off, and the attributes that only they brought. */
function taken(services: Services, before: EntityRecord, types: readonly TypeId[]): Change {
  const mixins = before.mixins.filter((type) => !types.includes(type));
  const had = services.models.of(before.kind, before.mixins, before.tenant).attributes;
  const left = services.models.of(before.kind, mixins, before.tenant).attributes;
  const attributes = Object.fromEntries(
    Object.entries(before.attributes).filter(([name]) => left.has(name) || !had.has(name)),
  );
  return { before, after: { ...before, mixins, attributes } };
}

const BATCH = 500;
/** How often a batch is tried again when somebody else changed one of its records at the same moment. */
const MOST_TRIES = 20;

/**
 * Takes user-defined mixins off every entity of the tenant. They have no attributes and no actions, so this is
 * no change that the kinds' behaviours would have a say in.
 */
export async function takeOffAll(services: Services, turn: Turn, types: readonly TypeId[]): Promise<void> {
  const { store, caller } = turn.ctx;
  for (const type of types) {
    for (let tries = 1; ;) {
      const { items } = await store.list({ mixin: type, tenant: caller.tenant, hidden: 'with', limit: BATCH });
      if (items.length === 0) break;
      const updated = services.clock.now();
      const writes = items.map((before): Write => {
        const { after } = taken(services, before, types);
        const record: EntityRecord = { ...after, rev: before.rev + 1, updated };
        return { op: 'update', record, expect: { rev: before.rev }, note: noteOf(services, turn, before, record) };
      });
      const result = await store.write(writes);
      if (!result.ok && ++tries > MOST_TRIES) throw new ConcurrentChange();
    }
  }
}

async function writeAll(services: Services, turn: Turn, changes: readonly Change[]): Promise<void> {
  const writes: Write[] = [];
  for (const { before, after } of changes) {
    const hook = services.registry.behaviour(before.kind);
    if (hook?.clientMay?.update === false)
      throw new Conflict('not_changeable', `${services.registry.pathOf(before)} is changed by its actions only`);
    const drafted = (await hook?.update?.(after, before, turn.ctx)) ?? { record: after };
    const record: EntityRecord = { ...drafted.record, rev: before.rev + 1, updated: services.clock.now() };
    const note = noteOf(services, turn, before, record, drafted.note);
    writes.push({ op: 'update', record, expect: { rev: before.rev }, note }, ...(drafted.also ?? []));
  }
  if (writes.length === 0) return;
  const result = await turn.ctx.store.write(writes);
  if (!result.ok) throw new ConcurrentChange();
}
