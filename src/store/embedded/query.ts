import type { EntityQuery } from '../../occi/store.ts';
import { parseEntityId } from '../../shared/ids.ts';
import { canonicalJson, type Json } from '../../shared/json.ts';
import { bindable, type SqlValue } from './sqlite.ts';

export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type Filter = Omit<EntityQuery, 'after' | 'limit' | 'page'>;

/** The SELECT of one page; one row more than asked for tells whether there is a next page. */
export function listSql(query: EntityQuery): Sql {
  const where = filter(query);
  const descending = query.order === 'desc';
  const id = where.id;
  if (query.after !== undefined) where.add(`${id} ${descending ? '<' : '>'} ?`, query.after);
  const offset = query.after === undefined && query.page !== undefined ? (query.page - 1) * query.limit : 0;
  return {
    text: `SELECT e.json FROM ${where.from} WHERE ${where.text} ORDER BY ${id} ${descending ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
    values: [...where.values, query.limit + 1, offset],
  };
}

export function countSql(query: Filter): Sql {
  const where = filter(query);
  return { text: `SELECT count(*) AS count FROM ${where.from} WHERE ${where.text}`, values: where.values };
}

class Where {
  readonly values: SqlValue[] = [];
  readonly from: string;
  /** The column to page by. */
  readonly id: string;
  readonly #terms: string[] = [];

  constructor(from: string, id: string) {
    this.from = from;
    this.id = id;
  }

  get text(): string {
    return this.#terms.length === 0 ? 'true' : this.#terms.join(' AND ');
  }

  add(term: string, ...values: readonly SqlValue[]): void {
    this.#terms.push(term);
    for (const value of values) this.values.push(typeof value === 'string' ? bindable(value) : value);
  }

  oneOf(column: string, values: readonly string[]): void {
    const [only] = values;
    if (values.length === 1 && only !== undefined) this.add(`${column} = ?`, only);
    else this.add(`${column} IN (${values.map(() => '?').join(', ')})`, ...values);
  }
}

function filter(query: Filter): Where {
  // Few entities hang on one parent or link end; else a mixin narrows more than a kind does.
  const narrow = query.parent ?? query.source ?? query.target;
  const byMixin = query.mixin !== undefined && narrow === undefined;
  const where = byMixin
    ? new Where('entity_mixin m CROSS JOIN entity e ON e.id = m.id', 'm.id')
    : new Where('entity e', 'e.id');
  if (query.mixin !== undefined) {
    if (byMixin) where.add('m.mixin = ?', query.mixin);
    else where.add('EXISTS (SELECT 1 FROM entity_mixin m WHERE m.mixin = ? AND m.id = e.id)', query.mixin);
  }
  if (query.tenant !== undefined) where.add(`${byMixin ? 'm' : 'e'}.tenant = ?`, query.tenant);
  if (query.kinds !== undefined) where.oneOf('e.kind', query.kinds);
  if (query.owner !== undefined) where.add('e.owner = ?', query.owner);
  if (query.states !== undefined) where.oneOf('e.state', query.states);
  if (query.parent !== undefined) where.add('e.parent = ?', query.parent);
  if (query.vendor !== undefined) where.add('e.vendor = ?', query.vendor);
  if (query.source !== undefined) where.add('e.source = ?', query.source);
  if (query.target !== undefined) where.add('e.target = ?', query.target);
  for (const [name, value] of Object.entries(query.attributes ?? {})) attribute(where, name, value);
  if (query.hidden !== 'with') where.add('e.hidden = 0');
  return where;
}

const PLAIN_NAME = /^[A-Za-z0-9._:-]+$/;

/**
 * Equality of JSON values. Records were written by JSON.stringify, so simple values are equal when
 * their texts are; those with members are compared in canonical form by a function of the reader's.
 */
function attribute(where: Where, name: string, value: Json): void {
  const simple = typeof value !== 'object' || value === null;
  if (simple && PLAIN_NAME.test(name)) {
    where.add('e.json -> ? = ?', `$.attributes."${name}"`, JSON.stringify(value));
  } else where.add('attribute(e.json, ?) = ?', name, canonicalJson(value));
}

export interface EventFilter {
  readonly tenant: string;
  readonly after: number;
  readonly limit: number;
  readonly subject: string | undefined;
}

/** Events in sequence; those of one entity are found by the entity and not by walking the tenant's. */
export function eventsSql({ tenant, after, limit, subject }: EventFilter): Sql {
  const where = new Where('journal', 'sequence');
  const entity = subject === undefined ? undefined : parseEntityId(subject.slice(subject.lastIndexOf('/') + 1));
  where.add(entity === undefined ? 'tenant = ?' : '+tenant = ?', tenant);
  where.add(entity === undefined ? 'sequence > ?' : '+sequence > ?', after);
  if (entity !== undefined) where.add('entity = ?', entity);
  if (subject !== undefined) where.add('substr(subject, 1, length(?)) = ?', subject, subject);
  return {
    text: `SELECT entity, rev, at, origin, target, actor, code, subject, type, sequence
           FROM journal WHERE ${where.text} ORDER BY sequence LIMIT ?`,
    values: [...where.values, limit],
  };
}
