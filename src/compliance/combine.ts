import { minorUnit } from '../shared/decimal.ts';
import type { Level } from '../terms/level.ts';
import { exactBillionths } from '../terms/shares.ts';
import { billionthsOf, decimalOf, roundedHalfEven } from './credit.ts';
import type { Credit, LevelResult, WindowResult } from './types.ts';

/** A credit that counts, after all levels of the SLA have been looked at together. */
export interface DueCredit {
  readonly level: string;
  readonly window: WindowResult;
  readonly credit: Credit;
}

interface Candidate {
  readonly credits: readonly DueCredit[];
  readonly total: bigint;
}

/**
 * Of several levels with a credit for the same window the largest counts (`combine: largest`), or
 * they add up (`sum`), never to more than the largest cap. A window whose levels are not all
 * complete is left for later, so that what is paid is not changed by a level that settles late.
 */
export function combineCredits(levels: readonly Level[], results: readonly LevelResult[]): readonly DueCredit[] {
  const groups = new Map<string, DueCredit[]>();
  const pending = new Set<string>();
  results.forEach((result, i) => {
    if (levels[i]?.remedy === null) return;
    for (const window of result.windows) {
      const key = `${window.from}/${window.until}`;
      if (!window.complete) pending.add(key);
      if (window.credit === undefined) continue;
      const group = groups.get(key) ?? [];
      group.push({ level: result.level, window, credit: window.credit });
      groups.set(key, group);
    }
  });
  const byId = new Map(levels.map((level) => [level.id, level]));
  return [...groups].flatMap(([key, group]) => (pending.has(key) ? [] : largest(group, byId)));
}

function largest(group: readonly DueCredit[], levels: ReadonlyMap<string, Level>): readonly DueCredit[] {
  const summed = group.filter((due) => levels.get(due.level)?.remedy?.combine === 'sum');
  const alone = new Map<string, DueCredit[]>();
  for (const due of group) if (!summed.includes(due)) alone.set(due.level, [...(alone.get(due.level) ?? []), due]);
  const candidates: Candidate[] = [...alone.values()].map(candidate);
  if (summed.length > 0) candidates.push(candidate(capped(summed, levels)));
  let best: Candidate | undefined;
  for (const each of candidates) if (best === undefined || each.total > best.total) best = each;
  return best?.credits ?? [];
}

function candidate(credits: readonly DueCredit[]): Candidate {
  return { credits, total: credits.reduce((sum, due) => sum + billionthsOf(due.credit.amount), 0n) };
}

/** Credits that add up, the last ones cut where the sum goes over the cap. */
function capped(credits: readonly DueCredit[], levels: ReadonlyMap<string, Level>): readonly DueCredit[] {
  const caps = new Map<string, bigint>();
  for (const due of credits) {
    const cap = exactBillionths(levels.get(due.level)?.remedy?.cap ?? 1);
    caps.set(due.level, (caps.get(due.level) ?? 0n) + billionthsOf(due.credit.base) * cap);
  }
  let left = [...caps.values()].reduce((most, cap) => (cap > most ? cap : most), 0n) / 1_000_000_000n;
  return credits.flatMap((due) => {
    const amount = billionthsOf(due.credit.amount);
    if (amount <= left) {
      left -= amount;
      return [due];
    }
    const places = minorUnit(due.credit.currency);
    const cut = roundedHalfEven({ over: left * 10n ** BigInt(places), under: 1_000_000_000n });
    left = 0n;
    return cut <= 0n ? [] : [{ ...due, credit: { ...due.credit, amount: decimalOf(cut, places) } }];
  });
}
