import type { Missing, MustRule } from './types.ts';

/** A number, or a multiple of something that the CFP states, such as its budget. */
export type Anchor = number | { readonly of: string; readonly times: number };

interface Fallback {
  /** Used when an anchor refers to something that the CFP does not state. */
  readonly else?: Utility;
}

/** How good a value is, in [0, 1], against absolute anchors (rules.md section 3). */
export type Utility =
  | ({ readonly type: 'linear' | 'log'; readonly best: Anchor; readonly worst: Anchor } & Fallback)
  | ({ readonly type: 'exp'; readonly best: Anchor; readonly worst: Anchor; readonly curve?: number } & Fallback)
  | ({ readonly type: 'logistic'; readonly mid: Anchor; readonly slope: number } & Fallback)
  | ({ readonly type: 'target'; readonly value: Anchor; readonly under?: Anchor; readonly over?: Anchor } & Fallback)
  | { readonly type: 'nines'; readonly best: number; readonly worst: number }
  | { readonly type: 'step'; readonly steps: readonly (readonly [number, number])[]; readonly below?: number }
  | { readonly type: 'points'; readonly points: readonly (readonly [number, number])[] }
  | { readonly type: 'map'; readonly values: Readonly<Record<string, number>>; readonly otherwise?: number }
  | { readonly type: 'bool'; readonly want?: boolean };

export interface PreferRule {
  readonly id: string;
  readonly attr: string;
  readonly weight: number;
  readonly utility: Utility;
  readonly missing?: Missing;
  readonly because?: string;
}

export interface WeightLimit {
  readonly left: string;
  readonly op: '<' | '<=' | '=' | '>=' | '>';
  readonly times: number;
  readonly right: string;
}

/** A rules document after its schema (rules/schema/rules.v1.json) was checked. */
export interface RulesDocument {
  readonly apiVersion: 'rules/v1';
  readonly name?: string;
  readonly version?: string;
  readonly title?: string;
  readonly description?: string;
  readonly extends?: readonly string[];
  readonly derived?: Readonly<Record<string, string>>;
  readonly missing?: Missing;
  readonly must?: readonly MustRule[];
  readonly prefer?: readonly PreferRule[];
  readonly weightLimits?: readonly WeightLimit[];
  readonly rank?: {
    readonly method?: string;
    readonly annotate?: readonly string[];
    readonly tie?: { readonly within?: number; readonly by?: readonly string[] };
  };
  readonly select?: {
    readonly lots?: Readonly<Record<string, readonly string[]>>;
    readonly bundle?: 'all' | 'any';
    readonly spread?: unknown;
    readonly together?: unknown;
    readonly apart?: unknown;
    readonly budget?: { readonly attr: string; readonly max: number };
  };
  readonly negotiation?: { readonly maxRounds?: number; readonly ask?: unknown; readonly keepPrevious?: boolean };
  readonly timing?: {
    readonly replyBy?: string;
    readonly decideBy?: string;
    readonly earlyClose?: { readonly minProposals: number; readonly after: string };
    readonly acceptLate?: boolean;
  };
  readonly award?: {
    readonly mode?: 'manual' | 'auto';
    readonly autoIf?: { readonly score: number; readonly lead: number };
    readonly failover?: number;
    readonly confirmBy?: string;
    readonly provisionBy?: string;
    readonly approvalOver?: number;
  };
  readonly explain?: { readonly level?: string; readonly toLosers?: 'nothing' | 'rank' | 'rank-and-gap' };
}
