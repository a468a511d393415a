import { ConcurrentChange } from '../occi/concurrency.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import { decimal } from '../shared/decimal.ts';
import { fixedMilliseconds } from '../shared/duration.ts';
import { Conflict, Unprocessable } from '../shared/errors.ts';
import { urn, type EntityId, type PrincipalId } from '../shared/ids.ts';
import { parseEntityId } from '../shared/ids.ts';
import type { Commitment } from '../terms/level.ts';
import type { Price } from '../terms/price.ts';
import { expand } from './compact.ts';
import { budgetSum } from './cfp-rules.ts';
import { asJson, cfpKept, proposalKept, type AwardState } from './kept.ts';
import { cfpAttr, proposalAttr } from './names.ts';
import { decideByOf } from './evaluate.ts';
import { slaType } from '../sla/names.ts';
import type { BrokerTools } from './tools.ts';

const MOST_ALTERNATIVES = 5;

/** Why a proposal cannot be awarded now. */
export interface NotAwardable {
  readonly code: string;
  readonly detail: string;
}

/** The writes that award a proposal, and the SLA that they make. */
export interface AwardPlan {
  readonly sla: EntityRecord;
  readonly cfp: EntityRecord;
  readonly writes: readonly Write[];
}

/** Everything that must hold at the moment of an award, looked at again (C7). */
export function whyNotNow(cfp: EntityRecord, proposal: EntityRecord, tools: BrokerTools): NotAwardable | undefined {
  const now = tools.now();
  const kept = cfpKept(cfp);
  const { facts, validUntil } = proposalKept(proposal);
  if (proposal.state === 'expired' || (proposal.state === 'acceptable' && validUntil <= now))
    return { code: 'proposal_expired', detail: 'The proposal has expired' };
  const whyNot = proposal.attributes[proposalAttr.whynot];
  if (proposal.state === 'advisory')
    return {
      code: 'not_awardable',
      detail: typeof whyNot === 'string' ? whyNot : 'The proposal shows the market and cannot be awarded',
    };
  if (proposal.state !== 'acceptable')
    return { code: 'not_awardable', detail: `The proposal is ${String(proposal.state)}` };
  const doubt = kept.implausible?.[proposal.id];
  if (doubt !== undefined) return { code: 'not_awardable', detail: doubt };
  if (facts === undefined || !isRanked(cfp, proposal.id))
    return { code: 'not_awardable', detail: 'The proposal was eliminated; its explanation says by what' };
  return overBudget(cfp, proposal);
}

function isRanked(cfp: EntityRecord, proposal: EntityId): boolean {
  const ranking = cfp.attributes[cfpAttr.ranking];
  return Array.isArray(ranking) && ranking.includes(urn(proposal));
}

/** Exact, whatever ranking thought of it: the budget is hard. */
function overBudget(cfp: EntityRecord, proposal: EntityRecord): NotAwardable | undefined {
  const { budget } = cfpKept(cfp).terms;
  if (budget === undefined) return undefined;
  const price = proposal.attributes[proposalAttr.price] as unknown as Price;
  const sum = price.compare?.[budgetSum[budget.per]];
  if (sum === undefined) return { code: 'over_budget', detail: 'Its price cannot be compared with the budget' };
  return decimal(sum).gt(decimal(budget.amount))
    ? { code: 'over_budget', detail: `It costs ${sum} ${budget.currency}, and the budget is ${budget.amount}` }
    : undefined;
}

/** C7 and C9: the call goes on to awarding, the proposal is selected, and its SLA comes into being; one write. */
export function planAward(
  cfp: EntityRecord,
  proposal: EntityRecord,
  by: { readonly principal: PrincipalId; readonly actor: string },
  tried: AwardState['tried'],
  tools: BrokerTools,
): AwardPlan {
  const { deps, defaults } = tools;
  const kept = cfpKept(cfp);
  const offer = proposalKept(proposal);
  const { settings } = tools.rules.of(cfp);
  const now = tools.now();
  const attempt = tried.length + 1;
  if (proposal.vendor === undefined) throw new Error(`proposal ${proposal.id} has no vendor`);
  const sla = deps.sla.draft({
    id: deps.newId(),
    cfp: cfp.id,
    proposal: proposal.id,
    tenant: cfp.tenant,
    owner: cfp.owner,
    vendor: proposal.vendor,
    ...(cfp.title === undefined ? {} : { title: cfp.title }),
    attempt,
    wanted: kept.terms.wanted,
    levels: kept.terms.levels,
    period: kept.terms.period,
    resources: expand(offer.resources),
    commitments: proposal.attributes[proposalAttr.levels] as unknown as readonly Commitment[],
    price: proposal.attributes[proposalAttr.price] as unknown as Price,
    offer: {
      variant: text(proposal.attributes[proposalAttr.variant]),
      validUntil: offer.validUntil,
      binding: proposal.attributes[proposalAttr.binding] === true,
      ...(offer.terms === undefined ? {} : { terms: offer.terms }),
      ...(offer.handle === undefined ? {} : { handle: offer.handle }),
    },
    awardedBy: by.principal,
    at: now,
    confirmWithin: within(settings.award.confirmBy, defaults.confirmBy),
    provisionWithin: within(settings.award.provisionBy, defaults.provisionBy),
  });
  const award: AwardState = { proposal: proposal.id, sla: sla.id, attempt, by: by.actor, tried };
  const { record, write } = tools.cfpChange(
    cfp,
    { to: 'awarding', kept: { award: asJson(award) }, due: null },
    { actor: by.actor, code: attempt === 1 ? 'award' : 'failover', detail: urn(proposal.id) },
  );
  const writes: Write[] = [
    write,
    tools.proposalChange(proposal, { to: 'selected', due: null }, { actor: by.actor, code: 'award' }),
    {
      op: 'create',
      record: sla,
      note: {
        from: null,
        to: sla.state ?? null,
        actor: by.actor,
        event: `org.parley.sla.${sla.state ?? ''}`,
        subject: tools.pathOf(sla),
      },
    },
  ];
  return { sla, cfp: record, writes };
}

