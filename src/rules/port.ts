import type { Json } from '../shared/json.ts';
import type { CompiledRules } from './types.ts';

/** How the broker gets at rules: loaded once at start, compiled for each CFP. */
export interface RuleBook {
  /** Names of the shipped documents as `name@major`, with title. */
  list(): readonly { readonly ref: string; readonly title: string; readonly document: Json }[];
  /**
   * Resolves `{ref, override?}` or a whole document and compiles it. `levels` are the ids of the
   * CFP's levels, `attributes` further OCCI attribute names that facts carry.
   *
   * Throws `Unprocessable` with all problems, their paths under `path`.
   */
  compile(
    rules: Json,
    context: { readonly path: string; readonly levels: readonly string[]; readonly currency: string },
  ): CompiledRules;
}
