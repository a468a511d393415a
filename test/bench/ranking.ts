import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { createRuleBook } from '../../src/rules/book.ts';
import type { Candidate, CompiledRules } from '../../src/rules/types.ts';
import { projectRoot } from '../../src/shared/paths.ts';
import type { BenchRow } from './types.ts';

/** As many as the shipped price lists hold. */
const MARKET = 57_391;
const EXPLAINED = 100;

/** Ranking with full explanation, against a bare sort of the same candidates by price. */
export async function run(): Promise<BenchRow[]> {
  const book = await createRuleBook({ folder: join(projectRoot, 'rules') });
  const compiled = book.compile(
    {
      ref: 'balanced@1',
      override: {
        must: [
          { id: 'place', attr: 'country', op: 'in', value: ['DE', 'FR', 'IE', 'NL', 'US'] },
          { id: 'size', attr: 'cores', op: '>=', value: 4 },
        ],
      },
    },
    {
      path: '/rules',
      levels: ['up', 'fast'],
      currency: 'EUR',
      cfpFacts: { 'budget.month': 900 },
      must: [{ id: 'cfp.budget', attr: 'price.month', op: '<=', value: 900, unit: 'EUR' }],
    },
  );
  return [
    row('rank and explain 1,000 proposals', market(1000), compiled, 1000),
    row(`filter and rank ${MARKET} proposals, explain the first ${EXPLAINED}`, market(MARKET), compiled, EXPLAINED),
  ];
}

function row(name: string, candidates: readonly Candidate[], compiled: CompiledRules, explained: number): BenchRow {
  let kept = 0;
  const value = median(candidates.length > 10_000 ? 15 : 200, () => {
    const ranking = compiled.rank(candidates);
    for (const { id } of explained >= candidates.length ? candidates : ranking.ranked.slice(0, explained))
      kept += ranking.explain(id).checks.length;
    kept += ranking.eliminated.length + ranking.nearest.length + ranking.relaxations.length;
  });
  const baseline = median(candidates.length > 10_000 ? 15 : 200, () => {
    const sorted = [...candidates].sort((left, right) => priceOf(left) - priceOf(right));
    kept += sorted.length;
  });
  if (kept === 0) throw new Error('nothing was ranked');
  return { name, value, unit: 'ms', baseline, ratio: value / baseline };
}

function priceOf({ facts }: Candidate): number {
  const price = facts['price.month'];
  return typeof price === 'number' ? price : Infinity;
}

function median(times: number, work: () => void): number {
  for (let warm = 0; warm < Math.ceil(times / 4); warm++) work();
  const taken = Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((left, right) => left - right);
  return taken[Math.floor(times / 2)] ?? 0;
}

/** Proposals as a market has them: few countries, prices over three orders of magnitude, records of a few vendors. */
function market(count: number): Candidate[] {
  const countries = ['DE', 'FR', 'IE', 'NL', 'US', 'JP', 'BR', 'AU', 'IN', 'GB'];
  const random = generator(7);
  return Array.from({ length: count }, (_, index) => {
    const cores = 2 ** Math.floor(random() * 7);
    const vendor = Math.floor(random() * 4);
    return {
      id: `proposal-${index}`,
      hash: Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
      facts: {
        'price.month': Math.round(cores * 30 * (0.3 + random() * 3) * 100) / 100,
        'price.once': 0,
        country: countries[Math.floor(random() * countries.length)],
        cores,
        memory: cores * 4,
        'level.up.kept': vendor < 2,
        'level.up.target': vendor < 2 ? 0.999 : undefined,
        'level.fast.kept': vendor === 0,
        awardable: vendor === 0,
        validUntil: 1_800_000_000_000 + vendor,
        'vendor.compliance90d': vendor === 3 ? undefined : 0.95 + vendor / 50,
      },
    };
  });
}

/** Always the same figures: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
