import type { ParseArgsConfig } from 'node:util';
import type { Clock } from '../shared/clock.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { Random } from '../shared/random.ts';
import type { Client } from './client.ts';

/** All that the command line touches of the world. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** UTF-8; `-` is standard input. */
  readFile(name: string): Promise<string>;
  exists(name: string): Promise<boolean>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** One call of one command. */
export interface Run {
  readonly io: Io;
  /** What stands behind the command's name. */
  readonly args: readonly string[];
  readonly values: Values;
  readonly json: boolean;
  /** Made when first asked for: not every command needs a token. */
  client(): Client;
  lines(lines: Iterable<string>): void;
  printJson(value: Json | JsonObject): void;
  /** To standard error, unless quiet. */
  progress(line: string): void;
}

export interface Command {
  /** `cfp submit` */
  readonly name: string;
  /** Behind the name: `FILE [--dry-run]`. */
  readonly usage: string;
  readonly summary: string;
  /** Further lines of its help. */
  readonly details?: readonly string[];
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** How many arguments there may be. */
  readonly takes: { readonly least: number; readonly most: number };
  /** Answers the exit code. */
  run(run: Run): Promise<number>;
}
