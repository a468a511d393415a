import { expect } from 'chai';
import fc from 'fast-check';
import { createBeats, nextStart, type Beat } from '../../src/monitoring/beats.ts';
import { HandClock, settle } from '../support/hand-clock.ts';

const START = Date.parse('2026-11-20T10:00:00Z');

const beat = (more: Partial<Beat> & Pick<Beat, 'run'>): Beat => ({
  id: 'a',
  phase: 0,
  periodMs: 1000,
  lateMs: 200,
  ...more,
});

describe('beats', () => {
  it('start at phase plus a multiple of the period, also when the timers are late', async () => {
    const clock = new HandClock(START);
    clock.lateness = () => 37;
    const beats = createBeats({ clock });
    const starts: number[] = [];
    beats.set(
      beat({
        phase: 250,
        run: (at) => {
          starts.push(at - START);
          return Promise.resolve();
        },
      }),
    );
    await clock.advance(5000);
    expect(starts).to.deep.equal([250, 1250, 2250, 3250, 4250]);
    expect(beats.figures().worstStray).to.be.closeTo(0.037, 1e-9);
  });

  it('never overlap: a start that comes while the one before runs is not tried', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock });
    const starts: number[] = [];
    beats.set(
      beat({
        run: (at) => {
          starts.push(at - START);
          return clock.sleep(2500);
        },
      }),
    );
    await clock.advance(6500);
    expect(starts).to.deep.equal([0, 3000, 6000]);
    expect(beats.figures().untried.running).to.equal(4);
  });

  it('wait a little for the one before, so that a timeout as long as the period costs no start', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock });
    const starts: [at: number, late: number][] = [];
    beats.set(
      beat({
        run: (at) => {
          starts.push([at - START, clock.now() - at]);
          return clock.sleep(1004);
        },
      }),
    );
    await clock.advance(50_000);
    expect(starts.slice(0, 3)).to.deep.equal([
      [0, 0],
      [1000, 4],
      [2000, 8],
    ]);
    expect(starts).to.have.length(50);
    expect(beats.figures().untried.running).to.equal(0);
    expect(beats.figures().worstStray).to.be.at.most(0.2);
  });

  it('do not try what is too late, and count every start that was left out', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock });
    const starts: number[] = [];
    beats.set(
      beat({
        run: (at) => {
          starts.push(at - START);
          return Promise.resolve();
        },
      }),
    );
    await clock.advance(500);
    clock.lateness = () => 3300;
    await clock.advance(800);
    clock.lateness = () => 0;
    await clock.advance(5000);
    // The timer for 1000 was set before, that for 2000 came at 5300.
    expect(starts).to.deep.equal([0, 1000, 6000]);
    expect(beats.figures().untried.late).to.equal(4);
  });

  it('keep to their interval', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock });
    const starts: number[] = [];
    beats.set(
      beat({
        from: START + 1500,
        until: START + 4000,
        run: (at) => {
          starts.push(at - START);
          return Promise.resolve();
        },
      }),
    );
    beats.now('a');
    await clock.advance(10_000);
    expect(starts).to.deep.equal([2000, 3000]);
    expect(beats.size).to.equal(0);
    expect(clock.waiting).to.equal(0);
  });

  it('measure once at once when asked, and not twice at the same time', async () => {
    const clock = new HandClock(START + 300);
    const beats = createBeats({ clock });
    const starts: number[] = [];
    beats.set(
      beat({
        run: (at) => {
          starts.push(at - START);
          return clock.sleep(100);
        },
      }),
    );
    beats.now('a');
    beats.now('a');
    await clock.advance(1000);
    expect(starts).to.deep.equal([300, 1000]);
  });

  it('run no more at once than they may', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock, parallel: 3 });
    for (let n = 0; n < 10; n += 1) beats.set(beat({ id: String(n), run: () => clock.sleep(500) }));
    await clock.advance(100);
    expect(beats.figures()).to.deep.include({ tried: 3 });
    expect(beats.figures().untried.crowded).to.equal(7);
  });

  it('end with what runs', async () => {
    const clock = new HandClock(START);
    const beats = createBeats({ clock });
    let release = (): void => undefined;
    beats.set(
      beat({
        run: () =>
          new Promise((resolve) => {
            release = resolve;
          }),
      }),
    );
    await clock.advance(10);
    let stopped = false;
    void beats.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).to.equal(false);
    release();
    await settle();
    expect(stopped).to.equal(true);
    await clock.advance(10_000);
    expect(beats.figures().tried).to.equal(1);
  });

  it('hold all of that for many beats under load', async () => {
    const shape = fc.record({
      periodMs: fc.integer({ min: 100, max: 3000 }),
      phase: fc.nat({ max: 3000 }),
      takes: fc.array(fc.nat({ max: 4000 }), { minLength: 1, maxLength: 5 }),
      from: fc.option(fc.integer({ min: -2000, max: 8000 }), { nil: undefined }),
      until: fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 10 }),
        async (shapes, lateness) => {
          const clock = new HandClock(START);
          let timers = 0;
          clock.lateness = () => lateness[timers++ % lateness.length] ?? 0;
          const beats = createBeats({ clock });
          const logs = shapes.map((one, n) => {
            const log = { starts: [] as number[], running: 0, most: 0, stray: 0 };
            const made: Beat = {
              id: String(n),
              phase: one.phase,
              periodMs: one.periodMs,
              lateMs: one.periodMs / 5,
              ...(one.from === undefined ? {} : { from: START + one.from }),
              ...(one.until === undefined ? {} : { until: START + one.until }),
              async run(at) {
                log.stray = Math.max(log.stray, clock.now() - at);
                log.most = Math.max(log.most, ++log.running);
                log.starts.push(at);
                await clock.sleep(one.takes[log.starts.length % one.takes.length] ?? 0);
                log.running -= 1;
              },
            };
            beats.set(made);
            return { ...log, log, made };
          });
          await clock.advance(10_000);
          let planned = 0;
          for (const { log, made } of logs) {
            expect(log.most).to.be.at.most(1);
            expect(log.stray).to.be.at.most(made.lateMs);
            for (const [index, at] of log.starts.entries()) {
              expect((at - made.phase) % made.periodMs).to.equal(0);
              if (index > 0) expect(at).to.be.greaterThan(log.starts[index - 1] ?? 0);
              expect(at).to.be.at.least(made.from ?? -Infinity);
              expect(at).to.be.below(made.until ?? Infinity);
            }
            for (let at = nextStart(made, START); at !== undefined && at <= clock.now(); at = nextStart(made, at + 1))
              planned += 1;
          }
          const { tried, untried } = beats.figures();
          const known = tried + untried.late + untried.running + untried.crowded;
          // What lies between the last timer and now may still be tried, or be found to be late.
          expect(known).to.be.at.most(planned);
          clock.lateness = () => 0;
          expect(tried).to.equal(logs.reduce((sum, { log }) => sum + log.starts.length, 0));
        },
      ),
      { numRuns: 150 },
    );
  });
});
