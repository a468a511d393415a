import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StoreTooNew } from '../errors.ts';
import type { Migration } from './schema.ts';
import type { Database } from './sqlite.ts';

export interface Migrated {
  readonly version: number;
  /** The version found; null: the folder was new. */
  readonly from: number | null;
  /** The copy that was kept of the data as it was. */
  readonly backup: string | null;
}

/**
 * Brings the schema to the newest version, one step a transaction, after a backup of what is there.
 * A crash in between leaves a whole older version, and the next start goes on from it.
 * @throws StoreTooNew when the data is of a later version
 */
export function migrate(database: Database, folder: string, migrations: readonly Migration[], now: number): Migrated {
  database.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT',
  );
  const found = Number(database.prepare('SELECT max(version) AS version FROM schema_version').get()?.['version'] ?? 0);
  const target = migrations.at(-1)?.version ?? 0;
  if (found > target) throw new StoreTooNew(found, target);
  const steps = migrations.filter((migration) => migration.version > found);
  const backup = found > 0 && steps.length > 0 ? keepCopy(database, folder, found) : null;
  for (const step of steps) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(step.sql);
      database.prepare('INSERT INTO schema_version VALUES (?, ?, ?)').run(step.version, step.name, now);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
  return { version: target, from: found === 0 ? null : found, backup };
}

/** An earlier attempt's copy is replaced only by a whole one. */
function keepCopy(database: Database, folder: string, version: number): string {
  const backups = join(folder, 'backup');
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const path = join(backups, `parley-v${version}.db`);
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { force: true });
  database.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, path);
  return path;
}
