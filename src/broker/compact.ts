import type { TypeId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { sameJson } from '../terms/constraints.ts';
import type { OfferedInstance } from '../terms/resources.ts';

/**
 * Instances of one wanted id that are alike, stored once: a proposal of a hundred equal servers is
 * not a hundred times as large. `at` holds the index of each; of a link also what it joins.
 */
export interface Alike {
  readonly for: string;
  readonly kind: TypeId;
  readonly mixins: readonly TypeId[];
  readonly attributes: Readonly<Record<string, Json>>;
  readonly at: readonly Position[];
}

type Position = number | readonly [index: number, source: string, target: string];

export function compact(resources: readonly OfferedInstance[]): readonly Alike[] {
  const groups: (Alike & { readonly at: Position[] })[] = [];
  let from = 0;
  while (from < resources.length) {
    const one = resources[from];
    if (one === undefined) break;
    // Mostly those that are alike stand side by side.
    let to = from + 1;
    while (to < resources.length && isLike(one, resources[to])) to += 1;
    const run = positions(resources, from, to);
    const group = groups.find((other) => other.for === one.for && areAlike(other, one));
    if (group === undefined)
      groups.push({ for: one.for, kind: one.kind, mixins: one.mixins, attributes: one.attributes, at: run });
    else for (const position of run) group.at.push(position);
    from = to;
  }
  return groups;
}

function isLike(one: OfferedInstance, next: OfferedInstance | undefined): boolean {
  return next?.for === one.for && areAlike(one, next);
}

/** A list of just the length that it needs: one that grows keeps room for seventeen. */
function positions(resources: readonly OfferedInstance[], from: number, to: number): Position[] {
  const run = new Array<Position>(to - from);
  for (let at = from; at < to; at += 1) {
    const one = resources[at];
    if (one !== undefined) run[at - from] = positionOf(one);
  }
  return run;
}

function positionOf({ index, source, target }: OfferedInstance): Position {
  return source === undefined && target === undefined ? index : [index, source ?? '', target ?? ''];
}

/** Every instance again, with all its attributes. */
export function expand(groups: readonly Alike[]): readonly OfferedInstance[] {
  return groups.flatMap(({ at, ...alike }) =>
    at.map((place): OfferedInstance => {
      if (typeof place === 'number') return { for: alike.for, index: place, ...rest(alike) };
      const [index, source, target] = place;
      return { for: alike.for, index, ...rest(alike), source, target };
    }),
  );
}

function rest({ kind, mixins, attributes }: Pick<Alike, 'kind' | 'mixins' | 'attributes'>) {
  return { kind, mixins, attributes };
}

function areAlike(a: Pick<Alike, 'kind' | 'mixins' | 'attributes'>, b: OfferedInstance): boolean {
  if (a.kind !== b.kind || a.mixins.length !== b.mixins.length) return false;
  for (let at = 0; at < a.mixins.length; at += 1) if (a.mixins[at] !== b.mixins[at]) return false;
  if (a.attributes === b.attributes) return true;
  let names = 0;
  for (const name in a.attributes) {
    const left = a.attributes[name];
    const right = b.attributes[name];
    if (left !== right && (left === undefined || right === undefined || !sameJson(left, right))) return false;
    names += 1;
  }
  for (const name in b.attributes) if (b.attributes[name] !== undefined) names -= 1;
  return names === 0;
}
