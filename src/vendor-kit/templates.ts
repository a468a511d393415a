import { typeId } from '../shared/ids.ts';
import type { TypeId } from '../shared/ids.ts';
import type { Constraint, Wanted } from '../terms/resources.ts';
import { attributes } from './names.ts';

const CRTP = 'http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#';

/** Sizes of the standard compute resource templates (GFD.222): cores and memory in GiB. */
export const resourceTemplates: ReadonlyMap<TypeId, { readonly cores: number; readonly memory: number }> = new Map(
  (
    [
      ['small', 1, 1],
      ['medium', 2, 2],
      ['large', 4, 4],
      ['mem_small', 1, 4],
      ['mem_medium', 2, 8],
      ['mem_large', 4, 16],
    ] as const
  ).map(([term, cores, memory]) => [typeId(CRTP + term), { cores, memory }]),
);

/** Mixins that come with whatever a vendor delivers, so naming them asks for nothing. */
const IMPLIED: ReadonlySet<TypeId> = new Set([typeId('http://schemas.parley.org/occi/placement#placement')]);

/** What of a wanted thing's mixins a vendor can give, and what they say about its size. */
export interface ChosenMixins {
  readonly mixins: readonly TypeId[];
  /** The wanted attributes; a resource template's sizes stand over them. */
  readonly attributes: Readonly<Record<string, Constraint>>;
}

/**
 * Picks for each wanted mixin the first alternative that the vendor knows; undefined where it knows
 * none. The standard resource templates are known to all who offer compute by size.
 */
export function chooseMixins(wanted: Wanted, own: ReadonlySet<TypeId> = new Set()): ChosenMixins | undefined {
  const mixins: TypeId[] = [];
  let wants = wanted.attributes;
  for (const { anyOf } of wanted.mixins) {
    const chosen = anyOf.find((type) => own.has(type) || IMPLIED.has(type) || resourceTemplates.has(type));
    if (chosen === undefined) return undefined;
    mixins.push(chosen);
    const size = resourceTemplates.get(chosen);
    if (size !== undefined)
      wants = {
        ...wants,
        [attributes.cores]: { ...wants[attributes.cores], equal: size.cores },
        [attributes.memory]: { ...wants[attributes.memory], equal: size.memory },
      };
  }
  return { mixins, attributes: wants };
}
