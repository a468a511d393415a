import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { EntityId, TypeId } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import { noMetrics, type Metrics } from '../shared/metrics.ts';
import { Failures, backoffMs } from './backoff.ts';

/** Continues one record's work: `Behaviour.onDue`. Must be safe to call twice. */
export type DueHandler = (record: EntityRecord) => Promise<void>;

export interface SweeperDeps {
  readonly store: EntityStore;
  /** The handler of a kind; undefined: nothing is ever due there. */
  readonly behaviours: (kind: TypeId) => DueHandler | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Names this process among those that share the store. */
  readonly owner: string;
  /** How long a claim lasts; it is renewed while its handler runs. Default 6 s. */
  readonly leaseMs?: number;
  /** Handlers that may run at once. Default 512: most of them wait for vendors. */
  readonly parallel?: number;
  /** Records claimed at once. Default 100. */
  readonly batch?: number;
}

export interface Sweeper {
  /**
   * Claims what is due and starts its handlers; does not wait for them, so that one slow handler
   * holds up nobody. Answers how many were started.
   */
  sweep(): Promise<number>;
  /** Claims one record, due or not, and runs its handler in this process. A kick while it runs makes it run once more. */
  kick(id: EntityId): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Starts nothing more and waits for what runs, at most `deadlineMs`; answers how many still run. */
  stop(deadlineMs: number): Promise<number>;
}

interface Running {
  readonly due: EntityRecord['due'];
  again: boolean;
  /** The handler wrote another due, which ended the lease. */
  moved: boolean;
}

const WAITING_KICKS = 10_000;

/**
 * Deadlines are data: whatever has a `due` in the store is found here when its time has come, also
 * after a restart. A handler that throws is logged and its record pushed back, never lost.
 */
