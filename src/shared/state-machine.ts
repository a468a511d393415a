/** Who makes a transition happen. */
export type Actor = 'customer' | 'vendor' | 'operator' | 'broker' | 'timer';

export interface Move<S extends string, T extends string> {
  /** `null`: the entity comes into being. */
  readonly from: S | null;
  readonly to: S;
  readonly on: T;
  readonly by: readonly Actor[];
  /** The row of the state table in the documentation, such as `C7`. */
  readonly row: string;
}

/** A state machine as data: it drives the actions shown, the checks, and a property test. */
export interface StateTable<S extends string, T extends string> {
  readonly name: string;
  readonly states: readonly S[];
  readonly terminal: readonly S[];
  readonly moves: readonly Move<S, T>[];
}

export function isTerminal<S extends string>(table: StateTable<S, string>, state: S): boolean {
  return table.terminal.includes(state);
}

/** The moves that are legal now, for anybody or for one kind of actor. */
export function movesFrom<S extends string, T extends string>(
  table: StateTable<S, T>,
  state: S | null,
  by?: Actor,
): readonly Move<S, T>[] {
  return table.moves.filter((move) => move.from === state && (by === undefined || move.by.includes(by)));
}

/** The state that a trigger leads to, or undefined where the table has no such move. */
export function targetOf<S extends string, T extends string>(
  table: StateTable<S, T>,
  state: S | null,
  on: T,
  to?: S,
): S | undefined {
  return table.moves.find((move) => move.from === state && move.on === on && (to === undefined || move.to === to))?.to;
}
