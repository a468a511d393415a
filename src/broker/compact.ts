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
  readonly at: readonly (number | readonly [index: number, source: string, target: string])[];
}

export function compact(resources: readonly OfferedInstance[]): readonly Alike[] {
  const groups: (Alike & { readonly at: (number | [number, string, string])[] })[] = [];
  for (const one of resources) {
    const group = groups.find((other) => other.for === one.for && areAlike(other, one));
    const place: number | [number, string, string] =
      one.source === undefined && one.target === undefined
        ? one.index
        : [one.index, one.source ?? '', one.target ?? ''];
    if (group === undefined)
      groups.push({ for: one.for, kind: one.kind, mixins: one.mixins, attributes: one.attributes, at: [place] });
    else group.at.push(place);
  }
  return groups;
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

function areAlike(a: Alike, b: OfferedInstance): boolean {
  if (a.kind !== b.kind || a.mixins.length !== b.mixins.length) return false;
  if (!a.mixins.every((mixin, index) => mixin === b.mixins[index])) return false;
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
