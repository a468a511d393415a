import { expect } from 'chai';
import fc from 'fast-check';
import { shareText, isMet } from '../../src/compliance/attainment.ts';
import { combineCredits } from '../../src/compliance/combine.ts';
import { accrued, creditOf, decimalOf, roundedHalfEven, tierOf } from '../../src/compliance/credit.ts';
import { heldExclusions } from '../../src/compliance/exclusions.ts';
import { chartSvg } from '../../src/compliance/chart.ts';
import { html } from '../../src/compliance/html.ts';
import { idFor } from '../../src/compliance/keys.ts';
import { merged } from '../../src/compliance/live.ts';
import { judgeOf, nearestRank, Scratch } from '../../src/compliance/statistics.ts';
import { calendarSpans, windowsOf } from '../../src/compliance/windows.ts';
import type { EvaluationContext, LevelResult, WindowResult } from '../../src/compliance/types.ts';
import { parseEntityId } from '../../src/shared/ids.ts';
import type { Indicator, Remedy } from '../../src/terms/level.ts';
import { at, DAY, evaluate, HOUR, level, MINUTE, ones, samples } from './helpers.ts';

function judged(statistic: Indicator['statistic'], op: Indicator['op'], value: number, values: readonly number[]) {
  const scratch = new Scratch();
  for (const each of values) scratch.push(each);
  return judgeOf({ statistic, op, value })(scratch);
}

describe('statistics of one slice', () => {
  it('takes percentiles by nearest rank', () => {
    expect(nearestRank('p99.9')(1000)).to.equal(999);
    expect(nearestRank('p95')(20)).to.equal(19);
    expect(nearestRank('p50')(1)).to.equal(1);
    expect(judged('p50', '<=', 2, [3, 1, 2])).to.deep.equal({ value: 2, good: true });
  });

  it('never misjudges a mean or a sum that is exactly the threshold', () => {
    expect(0.1 + 0.2).not.to.equal(0.3);
    expect(judged('sum', '<=', 0.3, [0.1, 0.2])).to.deep.equal({ value: 0.3, good: true });
    expect(judged('mean', '<=', 0.2, [0.1, 0.2, 0.3])).to.deep.equal({ value: 0.2, good: true });
    expect(judged('mean', '>=', 0.7, [0.7, 0.7, 0.7])).to.deep.equal({ value: 0.7, good: true });
    const cents = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(cents, (list) => {
        const total = list.reduce((sum, each) => sum + each, 0);
        const values = list.map((each) => each / 100);
        expect(judged('sum', '=', total / 100, values).good).to.equal(true);
        expect(judged('sum', '<', total / 100, values).good).to.equal(false);
        expect(judged('sum', '>', (total - 1) / 100, values).good).to.equal(true);
      }),
    );
  });

  it('keeps as many values as come', () => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    expect(judged('max', '>=', 999, many)).to.deep.equal({ value: 999, good: true });
    expect(judged('min', '>=', 1, many)).to.deep.equal({ value: 0, good: false });
    expect(judged('count', '=', 1000, many).good).to.equal(true);
  });
});

