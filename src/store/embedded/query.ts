import type { EntityQuery } from '../../occi/store.ts';
import { parseEntityId } from '../../shared/ids.ts';
import { canonicalJson, type Json } from '../../shared/json.ts';
import { bindable, type SqlValue } from './sqlite.ts';

export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type Filter = Omit<EntityQuery, 'after' | 'limit' | 'page'>;

/**
 * The SELECT of one page, ended by the id; one row more than asked for tells whether there is a next
 * page. Each kind is walked along its own index and the walks are merged, so that a page costs the
 * same wherever it lies.
 */
export function listSql(query: EntityQuery): Sql {
  const { after, order, limit } = query;
  const direction = order === 'desc' ? 'DESC' : 'ASC';
  const offset = after === undefined && query.page !== undefined ? (query.page - 1) * limit : 0;
  const walks = walksOf(query);
  for (const walk of walks) {
    if (after !== undefined) walk.add(`${walk.id} ${direction === 'DESC' ? '<' : '>'} ?`, after);
  }
  const [only] = walks;
  if (walks.length === 1 && only !== undefined) {
    return {
      text: `SELECT e.json FROM ${only.from} WHERE ${only.text} ORDER BY ${only.id} ${direction} LIMIT ? OFFSET ?`,
      values: [...only.values, limit + 1, offset],
    };
  }
  const parts = walks.map(
    (walk) =>
      `SELECT id, place FROM (SELECT ${walk.id} AS id, e.rowid AS place FROM ${walk.from} WHERE ${walk.text} ORDER BY ${walk.id} ${direction} LIMIT ?)`,
  );
  return {
    text: `SELECT e.json FROM (${parts.join(' UNION ALL ')} ORDER BY id ${direction} LIMIT ? OFFSET ?) page
           CROSS JOIN entity e ON e.rowid = page.place ORDER BY page.id ${direction}`,
    values: [...walks.flatMap((walk) => [...walk.values, offset + limit + 1]), limit + 1, offset],
  };
}

export function countSql(query: Filter): Sql {
  const walks = walksOf(query);
  return {
    text: `SELECT ${walks.map((walk) => `(SELECT count(*) FROM ${walk.from} WHERE ${walk.text})`).join(' + ')} AS count`,
    values: walks.flatMap((walk) => walk.values),
  };
}

/** One walk for each kind, where there is nothing narrower to walk along. */
function walksOf(query: Filter): Where[] {
  const { kinds } = query;
  const narrower = query.mixin ?? narrowest(query);
  if (kinds === undefined || kinds.length < 2 || narrower !== undefined) return [filter(query)];
  return [...new Set(kinds)].map((kind) => filter({ ...query, kinds: [kind] }));
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

function narrowest({ parent, source, target, sources, targets }: Filter): unknown {
  return parent ?? source ?? target ?? sources ?? targets;
}

function filter(query: Filter): Where {
  // Few entities hang on one parent or link end; else a mixin narrows more than a kind does.
  const byMixin = query.mixin !== undefined && narrowest(query) === undefined;
  const where = byMixin
    ? new Where('entity_mixin m CROSS JOIN entity e ON e.id = m.id', 'm.id')
    : new Where('entity e', 'e.id');
  if (query.mixin !== undefined) {
    if (byMixin) where.add('m.mixin = ?', query.mixin);
    else where.add('EXISTS (SELECT 1 FROM entity_mixin m WHERE m.mixin = ? AND m.id = e.id)', query.mixin);
  }
  if (query.tenant !== undefined) belongsTo(where, query.tenant, byMixin ? 'm' : 'e', query);
  if (query.kinds !== undefined) where.oneOf('e.kind', query.kinds);
  if (query.owner !== undefined) where.add('e.owner = ?', query.owner);
  if (query.states !== undefined) where.oneOf('e.state', query.states);
  if (query.parent !== undefined) where.add('e.parent = ?', query.parent);
  if (query.vendor !== undefined) where.add('e.vendor = ?', query.vendor);
  if (query.source !== undefined) where.add('e.source = ?', query.source);
  if (query.target !== undefined) where.add('e.target = ?', query.target);
  if (query.sources !== undefined) where.oneOf('e.source', query.sources);
  if (query.targets !== undefined) where.oneOf('e.target', query.targets);
  for (const [name, value] of Object.entries(query.attributes ?? {})) attribute(where, name, value);
  if (query.hidden !== 'with') where.add('e.hidden = 0');
  return where;
}

function belongsTo(where: Where, tenant: string, table: string, { kinds, shared = [] }: Filter): void {
  const everybodys = kinds === undefined ? shared : shared.filter((kind) => kinds.includes(kind));
  if (everybodys.length === 0) where.add(`${table}.tenant = ?`, tenant);
  else if (kinds?.every((kind) => everybodys.includes(kind)) !== true) {
    where.add(`(${table}.tenant = ? OR e.kind IN (${everybodys.map(() => '?').join(', ')}))`, tenant, ...everybodys);
  }
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
