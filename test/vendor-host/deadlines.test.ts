import { expect } from 'chai';
import { Deadlines } from '../../src/vendor-host/deadlines.ts';
import { HandClock } from '../support/hand-clock.ts';

class CountingClock extends HandClock {
  armed = 0;

  override after(ms: number, callback: () => void): () => void {
    this.armed += 1;
    const cancel = super.after(ms, callback);
    return () => {
      this.armed -= 1;
      cancel();
    };
  }
}

describe('deadlines of calls', () => {
  it('call back at their instant, each once and in order, with one timer for all of an instant', async () => {
    const clock = new CountingClock();
    const deadlines = new Deadlines(clock);
    const told: string[] = [];
    const listener = (): void => {
      told.push('twice');
    };
    const soon = clock.now() + 10;
    deadlines.at(soon, () => told.push('first'));
    deadlines.at(soon, listener);
    deadlines.at(soon, listener);
    deadlines.at(soon + 5, () => told.push('later'));
    expect(clock.armed).to.equal(2);
    await clock.advance(9);
    expect(told).to.deep.equal([]);
    await clock.advance(1);
    expect(told).to.deep.equal(['first', 'twice', 'twice']);
    await clock.advance(100);
    expect(told).to.deep.equal(['first', 'twice', 'twice', 'later']);
  });

  it('leave no timer when nobody waits any more, and can be asked for again', async () => {
    const clock = new CountingClock();
    const deadlines = new Deadlines(clock);
    const told: string[] = [];
    const soon = clock.now() + 10;
    const stop = deadlines.at(soon, () => told.push('stopped'));
    deadlines.at(soon, () => told.push('kept'))();
    stop();
    stop();
    expect(clock.armed).to.equal(0);
    deadlines.at(soon, () => told.push('anew'));
    stop();
    expect(clock.armed).to.equal(1);
    await clock.advance(20);
    expect(told).to.deep.equal(['anew']);
  });

  it('that are past call back as soon as they can, and one may be asked for while others are told', async () => {
    const clock = new HandClock();
    const deadlines = new Deadlines(clock);
    const told: string[] = [];
    const now = clock.now();
    deadlines.at(now - 5, () => {
      told.push('past');
      deadlines.at(now - 5, () => told.push('once more'));
    });
    await clock.advance(0);
    await clock.advance(0);
    expect(told).to.deep.equal(['past', 'once more']);
  });
});
