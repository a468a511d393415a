import { Conflict, Forbidden, NotFound, TooLarge } from '../../shared/errors.ts';
import { tenantId, type TypeId } from '../../shared/ids.ts';
import { pointer } from '../../shared/json.ts';
import { typeOf, type Mixin } from '../category.ts';
import { ConcurrentChange } from '../concurrency.ts';
import type { EntityRecord } from '../entity.ts';
import { Findings, methodNotAllowed } from '../findings.ts';
import { categoryFaults } from '../registry-check.ts';
import type { ModelRegistry } from '../registry.ts';
import type { OcciOutcome, OcciRequest } from '../request.ts';
import type { KeyValueStore, Write } from '../store.ts';
import { visible } from './access.ts';
import { applies } from './draft.ts';
import { members, select } from './list.ts';
import { noteOf } from './notes.ts';
import type { Services, Turn } from './services.ts';
import { viewsOf } from './views.ts';

const SPACE = 'mixins';
const RESERVED = /^https?:\/\/schemas\.(?:ogf|parley)\.org\//i;

/** POST on the query interface: user-defined mixins, which are the tenant's own (GFD.221 section 4.5.4). */
export async function addMixins(services: Services, turn: Turn, mixins: readonly Mixin[]): Promise<OcciOutcome> {
  const { registry, policy, memory } = services;
  const { caller } = turn.ctx;
  const findings = new Findings();
  const made: Mixin[] = [];
  mixins.forEach((sent, index) => {
    const type = typeOf(sent);
    policy.check(caller, 'mixin', type);
    const path = `/mixins/${index}`;
    const mixin: Mixin = { ...sent, tenant: caller.tenant };
    for (const fault of categoryFaults(mixin)) findings.malformed.add(path, 'category_invalid', fault);
    if (RESERVED.test(sent.scheme))
      findings.forbidden.add(
        `${path}/scheme`,
        'scheme_reserved',
        `${sent.scheme} is not yours: take a scheme of your own`,
      );
    const there = registry.atLocation(mixin.location, caller.tenant);
    if (there !== undefined && typeOf(there) !== type)
      findings.senseless.add(`${path}/location`, 'location_taken', `${mixin.location} is that of ${typeOf(there)}`);
    if (registry.kind(type) !== undefined || registry.mixin(type) !== undefined || registry.action(type) !== undefined)
      findings.senseless.add(path, 'category_taken', `${type} is defined already`);
    made.push(mixin);
  });
  findings.throwIfAny();
  for (const mixin of made) {
    registry.addMixin(mixin);
    await memory?.set(SPACE, `${caller.tenant} ${typeOf(mixin)}`, JSON.stringify(mixin));
  }
  return { type: 'categories', kinds: [], mixins: made, actions: [] };
}

/** DELETE on the query interface: the mixins come off every entity, then go. A provider's own stay (403). */
export async function removeMixins(services: Services, turn: Turn, types: readonly TypeId[]): Promise<OcciOutcome> {
  const { registry, policy, memory, store } = services;
  const { caller } = turn.ctx;
  for (const type of types) {
    policy.check(caller, 'mixin', type);
    const mixin = registry.mixin(type, caller.tenant);
    if (mixin === undefined && registry.kind(type) === undefined && registry.action(type) === undefined)
      throw new NotFound(`No mixin ${type} is known`);
    if (mixin?.tenant !== caller.tenant || RESERVED.test(mixin.scheme))
      throw new Forbidden('mixin_of_provider', `${type} is not a mixin that a client has made`);
  }
  for (const type of types) {
    for (;;) {
      const page = await store.list({ mixin: type, tenant: caller.tenant, hidden: 'with', limit: 500 });
      if (page.items.length === 0) break;
      await writeAll(
        services,
        turn,
        page.items.map((record) => taken(services, record, [type])),
      );
    }
    registry.removeMixin(type, caller.tenant);
    await memory?.delete(SPACE, `${caller.tenant} ${type}`);
  }
  return { type: 'done' };
}

/**
 * Brings back user-defined mixins after a start. One whose place the service has taken for itself since then
 * is left out, and answered.
 */
export async function restoreMixins(registry: ModelRegistry, memory: KeyValueStore): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const [key, text] of await memory.entries(SPACE)) {
    const mixin = JSON.parse(text) as Mixin;
    try {
      registry.addMixin({ ...mixin, tenant: tenantId(key.slice(0, key.indexOf(' '))) });
    } catch {
      lost.push(key);
    }
  }
  return lost;
}

type MembersRequest = Extract<OcciRequest, { op: 'associate' | 'replaceMembers' | 'disassociate' }>;

/** POST, PUT and DELETE with a body on a mixin's collection (GFD.223 section 5.4): all of them or none. */
export async function changeMembers(services: Services, turn: Turn, request: MembersRequest): Promise<OcciOutcome> {
  const mixin = mixinAt(services, turn, request.path);
  const type = typeOf(mixin);
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

async function records(services: Services, turn: Turn, references: readonly string[]): Promise<EntityRecord[]> {
  const findings = new Findings();
  const found: EntityRecord[] = [];
  for (const [index, reference] of references.entries()) {
    const record = await turn.ctx.resolve(reference);
    if (record === undefined || !(await visible(services, turn.ctx, record)))
      findings.senseless.add(
        `/resources/${index}`,
        'reference_unknown',
        `nothing is found at ${reference.slice(0, 200)}`,
      );
    else if (!found.some((each) => each.id === record.id)) {
      services.policy.check(turn.ctx.caller, 'update', record.kind);
      found.push(record);
    }
  }
  findings.throwIfAny();
  return found;
}

async function everyMember(services: Services, turn: Turn, path: string): Promise<readonly EntityRecord[]> {
  const selection = select(services, turn, path, {});
  const page = await members(services, turn, path, { after: '' }, selection);
  if (page.next !== undefined) throw new TooLarge('This mixin has more than 1000 members: name those that are meant');
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
    const brought = Object.entries(model.defaults).filter(([name]) => !was.attributes.has(name));
    const attributes = { ...Object.fromEntries(brought), ...before.attributes };
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
