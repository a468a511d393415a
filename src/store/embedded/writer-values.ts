import type { IdempotencyRow, WriterCalls } from './protocol.ts';
import type { Database, Row } from './sqlite.ts';

/** Idempotency keys and small values. Runs inside the writer's transaction. */
export function valueCalls(
  database: Database,
): Pick<
  WriterCalls,
  'beginIdempotent' | 'finishIdempotent' | 'dropIdempotent' | 'expireIdempotent' | 'setValue' | 'deleteValue'
> {
  const find = database.prepare(FIND_IDEMPOTENT);
  const begin = database.prepare(
    'INSERT INTO idempotency (scope, body_hash, began, owner, answer) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope) DO NOTHING',
  );
  const finish = database.prepare('UPDATE idempotency SET answer = ? WHERE scope = ?');
  const drop = database.prepare('DELETE FROM idempotency WHERE scope = ?');
  const expire = database.prepare('DELETE FROM idempotency WHERE began < ?');
  const put = database.prepare(
    'INSERT INTO value (space, key, value) VALUES (?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET value = excluded.value',
  );
  const putNew = database.prepare(
    'INSERT INTO value (space, key, value) VALUES (?, ?, ?) ON CONFLICT (space, key) DO NOTHING',
  );
  const swap = database.prepare('UPDATE value SET value = ? WHERE space = ? AND key = ? AND value = ?');
  const take = database.prepare('DELETE FROM value WHERE space = ? AND key = ?');
  const takeIf = database.prepare('DELETE FROM value WHERE space = ? AND key = ? AND value = ?');

  // The folder has one owner, so a key that is still unanswered when it is opened is a dead process's.
  database.exec('DELETE FROM idempotency WHERE answer IS NULL');

  return {
    beginIdempotent({ scope, bodyHash, began, owner, answer }) {
      if (begin.run(scope, bodyHash, began, owner, answer).changes !== 0) return null;
      const there = find.get(scope);
      return there === undefined ? null : idempotencyRow(there);
    },
    finishIdempotent(scope, answer) {
      finish.run(answer, scope);
      return null;
    },
    dropIdempotent(scope) {
      drop.run(scope);
      return null;
    },
    expireIdempotent: (before) => Number(expire.run(before).changes),
    setValue(space, key, value, expect) {
      if (expect === undefined) return put.run(space, key, value).changes !== 0;
      if (expect === null) return putNew.run(space, key, value).changes !== 0;
      return swap.run(value, space, key, expect).changes !== 0;
    },
    deleteValue(space, key, expect) {
      const done = expect === undefined ? take.run(space, key) : takeIf.run(space, key, expect);
      return done.changes !== 0;
    },
  };
}

export const FIND_IDEMPOTENT = 'SELECT scope, body_hash, began, owner, answer FROM idempotency WHERE scope = ?';

export function idempotencyRow(row: Row): IdempotencyRow {
  return {
    scope: row['scope'] as string,
    bodyHash: row['body_hash'] as string,
    began: row['began'] as number,
    owner: row['owner'] as string,
    answer: row['answer'] as string | null,
  };
}