export function createSweeper(deps: SweeperDeps): Sweeper {
  const { store, clock, log, owner } = deps;
  const metrics = deps.metrics ?? noMetrics;
  const leaseMs = deps.leaseMs ?? 6_000;
  const parallel = deps.parallel ?? 512;
  const batch = deps.batch ?? 100;

  const running = new Map<EntityId, Running>();
  /** Kicks that wait for a free slot. */
  const waiting = new Set<EntityId>();
  const unknownKinds = new Set<TypeId>();
  const failures = new Failures();
  const idlers: (() => void)[] = [];
  let claiming = 0;
  let stopping = false;

  const unsubscribe = store.subscribe(({ id, record }) => {
    const entry = running.get(id);
    if (entry === undefined) return;
    if (record?.due?.at !== entry.due?.at || record?.due?.action !== entry.due?.action) entry.moved = true;
  });

  const busy = (): number => running.size + claiming;

  function settle(): void {
    while (!stopping && waiting.size > 0 && busy() < parallel) {
      const [id] = waiting;
      if (id === undefined) break;
      waiting.delete(id);
      claimOne(id);
    }
    if (busy() === 0 && (stopping || waiting.size === 0)) for (const idler of idlers.splice(0)) idler();
  }

  function claimOne(id: EntityId): void {
    claiming += 1;
    store
      .claim(id, { now: clock.now(), owner, leaseMs })
      .then((record) => {
        if (record !== undefined) start(record);
      })
      .catch((error: unknown) => {
        // Not lost: its due is in the store, so the next sweep finds it.
        log.error({ entity: id, err: error }, 'claim failed');
      })
      .finally(() => {
        claiming -= 1;
        settle();
      });
  }

  function start(record: EntityRecord): void {
    const already = running.get(record.id);
    if (already !== undefined) {
      // It moved its due, which came before it ended: once more afterwards, and the new lease ends with it.
      already.again = true;
      already.moved = false;
      return;
    }
    const handler = deps.behaviours(record.kind);
    if (handler === undefined) {
      // Keeps its lease, so that it comes up once a lease and not each second.
      if (!unknownKinds.has(record.kind)) log.error({ kind: record.kind }, 'nobody handles due records of this kind');
      unknownKinds.add(record.kind);
      return;
    }
    const entry: Running = { due: record.due, again: false, moved: false };
    running.set(record.id, entry);
    void run(record, handler, entry).finally(() => {
      running.delete(record.id);
      if (entry.again && !stopping) waiting.add(record.id);
      settle();
    });
  }

  async function run(record: EntityRecord, handler: DueHandler, entry: Running): Promise<void> {
    const began = clock.elapsed();
    const stopRenewing = renew(record.id, entry);
    let outcome = 'done';
    try {
      await handler(record);
      failures.clear(record.id);
    } catch (error) {
      outcome = 'failed';
      log.error({ entity: record.id, kind: record.kind, due: record.due, err: error }, 'due work failed');
      await pushBack(record);
    } finally {
      stopRenewing();
      metrics.observe('parley_due_seconds', 'Time that due work took', (clock.elapsed() - began) / 1000, { outcome });
      if (!entry.moved) await release(record.id);
    }
  }

  /** Holds on to the lease while a handler takes longer than it lasts. */
  function renew(id: EntityId, entry: Running): () => void {
    let cancel = (): void => undefined;
    const arm = (): void => {
      cancel = clock.after(leaseMs / 3, () => {
        arm();
        if (entry.moved) return;
        store.claim(id, { now: clock.now(), owner, leaseMs }).catch((error: unknown) => {
          log.warn({ entity: id, err: error }, 'lease not renewed');
        });
      });
    };
    arm();
    return () => {
      cancel();
    };
  }

  async function release(id: EntityId): Promise<void> {
    try {
      await store.release(id, owner);
    } catch (error) {
      log.warn({ entity: id, err: error }, 'lease not released');
    }
  }

  /** Moves a due that has passed into the future, and nothing else. A handler that already moved it stands. */
  async function pushBack(claimed: EntityRecord): Promise<void> {
    const wait = backoffMs(failures.add(claimed.id));
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        const now = clock.now();
        const record = await store.get(claimed.id);
        if (record?.due === undefined || record.due.at > now) return;
        const result = await store.write([
          {
            op: 'update',
            record: { ...record, rev: record.rev + 1, due: { ...record.due, at: now + wait }, updated: now },
            expect: { rev: record.rev },
          },
        ]);
        if (result.ok) return;
      }
    } catch (error) {
      log.error({ entity: claimed.id, err: error }, 'due work not pushed back');
    }
  }

  const idle = (): Promise<void> =>
    busy() === 0 && (stopping || waiting.size === 0)
      ? Promise.resolve()
      : new Promise((resolve) => {
          idlers.push(resolve);
        });

  return {
    async sweep() {
      const handled = new Set<EntityId>();
      while (!stopping) {
        const limit = Math.min(batch, parallel - busy());
        if (limit <= 0) break;
        claiming += limit;
        let records: EntityRecord[];
        try {
          records = await store.claimDue({ now: clock.now(), limit, owner, leaseMs });
        } finally {
          claiming -= limit;
        }
        let fresh = 0;
        for (const record of records) {
          // A handler may be done, its record due again, and claimed again, all within one sweep: next second, then.
          if (handled.has(record.id)) {
            if (!running.has(record.id)) void release(record.id);
            continue;
          }
          handled.add(record.id);
          fresh += 1;
          start(record);
        }
        if (records.length < limit || fresh === 0) break;
      }
      settle();
      return handled.size;
    },
    kick(id) {
      if (stopping) return;
      const entry = running.get(id);
      if (entry !== undefined) entry.again = true;
      else if (busy() < parallel) claimOne(id);
      else if (waiting.size < WAITING_KICKS) waiting.add(id);
      else metrics.count('parley_kicks_dropped_total', 'Kicks left to the next sweep');
    },
    idle,
    async stop(deadlineMs) {
      stopping = true;
      waiting.clear();
      const over = new AbortController();
      await Promise.race([idle(), clock.sleep(deadlineMs, over.signal).catch(() => undefined)]);
      over.abort();
      unsubscribe();
      return running.size;
    },
  };
}
