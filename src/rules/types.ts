import type { Json } from '../shared/json.ts';

export type FactValue = string | number | boolean | readonly string[];

/** What a proposal is judged by: dictionary names to values; a missing name is absent. */
export type Facts = Readonly<Record<string, FactValue | undefined>>;

/** One proposal to be ranked. `hash` decides last among equals: of (cfp id, proposal id), so that nobody profits from being first. */
export interface Candidate {
  readonly id: string;
  readonly facts: Facts;
  readonly hash: string;
}

/** One attribute of the dictionary (rules/attributes.json). `*` in a name stands for a level id or an attribute name. */
export interface AttributeEntry {
  readonly name: string;
  /** JSON pointer or OCCI attribute name in the proposal. */
  readonly path: string;
  readonly combine: 'none' | 'sum' | 'min' | 'max' | 'all';
  readonly type: 'number' | 'string' | 'boolean' | 'list';
  readonly unit?: string;
  readonly better?: 'higher' | 'lower';
  readonly range?: { readonly min?: number; readonly max?: number };
  readonly source: 'cfp' | 'proposal' | 'vendor' | 'measured';
  readonly description: string;
}

export interface Check {
  readonly id: string;
  readonly pass: boolean;
  readonly actual: FactValue | null;
  readonly wanted: string;
  /** Relative miss, 0 when passed; null where it cannot be measured. */
  readonly miss: number | null;
}

export interface Contribution {
  readonly id: string;
  readonly value: FactValue | null;
  readonly utility: number;
  readonly weight: number;
  /** weight × utility ÷ sum of weights: they add up to the score. */
  readonly points: number;
}

export interface Counterfactual {
  readonly attr: string;
  /** "first if price.month <= 596.20" */
  readonly text: string;
  readonly op: '<=' | '>=' | '=';
  readonly value: FactValue;
  readonly reaches: 'first' | 'feasible';
}

export interface WeightStability {
  readonly id: string;
  readonly text: string;
  /** The weight at which the order to the leader flips; null: it never does. */
  readonly flipsAt: number | null;
}

export interface Explanation {
  readonly status: 'ranked' | 'eliminated';
  readonly rank: number | null;
  readonly score: number | null;
  readonly checks: readonly Check[];
  readonly contributions: readonly Contribution[];
  readonly pareto: boolean;
  readonly dominatedBy?: string;
  /** `score`, or the tie rule that decided against the neighbour above. */
  readonly decidedBy: string;
  readonly counterfactuals: readonly Counterfactual[];
  readonly weightStability: readonly WeightStability[];
}

export interface Ranking {
  /** Best first. */
  readonly ranked: readonly { readonly id: string; readonly score: number; readonly rank: number }[];
  readonly eliminated: readonly EliminatedBy[];
  /** The eliminated that missed by least, nearest first. */
  readonly nearest: readonly {
    readonly id: string;
    readonly rule: string;
    readonly miss: number;
    readonly needs: string;
  }[];
  /** Which relaxation of one rule would admit how many. */
  readonly relaxations: readonly { readonly rule: string; readonly text: string; readonly admits: number }[];
  /** Computed when asked: rank all, explain what is read. */
  explain(id: string): Explanation;
}

export interface EliminatedBy {
  readonly rule: string;
  readonly count: number;
  readonly ids: readonly string[];
}

/** Rules that were resolved, checked and compiled for one CFP. */
export interface CompiledRules {
  /** The resolved document, as the CFP keeps it. */
  readonly document: Json;
  readonly sha256: string;
  readonly settings: RuleSettings;
  rank(candidates: readonly Candidate[]): Ranking;
}

/** What of a rules document steers the broker rather than the ranking. */
export interface RuleSettings {
  readonly replyBy?: string;
  readonly decideBy?: string;
  readonly earlyClose?: { readonly minProposals: number; readonly after: string };
  readonly acceptLate: boolean;
  readonly award: {
    readonly mode: 'manual' | 'auto';
    readonly autoIf?: { readonly score: number; readonly lead: number };
    readonly failover: number;
    readonly confirmBy?: string;
    readonly provisionBy?: string;
  };
  readonly toLosers: 'nothing' | 'rank' | 'rank-and-gap';
}
