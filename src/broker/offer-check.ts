import type { Check, FactValue } from '../rules/types.ts';
import type { Json } from '../shared/json.ts';
import { sameJson, unmet } from '../terms/constraints.ts';
import { instanceCounts, linkEnds } from '../terms/instances.ts';
import { placement, type Constraint, type OfferedInstance, type Wanted } from '../terms/resources.ts';
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
  /** What a link joins, in order; none of a resource. */
  readonly ends: readonly Ends[];
}

/** One link: as it is written, and where that is. */
interface Ends {
  readonly source: string;
  readonly target: string;
  readonly from: Place;
  readonly to: Place;
}

/** An instance: the wanted resource by its place in the call, and the index. */
interface Place {
  readonly plan: number;
  readonly index: number;
}

/** The offered instances of each wanted resource or link, in the order of the call; `inOrder`: numbered as they stand. */
type Groups = readonly { readonly instances: readonly OfferedInstance[]; readonly inOrder: boolean }[];

const NOTHING: Groups[number] = { instances: [], inOrder: true };
/** The place of what is not offered. */
const NOWHERE: Place = { plan: -1, index: -1 };

/** What an offer is held against, prepared once for a call. */
export interface OfferCheck {
  /** Every respect in which the resources do not meet the call; none: they do. */
  resources(resources: readonly OfferedInstance[]): readonly Check[];
  /** Commitments to what is no level of the call. */
  levels(commitments: Offer['levels']): readonly Check[];
}

/**
 * The broker itself checks that a proposal meets the call: every wanted instance and link is there
 * and nothing else, all wanted values hold, what must be stated is stated, instances of one id are
 * identical, and what is linked shares a zone.
 */
export function offerCheck(terms: CfpTerms, requiredOf: (kind: TypeId) => readonly string[]): OfferCheck {
  const counts = instanceCounts(terms.wanted);
  const placeOf = new Map(terms.wanted.map(({ id }, plan) => [id, plan]));
  const plans = terms.wanted.map((wanted): Plan => ({
    wanted,
    count: counts.get(wanted.id) ?? 0,
    constraints: Object.entries(wanted.attributes),
    required: requiredOf(wanted.kind),
    ends:
      wanted.type === 'link'
        ? linkEnds(wanted, counts).map(({ source, target }) => ({
            source,
            target,
            from: readPlace(source, placeOf),
            to: readPlace(target, placeOf),
          }))
        : [],
  }));
  const levels = new Set(terms.levels.map(({ id }) => id));

  return {
    resources(resources) {
      const failed: Check[] = [];
      const groups = grouped(resources, placeOf, plans.length, failed);
      for (let at = 0; at < plans.length; at += 1) {
        const plan = plans[at];
        if (plan === undefined) continue;
        const { wanted } = plan;
        const { instances: group, inOrder } = groups[at] ?? NOTHING;
        if (group.length !== plan.count || !(inOrder || areAllThere(group, plan.count)))
          failed.push(countFailed(wanted, group.length, plan.count));
        if (wanted.type === 'resource') {
          // What holds for one of identical instances holds for all.
          const checked = areIdentical(wanted.id, group, failed) ? 1 : group.length;
          for (let one = 0; one < checked; one += 1) checkInstance(plan, group[one], failed);
        } else {
          for (const instance of group) checkInstance(plan, instance, failed);
          checkEnds(plan, group, groups, placeOf, failed);
        }
      }
      return failed;
    },
    levels(commitments) {
      const failed: Check[] = [];
      for (const { for: level } of commitments)
        if (!levels.has(level)) failed.push(fail(`level.${level}`, level, 'a level of the call'));
      return failed;
    },
  };
}

function grouped(
  resources: readonly OfferedInstance[],
  placeOf: ReadonlyMap<string, number>,
  plans: number,
  failed: Check[],
): Groups {
  const groups = new Array<OfferedInstance[] | undefined>(plans).fill(undefined);
  let from = 0;
  while (from < resources.length) {
    const id = resources[from]?.for ?? '';
    let to = from + 1;
    while (to < resources.length && resources[to]?.for === id) to += 1;
    const plan = placeOf.get(id);
    const group = plan === undefined ? undefined : groups[plan];
    if (plan !== undefined && group === undefined) groups[plan] = resources.slice(from, to);
    for (; from < to; from += 1) {
      const instance = resources[from];
      if (plan === undefined) failed.push(fail(`${id}.wanted`, id, 'nothing that was not asked for'));
      else if (group !== undefined && instance !== undefined) group.push(instance);
    }
  }
  return groups.map((group) => (group === undefined ? NOTHING : { instances: group, inOrder: areInOrder(group) }));
}

