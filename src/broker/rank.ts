import type { EntityRecord } from '../occi/entity.ts';
import type { Candidate, CompiledRules, Ranking } from '../rules/types.ts';
import { urn, type EntityId, type VendorId } from '../shared/ids.ts';
import { sha256, type Json } from '../shared/json.ts';
import { proposalKept, takesPart } from './kept.ts';

const MOST_LISTED = 25;
/** A price under this share of the usual one is taken for a mistake. */
const LEAST_SHARE = 0.02;
/** How many others there must be to say what is usual. */
const LEAST_OTHERS = 3;

/** Ranks what takes part in the call's revision: everything with frozen facts. The same proposals and rules give the same ranking. */
export function rankProposals(cfp: EntityRecord, proposals: readonly EntityRecord[], rules: CompiledRules): Ranking {
  const candidates: Candidate[] = [];
  for (const proposal of proposals) {
    const one = takesPart(cfp, proposal) ? candidate(cfp.id, proposal) : undefined;
    if (one !== undefined) candidates.push(one);
  }
  return rules.rank(candidates);
}

function candidate(cfp: EntityId, proposal: EntityRecord): Candidate | undefined {
  const { facts, checks } = proposalKept(proposal);
  if (facts === undefined) return undefined;
  const { id } = proposal;
  const hash = sha256(`${cfp}:${id}`);
  return checks === undefined ? { id, facts, hash } : { id, facts, hash, checks };
}

/** `org.parley.cfp.eliminated`: by rule, with the nearest misses. */
export function eliminatedView(ranking: Ranking): readonly Json[] {
  return ranking.eliminated.map(({ rule, count, ids }) => ({
    rule,
    count,
    proposals: ids.slice(0, MOST_LISTED).map((id) => urn(id as EntityId)),
    nearest: ranking.nearest
      .filter((miss) => miss.rule === rule)
      .slice(0, 3)
      .map(({ id, miss, needs }) => ({ proposal: urn(id as EntityId), miss, needs })),
  }));
}

/**
 * Prices too good to be true, with why: nothing at all where others ask for money, or a small
 * fraction of what is usual. They stay in the ranking, and cannot be awarded.
 */
export function implausible(proposals: readonly EntityRecord[]): Readonly<Record<string, string>> {
  const prices: { readonly proposal: EntityRecord; readonly month: number }[] = [];
  const vendors = new Set<VendorId | undefined>();
  for (const proposal of proposals) {
    const month = proposalKept(proposal).facts?.['price.month'];
    if (typeof month !== 'number' || proposal.state === 'void') continue;
    prices.push({ proposal, month });
    vendors.add(proposal.vendor);
  }
  const sorted = Float64Array.from(prices, ({ month }) => month).sort();
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const found: Record<string, string> = {};
  if (median <= 0 || vendors.size < 2) return found;
  for (const { proposal, month } of prices) {
    if (month === 0) found[proposal.id] = 'implausible: it costs nothing where others ask for money';
    else if (prices.length > LEAST_OTHERS && month < median * LEAST_SHARE)
      found[proposal.id] = `implausible: it costs under ${LEAST_SHARE * 100} % of what is usual`;
  }
  return found;
}
