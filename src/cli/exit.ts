/** What the command line's end tells a script. */
export const exitCodes = {
  ok: 0,
  /** The service refused, or a check found something wrong. */
  refused: 1,
  /** Usage, or a mistake in a file. */
  usage: 2,
  unreachable: 3,
  /** The call was heard, and nothing fulfils it. */
  unfulfilled: 4,
} as const;

/** The command was not written as it must be. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}
