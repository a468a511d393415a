import type { Column } from './columns.ts';
import type { Predicate } from './must.ts';
import type { AttributeEntry } from './types.ts';
import type { CompiledUtility } from './utility-types.ts';

/** A condition in a compiled program. */
export interface ProgramMust {
  readonly id: string;
  readonly column: number;
  readonly entry: AttributeEntry;
  readonly predicate: Predicate;
  /** Pointer of the rule in the resolved document; absent for what is no rule of its own. */
  readonly path?: string;
}

/** A criterion in a compiled program. */
export interface ProgramPrefer {
  readonly id: string;
  readonly name: string;
  readonly column: number;
  readonly entry: AttributeEntry;
  readonly weight: number;
  /** Weight ÷ sum of weights. */
  readonly share: number;
  readonly utility: CompiledUtility;
  /** Utility of an absent value. */
  readonly absent: number;
}

export interface ProgramTie {
  readonly label: string;
  /** Undefined: by the candidate's hash. */
  readonly column?: number;
  readonly descending: boolean;
}

/** Rules as they run: everything that was known before the first proposal is decided here. */
export interface Program {
  readonly columns: readonly Column[];
  readonly musts: readonly ProgramMust[];
  readonly prefers: readonly ProgramPrefer[];
  /** Sum of the weights; 0 where there is no criterion. */
  readonly weights: number;
  readonly ties: readonly ProgramTie[];
  /** Width of a cell of the score's grid; equal cells are ties. */
  readonly within: number;
}
