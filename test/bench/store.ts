import type { EntityRecord } from '../../src/occi/entity.ts';
import type { EntityStore, Write } from '../../src/occi/store.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { idSource, principalId, tenantId, typeId, vendorId } from '../../src/shared/ids.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { median, rateOf, row, withDatabase, withStore } from './folder.ts';
import type { BenchRow } from './types.ts';

/**
 * Durable creates at the entity port, each a call of its own with history and event, against bare
 * inserts of the same JSON into a table with nothing but a key, in transactions of as many rows as
 * there are callers.
 */
export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const callers of [32, 256]) {
    const bare = await bareRate(20_000, callers);
    const rate = await withStore(async ({ entities }) => {
      await createRate(entities, 5_000, callers);
      return createRate(entities, 20_000, callers);
    });
    rows.push(row(`store: durable creates, ${callers} callers (raw: inserts by ${callers})`, '/s', rate, bare));
  }
  rows.push(
    row('store: 1,000 proposals in one write (raw: 1,000 inserts)', 'ms', await manyAtOnce(), await bareMany()),
  );
  const [gets, bareGets] = await reads();
  rows.push(row('store: reads by id, 32 callers (raw: reads in a loop)', '/s', gets, bareGets));
  return rows;
}

const newId = idSource(systemClock, systemRandom);
const parent = newId();

function proposal(index: number): EntityRecord {
  const now = systemClock.now();
  return {
    id: newId(),
    kind: typeId('http://schemas.parley.org/occi/broker#proposal'),
    mixins: [],
    tenant: tenantId('acme'),
    owner: principalId('alice'),
    rev: 1,
    title: `Proposal ${index}`,
    attributes: {
      'org.parley.proposal.state': 'acceptable',
      'org.parley.proposal.resources': Array.from({ length: 4 }, (_, which) => ({
        name: `web-${which}`,
        kind: 'compute',
        attributes: { 'occi.compute.cores': 2, 'occi.compute.memory': 4, 'org.parley.region': 'eu-west' },
        price: { amount: '17.125', currency: 'EUR', unit: 'month' },
      })),
    },
    state: 'acceptable',
    parent,
    vendor: vendorId(`vendor-${index % 100}`),
    internal: { round: 1, fingerprint: String(newId()) },
    due: { at: now + 86_400_000, action: 'expire' },
    hidden: false,
    created: now,
    updated: now,
  };
}

function creation(record: EntityRecord): Write {
  const note = {
    from: null,
    to: 'acceptable',
    actor: 'vendor',
    event: 'org.parley.proposal.acceptable',
    subject: `/proposal/${record.id}`,
  };
  return { op: 'create', record, note };
}

function createRate(entities: EntityStore, calls: number, callers: number): Promise<number> {
  return rateOf(calls, callers, (index) => entities.write([creation(proposal(index))]));
}

function bareRate(count: number, together: number): Promise<number> {
  return withDatabase((database) => {
    database.exec('CREATE TABLE raw (id TEXT PRIMARY KEY, json TEXT NOT NULL)');
    const insert = database.prepare('INSERT INTO raw VALUES (?, ?)');
    const begun = performance.now();
    for (let done = 0; done < count; done += together) {
      database.exec('BEGIN');
      for (let index = done; index < done + together; index++) {
        const record = proposal(index);
        insert.run(record.id, JSON.stringify(record));
      }
      database.exec('COMMIT');
    }
    return (count / (performance.now() - begun)) * 1000;
  });
}

function manyAtOnce(): Promise<number> {
  return withStore(async ({ entities }) => {
    const times: number[] = [];
    for (let round = 0; round < 15; round++) {
      const records = Array.from({ length: 1000 }, (_, index) => proposal(index));
      const begun = performance.now();
      await entities.write(records.map(creation));
      times.push(performance.now() - begun);
      // Calls for proposals do not come back to back: the log is moved in between.
      await systemClock.sleep(50);
    }
    return median(times);
  });
}

function bareMany(): Promise<number> {
  return withDatabase((database) => {
    database.exec('CREATE TABLE raw (id TEXT PRIMARY KEY, json TEXT NOT NULL)');
    const insert = database.prepare('INSERT INTO raw VALUES (?, ?)');
    const times: number[] = [];
    for (let round = 0; round < 15; round++) {
      const records = Array.from({ length: 1000 }, (_, index) => proposal(index));
      const begun = performance.now();
      database.exec('BEGIN');
      for (const record of records) insert.run(record.id, JSON.stringify(record));
      database.exec('COMMIT');
      times.push(performance.now() - begun);
    }
    return median(times);
  });
}

async function reads(): Promise<[rate: number, bare: number]> {
  const records = Array.from({ length: 2000 }, (_, index) => proposal(index));
  const pick = (index: number): EntityRecord['id'] => (records[(index * 7919) % records.length] ?? proposal(0)).id;
  const rate = await withStore(async ({ entities }) => {
    await entities.write(records.map(creation));
    return rateOf(30_000, 32, (index) => entities.get(pick(index)));
  });
  const bare = await withDatabase((database) => {
    database.exec('CREATE TABLE raw (id TEXT PRIMARY KEY, json TEXT NOT NULL)');
    const insert = database.prepare('INSERT INTO raw VALUES (?, ?)');
    database.exec('BEGIN');
    for (const record of records) insert.run(record.id, JSON.stringify(record));
    database.exec('COMMIT');
    const find = database.prepare('SELECT json FROM raw WHERE id = ?');
    const begun = performance.now();
    for (let index = 0; index < 30_000; index++) JSON.parse(find.get(pick(index))?.['json'] as string);
    return (30_000 / (performance.now() - begun)) * 1000;
  });
  return [rate, bare];
}
