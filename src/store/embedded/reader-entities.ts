import { canonicalJson, type Json } from '../../shared/json.ts';
import type { EventRow, HistoryRow, ReaderCalls } from './protocol.ts';
import { countSql, eventsSql, listSql, type Sql } from './query.ts';
import { bindable, type Database, type Row, type SqlValue, type Statement } from './sqlite.ts';
import { FIND_IDEMPOTENT, idempotencyRow } from './writer-values.ts';

/** Texts of statements whose prepared form is kept. */
const KEPT_STATEMENTS = 200;

type EntityReads = Pick<
  ReaderCalls,
  'get' | 'list' | 'count' | 'history' | 'events' | 'idempotency' | 'getValue' | 'entries'
>;

export function entityReads(database: Database): EntityReads {
  database.function('attribute', { deterministic: true }, attributeOf);
  const find = database.prepare('SELECT json FROM entity WHERE id = ?');
  const history = database.prepare(
    'SELECT rev, at, origin, target, actor, code, detail FROM journal WHERE entity = ? ORDER BY place',
  );
  const findIdempotent = database.prepare(FIND_IDEMPOTENT);
  const findValue = database.prepare('SELECT value FROM value WHERE space = ? AND key = ?');
  const entries = database.prepare(
    'SELECT key, value FROM value WHERE space = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 ORDER BY key',
  );
  const prepared = new Map<string, Statement>();

  function all({ text, values }: Sql): Row[] {
    let statement = prepared.get(text);
    if (statement === undefined) {
      if (prepared.size >= KEPT_STATEMENTS) prepared.clear();
      statement = database.prepare(text);
      prepared.set(text, statement);
    }
    return statement.all(...values);
  }

  return {
    get: (ids) => ids.map((id) => (find.get(id)?.['json'] as string | undefined) ?? null),
    list: (query) => all(listSql(query)).map((row) => row['json'] as string),
    count: (query) => Number(all(countSql(query))[0]?.['count'] ?? 0),
    history: (id) => history.all(id).map(historyRow),
    events: (tenant, after, limit, subject) => all(eventsSql({ tenant, after, limit, subject })).map(eventRow),
    idempotency(scope) {
      const row = findIdempotent.get(scope);
      return row === undefined ? null : idempotencyRow(row);
    },
    getValue: (space, key) => (findValue.get(space, key)?.['value'] as string | undefined) ?? null,
    entries: (space, prefix) => entries.all(space, prefix).map((row) => [row['key'] as string, row['value'] as string]),
  };
}

/** The canonical JSON of an attribute's value; NULL where the record has no such attribute. */
function attributeOf(json: SqlValue, name: SqlValue): SqlValue {
  const { attributes } = JSON.parse(json as string) as { attributes: Record<string, Json> };
  const value = Object.hasOwn(attributes, name as string) ? attributes[name as string] : undefined;
  return value === undefined ? null : bindable(canonicalJson(value));
}

function historyRow(row: Row): HistoryRow {
  return {
    rev: row['rev'] as number,
    at: row['at'] as number,
    from: row['origin'] as string | null,
    to: row['target'] as string | null,
    actor: row['actor'] as string,
    code: row['code'] as string | null,
    detail: (row['detail'] ?? null) as string | null,
  };
}

function eventRow(row: Row): EventRow {
  const { rev, at, from, to, actor, code } = historyRow(row);
  return {
    rev,
    at,
    from,
    to,
    actor,
    code,
    sequence: row['sequence'] as number,
    entity: row['entity'] as string,
    type: row['type'] as string,
    subject: row['subject'] as string,
  };
}
