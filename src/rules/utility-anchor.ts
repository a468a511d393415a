import { pointer } from '../shared/json.ts';
import type { Anchor } from './document.ts';
import type { UtilityContext } from './utility-types.ts';

/** The number an anchor stands for; undefined: the CFP does not state it. */
export function anchor(
  value: Anchor,
  { entry, cfpFacts, path, problems }: UtilityContext,
  at: string,
): number | undefined {
  if (typeof value === 'number') return value;
  const suffix = entry.name.startsWith('price.') ? entry.name.slice('price.'.length) : 'month';
  const name = value.of === 'budget' ? `budget.${suffix}` : value.of;
  if (!/^(budget|wanted)\.[a-z]+$/.test(name)) {
    problems.add(
      pointer(path, at, 'of'),
      'unknown_attribute',
      `a CFP states no ${value.of} that an anchor could refer to`,
      'budget, budget.month, budget.percore, wanted.cores, wanted.memory, wanted.storage',
    );
    return undefined;
  }
  const base = cfpFacts[name];
  return base === undefined ? undefined : base * value.times;
}