describe('attainment', () => {
  it('judges exact boundaries in whole numbers', () => {
    expect(isMet(99, 100, 0.99)).to.equal(true);
    expect(isMet(98_999_999, 100_000_000, 0.99)).to.equal(false);
    const share = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 1000 }), (billionths, factor) => {
        const counted = 1_000_000 * factor;
        const good = Math.floor((billionths * counted) / 1_000_000_000);
        const exact = BigInt(good) * 1_000_000_000n >= BigInt(billionths) * BigInt(counted);
        expect(isMet(good, counted, billionths / 1_000_000_000)).to.equal(exact);
      }),
    );
  });

  it('is shown rounded down', () => {
    expect(shareText(994_996, 1_000_000)).to.equal('0.994996000');
    expect(shareText(2, 3)).to.equal('0.666666666');
    expect(shareText(5, 5)).to.equal('1.000000000');
    expect(shareText(0, 0)).to.equal(null);
  });

  it('never rises when a slice turns bad', () => {
    const of = level({ window: { anchor: '2026-11-20T00:00:00Z', every: 'PT1H' } });
    const begin = at('2026-11-20T00:00:00Z');
    const context: EvaluationContext = { from: begin, until: begin + HOUR, now: begin + HOUR, instances: ['web/0'] };
    const list = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(list, fc.integer({ min: 0, max: 59 }), fc.constantFrom('window', 'inforce'), (good, place, count) => {
        const values = good.map(Number);
        const before = evaluate({ ...of, count }, samples(begin, MINUTE, values), context).windows[0]!;
        const after = evaluate({ ...of, count }, samples(begin, MINUTE, values.with(place, 0)), context).windows[0]!;
        expect(after.good).to.be.at.most(before.good);
        expect(after.counted).to.equal(before.counted);
      }),
      { numRuns: 50 },
    );
  });

  it('takes the full rolling window as planned, also while the agreement is younger', () => {
    const now = at('2026-11-20T02:00:00Z');
    const of = level({ count: 'inforce', target: 0.9, window: { rolling: 'PT100M' } });
    const context = {
      from: now - HOUR,
      until: now,
      now,
      instances: ['web/0'],
      inforce: [{ from: now - 20 * MINUTE }],
    };
    const after = (bad: number) =>
      evaluate(
        of,
        samples(
          now - 20 * MINUTE,
          MINUTE,
          ones(
            20,
            Array.from({ length: bad }, (_, i) => i),
          ),
        ),
        context,
      ).windows[0]!;
    expect(after(10)).to.include({ state: 'fulfilled', planned: 100, counted: 20, good: 10, bad: 10 });
    expect(after(11)).to.include({ state: 'violated', violatedat: now - 9 * MINUTE });
  });

  it('is undefined, and never violated, where the service itself saw nothing', () => {
    const begin = at('2026-11-20T00:00:00Z');
    const of = level({ count: 'inforce', target: 0.9 });
    const context = { from: begin, until: begin + DAY, now: begin + DAY + HOUR, instances: ['web/0'] };
    const none = evaluate(of, samples(begin, MINUTE, []), context).windows[0]!;
    expect(none).to.include({ state: 'undefined', counted: 0, unmeasured: 1440 });
    // Half a day was measured, and bad is a tenth of what was measured, but not of what was planned.
    const half = samples(
      begin,
      MINUTE,
      ones(
        720,
        Array.from({ length: 100 }, (_, i) => i),
      ),
    );
    expect(evaluate(of, half, context).windows[0]).to.include({ state: 'undefined', complete: true });
    expect(evaluate({ ...of, mincoverage: 0.5 }, half, context).windows[0]).to.include({
      state: 'violated',
      violatedat: begin + DAY + 15 * MINUTE,
    });
  });
});

