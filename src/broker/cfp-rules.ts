import { cfpFacts } from '../rules/facts.ts';
import type { CompileContext, RuleBook } from '../rules/port.ts';
import type { CompiledRules, MustRule } from '../rules/types.ts';
import type { EntityRecord } from '../occi/entity.ts';
import { nominalMonths } from '../shared/duration.ts';
import type { EntityId } from '../shared/ids.ts';
import { pointer, type Json } from '../shared/json.ts';
import { cfpKept } from './kept.ts';
import { cfpAttr } from './names.ts';
import { periodLength, type Budget, type CfpTerms } from './terms.ts';

/** The sum that a budget is compared with (api.md, Money). */
export const budgetSum: Readonly<Record<Budget['per'], 'month' | 'hour' | 'once' | 'total'>> = {
  month: 'month',
  hour: 'hour',
  once: 'once',
  term: 'total',
};

const MOST_KEPT = 512;

/**
 * Rules compiled for calls. Calls that ask the same of the same rules share one compilation; a
 * call of before the restart is compiled again from its frozen document, which gives the same.
 */
export class CfpRules {
  readonly #book: RuleBook;
  readonly #compiled = new Map<string, CompiledRules>();
  readonly #ofCfp = new Map<EntityId, { readonly revision: number; readonly compiled: CompiledRules }>();

  constructor(book: RuleBook) {
    this.#book = book;
  }

  /** Throws `BadRequest` or `Unprocessable` with all problems of the rules. */
  compile(rules: Json, terms: CfpTerms): CompiledRules {
    const context = contextOf(terms);
    const key = JSON.stringify([rules, context]);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiled = this.#book.compile(rules, context);
    keep(this.#compiled, key, compiled);
    return compiled;
  }

  /** The rules of a published call. */
  of(cfp: EntityRecord): CompiledRules {
    const known = this.#ofCfp.get(cfp.id);
    const { rules, terms, revision } = cfpKept(cfp);
    // The same document is compiled into other rules where the call itself demands something else.
    if (known?.revision === revision && known.compiled.sha256 === rules.sha256) return known.compiled;
    const compiled = this.compile(rules.document, terms);
    this.remember(cfp.id, revision, compiled);
    return compiled;
  }

  remember(cfp: EntityId, revision: number, compiled: CompiledRules): void {
    keep(this.#ofCfp, cfp, { revision, compiled });
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_KEPT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function contextOf(terms: CfpTerms): CompileContext {
  const length = periodLength(terms.period, terms.period.from ?? 0);
  const months = length === undefined ? undefined : nominalMonths(length);
  return {
    path: pointer('/attributes', cfpAttr.rules),
    levels: terms.levels.map(({ id }) => id),
    wanted: terms.wanted.map(({ id, type }) => ({ id, link: type === 'link' })),
    currency: terms.currency,
    needs: Object.fromEntries(terms.levels.map(({ id, need }) => [id, need])),
    cfpFacts: cfpFacts({
      ...(terms.budget === undefined ? {} : { budget: terms.budget }),
      ...(months === undefined ? {} : { months: months[0] / months[1] }),
      wanted: terms.wanted.map((one) => ({
        ...(one.type === 'resource' ? { count: one.count } : {}),
        attributes: one.attributes,
      })),
    }),
    must: brokerMusts(terms),
  };
}

/** What the call itself demands, beside what its rules do: the budget, and the levels that must be kept. */
function brokerMusts(terms: CfpTerms): readonly MustRule[] {
  const { budget } = terms;
  const levels = terms.levels
    .filter(({ need }) => need === 'must')
    .map(({ id }): MustRule => ({
      id: `cfp.level.${id}`,
      attr: `level.${id}.kept`,
      op: '=',
      value: true,
      because: 'the call must have this level',
    }));
  if (budget === undefined) return levels;
  return [
    {
      id: 'cfp.budget',
      attr: `price.${budgetSum[budget.per]}`,
      op: '<=',
      value: Number(budget.amount),
      because: 'the budget',
    },
    ...levels,
  ];
}
