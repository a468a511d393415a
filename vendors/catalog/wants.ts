import {
  attributes,
  chooseMixins,
  kinds,
  placement,
  reason,
  refusal,
  satisfies,
  wantedLinks,
  wantedResources,
} from '../../src/vendor-kit/index.ts';
import type {
  CfpView,
  Constraint,
  Json,
  Reason,
  TypeId,
  WantedLink,
  WantedResource,
} from '../../src/vendor-kit/index.ts';

/** What the customer may name freely, so a price list can promise it: the wanted text itself. */
const AS_ASKED: Readonly<Record<string, readonly string[]>> = {
  [kinds.compute]: [attributes.hostname],
  [kinds.storage]: [],
  [kinds.network]: [attributes.label],
  [kinds.storagelink]: [attributes.deviceId, attributes.mountPoint],
  [kinds.networkinterface]: [attributes.mac, attributes.interface],
};

/** Attributes that offers state from the list itself. */
const FROM_LIST: Readonly<Record<string, readonly string[]>> = {
  [kinds.compute]: [attributes.cores, attributes.memory, attributes.architecture],
  [kinds.storage]: [attributes.size],
};

const PLACEMENT: readonly string[] = Object.values(placement);

/** A wanted thing, as far as a price list can go by it. */
export interface Want<W extends WantedResource | WantedLink> {
  readonly wanted: W;
  readonly mixins: readonly TypeId[];
  /** Of the machine or volume itself. */
  readonly sizes: Readonly<Record<string, Constraint>>;
  readonly placed: Readonly<Record<string, Constraint>>;
  /** Stated just as it was asked for. */
  readonly stated: Readonly<Record<string, Json>>;
}

export interface Wants {
  readonly resources: readonly Want<WantedResource>[];
  readonly links: readonly Want<WantedLink>[];
}

/** Everything wanted, or the first reason why a price list has nothing to say to it. */
export function readWants(cfp: CfpView): Wants | Reason {
  const resources: Want<WantedResource>[] = [];
  const links: Want<WantedLink>[] = [];
  for (const wanted of wantedResources(cfp.wanted)) {
    const want = readWant(wanted);
    if ('code' in want) return want;
    resources.push(want);
  }
  for (const wanted of wantedLinks(cfp.wanted)) {
    const want = readWant(wanted);
    if ('code' in want) return want;
    links.push(want);
  }
  return { resources, links };
}

function readWant<W extends WantedResource | WantedLink>(wanted: W): Want<W> | Reason {
  const free = AS_ASKED[wanted.kind];
  if (free === undefined) return reason(refusal.kind, `price lists have no ${wanted.kind}`, { attr: wanted.id });
  const chosen = chooseMixins(wanted);
  if (chosen === undefined)
    return reason(refusal.mixin, `price lists know no mixin that is wanted of ${wanted.id}`, { attr: wanted.id });
  const listed = FROM_LIST[wanted.kind] ?? [];
  const sizes: Record<string, Constraint> = {};
  const placed: Record<string, Constraint> = {};
  const stated: Record<string, Json> = {};
  for (const [name, constraint] of Object.entries(chosen.attributes)) {
    if (PLACEMENT.includes(name)) placed[name] = constraint;
    else if (listed.includes(name)) sizes[name] = constraint;
    else {
      const value = free.includes(name) ? (constraint.equal ?? constraint.in?.[0]) : undefined;
      if (value === undefined || !satisfies(constraint, value))
        return reason(refusal.attribute, `a price list says nothing of ${name}`, { attr: `${wanted.id}.${name}` });
      stated[name] = value;
    }
  }
  return { wanted, mixins: chosen.mixins, sizes, placed, stated };
}
