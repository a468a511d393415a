import type { Json } from '../shared/json.ts';
import type { TypeId } from '../shared/ids.ts';
import { satisfies } from '../terms/constraints.ts';
import { wantedLinks, wantedResources } from '../terms/instances.ts';
import { placement } from '../terms/resources.ts';
import type { Constraint, Wanted, WantedLink, WantedResource } from '../terms/resources.ts';
import { reason, refusal } from './answers.ts';
import { attributes, kinds } from './names.ts';
import { chooseMixins } from './templates.ts';
import type { CfpView, Reason } from './types.ts';

/** What a vendor can go by, kind by kind; a kind that is not named is not offered. */
export interface Understanding {
  readonly kinds: Readonly<
    Record<
      string,
      {
        /** Attributes whose values the vendor chooses within what is wanted. */
        readonly sizes: readonly string[];
        /** Attributes that the customer may name as he likes. */
        readonly asAsked: readonly string[];
      }
    >
  >;
  /** Mixins of its own. */
  readonly mixins?: ReadonlySet<TypeId>;
}

/** What most vendors of infrastructure understand. */
export const infrastructure = {
  [kinds.compute]: {
    sizes: [attributes.cores, attributes.memory, attributes.architecture],
    asAsked: [attributes.hostname],
  },
  [kinds.storage]: { sizes: [attributes.size], asAsked: [] },
  [kinds.network]: { sizes: [], asAsked: [attributes.label] },
  [kinds.storagelink]: { sizes: [], asAsked: [attributes.deviceId, attributes.mountPoint] },
  [kinds.networkinterface]: { sizes: [], asAsked: [attributes.mac, attributes.interface] },
} as const satisfies Understanding['kinds'];

const PLACEMENT: ReadonlySet<string> = new Set(Object.values(placement));

/** A wanted thing, sorted by what is to be done about it. */
export interface Want<W extends Wanted> {
  readonly wanted: W;
  readonly mixins: readonly TypeId[];
  /** Constraints on what the vendor chooses. */
  readonly sizes: Readonly<Record<string, Constraint>>;
  /** Constraints on where it is. */
  readonly placed: Readonly<Record<string, Constraint>>;
  /** Stated just as it was asked for. */
  readonly stated: Readonly<Record<string, Json>>;
}

export interface Wants {
  readonly resources: readonly Want<WantedResource>[];
  readonly links: readonly Want<WantedLink>[];
}

export type ReadWants = { readonly ok: true; readonly wants: Wants } | { readonly ok: false; readonly why: Reason };

/** Everything wanted, or the first reason why this vendor has nothing to say to it. */
export function readWants(cfp: CfpView, understanding: Understanding): ReadWants {
  const refused: Reason[] = [];
  const read = <W extends Wanted>(wanted: W): Want<W>[] => {
    const want = readWant(wanted, understanding);
    if ('code' in want) {
      refused.push(want);
      return [];
    }
    return [want];
  };
  const wants = {
    resources: wantedResources(cfp.wanted).flatMap(read),
    links: wantedLinks(cfp.wanted).flatMap(read),
  };
  const [why] = refused;
  return why === undefined ? { ok: true, wants } : { ok: false, why };
}

/** Do all constraints on the place hold for this place? */
export function placeFits(want: Want<Wanted>, place: Readonly<Record<string, Json>>): boolean {
  return Object.entries(want.placed).every(([name, constraint]) => satisfies(constraint, place[name]));
}

function readWant<W extends Wanted>(wanted: W, understanding: Understanding): Want<W> | Reason {
  const known = understanding.kinds[wanted.kind];
  if (known === undefined) return reason(refusal.kind, `${wanted.kind} is not offered here`, { attr: wanted.id });
  const chosen = chooseMixins(wanted, understanding.mixins);
  if (chosen === undefined)
    return reason(refusal.mixin, `no mixin that is wanted of ${wanted.id} is known here`, { attr: wanted.id });
  const sizes: Record<string, Constraint> = {};
  const placed: Record<string, Constraint> = {};
  const stated: Record<string, Json> = {};
  for (const [name, constraint] of Object.entries(chosen.attributes)) {
    if (PLACEMENT.has(name)) placed[name] = constraint;
    else if (known.sizes.includes(name)) sizes[name] = constraint;
    else {
      const value = known.asAsked.includes(name) ? (constraint.equal ?? constraint.in?.[0]) : undefined;
      if (value === undefined || !satisfies(constraint, value))
        return reason(refusal.attribute, `nothing can be said of ${name} here`, { attr: `${wanted.id}.${name}` });
      stated[name] = value;
    }
  }
  return { wanted, mixins: chosen.mixins, sizes, placed, stated };
}
