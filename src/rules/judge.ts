import type { ChangedRow, Table } from './columns.ts';
import type { Program, ProgramMust, ProgramPrefer } from './program.ts';
import type { Candidate, FactValue } from './types.ts';

/** What all candidates came to: who is eliminated by what, everybody's utilities and scores. */
export interface Judgement {
  readonly table: Table;
  /** For each row how many conditions it fails, those judged elsewhere included. */
  readonly failures: Uint16Array;
  /** For each condition of the program the rows that fail it. */
  readonly failing: readonly (readonly number[])[];
  /** Row-major, a column for each criterion. */
  readonly utilities: Float64Array;
  readonly scores: Float64Array;
  /** The score's cell on the grid. */
  readonly cells: Float64Array;
}

export function judge(program: Program, table: Table, candidates: readonly Candidate[]): Judgement {
  const { musts, prefers, within } = program;
  const { rows } = table;
  const failures = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) {
    const checks = candidates[row]?.checks;
    if (checks !== undefined) for (const { pass } of checks) if (!pass) failures[row] = (failures[row] ?? 0) + 1;
  }
  const failing = musts.map((must) => {
    const failed: number[] = [];
    for (let row = 0; row < rows; row++)
      if (!passesRow(must, table, row)) {
        failures[row] = (failures[row] ?? 0) + 1;
        failed.push(row);
      }
    return failed;
  });
  const width = prefers.length;
  const utilities = new Float64Array(rows * width);
  const scores = new Float64Array(rows);
  prefers.forEach((prefer, index) => {
    for (let row = 0; row < rows; row++) {
      if (failures[row] !== 0) continue;
      const utility = utilityOf(prefer, table.at(row, prefer.column));
      utilities[row * width + index] = utility;
      scores[row] = (scores[row] ?? 0) + prefer.share * utility;
    }
  });
  const cells = scores.map((score) => Math.round(score / within));
  return { table, failures, failing, utilities, scores, cells };
}

function passesRow({ column, predicate }: ProgramMust, table: Table, row: number): boolean {
  const value = table.at(row, column);
  return value === undefined ? predicate.absentPasses : predicate.passes(value);
}

export function passes({ predicate }: ProgramMust, value: FactValue | undefined): boolean {
  return value === undefined ? predicate.absentPasses : predicate.passes(value);
}

export function utilityOf({ utility, absent }: ProgramPrefer, value: FactValue | undefined): number {
  if (value === undefined) return absent;
  return utility.kind === 'nominal' ? utility.of(value) : utility.of(value as number);
}

/** The score of a changed row, and whether it meets every condition that the change touches. */
export function judgeChanged(
  program: Program,
  { utilities }: Judgement,
  row: number,
  changed: ChangedRow,
): { readonly feasible: boolean; readonly score: number } {
  const { musts, prefers } = program;
  const feasible = musts.every((must) => !changed.touches(must.column) || passes(must, changed.at(must.column)));
  let score = 0;
  prefers.forEach((prefer, index) => {
    const utility = changed.touches(prefer.column)
      ? utilityOf(prefer, changed.at(prefer.column))
      : (utilities[row * prefers.length + index] ?? 0);
    score += prefer.share * utility;
  });
  return { feasible, score };
}

export function cellOf({ within }: Program, score: number): number {
  return Math.round(score / within);
}
