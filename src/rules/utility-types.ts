import type { Problems } from '../shared/errors.ts';
import type { AttributeEntry, FactValue } from './types.ts';

/** How good a number is, with the closed inverse that counterfactuals need. */
export interface NumericUtility {
  readonly kind: 'numeric';
  of(value: number): number;
  /** The value nearest to `from` whose utility is at least `utility`; undefined: none is so good. */
  reach(utility: number, from: number): number | undefined;
  /** 1: more is better; -1: less is; 0: neither. */
  readonly direction: 1 | -1 | 0;
}

/** How good one of several values is. */
export interface NominalUtility {
  readonly kind: 'nominal';
  of(value: FactValue): number;
  reach(utility: number): string | boolean | undefined;
}

export type CompiledUtility = NumericUtility | NominalUtility;

/** What a utility is checked against, and where what is wrong with it is told. */
export interface UtilityContext {
  readonly entry: AttributeEntry;
  readonly cfpFacts: Readonly<Record<string, number>>;
  readonly path: string;
  readonly problems: Problems;
}
