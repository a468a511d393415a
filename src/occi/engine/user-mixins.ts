import { BadRequest, Forbidden, NotFound, TooLarge } from '../../shared/errors.ts';
import { tenantId, type TypeId } from '../../shared/ids.ts';
import { typeOf, type Mixin } from '../category.ts';
import { limits } from '../document.ts';
import { Findings } from '../findings.ts';
import { categoryFaults } from '../registry-check.ts';
import type { ModelRegistry } from '../registry.ts';
import type { OcciOutcome } from '../request.ts';
import type { KeyValueStore } from '../store.ts';
import { locationOf } from './locations.ts';
import { takeOffAll } from './mixins.ts';
import type { Services, Turn } from './services.ts';

const SPACE = 'mixins';
const RESERVED = /^https?:\/\/schemas\.(?:ogf|parley)\.org\//i;

/**
 * POST on the query interface: user-defined mixins, which only their tenant sees (GFD.223 section 9.3; tags of
 * GFD.221). All of them or none. A mixin may depend on what nobody knows; it then brings nothing of it.
 *
 * @throws Conflict where the type or the location is taken, Forbidden for a scheme of the standard's or ours
 */
export async function addMixins(services: Services, turn: Turn, sent: readonly Mixin[]): Promise<OcciOutcome> {
  const { registry, policy } = services;
  const { caller } = turn.ctx;
  if (sent.length === 0) throw new BadRequest('nothing_sent', 'There is no mixin in what was sent');
  if (sent.length > limits.documents)
    throw new BadRequest('too_many', `At most ${limits.documents} mixins at once, not ${sent.length}`);
  const own = registry
    .mixins(caller.tenant)
    .filter((mixin) => mixin.tenant !== undefined && !RESERVED.test(mixin.scheme));
  if (own.length + sent.length > limits.userMixins)
    throw new TooLarge(`At most ${limits.userMixins} mixins of your own; ${own.length} are there`);

  const findings = new Findings();
  const made: Mixin[] = [];
  const types = new Set<TypeId>();
  const taken = (path: string): boolean =>
    registry.atLocation(path, caller.tenant) !== undefined || made.some((mixin) => mixin.location === path);
  sent.forEach((one, index) => {
    const type = typeOf(one);
    policy.check(caller, 'mixin', type);
    const at = `/mixins/${index}`;
    const location = locationOf(one, taken);
    const mixin: Mixin = { ...one, location, tenant: caller.tenant };
    for (const fault of categoryFaults(mixin)) findings.malformed.add(at, 'category_invalid', fault);
    for (const kind of one.applies)
      if (registry.kind(kind) === undefined)
        findings.unknown.add(`${at}/applies`, 'kind_unknown', `no kind ${kind} is known`);
    const there = registry.kind(type) ?? registry.mixin(type, caller.tenant) ?? registry.action(type);
    if (there !== undefined || types.has(type)) findings.taken.add(at, 'category_taken', `${type} is defined already`);
    else if (RESERVED.test(one.scheme))
      findings.forbidden.add(`${at}/scheme`, 'scheme_reserved', `${one.scheme} is not yours: take one of your own`);
    else if (taken(location))
      findings.taken.add(`${at}/location`, 'location_taken', `something else is at ${location} already`);
    types.add(type);
    made.push(mixin);
  });
  findings.throwIfAny();
  // At once, before anything is waited for: nobody else takes the names in between.
  for (const mixin of made) registry.addMixin(mixin);
  try {
    for (const mixin of made) await services.memory?.set(SPACE, keyOf(mixin), JSON.stringify(mixin));
  } catch (error) {
    for (const mixin of made) {
      registry.removeMixin(typeOf(mixin), caller.tenant);
      await services.memory?.delete(SPACE, keyOf(mixin)).catch(() => undefined);
    }
    throw error;
  }
  const shown = registry.mixins(caller.tenant).filter((mixin) => types.has(typeOf(mixin)));
  return { type: 'categories', kinds: [], mixins: shown, actions: [] };
}

/**
 * DELETE on the query interface: the mixins come off every entity, then go (GFD.223 section 9.4). Those that
 * no client has made stay (403), and then all named with them.
 */
export async function removeMixins(services: Services, turn: Turn, types: readonly TypeId[]): Promise<OcciOutcome> {
  const { registry, policy, memory } = services;
  const { caller } = turn.ctx;
  if (types.length === 0) throw new BadRequest('nothing_sent', 'There is no mixin in what was sent');
  const findings = new Findings();
  const going = new Map<TypeId, Mixin>();
  types.forEach((type, index) => {
    policy.check(caller, 'mixin', type);
    const mixin = registry.mixin(type, caller.tenant);
    if (mixin === undefined && registry.kind(type) === undefined && registry.action(type) === undefined)
      findings.unknown.add(`/mixins/${index}`, 'mixin_unknown', `no mixin ${type} is known`);
    else if (mixin?.tenant !== caller.tenant || RESERVED.test(mixin.scheme))
      findings.forbidden.add(`/mixins/${index}`, 'mixin_of_provider', `${type} was not made by a client`);
    else going.set(type, mixin);
  });
  const [forbidden] = findings.forbidden.list;
  if (forbidden !== undefined)
    throw new Forbidden('mixin_of_provider', forbidden.detail, { problems: findings.forbidden.list });
  if (findings.unknown.any)
    throw new NotFound(findings.unknown.list.map(({ detail }) => detail).join('; '), {
      problems: findings.unknown.list,
    });
  // First out of the model, so that nothing is given one while it is taken off the others.
  for (const type of going.keys()) registry.removeMixin(type, caller.tenant);
  try {
    await takeOffAll(services, turn, [...going.keys()]);
    for (const mixin of going.values()) await memory?.delete(SPACE, keyOf(mixin));
  } catch (error) {
    for (const mixin of going.values()) registry.addMixin(mixin);
    throw error;
  }
  return { type: 'done' };
}

function keyOf(mixin: Mixin): string {
  return `${mixin.tenant ?? ''} ${typeOf(mixin)}`;
}

/**
 * Brings back user-defined mixins after a start. One whose type the service has taken for itself since then is
 * left out, and answered.
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
