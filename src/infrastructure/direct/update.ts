import { isDeepStrictEqual } from 'node:util';
import type { EntityRecord } from '../../occi/entity.ts';
import { Conflict, Unprocessable } from '../../shared/errors.ts';
import type { TypeId } from '../../shared/ids.ts';
import { pointer, type Json } from '../../shared/json.ts';
import {
  COMPUTE,
  compute,
  IPNETWORK,
  IPNETWORKINTERFACE,
  NETWORK,
  network,
  NETWORKINTERFACE,
  networkinterface,
  STORAGE,
  storage,
  STORAGELINK,
  storagelink,
} from '../names.ts';
import { delivered } from './delivered.ts';
import type { DirectParts } from './parts.ts';
import { refusalOf } from './plan.ts';
import { callOf, refOf } from './record.ts';

/** What a vendor can be asked to change, and what stays as it was made. Everything else is the client's word. */
const SIZES: Readonly<Record<TypeId, readonly string[]>> = {
  [COMPUTE]: [compute.cores, compute.memory],
  [STORAGE]: [storage.size],
};
const FIXED: Readonly<Record<TypeId, readonly string[]>> = {
  [COMPUTE]: [compute.architecture],
  [STORAGELINK]: [storagelink.deviceid, storagelink.mountpoint],
  [NETWORK]: [network.address, network.gateway, network.allocation],
  [NETWORKINTERFACE]: [networkinterface.address, networkinterface.gateway, networkinterface.allocation],
};
/** What a full update that does not speak of it leaves as it is, since it is so whatever is said. */
const MADE: Readonly<Record<TypeId, readonly string[]>> = { [NETWORKINTERFACE]: [networkinterface.mac] };

/**
 * An update of what was posted without an agreement: names and tags as the client likes; sizes as far as the
 * vendor can; where it runs and what it was made of stays (GFD.224 section 4.5.1 lets a template be fixed).
 */
export async function updatedDirectly(
  draft: EntityRecord,
  before: EntityRecord,
  names: { readonly state: string; readonly message: string },
  { market, vendors }: DirectParts,
): Promise<EntityRecord> {
  const { vendor } = before;
  if (vendor === undefined) return draft;
  const made = refOf(before);
  const lasting = before.mixins.filter((type) => market.named(type) !== undefined || market.runs(type));
  const fresh = draft.mixins.filter((type) => !before.mixins.includes(type));
  for (const type of fresh) {
    const elsewhere =
      market.named(type) === undefined
        ? market.offering(type)?.includes(vendor) === false
        : market.named(type) !== vendor;
    if (elsewhere) throw refused('vendor_fixed', draft, type, `it is run by ${vendor}`);
    const second = market.runs(type) && (made !== undefined || before.mixins.some((each) => market.runs(each)));
    if (second) throw refused('template_fixed', draft, type, 'it was made of its template');
  }
  const mixins = [...new Set([...draft.mixins, ...lasting])];
  if (made === undefined) return { ...draft, mixins };
  // An address is where it is, whether a full update speaks of it or not.
  for (const type of [IPNETWORK, IPNETWORKINTERFACE])
    if (before.mixins.includes(type) && !mixins.includes(type)) mixins.push(type);

  const sizes = SIZES[before.kind] ?? [];
  const fixed = FIXED[before.kind] ?? [];
  const kept: Record<string, Json> = {};
  for (const name of [...sizes, ...fixed, ...(MADE[before.kind] ?? [])]) {
    const value = before.attributes[name];
    if (value !== undefined && draft.attributes[name] === undefined) kept[name] = value;
  }
  const next: EntityRecord = { ...draft, mixins, attributes: { ...draft.attributes, ...kept } };
  checkFixed(next, before, fixed);
  const changed = sizes.filter((name) => !isDeepStrictEqual(next.attributes[name], before.attributes[name]));
  if (changed.length === 0) return next;
  if (before.kind === COMPUTE && before.state !== 'inactive')
    throw new Conflict('state_forbids', 'Cores and memory are changed while it is stopped: stop it first', {
      problems: changed.map((name) => ({
        path: pointer('/attributes', name),
        code: 'size_fixed',
        detail: 'cannot be changed while it runs',
      })),
      extra: { state: before.state ?? null, moves: ['stop'] },
    });
  const wanted = Object.fromEntries(changed.map((name) => [name, next.attributes[name] ?? null]));
  const call = callOf(before, `:change:${before.rev}`);
  const answer = await vendors.change(vendor, { ref: made, kind: before.kind }, wanted, call);
  if (answer.type !== 'done') throw refusalOf(answer, { state: before.state ?? null });
  return { ...next, ...delivered(next, answer.value, names) };
}

function checkFixed(draft: EntityRecord, before: EntityRecord, fixed: readonly string[]): void {
  const problems = fixed
    .filter((name) => !isDeepStrictEqual(draft.attributes[name], before.attributes[name]))
    .map((name) => ({ path: pointer('/attributes', name), code: 'attribute_fixed', detail: 'is as it was made' }));
  for (const end of ['source', 'target'] as const)
    if (!isDeepStrictEqual(draft[end], before[end]))
      problems.push({ path: `/${end}`, code: 'attribute_fixed', detail: 'is as it was made' });
  if (problems.length > 0)
    throw new Conflict('resource_made', 'What its vendor made stays as it is: delete it and post another', {
      problems,
      extra: { state: before.state ?? null, moves: [] },
    });
}

function refused(code: string, draft: EntityRecord, type: TypeId, why: string): Unprocessable {
  return new Unprocessable(code, `${type} cannot be added: ${why}`, {
    problems: [{ path: `/mixins/${draft.mixins.indexOf(type)}`, code, detail: why }],
  });
}
