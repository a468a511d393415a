import type { Attributes, EntityRecord } from '../../occi/entity.ts';
import type { TypeId } from '../../shared/ids.ts';
import type { Json } from '../../shared/json.ts';
import { endpoint } from '../../terms/resources.ts';
import type { BackendView } from '../backend.ts';
import { infrastructureKinds } from '../kinds.ts';
import { ENDPOINT, IPNETWORK, IPNETWORKINTERFACE, network, networkinterface } from '../names.ts';
import { typeOf } from '../../occi/category.ts';

/** Mixins that come with what a vendor delivers, and the attributes that tell so. */
const BROUGHT: readonly (readonly [TypeId, readonly string[]])[] = [
  [ENDPOINT, Object.values(endpoint)],
  [IPNETWORK, [network.address, network.gateway, network.allocation]],
  [IPNETWORKINTERFACE, [networkinterface.address, networkinterface.gateway, networkinterface.allocation]],
];

const OWN = new Map(infrastructureKinds.map((kind) => [typeOf(kind), new Set(Object.keys(kind.attributes))]));

/** Attributes and mixins of a record as its vendor says that it is; what no category defines is left out. */
export function delivered(
  record: EntityRecord,
  view: BackendView,
  names: { readonly state: string; readonly message: string },
): Pick<EntityRecord, 'attributes' | 'mixins' | 'state'> {
  const own = OWN.get(record.kind) ?? new Set<string>();
  const mixins = new Set(record.mixins);
  const seen: Record<string, Json> = {};
  for (const [name, value] of Object.entries(view.attributes)) if (own.has(name)) seen[name] = value;
  for (const [mixin, attributes] of BROUGHT) {
    const brings = attributes.filter((name) => view.attributes[name] !== undefined);
    if (brings.length === 0) continue;
    mixins.add(mixin);
    for (const name of brings) seen[name] = view.attributes[name] ?? null;
  }
  return {
    state: view.state,
    mixins: [...mixins],
    attributes: stated({ ...record.attributes, ...seen }, names, view.state, view.message),
  };
}

/**
 * Attributes with their state and, where something is wrong, its message before it: there are clients that take
 * the last line that begins like the state's name for the state.
 */
export function stated(
  attributes: Attributes,
  names: { readonly state: string; readonly message: string },
  state: string,
  message: string | undefined,
): Attributes {
  return {
    ...without(without(attributes, names.message), names.state),
    ...(message === undefined ? {} : { [names.message]: message }),
    [names.state]: state,
  };
}

function without(attributes: Attributes, name: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([other]) => other !== name));
}
