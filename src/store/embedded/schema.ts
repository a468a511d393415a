/** One step of the schema. A step that was released is never changed: a new one follows it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Entities are JSON text beside the columns that queries need. `journal` holds a row for each
 * transition: read by entity it is the history, read by tenant and sequence the events. Samples are
 * first written to `sample_log`, one row a commit, and move from there into `chunk` (see tails.ts);
 * many new entities at once to `entity_log`, and from there into `entity` (see entity-log.ts).
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'first',
    sql: `
      CREATE TABLE entity (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        tenant TEXT NOT NULL,
        owner TEXT NOT NULL,
        rev INTEGER NOT NULL,
        state TEXT,
        parent TEXT,
        vendor TEXT,
        source TEXT,
        target TEXT,
        hidden INTEGER NOT NULL,
        due_at INTEGER,
        due_action TEXT,
        lease_owner TEXT,
        lease_until INTEGER,
        mixins TEXT NOT NULL,
        json TEXT NOT NULL
      ) STRICT;
      CREATE INDEX entity_kind ON entity (kind, id);
      CREATE INDEX entity_tenant ON entity (tenant, kind, id);
      CREATE INDEX entity_state ON entity (kind, state, id) WHERE state IS NOT NULL;
      CREATE INDEX entity_parent ON entity (parent, kind, id) WHERE parent IS NOT NULL;
      CREATE INDEX entity_vendor ON entity (vendor, kind, id) WHERE vendor IS NOT NULL;
      CREATE INDEX entity_source ON entity (source, id) WHERE source IS NOT NULL;
      CREATE INDEX entity_target ON entity (target, id) WHERE target IS NOT NULL;
      CREATE INDEX entity_due ON entity (due_at, id) WHERE due_at IS NOT NULL;

      CREATE TABLE entity_mixin (
        mixin TEXT NOT NULL,
        id TEXT NOT NULL,
        tenant TEXT NOT NULL,
        PRIMARY KEY (mixin, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX entity_mixin_tenant ON entity_mixin (mixin, tenant, id);

      CREATE TABLE journal (
        place INTEGER PRIMARY KEY,
        entity TEXT NOT NULL,
        rev INTEGER NOT NULL,
        at INTEGER NOT NULL,
        origin TEXT,
        target TEXT,
        actor TEXT NOT NULL,
        code TEXT,
        detail TEXT,
        subject TEXT NOT NULL,
        tenant TEXT NOT NULL,
        type TEXT,
        sequence INTEGER
      ) STRICT;
      CREATE INDEX journal_entity ON journal (entity);
      CREATE UNIQUE INDEX journal_sequence ON journal (tenant, sequence) WHERE sequence IS NOT NULL;
      CREATE TABLE event_sequence (tenant TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE idempotency (
        scope TEXT NOT NULL PRIMARY KEY,
        body_hash TEXT NOT NULL,
        began INTEGER NOT NULL,
        owner TEXT NOT NULL,
        answer TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX idempotency_began ON idempotency (began);

      CREATE TABLE value (
        space TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (space, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        collector TEXT NOT NULL,
        channel TEXT NOT NULL,
        vantage TEXT NOT NULL,
        tenant TEXT NOT NULL,
        UNIQUE (collector, channel, vantage, tenant)
      ) STRICT;
      CREATE TABLE sample_log (place INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
      CREATE TABLE chunk (
        place INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        count INTEGER NOT NULL,
        data BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX chunk_series ON chunk (series, first, last);
      CREATE TABLE rollup (
        series INTEGER NOT NULL,
        step INTEGER NOT NULL,
        pack INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (series, step, pack)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 2,
    name: 'entity log',
    sql: 'CREATE TABLE entity_log (place INTEGER PRIMARY KEY, events TEXT NOT NULL, data TEXT NOT NULL) STRICT;',
  },
];
