import type { Json } from '../shared/json.ts';

export type FactValue = string | number | boolean | readonly string[];

/** What a proposal is judged by: dictionary names to values; a missing name is absent. */
export type Facts = Readonly<Record<string, FactValue | undefined>>;

/** One proposal to be ranked. `hash` decides last among equals: of (cfp id, proposal id), so that nobody profits from being first. */
export interface Candidate {
  readonly id: string;
  readonly facts: Facts;
  readonly hash: string;
  /** What was judged elsewhere, such as whether it fits the CFP; one that did not pass eliminates like any rule. */
  readonly checks?: readonly Check[];
}

export type MustOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'like' | 'exists' | 'between';

/** What becomes of an absent attribute: the proposal fails, counts as worst, or is not held against it. */
export type Missing = 'reject' | 'worst' | 'neutral';

export interface AttributeMust {
  readonly id: string;
  readonly attr: string;
  readonly op: MustOp;
  /** Absent only for `exists`, where it then means true. */
  readonly value?: string | number | boolean | readonly (string | number)[];
  readonly unit?: string;
  readonly because?: string;
  readonly missing?: Missing;
  /** How far the customer would go, were nothing to pass; only reported, never applied unasked. */
  readonly relax?: { readonly upTo: number; readonly ask?: true };
}

export interface CelMust {
  readonly id: string;
  readonly cel: string;
  readonly because?: string;
  readonly missing?: Missing;
}

/** A condition that a proposal must meet, or it is eliminated. */
export type MustRule = AttributeMust | CelMust;

/** One attribute of the dictionary (rules/attributes.json). `*` in a name stands for a level id. */
export interface AttributeEntry {
  readonly name: string;
  /** JSON pointer into `ProposalInput`, or the OCCI attribute name of its instances. */
  readonly path: string;
  /** Over several instances; `all`: the value all agree on, else the list of the different ones. */
  readonly combine: 'none' | 'sum' | 'min' | 'max' | 'all';
  readonly type: 'number' | 'string' | 'boolean' | 'list';
  /** `currency` stands for the currency that the CFP compares in; `instant` for an ISO 8601 instant. */
  readonly unit?: string;
  readonly better?: 'higher' | 'lower';
  readonly range?: { readonly min?: number; readonly max?: number };
  /** Only whole numbers occur. */
  readonly integer?: boolean;
  /** The only values that occur. */
  readonly values?: readonly string[];
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
  /** The weight at which the order to the leader flips, never the present one: the side is told by it; null: it never does. */
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
  /** How many were judged, the eliminated among them. */
  readonly size: number;
  /** Best first. The fields below are computed when first read. */
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

/** One entry for each rule that eliminated something; a proposal is listed under every rule that it fails. */
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
    /** Also in mode manual: awarded without asking where score and lead over the next are at least these. */
    readonly autoIf?: { readonly score: number; readonly lead: number };
    readonly failover: number;
    readonly confirmBy?: string;
    readonly provisionBy?: string;
  };
  readonly toLosers: 'nothing' | 'rank' | 'rank-and-gap';
}
