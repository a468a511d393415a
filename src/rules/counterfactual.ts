import { ChangedRow } from './columns.ts';
import type { Table } from './columns.ts';
import { formatNumber, rangeOf, safeRounding } from './format.ts';
import { cellOf, judgeChanged, passes } from './judge.ts';
import type { Judgement } from './judge.ts';
import type { Fix, Predicate } from './must.ts';
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
  return compareTies(program, candidates, row, leader, at) < 0;
}

function byNumber(scene: Scene, row: number, prefer: ProgramPrefer, index: number): Counterfactual | undefined {
  const { judgement, leader } = scene;
  const { utility, column, entry, name } = prefer;
  if (utility.kind !== 'numeric') return undefined;
  const now = numberAt(judgement.table, row, column) ?? numberAt(judgement.table, leader, column) ?? 0;
  const cell = judgement.cells[leader] ?? 0;
  const { min, max } = rangeOf(entry);
  const holds = (value: number): boolean => value >= min && value <= max && isFirst(scene, row, column, value);
  // Nine nines are a hair from 1: there is no room left to round on the safe side.
  const end = utility.direction > 0 ? max : min;
  const endAt = (goal: number): number | undefined => (Math.abs(end - goal) <= 2e-9 && holds(end) ? end : undefined);
  // In the leader's cell the ties decide, perhaps one on this very attribute; the next cell is above all.
  for (let attempt = 0; attempt < 3; attempt++) {
    const goal =
      attempt === 1
        ? tieGoal(scene, column)
        : utility.reach(needed(scene, row, prefer, index, attempt === 0 ? cell : cell + 1), now);
    if (goal === undefined || !Number.isFinite(goal)) continue;
    const value =
      attempt === 1 && holds(goal) ? goal : (safeRounding(goal, utility.direction, entry, holds) ?? endAt(goal));
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

/**
 * What would have to change for an eliminated row to be ranked; all of them together where there are
 * several. Given only if the row so changed meets every condition.
 */
export function toBeFeasible({ program, judgement }: Scene, row: number): Counterfactual[] {
  const { musts, columns } = program;
  const changes = new Map<number, Change>();
  for (const must of musts) {
    const value = judgement.table.at(row, must.column);
    if (passes(must, value)) continue;
    const fix = must.predicate.fix(value);
    if (fix === undefined) return [];
    changes.set(must.column, together(changes.get(must.column), fix, must.predicate));
  }
  if (!meetsAll(program, judgement.table, row, changes)) return [];
  const text = `feasible if ${[...changes.values()].flatMap(({ texts }) => texts).join(' and ')}`;
  return [...changes].map(([column, { fix }]) => ({
    attr: columns[column]?.name ?? '',
    text,
    op: fix.op,
    value: fix.value,
    reaches: 'feasible',
  }));
}

/** Does the row, so changed, meet every condition? What is not touched has met its own already. */
function meetsAll(
  { musts, columns }: Program,
  table: Table,
  row: number,
  changes: ReadonlyMap<number, Change>,
): boolean {
  if (columns.every(({ derived }) => derived === undefined))
    return musts.every((must) => {
      const change = changes.get(must.column);
      return change === undefined || passes(must, change.fix.value);
    });
  let changed = (column: number): FactValue | undefined => table.at(row, column);
  // Derived values follow the changes, so those that are themselves to change come last.
  const derivedLast = [...changes].sort(([left], [right]) => derivedness(columns, left) - derivedness(columns, right));
  for (const [column, { fix }] of derivedLast) {
    const before = changed;
    const after = new ChangedRow({ at: (_row, which) => before(which) }, columns, row, column, fix.value);
    changed = (which) => after.at(which);
  }
  return musts.every((must) => passes(must, changed(must.column)));
}

interface Change {
  readonly fix: Fix;
  readonly texts: readonly string[];
}

/** Of two bounds on one side of an attribute the tighter says it all; of two sides both are told. */
function together(known: Change | undefined, fix: Fix, predicate: Predicate): Change {
  if (known === undefined) return { fix, texts: [fix.text] };
  const kept = predicate.passes(known.fix.value) ? known.fix : fix;
  if (kept.op === '=' || known.fix.op === fix.op) return { fix: kept, texts: [kept.text] };
  return { fix: kept, texts: [...known.texts, fix.text] };
}

function derivedness(columns: Program['columns'], column: number): number {
  return columns[column]?.derived === undefined ? 0 : 1;
}
