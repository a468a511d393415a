import type { Judgement } from './judge.ts';
import type { Program, ProgramTie } from './program.ts';
import type { Candidate, FactValue } from './types.ts';

/** Compares two values for a tie; an absent one comes last either way. */
export function compareValues(left: FactValue | undefined, right: FactValue | undefined, descending: boolean): number {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  const [a, b] = [plain(left), plain(right)];
  if (a === b) return 0;
  return a < b !== descending ? -1 : 1;
}

function plain(value: FactValue): string | number | boolean {
  return typeof value === 'object' ? value.join(',') : value;
}

function compareText(left = '', right = ''): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

type ValueAt = (row: number, column: number) => FactValue | undefined;

/** Which tie rule puts one row before another; the last resort is the id. */
export function decidingTie(
  program: Program,
  candidates: readonly Candidate[],
  left: number,
  right: number,
  at: ValueAt,
): string {
  return program.ties.find((tie) => compareBy(tie, candidates, left, right, at) !== 0)?.label ?? 'id';
}

function compareBy(
  { column, descending }: ProgramTie,
  candidates: readonly Candidate[],
  left: number,
  right: number,
  at: ValueAt,
): number {
  return column === undefined
    ? compareText(candidates[left]?.hash, candidates[right]?.hash) * (descending ? -1 : 1)
    : compareValues(at(left, column), at(right, column), descending);
}

/** Negative: the left row comes first. */
export function compareTies(
  { ties }: Program,
  candidates: readonly Candidate[],
  left: number,
  right: number,
  at: ValueAt,
): number {
  for (const tie of ties) {
    const order = compareBy(tie, candidates, left, right, at);
    if (order !== 0) return order;
  }
  return compareText(candidates[left]?.id, candidates[right]?.id);
}

/** The rows that nothing eliminated, best first. */
export function orderRows(program: Program, judgement: Judgement, candidates: readonly Candidate[]): number[] {
  const { cells, failures, table } = judgement;
  const rows: number[] = [];
  for (let row = 0; row < failures.length; row++) if (failures[row] === 0) rows.push(row);
  const at = (row: number, column: number): FactValue | undefined => table.at(row, column);
  const [first] = program.ties;
  const firstNumbers = first?.column === undefined ? undefined : table.numbers[first.column];
  const sign = first?.descending === true ? -1 : 1;
  return rows.sort((left, right) => {
    const byCell = (cells[right] ?? 0) - (cells[left] ?? 0);
    if (byCell !== 0) return byCell;
    if (firstNumbers !== undefined) {
      const difference = ((firstNumbers[left] ?? NaN) - (firstNumbers[right] ?? NaN)) * sign;
      // An absent value is NaN and takes the long way.
      if (difference < 0 || difference > 0) return difference;
    }
    return compareTies(program, candidates, left, right, at);
  });
}