function within(duration: string | undefined, fallback: number): number {
  return duration === undefined ? fallback : (fixedMilliseconds(duration) ?? fallback);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The best proposals that could be awarded now, in the order of the ranking. */
export async function awardableNow(
  cfp: EntityRecord,
  except: ReadonlySet<string>,
  limit: number,
  store: EntityStore,
  tools: BrokerTools,
): Promise<EntityRecord[]> {
  const ranking = cfp.attributes[cfpAttr.ranking];
  const ids = (Array.isArray(ranking) ? ranking : []).flatMap((one: unknown) =>
    typeof one === 'string' ? (parseEntityId(one) ?? []) : [],
  );
  const found: EntityRecord[] = [];
  const BATCH = 50;
  for (let at = 0; at < ids.length && found.length < limit; at += BATCH) {
    const batch = await store.getMany(ids.slice(at, at + BATCH).filter((id) => !except.has(id)));
    for (const proposal of batch) {
      if (proposal === undefined || found.length >= limit) continue;
      if (whyNotNow(cfp, proposal, tools) === undefined) found.push(proposal);
    }
  }
  return found;
}

/** The `award` action (C7). Throws `Conflict` with alternatives where it cannot be. */
export async function awardByRequest(
  cfp: EntityRecord,
  references: readonly string[],
  by: { readonly principal: PrincipalId; readonly actor: string },
  resolve: (reference: string) => Promise<EntityRecord | undefined>,
  store: EntityStore,
  tools: BrokerTools,
): Promise<EntityRecord> {
  const path = '/attributes/proposals';
  if (decideByOf(cfpKept(cfp)) <= tools.now())
    throw new Conflict('decide_by_passed', 'The time to decide is over', { extra: { state: cfp.state, moves: [] } });
  const found = await Promise.all(references.map((reference) => resolve(reference)));
  const problems = found.flatMap((proposal, at) =>
    proposal?.parent === cfp.id && proposal.kind !== slaType
      ? []
      : [
          {
            path: `${path}/${at}`,
            code: proposal === undefined ? 'reference_unknown' : 'reference_foreign',
            detail: proposal === undefined ? 'no such proposal' : 'it is no proposal of this call',
          },
        ],
  );
  if (problems.length > 0)
    throw new Unprocessable('invalid_award', 'What is to be awarded is not found here', { problems });
  const distinct = [...new Map(found.map((proposal) => [proposal?.id, proposal])).values()];
  const [proposal] = distinct;
  if (distinct.length > 1)
    throw new Unprocessable(
      'not_supported',
      'A call is awarded as a whole to one proposal: lots are not supported yet',
      {
        problems: [{ path, code: 'not_supported', detail: 'name one proposal' }],
      },
    );
  if (proposal === undefined)
    throw new Unprocessable('invalid_award', 'Nothing is named to be awarded', {
      problems: [{ path, code: 'nothing_wanted', detail: 'name one proposal' }],
    });
  const not = whyNotNow(cfp, proposal, tools);
  if (not !== undefined) {
    const alternatives = await awardableNow(cfp, new Set([proposal.id]), MOST_ALTERNATIVES, store, tools);
    throw new Conflict(not.code, not.detail, {
      extra: {
        state: proposal.state,
        whynot: not.detail,
        alternatives: alternatives.map(({ id }) => urn(id)),
      },
    });
  }
  const plan = planAward(cfp, proposal, by, [], tools);
  const result = await store.write(plan.writes);
  if (!result.ok) throw new ConcurrentChange();
  return plan.sla;
}
