import { expect } from 'chai';
import { at, evaluate, level, lookup, MINUTE, ones, samples } from './helpers.ts';
import { evaluateLevel } from '../../src/compliance/evaluate.ts';

const BERLIN = { calendar: 'month', timezone: 'Europe/Berlin' };
const FROM = at('2026-10-31T23:00:00Z');
const UNTIL = at('2026-11-30T23:00:00Z');
const FORCE = at('2026-11-20T10:00:30Z');

/** Every minute from the force minute on is bad, for so many minutes. */
function after(minutes: number, count: 'window' | 'inforce') {
  const first = at('2026-11-20T10:01:00Z');
  return evaluate(level({ window: BERLIN, count }), samples(first, MINUTE, ones(minutes).fill(0)), {
    from: FROM,
    until: UNTIL,
    now: first + minutes * MINUTE,
    instances: ['web/0'],
    inforce: [{ from: FORCE }],
  }).windows[0]!;
}

describe('November in Berlin, in force from the 20th at 10:00:30Z', () => {
  it('begins at 2026-10-31T23:00Z and has 43,200 slices', () => {
    const window = after(1, 'window');
    expect([window.from, window.until, window.planned]).to.deep.equal([FROM, UNTIL, 43_200]);
  });

  it('is violated at the 433rd bad minute of all minutes of the month', () => {
    expect(after(432, 'window').state).to.equal('fulfilled');
    const window = after(433, 'window');
    expect(window.state).to.equal('violated');
    expect(window.violatedat).to.equal(at('2026-11-20T10:01:00Z') + 433 * MINUTE);
    expect([window.good, window.bad, window.counted]).to.deep.equal([43_200 - 433, 433, 43_200]);
  });

  it('is violated at the 152nd bad minute of the 15,179 in force', () => {
    expect(after(151, 'inforce').planned).to.equal(15_179);
    expect(after(151, 'inforce').state).to.equal('fulfilled');
    const window = after(152, 'inforce');
    expect(window.state).to.equal('violated');
    expect([window.good, window.bad, window.counted]).to.deep.equal([0, 152, 152]);
  });

  it('computes a month of samples every 20 s of two instances', () => {
    const month = ones((30 * 86_400) / 20, [5, 6, 7]);
    const block = samples(FROM, 20_000, month);
    const begin = performance.now();
    const result = evaluateLevel(level({ window: BERLIN }), lookup(block), {
      from: FROM,
      until: UNTIL,
      now: UNTIL + 20 * MINUTE,
      instances: ['web/0', 'web/1'],
    });
    if (process.env['PARLEY_SHOW_TIMES'] !== undefined) console.log(`a month: ${performance.now() - begin} ms`);
    expect(result.windows.map((window) => [window.index, window.good, window.state, window.complete])).to.deep.equal([
      ['web/0', 43_200, 'fulfilled', true],
      ['web/1', 43_200, 'fulfilled', true],
    ]);
  });
});
