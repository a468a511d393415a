import { formatValue, safeRounding } from './format.ts';
import type { Judgement } from './judge.ts';
import { passes } from './judge.ts';
import type { Program, ProgramMust } from './program.ts';
import type { Candidate, Check, EliminatedBy, FactValue, Ranking } from './types.ts';

/** How many near misses are told. */
const NEAREST = 10;

export function checkOf(must: ProgramMust, value: FactValue | undefined): Check {
  const pass = passes(must, value);
  const miss = pass ? 0 : value === undefined ? null : must.predicate.miss(value);
  return { id: must.id, pass, actual: value ?? null, wanted: must.predicate.wanted, miss };
}

/** Every check of a row: what was judged elsewhere first. */
export function checksOf(program: Program, judgement: Judgement, candidate: Candidate, row: number): Check[] {
  const checks = candidate.checks === undefined ? [] : [...candidate.checks];
  for (const must of program.musts) checks.push(checkOf(must, judgement.table.at(row, must.column)));
  return checks;
}

export function eliminatedBy(
  program: Program,
  { failing, failures }: Judgement,
  candidates: readonly Candidate[],
): EliminatedBy[] {
  const groups = new Map<string, string[]>();
  const group = (rule: string): string[] => {
    const known = groups.get(rule) ?? [];
    groups.set(rule, known);
    return known;
  };
  candidates.forEach(({ id, checks }, row) => {
    if (checks === undefined || failures[row] === 0) return;
    for (const check of checks) if (!check.pass) group(check.id).push(id);
  });
  failing.forEach((rows, index) => {
    const must = program.musts[index];
    if (must === undefined || rows.length === 0) return;
    const ids = group(must.id);
    for (const row of rows) ids.push(candidates[row]?.id ?? '');
  });
  return [...groups].map(([rule, ids]) => ({ rule, count: ids.length, ids })).sort((a, b) => b.count - a.count);
}

/** The eliminated that missed by least: relative misses added up, 1 for each that cannot be measured. */
export function nearestMisses(
  program: Program,
  judgement: Judgement,
  candidates: readonly Candidate[],
): Ranking['nearest'] {
  const { failures, failing, table } = judgement;
  const misses = new Float64Array(table.rows);
  failing.forEach((rows, index) => {
    const must = program.musts[index];
    if (must === undefined) return;
    for (const row of rows) {
      const value = table.at(row, must.column);
      misses[row] = (misses[row] ?? 0) + (value === undefined ? 1 : (must.predicate.miss(value) ?? 1));
    }
  });
  const best: { row: number; miss: number }[] = [];
  candidates.forEach(({ checks }, row) => {
    if (failures[row] === 0) return;
    let miss = misses[row] ?? 0;
    for (const check of checks ?? []) if (!check.pass) miss += check.miss ?? 1;
    const last = best[NEAREST - 1];
    if (last !== undefined && last.miss <= miss) return;
    const at = best.findIndex((other) => other.miss > miss);
    best.splice(at < 0 ? best.length : at, 0, { row, miss });
    best.length = Math.min(best.length, NEAREST);
  });
  return best.flatMap(({ row, miss }) => {
    const candidate = candidates[row];
    if (candidate === undefined) return [];
    const failed = checksOf(program, judgement, candidate, row).filter(({ pass }) => !pass);
    const needs = failed
      .map(({ id, wanted, actual }) => `${wanted} (${actualText(program, id, actual)})`)
      .join(' and ');
    return [{ id: candidate.id, rule: failed[0]?.id ?? '', miss, needs }];
  });
}

function actualText(program: Program, id: string, actual: FactValue | null): string {
  if (actual === null) return 'not stated';
  const entry = program.musts.find((must) => must.id === id)?.entry;
  return `is ${entry === undefined ? String(actual) : formatValue(actual, entry)}`;
}

/** For each condition, what moving it alone would admit: the nearest bound, and the one that admits all. */
export function relaxationsOf(program: Program, { failing, failures, table }: Judgement): Ranking['relaxations'] {
  const found: { rule: string; text: string; admits: number }[] = [];
  program.musts.forEach((must, index) => {
    const { predicate } = must;
    const alone = (failing[index] ?? []).filter((row) => failures[row] === 1);
    if (alone.length === 0) return;
    const numbers = alone
      .map((row) => table.at(row, must.column))
      .filter((value) => typeof value === 'number')
      .sort((left, right) => (predicate.miss(left) ?? 0) - (predicate.miss(right) ?? 0));
    const add = (exact: number, why = ''): void => {
      const bound = why === '' ? outward(exact, must) : exact;
      const moved = predicate.moved(bound);
      const reach = (value: number): boolean => (predicate.miss(value) ?? 0) <= (predicate.miss(bound) ?? 0);
      const admits = numbers.filter(reach).length;
      if (moved === undefined || admits === 0) return;
      if (found.some(({ rule, admits: known }) => rule === must.id && known === admits)) return;
      found.push({ rule: must.id, text: `${moved}${why} would admit ${admits}`, admits });
    };
    const [nearest] = numbers;
    const farthest = numbers.at(-1);
    if (predicate.relaxTo !== undefined) add(predicate.relaxTo, ', as far as the rule would go,');
    if (nearest !== undefined) add(nearest);
    if (farthest !== undefined) add(farthest);
    if (!found.some(({ rule }) => rule === must.id))
      found.push({
        rule: must.id,
        text: `without ${predicate.wanted} there would be ${alone.length} more`,
        admits: alone.length,
      });
  });
  return found.sort((left, right) => right.admits - left.admits);
}

/** A bound as a person would set it: the next round value that still admits `value`. */
function outward(value: number, { entry, predicate: { interval } }: ProgramMust): number {
  if (interval === undefined) return value;
  if (interval.max < value) return safeRounding(value, 1, entry, (bound) => bound >= value) ?? value;
  return safeRounding(value, -1, entry, (bound) => bound <= value) ?? value;
}
