import type { Expression } from './cel.ts';
import type { AttributeEntry, Candidate, FactValue } from './types.ts';

/** One attribute that the rules read; a derived one is computed from columns before it. */
export interface Column {
  readonly name: string;
  readonly entry: AttributeEntry;
  readonly derived?: { readonly expression: Expression; readonly inputs: readonly number[] };
}

/** The facts of all candidates, turned by columns: numbers side by side in memory. */
export class Table {
  readonly rows: number;
  /** NaN: absent. Undefined where the column does not hold numbers. */
  readonly numbers: readonly (Float64Array | undefined)[];
  readonly #others: readonly ((FactValue | undefined)[] | undefined)[];

  constructor(columns: readonly Column[], candidates: readonly Candidate[]) {
    this.rows = candidates.length;
    const numbers: (Float64Array | undefined)[] = [];
    const others: ((FactValue | undefined)[] | undefined)[] = [];
    this.numbers = numbers;
    this.#others = others;
    for (const column of columns) {
      const numeric = column.entry.type === 'number';
      const filledNumbers = numeric ? new Float64Array(this.rows) : undefined;
      const filledOthers = numeric ? undefined : new Array<FactValue | undefined>(this.rows);
      const read = column.derived === undefined ? factReader(column, candidates) : this.#derivedReader(column.derived);
      for (let row = 0; row < this.rows; row++) {
        const value = read(row);
        if (filledNumbers !== undefined) filledNumbers[row] = typeof value === 'number' ? value : NaN;
        else if (filledOthers !== undefined) filledOthers[row] = value;
      }
      numbers.push(filledNumbers);
      others.push(filledOthers);
    }
  }

  #derivedReader({ expression, inputs }: NonNullable<Column['derived']>): (row: number) => FactValue | undefined {
    const values: (FactValue | undefined)[] = [];
    return (row) => {
      for (let index = 0; index < inputs.length; index++) values[index] = this.at(row, inputs[index] ?? 0);
      return expression.run(values);
    };
  }

  at(row: number, column: number): FactValue | undefined {
    const numbers = this.numbers[column];
    if (numbers === undefined) return this.#others[column]?.[row];
    const value = numbers[row];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }
}

function factReader({ name, entry }: Column, candidates: readonly Candidate[]): (row: number) => FactValue | undefined {
  const { type } = entry;
  return (row) => {
    const value = candidates[row]?.facts[name];
    if (typeof value === type) return value;
    // A value that holds for several instances is a list where they differ.
    return (type === 'string' || type === 'list') && Array.isArray(value) ? value : undefined;
  };
}

/** One row with one value changed: what counterfactuals are tried on. Derived values follow the change. */
export class ChangedRow {
  readonly #table: Pick<Table, 'at'>;
  readonly #row: number;
  readonly #column: number;
  readonly #value: FactValue;
  readonly #derived: ReadonlyMap<number, FactValue | undefined> | undefined;

  constructor(table: Pick<Table, 'at'>, columns: readonly Column[], row: number, column: number, value: FactValue) {
    this.#table = table;
    this.#row = row;
    this.#column = column;
    this.#value = value;
    let derived: Map<number, FactValue | undefined> | undefined;
    for (let index = 0; index < columns.length; index++) {
      const { expression, inputs } = columns[index]?.derived ?? {};
      if (expression === undefined || inputs === undefined || index === column) continue;
      if (!inputs.some((input) => input === column || derived?.has(input) === true)) continue;
      this.#derived = derived ??= new Map();
      derived.set(index, expression.run(inputs.map((input) => this.at(input))));
    }
  }

  at(column: number): FactValue | undefined {
    if (column === this.#column) return this.#value;
    return this.#derived?.has(column) === true ? this.#derived.get(column) : this.#table.at(this.#row, column);
  }

  touches(column: number): boolean {
    return column === this.#column || this.#derived?.has(column) === true;
  }
}
