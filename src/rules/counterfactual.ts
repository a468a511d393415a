import { ChangedRow } from './columns.ts';
import type { Table } from './columns.ts';
import { formatNumber, safeRounding } from './format.ts';
import { cellOf, judgeChanged } from './judge.ts';
import type { Judgement } from './judge.ts';
import { compareTies } from './order.ts';
import type { Program, ProgramPrefer } from './program.ts';
import type { Candidate, Counterfactual, FactValue } from './types.ts';

interface Scene {
  readonly program: Program;
  readonly judgement: Judgement;
  readonly candidates: readonly Candidate[];
  readonly leader: number;
}

/**
 * What one changed value would make a ranked row first. The utility is inverted in closed form at
 * what the score lacks; the value is rounded to the safe side, and given only if re-ranking the
 * changed row puts it first.
 */
export function toBeFirst(scene: Scene, row: number): Counterfactual[] {
  const found: Counterfactual[] = [];
  const { prefers } = scene.program;
  for (let index = 0; index < prefers.length; index++) {
    const prefer = prefers[index];
    if (prefer === undefined || prefer.share === 0) continue;
    const counterfactual =
      prefer.utility.kind === 'numeric' ? byNumber(scene, row, prefer, index) : byValue(scene, row, prefer, index);
    if (counterfactual !== undefined) found.push(counterfactual);
  }
  return found;
}

/** The utility that the criterion would need for the row to reach the lower edge of a cell. */
function needed(
  { program, judgement }: Scene,
  row: number,
  prefer: ProgramPrefer,
  index: number,
  cell: number,
): number {
  const own = judgement.utilities[row * program.prefers.length + index] ?? 0;
  const wanted = own + ((cell - 0.5) * program.within - (judgement.scores[row] ?? 0)) / prefer.share;
  // The dust of the sums must not put the best value out of reach; what is found is tried anyway.
  return wanted > 1 && wanted < 1 + 1e-9 ? 1 : wanted;
}

function isFirst(
  { program, judgement, candidates, leader }: Scene,
  row: number,
  column: number,
  value: FactValue,
): boolean {
  const { table } = judgement;
  const changed = new ChangedRow(table, program.columns, row, column, value);
  const { feasible, score } = judgeChanged(program, judgement, row, changed);
  if (!feasible) return false;
  const cell = cellOf(program, score);
  const best = judgement.cells[leader] ?? 0;
  if (cell !== best) return cell > best;
  const at = (which: number, where: number): FactValue | undefined =>
    which === row ? changed.at(where) : table.at(which, where);
  return compareTies(program, candidates, row, leader, at).order < 0;
}

function byNumber(scene: Scene, row: number, prefer: ProgramPrefer, index: number): Counterfactual | undefined {
  const { judgement, leader } = scene;
  const { utility, column, entry, name } = prefer;
  if (utility.kind !== 'numeric') return undefined;
  const now = numberAt(judgement.table, row, column) ?? numberAt(judgement.table, leader, column) ?? 0;
  const cell = judgement.cells[leader] ?? 0;
  const { min = -Infinity, max = Infinity } = entry.range ?? {};
  const holds = (value: number): boolean => value >= min && value <= max && isFirst(scene, row, column, value);
  // In the leader's cell the ties decide, perhaps one on this very attribute; the next cell is above all.
  for (let attempt = 0; attempt < 3; attempt++) {
    const goal =
      attempt === 1
        ? tieGoal(scene, column)
        : utility.reach(needed(scene, row, prefer, index, attempt === 0 ? cell : cell + 1), now);
    if (goal === undefined || !Number.isFinite(goal)) continue;
    const value = attempt === 1 && holds(goal) ? goal : safeRounding(goal, utility.direction, entry, holds);
    if (value === undefined) continue;
    const op = utility.direction === 0 ? '=' : utility.direction > 0 ? '>=' : '<=';
    return { attr: name, text: `first if ${name} ${op} ${formatNumber(value, entry)}`, op, value, reaches: 'first' };
  }
  return undefined;
}

function tieGoal({ program, judgement, leader }: Scene, column: number): number | undefined {
  return program.ties.some((tie) => tie.column === column) ? numberAt(judgement.table, leader, column) : undefined;
}

function byValue(scene: Scene, row: number, prefer: ProgramPrefer, index: number): Counterfactual | undefined {
  const { judgement, leader } = scene;
  const { utility, column, name } = prefer;
  if (utility.kind !== 'nominal') return undefined;
  const cell = judgement.cells[leader] ?? 0;
  for (const goal of [cell, cell + 1]) {
    const value = utility.reach(needed(scene, row, prefer, index, goal));
    if (value === undefined || !isFirst(scene, row, column, value)) continue;
    return { attr: name, text: `first if ${name} = ${String(value)}`, op: '=', value, reaches: 'first' };
  }
  return undefined;
}

function numberAt(table: Table, row: number, column: number): number | undefined {
  const value = table.at(row, column);
  return typeof value === 'number' ? value : undefined;
}

/** What would have to change for an eliminated row to be ranked; all of them together where there are several. */
export function toBeFeasible({ program, judgement }: Scene, row: number): Counterfactual[] {
  const found: { attr: string; op: Counterfactual['op']; value: FactValue }[] = [];
  let text = 'feasible if ';
  for (const { column, predicate } of program.musts) {
    const value = judgement.table.at(row, column);
    if (value === undefined ? predicate.absentPasses : predicate.passes(value)) continue;
    const fix = predicate.fix(value);
    if (fix === undefined) return [];
    text += found.length === 0 ? fix.text : ` and ${fix.text}`;
    found.push({ attr: program.columns[column]?.name ?? '', op: fix.op, value: fix.value });
  }
  return found.map(({ attr, op, value }) => ({ attr, text, op, value, reaches: 'feasible' }));
}
