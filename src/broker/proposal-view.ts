import type { EntityRecord } from '../occi/entity.ts';
import type { Projection, RequestContext } from '../occi/extension.ts';
import type { Explanation, Ranking } from '../rules/types.ts';
import { parseEntityId, urn, type EntityId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { expand } from './compact.ts';
import { cfpKept, proposalKept, takesPart } from './kept.ts';
import { proposalAttr } from './names.ts';
import { RankingCache } from './ranking-cache.ts';
import { rankProposals } from './rank.ts';
import { proposalsOf, type BrokerTools } from './tools.ts';

interface Ranked {
  readonly cfp: EntityRecord;
  readonly ranking: Ranking;
}

/**
 * Rank, score and explanation of proposals. They are not stored with each proposal: the frozen
 * facts are ranked again when somebody reads, which gives the same every time, and is kept for the
 * next reader.
 */
export class ProposalViews {
  readonly #tools: BrokerTools;
  readonly #rankings = new RankingCache();
  readonly #cfps = new WeakMap<RequestContext, Map<EntityId, Promise<EntityRecord | undefined>>>();

  constructor(tools: BrokerTools) {
    this.#tools = tools;
  }

  async project(proposal: EntityRecord, ctx: RequestContext): Promise<Projection> {
    const ranked = await this.#ranked(proposal, ctx);
    const attributes: Record<string, Json> = {
      ...proposal.attributes,
      [proposalAttr.resources]: expand(proposalKept(proposal).resources) as unknown as readonly Json[],
    };
    if (ranked === undefined) return { attributes };
    const doubt = cfpKept(ranked.cfp).implausible?.[proposal.id];
    if (doubt !== undefined) {
      attributes[proposalAttr.awardable] = false;
      attributes[proposalAttr.whynot] = doubt;
    }
    const explanation = ranked.ranking.explain(proposal.id);
    if (explanation.status === 'eliminated' && attributes[proposalAttr.awardable] === true) {
      const failed = explanation.checks.filter(({ pass }) => !pass).map(({ id }) => id);
      attributes[proposalAttr.awardable] = false;
      attributes[proposalAttr.whynot] = `eliminated by ${failed.join(', ')}`;
    }
    const variant = `${ranked.cfp.rev}`;
    if (ctx.caller.role === 'vendor') {
      const { toLosers } = this.#tools.rules.of(ranked.cfp).settings;
      if (toLosers !== 'nothing' && explanation.rank !== null) attributes[proposalAttr.rank] = explanation.rank;
      return { attributes, variant: `vendor-${variant}` };
    }
    if (explanation.rank !== null) attributes[proposalAttr.rank] = explanation.rank;
    if (explanation.score !== null) attributes[proposalAttr.score] = explanation.score;
    attributes[proposalAttr.explanation] = rendered(explanation);
    return { attributes, variant };
  }

  async #ranked(proposal: EntityRecord, ctx: RequestContext): Promise<Ranked | undefined> {
    if (proposal.parent === undefined || proposalKept(proposal).facts === undefined) return undefined;
    const cfp = await this.#cfp(proposal.parent, ctx);
    if (cfp === undefined || cfpKept(cfp).rankedAt === undefined || !takesPart(cfp, proposal)) return undefined;
    return { cfp, ranking: await this.#ranking(cfp) };
  }

  /** A list of a call's proposals reads the call once. */
  #cfp(id: EntityId, ctx: RequestContext): Promise<EntityRecord | undefined> {
    const known = this.#cfps.get(ctx) ?? new Map<EntityId, Promise<EntityRecord | undefined>>();
    this.#cfps.set(ctx, known);
    const found = known.get(id) ?? this.#tools.deps.store.get(id);
    known.set(id, found);
    return found;
  }

  #ranking(cfp: EntityRecord): Promise<Ranking> {
    const known = this.#rankings.get(cfp);
    if (known !== undefined) return known;
    const ranking = proposalsOf(this.#tools.deps.store, cfp.id).then((proposals) =>
      rankProposals(cfp, proposals, this.#tools.rules.of(cfp)),
    );
    this.remember(cfp, ranking);
    return ranking;
  }

  /** Keeps a ranking that is at hand anyway. */
  remember(cfp: EntityRecord, ranking: Promise<Ranking>): void {
    this.#rankings.put(cfp, ranking);
  }
}

/** As clients see it: whatever refers to an entity does so by its id as it is rendered. */
function rendered(explanation: Explanation): JsonObject {
  const { dominatedBy } = explanation;
  const by = dominatedBy === undefined ? undefined : parseEntityId(dominatedBy);
  return { ...explanation, ...(by === undefined ? {} : { dominatedBy: urn(by) }) } as unknown as JsonObject;
}
