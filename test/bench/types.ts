/** One line of the bench's table. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same measure of the plain way, in the same run. */
  readonly baseline: number;
  /** `value / baseline`. */
  readonly ratio: number;
}
