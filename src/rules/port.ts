import type { Json } from '../shared/json.ts';
import type { ProposalInput } from './facts.ts';
import type { AttributeEntry, CompiledRules, Facts, MustRule } from './types.ts';

/** What of a CFP its rules are compiled against; all of it is known before any proposal comes. */
export interface CompileContext {
  /** JSON pointer of the rules in the document that the client sent. */
  readonly path: string;
  /** Ids of the CFP's levels. */
  readonly levels: readonly string[];
  /** Ids of what is wanted, which lots are made of. */
  readonly wanted?: readonly { readonly id: string; readonly link: boolean }[];
  /** ISO 4217, the currency that prices are compared in. */
  readonly currency: string;
  /** Rules on `level.*` spread over the levels that somebody may commit to: not over those to be measured only. */
  readonly needs?: Readonly<Record<string, 'must' | 'prefer' | 'measure'>>;
  /** What anchors may refer to, such as `budget.month` and `wanted.cores`; made by `cfpFacts`. */
  readonly cfpFacts?: Readonly<Record<string, number>>;
  /** The broker's own conditions, such as budget and levels; ids best begin with `cfp.`, which documents may not use. */
  readonly must?: readonly MustRule[];
}

/** How the broker gets at rules: loaded once at start, compiled for each CFP. */
export interface RuleBook {
  /** The attributes that rules may name (rules/attributes.json). */
  readonly dictionary: readonly AttributeEntry[];
  /** The shipped documents as `name@major`, with title. */
  list(): readonly { readonly ref: string; readonly title: string; readonly document: Json }[];
  /**
   * Resolves `{ref, override?}` or a whole document and compiles it. Compiling the resolved document
   * again, in the same context, gives the same document and hash.
   *
   * Throws `BadRequest` for what is unknown, missing or wrongly typed, else `Unprocessable` for what
   * makes no sense or is not built yet; each with all problems, their paths under `context.path`.
   */
  compile(rules: Json, context: CompileContext): CompiledRules;
  /** What a proposal is judged by, combined over its instances as the dictionary says. */
  factsOf(proposal: ProposalInput): Facts;
}