describe('windows', () => {
  it('follow the calendar of their time zone over changes of the clock', () => {
    const [march] = calendarSpans('month', 'Europe/Berlin', at('2026-03-15T00:00:00Z'), at('2026-03-15T00:00:01Z'));
    expect([march?.from, march?.until]).to.deep.equal([at('2026-02-28T23:00:00Z'), at('2026-03-31T22:00:00Z')]);
    const [sunday] = calendarSpans('day', 'Europe/Berlin', at('2026-03-29T05:00:00Z'), at('2026-03-29T05:00:01Z'));
    expect((sunday!.until - sunday!.from) / HOUR).to.equal(23);
    const [week] = calendarSpans('week', 'UTC', at('2026-11-20T05:00:00Z'), at('2026-11-20T05:00:01Z'));
    expect(new Date(week!.from).toISOString()).to.equal('2026-11-16T00:00:00.000Z');
    const [quarter] = calendarSpans('quarter', 'UTC', at('2026-11-20T05:00:00Z'), at('2026-11-20T05:00:01Z'));
    expect([quarter?.from, quarter?.until]).to.deep.equal([at('2026-10-01T00:00:00Z'), at('2027-01-01T00:00:00Z')]);
  });

  it('are computed from the anchor and clamped to the end of the month', () => {
    const window = { anchor: '2026-12-31T00:00:00Z', every: 'P1M' };
    const spans = windowsOf(window, MINUTE, at('2027-01-15T00:00:00Z'), at('2027-04-02T00:00:00Z'), 0);
    expect(spans.map((span) => new Date(span.from).toISOString().slice(0, 10))).to.deep.equal([
      '2026-12-31',
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
    ]);
    const before = windowsOf(window, MINUTE, at('2026-10-15T00:00:00Z'), at('2026-10-16T00:00:00Z'), 0);
    expect(before).to.deep.equal([{ from: at('2026-09-30T00:00:00Z'), until: at('2026-10-31T00:00:00Z') }]);
  });

  it('leave no gap and no overlap', () => {
    const unit = fc.constantFrom('hour', 'day', 'week', 'month', 'quarter', 'year');
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Africa/Cairo',
    );
    const begin = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') });
    fc.assert(
      fc.property(unit, zone, begin, fc.integer({ min: 1, max: 40 * DAY }), (of, timezone, from, length) => {
        const spans = calendarSpans(of, timezone, from, from + length);
        expect(spans[0]!.from).to.be.at.most(from);
        expect(spans.at(-1)!.until).to.be.at.least(from + length);
        spans.forEach((span, i) => {
          expect(span.until).to.be.greaterThan(span.from);
          if (i > 0) expect(span.from).to.equal(spans[i - 1]!.until);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('exclusions', () => {
  const maintenance = { notice: 'P1D', max: 'PT2H', per: 'month' } as const;
  const planned = (from: string, until: string, announced: string, more: object = {}) => ({
    from: at(from),
    until: at(until),
    announcedat: at(announced),
    state: 'planned',
    reason: 'maintenance',
    ...more,
  });

  it('hold as far as notice and allowance go, snapped outward to slices', () => {
    const held = heldExclusions(level({ maintenance, slice: 'PT1H' }), [
      planned('2026-11-20T10:30:00Z', '2026-11-20T14:00:00Z', '2026-11-01T00:00:00Z'),
    ]);
    expect(held).to.deep.equal([{ from: at('2026-11-20T10:00:00Z'), until: at('2026-11-20T12:00:00Z') }]);
  });

  it('begin to hold when the notice has run', () => {
    const held = heldExclusions(level({ maintenance }), [
      planned('2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z', '2026-11-19T10:30:00Z'),
    ]);
    expect(held).to.deep.equal([{ from: at('2026-11-20T10:30:00Z'), until: at('2026-11-20T11:00:00Z') }]);
  });

  it('hold from the whole first slice when notice of a maintenance that begins within it was just in time', () => {
    const slice = at('2026-11-20T10:00:00Z');
    const [held] = heldExclusions(level({ maintenance }), [
      planned('2026-11-20T10:00:30Z', '2026-11-20T10:02:00Z', '2026-11-19T10:00:30Z'),
    ]);
    expect(held).to.deep.equal({ from: slice, until: slice + 2 * MINUTE });
    const [late] = heldExclusions(level({ maintenance }), [
      planned('2026-11-20T10:00:30Z', '2026-11-20T10:02:00Z', '2026-11-19T10:00:31Z'),
    ]);
    expect(late).to.deep.equal({ from: slice + MINUTE, until: slice + 2 * MINUTE });
  });

  it('share one allowance a month, in order of time, and a new one in the next', () => {
    const held = heldExclusions(level({ maintenance }), [
      planned('2026-11-25T10:00:00Z', '2026-11-25T11:30:00Z', '2026-11-01T00:00:00Z'),
      planned('2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z', '2026-11-01T00:00:00Z'),
      planned('2026-12-01T00:00:00Z', '2026-12-01T01:00:00Z', '2026-11-01T00:00:00Z'),
    ]);
    expect(held.map((each) => (each.until! - each.from) / MINUTE)).to.deep.equal([60, 60, 60]);
  });

  it('hold in full when approved, and never for other reasons or levels unless so', () => {
    const long = ['2026-11-20T10:00:00Z', '2026-11-20T20:00:00Z', '2026-11-20T09:00:00Z'] as const;
    const of = level({ maintenance });
    expect(heldExclusions(of, [planned(...long)])).to.deep.equal([]);
    expect(heldExclusions(of, [planned(...long, { state: 'approved' })])).to.have.lengthOf(1);
    expect(
      heldExclusions(of, [planned(long[0], long[1], '2026-11-01T00:00:00Z', { reason: 'force majeure' })]),
    ).to.deep.equal([]);
    expect(heldExclusions(of, [planned(...long, { state: 'approved', levels: ['other'] })])).to.deep.equal([]);
    expect(heldExclusions(level(), [planned(long[0], long[1], '2026-11-01T00:00:00Z')])).to.deep.equal([]);
  });
});

describe('credits', () => {
  const remedy: Remedy = {
    tiers: [
      { below: 0.99, credit: 0.1 },
      { below: 0.95, credit: 0.3 },
      { below: 0.9, credit: 1 },
    ],
    base: 'instance',
    cap: 1,
    min: '0.00',
    combine: 'largest',
  };
  const window = (changes: Partial<WindowResult> = {}): WindowResult => ({
    index: 'web/0', from: 0, until: 30 * DAY, good: 94, bad: 6, counted: 100, measured: 100, unmeasured: 0, excluded: 0, planned: 100,
    state: 'violated', violatedat: 0, complete: true, credit: undefined, ...changes,
  }); // prettier-ignore
  const context = (amount: string, changes: Partial<EvaluationContext> = {}): EvaluationContext => ({
    from: 0, until: 1, now: 1, instances: ['web/0'], currency: 'EUR',
    charges: [{ instance: 'web/0', from: 0, until: 30 * DAY, amount }], ...changes,
  }); // prettier-ignore

  it('take the lowest tier that is reached, and nothing of one on its boundary', () => {
    expect(tierOf(remedy, 99, 100)).to.equal(undefined);
    expect(tierOf(remedy, 95, 100)?.credit).to.equal(0.1);
    expect(tierOf(remedy, 94, 100)?.credit).to.equal(0.3);
    expect(tierOf(remedy, 0, 100)?.credit).to.equal(1);
  });

  it('are rounded half-even to the minor unit, once', () => {
    const of = { ...level(), remedy };
    expect(creditOf(of, window(), context('0.15'))?.amount).to.equal('0.04');
    expect(creditOf(of, window(), context('0.25'))?.amount).to.equal('0.08');
    expect(creditOf(of, window(), context('0.35'))?.amount).to.equal('0.10');
    expect(creditOf(of, window(), context('1000', { currency: 'JPY' }))?.amount).to.equal('300');
  });

  it('are shares of what accrued in the window, pro rata by time', () => {
    const charges = [{ instance: 'web/0', from: -10 * DAY, until: 20 * DAY, amount: '90' }];
    const credit = creditOf({ ...level(), remedy }, window(), context('0', { charges }));
    expect(credit).to.deep.equal({ tier: { below: 0.95, credit: 0.3 }, base: '60', amount: '18.00', currency: 'EUR' });
    const thirds = accrued([{ from: 0, until: 3, amount: '1' }, { from: 0, until: 6, amount: '1' }], { from: 1, until: 2 }); // prettier-ignore
    expect(decimalOf(roundedHalfEven(thirds), 9)).to.equal('0.500000000');
  });

  it('know their base: instance, level, or all of the agreement', () => {
    const charges = [
      { instance: 'web/0', from: 0, until: 30 * DAY, amount: '10' },
      { instance: 'web/1', from: 0, until: 30 * DAY, amount: '20' },
      { instance: 'db/0', from: 0, until: 30 * DAY, amount: '40' },
      { from: 0, until: 30 * DAY, amount: '80' },
    ];
    const base = (of: Remedy['base']) =>
      creditOf({ ...level(), remedy: { ...remedy, base: of } }, window(), context('0', { charges }))?.base;
    expect([base('instance'), base('level'), base('sla')]).to.deep.equal(['10', '30', '150']);
  });

  it('are due only over the smallest amount, for complete and violated windows, and never over the cap', () => {
    const of = { ...level(), remedy };
    expect(creditOf({ ...of, remedy: { ...remedy, min: '3.00' } }, window(), context('10'))).to.equal(undefined);
    expect(creditOf({ ...of, remedy: { ...remedy, min: '2.99' } }, window(), context('10'))?.amount).to.equal('3.00');
    expect(creditOf({ ...of, remedy: { ...remedy, cap: 0.2 } }, window(), context('10'))?.amount).to.equal('2.00');
    expect(creditOf(of, window({ complete: false }), context('10'))).to.equal(undefined);
    expect(creditOf(of, window({ state: 'undefined' }), context('10'))).to.equal(undefined);
    expect(creditOf(of, window({ good: 99 }), context('10'))).to.equal(undefined);
  });

  it('of several levels: the largest, or the sum under the cap, when all are complete', () => {
    const credit = (amount: string) => ({ tier: remedy.tiers[0]!, base: '10', amount, currency: 'EUR' });
    const results = (second: Partial<WindowResult> = {}): LevelResult[] => [
      { level: 'a', incidents: [], windows: [window({ credit: credit('3.00') })] },
      { level: 'b', incidents: [], windows: [window({ credit: credit('8.00'), ...second })] },
    ];
    const levels = (combine: Remedy['combine']) =>
      ['a', 'b'].map((id) => ({ ...level({ id }), remedy: { ...remedy, combine } }));
    const paid = (...args: Parameters<typeof combineCredits>) =>
      combineCredits(...args).map((due) => [due.level, due.credit.amount]);
    expect(paid(levels('largest'), results())).to.deep.equal([['b', '8.00']]);
    expect(paid(levels('sum'), results())).to.deep.equal([['a', '3.00'], ['b', '7.00']]); // prettier-ignore
    expect(paid(levels('largest'), results({ complete: false, credit: undefined }))).to.deep.equal([]);
  });
});

describe('helpers of the service', () => {
  it('let nothing into a page that is not meant to be markup', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${name}">${name}${html`<b>${1}</b>`}</p>`.text).to.equal(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;<b>1</b></p>',
    );
    const bad = { level: 'up', metric: 'x', threshold: 1, from: 0, until: 1000, bad: [], lines: [{ name, points: [[1, 2]] }] } as const; // prettier-ignore
    expect(chartSvg(bad)).not.to.include('<img');
  });

  it('make version 7 UUIDs that are the same for the same thing', () => {
    const id = idFor(at('2026-11-20T10:00:00Z'), 'sla', 'up', 'web/0');
    expect(parseEntityId(id)).to.equal(id);
    expect(id)
      .to.match(/^019|^01a/)
      .and.to.match(/^.{14}7.{4}[89ab]/);
    expect(idFor(at('2026-11-20T10:00:00Z'), 'sla', 'up', 'web/0')).to.equal(id);
    expect(idFor(at('2026-11-20T10:00:00Z'), 'sla', 'up', 'web/1')).not.to.equal(id);
  });

  it('merge two series of one place in time order, the first value staying', () => {
    const both = merged(samples(0, 2, [1, 2, 3]), samples(2, 1, [9, 8]));
    expect([...both.times]).to.deep.equal([0, 2, 3, 4]);
    expect([...both.values]).to.deep.equal([1, 2, 8, 3]);
  });
});
