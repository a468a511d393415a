import { expect } from 'chai';
import { createScheduler, type Job } from '../../src/scheduler/scheduler.ts';
import { cronTimetable, type Timetable } from '../../src/scheduler/timetable.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { HandClock, settle } from '../support/hand-clock.ts';

function handTimetable(): { timetable: Timetable; tick: (rule: string) => void; size: () => number } {
  const ticks = new Map<string, () => void>();
  return {
    timetable: (rule, tick) => {
      ticks.set(rule, tick);
      return () => ticks.delete(rule);
    },
    tick: (rule) => ticks.get(rule)?.(),
    size: () => ticks.size,
  };
}

const deps = (jobs: readonly Job[], hand = handTimetable()) => ({
  hand,
  clock: new HandClock(),
  build: (clock: HandClock) => {
    return createScheduler({ jobs, clock, log: silentLogger, metrics: noMetrics, timetable: hand.timetable });
  },
});

function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

describe('scheduler', () => {
  it('skips and counts a tick that comes while the job still runs', async () => {
    const held = gate();
    let runs = 0;
    const { hand, clock, build } = deps([
      {
        name: 'slow',
        rule: 'r',
        run: () => {
          runs += 1;
          return held.promise;
        },
      },
    ]);
    const scheduler = build(clock);
    scheduler.start();
    hand.tick('r');
    hand.tick('r');
    hand.tick('r');
    await settle();
    expect(runs).to.equal(1);
    expect(scheduler.figures()['slow']).to.deep.equal({ runs: 0, failures: 0, skipped: 2 });
    held.open();
    await settle();
    hand.tick('r');
    await settle();
    expect(runs).to.equal(2);
  });

  it('goes on after a job that throws', async () => {
    let runs = 0;
    const { hand, clock, build } = deps([
      {
        name: 'bad',
        rule: 'r',
        run: () => {
          runs += 1;
          return Promise.reject(new Error('no'));
        },
      },
    ]);
    const scheduler = build(clock);
    scheduler.start();
    hand.tick('r');
    await settle();
    hand.tick('r');
    await settle();
    expect(runs).to.equal(2);
    expect(scheduler.figures()['bad']).to.deep.equal({ runs: 2, failures: 2, skipped: 0 });
  });

  it('runs at the start what asks for it, and waits for it when it stops', async () => {
    const held = gate();
    let aborted = false;
    const { hand, clock, build } = deps([
      {
        name: 'first',
        rule: 'r',
        atStart: true,
        async run(signal) {
          await held.promise;
          aborted = signal.aborted;
        },
      },
    ]);
    const scheduler = build(clock);
    scheduler.start();
    let stopped: readonly string[] | undefined;
    void scheduler.stop(1000).then((left) => {
      stopped = left;
    });
    await settle();
    expect(stopped).to.equal(undefined);
    expect(hand.size()).to.equal(0);
    held.open();
    await settle();
    expect(stopped).to.deep.equal([]);
    expect(aborted).to.equal(true);
  });

  it('stops at the deadline and names what still runs', async () => {
    const { clock, build } = deps([
      { name: 'stuck', rule: 'r', atStart: true, run: () => new Promise<void>(() => undefined) },
    ]);
    const scheduler = build(clock);
    scheduler.start();
    let left: readonly string[] | undefined;
    void scheduler.stop(1000).then((names) => {
      left = names;
    });
    await clock.advance(999);
    expect(left).to.equal(undefined);
    await clock.advance(1);
    expect(left).to.deep.equal(['stuck']);
    await scheduler.runNow('stuck');
  });

  it('refuses two jobs of one name, unknown names, and rules that cannot be read', async () => {
    const job = { name: 'a', rule: 'r', run: () => Promise.resolve() };
    const { clock, build } = deps([job, job]);
    expect(() => build(clock)).to.throw(RangeError, 'two jobs');
    const error: unknown = await deps([job])
      .build(clock)
      .runNow('b')
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(RangeError);
    expect(() => cronTimetable('every now and then', () => undefined)).to.throw(RangeError, 'every now and then');
    cronTimetable('*/5 * * * * *', () => undefined)();
  });
});
