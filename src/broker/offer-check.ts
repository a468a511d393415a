import type { Check, FactValue } from '../rules/types.ts';
import type { Json } from '../shared/json.ts';
import { sameJson, unmet } from '../terms/constraints.ts';
import { instanceCounts, linkEnds } from '../terms/instances.ts';
import { placement, type Constraint, type OfferedInstance, type Wanted, type WantedLink } from '../terms/resources.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Offer } from '../vendor-kit/types.ts';
import type { CfpTerms } from './terms.ts';

/** Attributes that may differ between instances of one id without making them different things. */
const OWN_TO_EACH: ReadonlySet<string> = new Set(['occi.compute.hostname']);

/** What is looked for in the instances of one wanted resource or link. */
interface Plan {
  readonly wanted: Wanted;
  readonly count: number;
  readonly constraints: readonly (readonly [name: string, constraint: Constraint])[];
  readonly required: readonly string[];
}

/** What an offer is held against, prepared once for a call. */
export interface OfferCheck {
  /** Every respect in which the offer does not meet the call; none: it does. */
  (offer: Offer): Check[];
}

/**
 * The broker itself checks that a proposal meets the call: every wanted instance and link is there
 * and nothing else, all wanted values hold, what must be stated is stated, instances of one id are
 * identical, and what is linked shares a zone.
 */
export function offerCheck(terms: CfpTerms, requiredOf: (kind: TypeId) => readonly string[]): OfferCheck {
  const counts = instanceCounts(terms.wanted);
  const byId = new Map(terms.wanted.map((one) => [one.id, one]));
  const ends = new Map(
    terms.wanted.flatMap((one) =>
      one.type === 'link'
        ? [[one.id, new Set(linkEnds(one, counts).map(({ source, target }) => `${source} ${target}`))] as const]
        : [],
    ),
  );
  const plans = terms.wanted.map((wanted): Plan => ({
    wanted,
    count: counts.get(wanted.id) ?? 0,
    constraints: Object.entries(wanted.attributes),
    required: requiredOf(wanted.kind),
  }));
  const levels = new Set(terms.levels.map(({ id }) => id));

  return (offer) => {
    const failed: Check[] = [];
    const groups = new Map<string, OfferedInstance[]>();
    for (const instance of offer.resources) {
      if (byId.has(instance.for)) {
        const group = groups.get(instance.for);
        if (group === undefined) groups.set(instance.for, [instance]);
        else group.push(instance);
      } else failed.push(fail(`${instance.for}.wanted`, instance.for, 'nothing that was not asked for'));
    }
    for (const plan of plans) {
      const { wanted } = plan;
      const group = groups.get(wanted.id) ?? [];
      checkCount(wanted, group, plan.count, failed);
      if (wanted.type === 'resource') {
        // What holds for one of identical instances holds for all.
        const identical = areIdentical(wanted.id, group, failed);
        for (const instance of identical ? group.slice(0, 1) : group) checkInstance(plan, instance, failed);
      } else {
        for (const instance of group) checkInstance(plan, instance, failed);
        checkEnds(wanted, group, ends.get(wanted.id) ?? new Set(), groups, failed);
      }
    }
    for (const commitment of offer.levels)
      if (!levels.has(commitment.for))
        failed.push(fail(`level.${commitment.for}`, commitment.for, 'a level of the call'));
    return failed;
  };
}

function fail(id: string, actual: FactValue | null, wanted: string, miss: number | null = null): Check {
  return { id, pass: false, actual, wanted, miss };
}

function checkCount(wanted: Wanted, group: readonly OfferedInstance[], count: number, failed: Check[]): void {
  let whole = group.length === count;
  let seen = 0n;
  for (const { index } of group) {
    if (!Number.isInteger(index) || index < 0 || index >= count) whole = false;
    else seen |= 1n << BigInt(index);
  }
  if (whole && seen === (1n << BigInt(count)) - 1n) return;
  failed.push(
    fail(
      `${wanted.id}.instances`,
      group.length,
      `${count}, numbered from 0`,
      group.length < count ? (count - group.length) / count : null,
    ),
  );
}

function checkInstance({ wanted, constraints, required }: Plan, instance: OfferedInstance, failed: Check[]): void {
  // One failure of each sort for a wanted id is enough: its instances are alike.
  const once = (check: Check): void => {
    if (!failed.some(({ id }) => id === check.id)) failed.push(check);
  };
  if (instance.kind !== wanted.kind) once(fail(`${wanted.id}.kind`, instance.kind, wanted.kind));
  for (const { anyOf } of wanted.mixins)
    if (!anyOf.some((mixin) => instance.mixins.includes(mixin)))
      once(fail(`${wanted.id}.mixins`, instance.mixins, anyOf.join(' or ')));
  for (const [name, constraint] of constraints) {
    const value = instance.attributes[name];
    if (unmet(constraint, value) !== undefined)
      once(fail(`${wanted.id}.${name}`, factOf(value), words(constraint), missOf(constraint, value)));
  }
  for (const name of required)
    if (instance.attributes[name] === undefined) once(fail(`${wanted.id}.${name}`, null, 'it must be stated'));
}