/** Reads `web/0`; what is no place is nowhere. */
function readPlace(text: string | undefined, placeOf: ReadonlyMap<string, number>): Place {
  const cut = text?.lastIndexOf('/') ?? -1;
  if (text === undefined || cut < 0) return NOWHERE;
  return { plan: placeOf.get(text.slice(0, cut)) ?? -1, index: Number(text.slice(cut + 1)) };
}

function fail(id: string, actual: FactValue | null, wanted: string, miss: number | null = null): Check {
  return { id, pass: false, actual, wanted, miss };
}

function countFailed({ id }: Wanted, offered: number, count: number): Check {
  const miss = offered < count ? (count - offered) / count : null;
  return fail(`${id}.instances`, offered, `${count}, numbered from 0`, miss);
}

function areInOrder(group: readonly OfferedInstance[]): boolean {
  for (let at = 0; at < group.length; at += 1) if (group[at]?.index !== at) return false;
  return true;
}

function areAllThere(group: readonly OfferedInstance[], count: number): boolean {
  const seen = new Set<number>();
  for (const { index } of group) if (Number.isInteger(index) && index >= 0 && index < count) seen.add(index);
  return seen.size === count;
}

function checkInstance(
  { wanted, constraints, required }: Plan,
  instance: OfferedInstance | undefined,
  failed: Check[],
): void {
  if (instance === undefined) return;
  if (instance.kind !== wanted.kind) addOnce(failed, fail(`${wanted.id}.kind`, instance.kind, wanted.kind));
  for (const { anyOf } of wanted.mixins)
    if (!anyOf.some((mixin) => instance.mixins.includes(mixin)))
      addOnce(failed, fail(`${wanted.id}.mixins`, instance.mixins, anyOf.join(' or ')));
  for (const [name, constraint] of constraints) {
    const value = instance.attributes[name];
    if (unmet(constraint, value) !== undefined)
      addOnce(failed, fail(`${wanted.id}.${name}`, factOf(value), words(constraint), missOf(constraint, value)));
  }
  for (const name of required)
    if (instance.attributes[name] === undefined)
      addOnce(failed, fail(`${wanted.id}.${name}`, null, 'it must be stated'));
}

/** One failure of each sort for a wanted id is enough: its instances are alike. */
function addOnce(failed: Check[], check: Check): void {
  if (!failed.some(({ id }) => id === check.id)) failed.push(check);
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
  { wanted, ends }: Plan,
  group: readonly OfferedInstance[],
  groups: Groups,
  placeOf: ReadonlyMap<string, number>,
  failed: Check[],
): void {
  const listed = areAsListed(ends, group);
  if (!listed) {
    const missing = missingEnds(ends, group);
    if (missing !== undefined) {
      failed.push(fail(`${wanted.id}.ends`, null, `${missing.source} to ${missing.target}`));
      return;
    }
  }
  for (let at = 0; at < group.length; at += 1) {
    const asListed = listed ? ends[at] : undefined;
    const source = instanceAt(groups, asListed?.from ?? readPlace(group[at]?.source, placeOf));
    const target = instanceAt(groups, asListed?.to ?? readPlace(group[at]?.target, placeOf));
    for (const name of PLACEMENT) {
      const a = source?.attributes[name];
      const b = target?.attributes[name];
      if (a === undefined || b === undefined || a === b) continue;
      failed.push(fail(`${wanted.id}.zone`, [factText(a), factText(b)], 'the same zone at both ends'));
      return;
    }
  }
}

const PLACEMENT = [placement.zone, placement.region];

/** Vendors mostly list links as the call does. */
function areAsListed(ends: readonly Ends[], group: readonly OfferedInstance[]): boolean {
  if (ends.length !== group.length) return false;
  for (let at = 0; at < ends.length; at += 1) {
    const instance = group[at];
    if (instance?.source !== ends[at]?.source || instance?.target !== ends[at]?.target) return false;
  }
  return true;
}

/** What should be joined and is not. */
function missingEnds(ends: readonly Ends[], group: readonly OfferedInstance[]): Ends | undefined {
  const joined = new Set(group.map(({ source, target }) => `${source ?? ''} ${target ?? ''}`));
  return ends.find(({ source, target }) => !joined.has(`${source} ${target}`));
}

function instanceAt(groups: Groups, { plan, index }: Place): OfferedInstance | undefined {
  const { instances, inOrder } = groups[plan] ?? NOTHING;
  return inOrder ? instances[index] : instances.find((one) => one.index === index);
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
