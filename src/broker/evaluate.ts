import type { EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import type { Ranking, RuleSettings } from '../rules/types.ts';
import { urn, type EntityId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import type { Change } from './change.ts';
import { cfpKept, proposalKept, type Answer, type CfpKept } from './kept.ts';
import { cfpAttr } from './names.ts';
import { eliminatedView, implausible, rankProposals } from './rank.ts';
import type { BrokerTools } from './tools.ts';

const MOST_RELAXATIONS = 5;

/** What the end of a round comes to. */
export interface Evaluation {
  readonly writes: readonly Write[];
  readonly record: EntityRecord;
  readonly ranking: Ranking;
}

/** C3 and then C5 or C6: the two writes that close a round, and the call as it is afterwards. */
export function evaluate(
  cfp: EntityRecord,
  proposals: readonly EntityRecord[],
  answers: readonly Answer[],
  why: { readonly actor: 'broker' | 'timer'; readonly code: string },
  tools: BrokerTools,
): Evaluation {
  const rules = tools.rules.of(cfp);
  const ranking = rankProposals(cfp, proposals, rules);
  const closed = tools.cfpChange(cfp, { to: 'evaluating' }, why);
  const suspicious = implausible(proposals);
  const shown = {
    [cfpAttr.answers]: answers as unknown as readonly Json[],
    [cfpAttr.eliminated]: eliminatedView(ranking),
  };
  const now = tools.now();
  const kept: Partial<CfpKept> = {
    rankedAt: now,
    ...(Object.keys(suspicious).length === 0 ? {} : { implausible: suspicious }),
  };
  if (ranking.ranked.length === 0) {
    const reason = unfulfilledReason(answers, proposals, ranking);
    const { record, write } = tools.cfpChange(
      closed.record,
      {
        to: 'unfulfilled',
        attributes: { ...shown, [cfpAttr.ranking]: [], [cfpAttr.reason]: reason },
        kept,
        due: { at: now, action: 'cleanup' },
      },
      { actor: 'broker', code: reason.code, detail: reason.detail },
    );
    return { writes: [closed.write, write], record, ranking };
  }
  const change: Change = {
    to: 'ranked',
    attributes: { ...shown, [cfpAttr.ranking]: ranking.ranked.map(({ id }) => urn(id as EntityId)) },
    kept,
    due: firstAward(cfp, proposals, ranking, rules.settings, suspicious)
      ? { at: now, action: 'auto' }
      : { at: decideByOf(cfpKept(cfp)), action: 'expire' },
  };
  const { record, write } = tools.cfpChange(closed.record, change, { actor: 'broker' });
  return { writes: [closed.write, write], record, ranking };
}

export function decideByOf(kept: CfpKept): number {
  return 'at' in kept.decide ? kept.decide.at : kept.replyBy + kept.decide.after;
}

/** Do the rules award without asking (rules, Award), and is there something to award? */
function firstAward(
  cfp: EntityRecord,
  proposals: readonly EntityRecord[],
  ranking: Ranking,
  settings: RuleSettings,
  suspicious: Readonly<Record<string, string>>,
): boolean {
  const { mode, autoIf } = settings.award;
  if (cfp.state !== 'open' || (mode !== 'auto' && autoIf === undefined)) return false;
  const byId = new Map<string, EntityRecord>(proposals.map((proposal) => [proposal.id, proposal]));
  const awardable = ranking.ranked.filter(
    ({ id }) => byId.get(id)?.state === 'acceptable' && suspicious[id] === undefined,
  );
  const [first, second] = awardable;
  if (first === undefined) return false;
  if (autoIf === undefined) return true;
  return first.score >= autoIf.score && (second === undefined || first.score - second.score >= autoIf.lead);
}

/** C6: why there is nothing, and what would help most. */
function unfulfilledReason(
  answers: readonly Answer[],
  proposals: readonly EntityRecord[],
  ranking: Ranking,
): { readonly code: string; readonly detail: string; readonly relaxations?: readonly Json[] } {
  if (answers.every(({ outcome }) => outcome === 'skipped'))
    return {
      code: 'no_eligible_vendor',
      detail: answers.length === 0 ? 'No vendor is connected' : 'No connected vendor can answer; the answers say why',
    };
  if (proposals.every((proposal) => proposalKept(proposal).facts === undefined))
    return { code: 'no_proposals', detail: 'No vendor proposed anything; the answers say why' };
  return {
    code: 'nothing_feasible',
    detail: 'No proposal meets the call and its rules; the eliminated say by what they miss',
    relaxations: ranking.relaxations
      .slice(0, MOST_RELAXATIONS)
      .map(({ rule, text, admits }) => ({ rule, text, admits })),
  };
}