function areIdentical(id: string, group: readonly OfferedInstance[], failed: Check[]): boolean {
  const [first] = group;
  if (first === undefined) return false;
  for (let at = 1; at < group.length; at += 1) {
    const other = group[at];
    if (other === undefined || other.attributes === first.attributes) continue;
    const name =
      differing(first.attributes, other.attributes) ??
      (other.kind === first.kind && sameJson([...first.mixins], [...other.mixins]) ? undefined : 'kind');
    if (name === undefined) continue;
    failed.push(fail(`${id}.identical`, name, 'the same for all instances'));
    return false;
  }
  return true;
}

/** An attribute in which two instances differ; undefined: they are alike. */
function differing(a: OfferedInstance['attributes'], b: OfferedInstance['attributes']): string | undefined {
  for (const name in a) {
    const [left, right] = [a[name], b[name]];
    if (left === right || OWN_TO_EACH.has(name)) continue;
    if (left === undefined || right === undefined || !sameJson(left, right)) return name;
  }
  for (const name in b) if (a[name] === undefined && !OWN_TO_EACH.has(name)) return name;
  return undefined;
}

function checkEnds(
  link: WantedLink,
  group: readonly OfferedInstance[],
  wanted: ReadonlySet<string>,
  groups: ReadonlyMap<string, readonly OfferedInstance[]>,
  failed: Check[],
): void {
  const missing = missingEnds(wanted, group);
  if (missing !== undefined) {
    failed.push(fail(`${link.id}.ends`, null, missing.replace(' ', ' to ')));
    return;
  }
  for (const instance of group) {
    const [source, target] = [placeIn(groups, instance.source), placeIn(groups, instance.target)];
    for (const name of [placement.zone, placement.region]) {
      const [a, b] = [source?.attributes[name], target?.attributes[name]];
      if (a === undefined || b === undefined || a === b) continue;
      failed.push(fail(`${link.id}.zone`, [factText(a), factText(b)], 'the same zone at both ends'));
      return;
    }
  }
}

/** What should be joined and is not. Vendors mostly list links as the call does. */
function missingEnds(wanted: ReadonlySet<string>, group: readonly OfferedInstance[]): string | undefined {
  let at = 0;
  for (const ends of wanted) {
    const instance = group[at++];
    if (instance === undefined || `${instance.source ?? ''} ${instance.target ?? ''}` !== ends) {
      const left = new Set(wanted);
      for (const { source, target } of group) left.delete(`${source ?? ''} ${target ?? ''}`);
      return [...left][0];
    }
  }
  return undefined;
}

function placeIn(
  groups: ReadonlyMap<string, readonly OfferedInstance[]>,
  place: string | undefined,
): OfferedInstance | undefined {
  const cut = place?.lastIndexOf('/') ?? -1;
  if (place === undefined || cut < 0) return undefined;
  const index = Number(place.slice(cut + 1));
  return groups.get(place.slice(0, cut))?.find((one) => one.index === index);
}

function factOf(value: Json | undefined): FactValue | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

function factText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function words(constraint: Constraint): string {
  const parts: string[] = [];
  const list = (values: readonly Json[]): string => values.map(factText).join(', ');
  if (constraint.equal !== undefined) parts.push(`= ${factText(constraint.equal)}`);
  if (constraint.min !== undefined) parts.push(`>= ${constraint.min}`);
  if (constraint.max !== undefined) parts.push(`<= ${constraint.max}`);
  if (constraint.in !== undefined) parts.push(`one of ${list(constraint.in)}`);
  if (constraint.not !== undefined) parts.push(`none of ${list(constraint.not)}`);
  if (constraint.like !== undefined) parts.push(`like ${constraint.like}`);
  return parts.join(' and ');
}

/** By how much a number misses its range, as a share of the bound; null where that has no meaning. */
function missOf({ min, max }: Constraint, value: Json | undefined): number | null {
  if (typeof value !== 'number') return null;
  if (min !== undefined && value < min) return min === 0 ? null : (min - value) / Math.abs(min);
  if (max !== undefined && value > max) return max === 0 ? null : (value - max) / Math.abs(max);
  return null;
}
