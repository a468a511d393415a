import type { Judgement } from './judge.ts';
import type { Program } from './program.ts';

/**
 * Who is beaten in everything: for each criterion with a weight at least as good, for one better.
 * Worked out from the best downwards and only as far as was asked: whoever is dominated is dominated
 * by somebody on the front, and a dominator's score is never lower.
 */
export class Pareto {
  readonly #columns: readonly number[];
  readonly #width: number;
  readonly #judgement: Judgement;
  readonly #order: readonly number[];
  readonly #front: number[] = [];
  /** For each row: not looked at, on the front, or its dominator's row. */
  readonly #verdicts: Int32Array;
  #done = 0;

  constructor(program: Program, judgement: Judgement, order: readonly number[]) {
    this.#columns = program.prefers.flatMap(({ weight }, index) => (weight > 0 ? [index] : []));
    this.#width = program.prefers.length;
    this.#judgement = judgement;
    this.#order = order;
    this.#verdicts = new Int32Array(judgement.table.rows).fill(UNSEEN);
  }

  /** The row that beats `row` in everything; undefined: none does. */
  dominator(row: number): number | undefined {
    while (this.#verdicts[row] === UNSEEN && this.#done < this.#order.length) this.#nextCell();
    const verdict = this.#verdicts[row] ?? FRONT;
    return verdict >= 0 ? verdict : undefined;
  }

  /** Within a cell ties decide the order, so a dominator may stand below: each cell is sorted by itself. */
  #nextCell(): void {
    const { cells, scores } = this.#judgement;
    const cell = cells[this.#order[this.#done] ?? 0];
    const start = this.#done;
    while (this.#done < this.#order.length && cells[this.#order[this.#done] ?? 0] === cell) this.#done++;
    const rows = this.#order.slice(start, this.#done);
    if (rows.length > 1)
      rows.sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || this.#compareUtilities(left, right));
    let before: number | undefined;
    for (const row of rows) {
      // Equals stand side by side and share their fate: the front keeps one of them.
      if (before !== undefined && this.#compareUtilities(before, row) === 0) {
        this.#verdicts[row] = this.#verdicts[before] ?? FRONT;
        continue;
      }
      before = row;
      const dominator = this.#front.find((other) => this.#dominates(other, row));
      this.#verdicts[row] = dominator ?? FRONT;
      if (dominator === undefined) this.#front.push(row);
    }
  }

  #compareUtilities(left: number, right: number): number {
    const { utilities } = this.#judgement;
    for (const column of this.#columns) {
      const difference = (utilities[right * this.#width + column] ?? 0) - (utilities[left * this.#width + column] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #dominates(left: number, right: number): boolean {
    const { utilities } = this.#judgement;
    let better = false;
    for (const column of this.#columns) {
      const difference = (utilities[left * this.#width + column] ?? 0) - (utilities[right * this.#width + column] ?? 0);
      if (difference < 0) return false;
      if (difference > 0) better = true;
    }
    return better;
  }
}

const UNSEEN = -2;
const FRONT = -1;
