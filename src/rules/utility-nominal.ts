import { pointer } from '../shared/json.ts';
import type { NominalUtility, UtilityContext } from './utility-types.ts';

/** A list is as good as the worst of its values. */
export function map(
  values: Readonly<Record<string, number>>,
  otherwise: number,
  { entry, path, problems }: UtilityContext,
): NominalUtility | undefined {
  const known = new Map(Object.entries(values));
  const unknown = [...known.keys()].filter((value) => entry.values !== undefined && !entry.values.includes(value));
  for (const value of unknown)
    problems.add(
      pointer(path, 'values', value),
      'value_wrong',
      `${entry.name} is never ${value}`,
      (entry.values ?? []).join(', '),
    );
  if (unknown.length > 0) return undefined;
  const one = (value: string): number => known.get(value) ?? otherwise;
  const ordered = [...known].sort(([, left], [, right]) => left - right);
  return {
    kind: 'nominal',
    of: (value) => (Array.isArray(value) ? Math.min(...value.map(one)) : one(String(value))),
    reach: (wanted) => {
      const found = ordered.find(([, utility]) => utility >= wanted)?.[0];
      return found === undefined || entry.type !== 'boolean' ? found : found === 'true';
    },
  };
}

export function bool(want: boolean): NominalUtility {
  return {
    kind: 'nominal',
    of: (value) => (value === want ? 1 : 0),
    reach: (wanted) => (wanted <= 1 ? want : undefined),
  };
}
