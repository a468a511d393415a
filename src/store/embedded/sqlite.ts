import { isBuiltin } from 'node:module';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): Row[];
}

/** What `node:sqlite` and its stand-in have in common, as far as it is used here. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  function(name: string, options: { deterministic: boolean }, body: (...values: SqlValue[]) => SqlValue): void;
  close(): void;
}

type Constructor = new (path: string, options: { readOnly: boolean; timeout: number }) => Database;

/** `node:sqlite` where this Node has it, else the package with the same interface. */
async function binding(): Promise<Constructor> {
  if (!isBuiltin('node:sqlite')) {
    return (await import('@photostructure/sqlite')).DatabaseSync;
  }
  const warn = process.emitWarning.bind(process);
  process.emitWarning = () => undefined; // Node announces its SQLite as experimental on first import.
  try {
    const name = 'node:sqlite';
    return ((await import(name)) as { DatabaseSync: Constructor }).DatabaseSync;
  } finally {
    process.emitWarning = warn;
  }
}

export async function openDatabase(
  path: string,
  options: { readOnly?: boolean; timeoutMs?: number } = {},
): Promise<Database> {
  const DatabaseSync = await binding();
  return new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: options.timeoutMs ?? 0 });
}

/** SQLite's primary result code of an error, such as 5 for SQLITE_BUSY. */
export function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** After these the file cannot be trusted to keep what it is given. A full disk is not among them. */
export function isFatal(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_IOERR || code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

const UNBINDABLE = /\0/g;

/** Text as it can be bound: the binding cuts a string at U+0000, so it is replaced. */
export function bindable(text: string): string {
  return text.includes('\0') ? text.replace(UNBINDABLE, '\uFFFD') : text;
}

/** A column that holds text and is never null. */
export function textOf(row: Row, column: string): string {
  return row[column] as string;
}
