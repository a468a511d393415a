import { expect } from 'chai';
import fc from 'fast-check';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { createSweeper, type DueHandler } from '../../src/scheduler/sweeper.ts';
import { backoffMs } from '../../src/scheduler/backoff.ts';
import { serviceJobs } from '../../src/scheduler/jobs.ts';
import { idSource, principalId, tenantId, typeId, type EntityId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { HandClock, settle } from '../support/hand-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';

const KIND = typeId('http://schemas.parley.org/occi/test#thing');

class World {
  readonly clock = new HandClock();
  readonly store = new MemoryStore(this.clock);
  readonly newId = idSource(this.clock, systemRandom);
  readonly seen: EntityId[] = [];
  handler: DueHandler = (record) => {
    this.seen.push(record.id);
    return this.done(record);
  };
  readonly sweeper = this.make('one');

  make(owner: string, more: { parallel?: number; batch?: number } = {}) {
    return createSweeper({
      store: this.store,
      behaviours: (kind) => (kind === KIND ? (record) => this.handler(record) : undefined),
      clock: this.clock,
      log: silentLogger,
      owner,
      leaseMs: 6000,
      ...more,
    });
  }

  async add(due: number | undefined, kind = KIND): Promise<EntityRecord> {
    const record: EntityRecord = {
      id: this.newId(),
      kind,
      mixins: [],
      tenant: tenantId('t'),
      owner: principalId('p'),
      rev: 1,
      attributes: { kept: 'as it is' },
      internal: { also: true },
      hidden: false,
      created: 0,
      updated: 0,
      ...(due === undefined ? {} : { due: { at: due, action: 'go' } }),
    };
    await this.store.write([{ op: 'create', record }]);
    return record;
  }

  /** What a handler does in the end: the work is done, nothing is due any more. */
  async done(record: EntityRecord): Promise<void> {
    const { due, ...rest } = record;
    expect(due === undefined || due.at <= this.clock.now()).to.equal(true);
    await this.store.write([{ op: 'update', record: { ...rest, rev: record.rev + 1 }, expect: { rev: record.rev } }]);
  }
}

describe('sweeper', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  it('starts what is due, and not what is not yet', async () => {
    const now = world.clock.now();
    const due = await world.add(now);
    await world.add(now + 1);
    await world.add(undefined);
    expect(await world.sweeper.sweep()).to.equal(1);
    await world.sweeper.idle();
    expect(world.seen).to.deep.equal([due.id]);
  });

  it('does not wait for a slow handler', async () => {
    world.handler = () => new Promise<void>(() => undefined);
    await world.add(world.clock.now());
    expect(await world.sweeper.sweep()).to.equal(1);
    expect(await world.sweeper.sweep()).to.equal(0);
  });

  it('claims in batches and starts no more than may run at once', async () => {
    for (let count = 0; count < 25; count += 1) await world.add(world.clock.now());
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let running = 0;
    let most = 0;
    world.handler = async (record) => {
      most = Math.max(most, ++running);
      await held;
      running -= 1;
      await world.done(record);
    };
    const sweeper = world.make('two', { parallel: 10, batch: 4 });
    expect(await sweeper.sweep()).to.equal(10);
    release();
    await sweeper.idle();
    await sweeper.sweep();
    await sweeper.idle();
    await sweeper.sweep();
    await sweeper.idle();
    expect(most).to.equal(10);
    expect(await world.store.claimDue({ now: world.clock.now(), limit: 9, owner: 'x', leaseMs: 1 })).to.deep.equal([]);
  });

  it('gives a record to one process only', async () => {
    await world.add(world.clock.now());
    let runs = 0;
    world.handler = async () => {
      runs += 1;
      await new Promise<void>(() => undefined);
    };
    const other = world.make('two');
    await Promise.all([world.sweeper.sweep(), other.sweep()]);
    await settle();
    expect(runs).to.equal(1);
  });

  it('holds on to the lease while its handler runs, and takes over that of a dead process', async () => {
    const record = await world.add(world.clock.now());
    await world.store.claimDue({ now: world.clock.now(), limit: 1, owner: 'dead', leaseMs: 6000 });
    expect(await world.sweeper.sweep()).to.equal(0);
    let runs = 0;
    world.handler = async () => {
      runs += 1;
      await new Promise<void>(() => undefined);
    };
    await world.clock.advance(6000);
    expect(await world.sweeper.sweep()).to.equal(1);
    await world.clock.advance(60_000);
    const other = await world.store.claim(record.id, { now: world.clock.now(), owner: 'two', leaseMs: 1 });
    expect(other).to.equal(undefined);
    expect(runs).to.equal(1);
  });

  it('pushes back what failed, longer each time, and leaves the rest of the record alone', async () => {
    const record = await world.add(world.clock.now());
    world.handler = (claimed) => {
      world.seen.push(claimed.id);
      return Promise.reject(new Error('not today'));
    };
    for (const wait of [1000, 2000, 4000]) {
      await world.sweeper.sweep();
      await world.sweeper.idle();
      const after = await world.store.get(record.id);
      expect(after?.due).to.deep.equal({ at: world.clock.now() + wait, action: 'go' });
      expect(after?.attributes).to.deep.equal(record.attributes);
      expect(after?.internal).to.deep.equal(record.internal);
      await world.clock.advance(wait - 1);
      expect(await world.sweeper.sweep()).to.equal(0);
      await world.clock.advance(1);
    }
    world.handler = (claimed) => world.done(claimed);
    await world.sweeper.sweep();
    await world.sweeper.idle();
    expect((await world.store.get(record.id))?.due).to.equal(undefined);
    expect(world.seen).to.have.length(3);
  });

  it('leaves alone a due that the failing handler has moved itself', async () => {
    const record = await world.add(world.clock.now());
    const later = world.clock.now() + 77_000;
    world.handler = async (claimed) => {
      await world.store.write([
        {
          op: 'update',
          record: { ...claimed, rev: claimed.rev + 1, due: { at: later, action: 'next' } },
          expect: { rev: claimed.rev },
        },
      ]);
      throw new Error('after that');
    };
    await world.sweeper.sweep();
    await world.sweeper.idle();
    expect((await world.store.get(record.id))?.due).to.deep.equal({ at: later, action: 'next' });
    expect((await world.store.get(record.id))?.rev).to.equal(2);
  });

  it('does not spin on a handler that leaves its record due', async () => {
    await world.add(world.clock.now());
    world.handler = (record) => {
      world.seen.push(record.id);
      return Promise.resolve();
    };
    await world.sweeper.sweep();
    await world.sweeper.idle();
    expect(world.seen).to.have.length(1);
    await world.sweeper.sweep();
    await world.sweeper.idle();
    expect(world.seen).to.have.length(2);
  });

  it('kicks one record at once, due or not, and once more when kicked while it runs', async () => {
    const record = await world.add(undefined);
    let release = (): void => undefined;
    world.handler = (claimed) => {
      world.seen.push(claimed.id);
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    world.sweeper.kick(record.id);
    await settle();
    expect(world.seen).to.have.length(1);
    world.sweeper.kick(record.id);
    world.sweeper.kick(record.id);
    await settle();
    expect(world.seen).to.have.length(1);
    release();
    await settle();
    expect(world.seen).to.have.length(2);
    release();
    await world.sweeper.idle();
    expect(world.seen).to.have.length(2);
  });

  it('lets kicks wait for a free slot', async () => {
    const sweeper = world.make('small', { parallel: 2 });
    const records = await Promise.all(Array.from({ length: 20 }, () => world.add(undefined)));
    for (const { id } of records) sweeper.kick(id);
    await sweeper.idle();
    expect(new Set(world.seen).size).to.equal(20);
  });

  it('keeps the lease of a kind that nobody handles, so that it does not come up each second', async () => {
    await world.add(world.clock.now(), typeId('http://schemas.parley.org/occi/test#other'));
    expect(await world.sweeper.sweep()).to.equal(1);
    expect(await world.sweeper.sweep()).to.equal(0);
    await world.sweeper.idle();
  });

  it('starts nothing more when stopped, and waits for what runs', async () => {
    const record = await world.add(world.clock.now());
    let release = (): void => undefined;
    world.handler = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    await world.sweeper.sweep();
    let left: number | undefined;
    void world.sweeper.stop(5000).then((count) => {
      left = count;
    });
    world.sweeper.kick(record.id);
    await settle();
    expect(left).to.equal(undefined);
    release();
    await settle();
    expect(left).to.equal(0);
    expect(await world.sweeper.sweep()).to.equal(0);
    expect(world.store.listening).to.equal(0);
  });

  it('loses nothing, whatever fails how often', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }), async (failures) => {
        const one = new World();
        const left = new Map<EntityId, number>();
        for (const count of failures) left.set((await one.add(one.clock.now())).id, count);
        const done = new Set<EntityId>();
        one.handler = async (record) => {
          const count = left.get(record.id) ?? 0;
          left.set(record.id, count - 1);
          if (count > 0) throw new Error('again');
          done.add(record.id);
          await one.done(record);
        };
        for (let second = 0; second < 10; second += 1) {
          await one.sweeper.sweep();
          await one.sweeper.idle();
          await one.clock.advance(1000);
        }
        expect(done.size).to.equal(failures.length);
      }),
      { numRuns: 20 },
    );
  });

  it('backs off to five minutes at most', () => {
    expect([1, 2, 5, 9, 10, 100].map(backoffMs)).to.deep.equal([1000, 2000, 16_000, 256_000, 300_000, 300_000]);
  });

  it('is one of the jobs, with the keys that expire and the retention', async () => {
    let retained = 0;
    const jobs = serviceJobs({
      sweeper: world.sweeper,
      entities: world.store,
      retention: () => Promise.resolve(++retained),
      clock: world.clock,
      log: silentLogger,
    });
    expect(jobs.map(({ name }) => name)).to.deep.equal(['sweep', 'expire-idempotency-keys', 'retention']);
    await world.store.beginIdempotent({
      scope: 'old',
      bodyHash: '',
      began: world.clock.now() - 8 * 24 * 3600 * 1000,
      owner: 'o',
    });
    await world.store.beginIdempotent({ scope: 'new', bodyHash: '', began: world.clock.now(), owner: 'o' });
    for (const job of jobs) await job.run(new AbortController().signal);
    expect(await world.store.idempotency('old')).to.equal(undefined);
    expect(await world.store.idempotency('new')).to.not.equal(undefined);
    expect(retained).to.equal(1);
  });
});
