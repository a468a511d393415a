import { expect } from 'chai';
import fc from 'fast-check';
import { evaluateFiles } from '../../src/compliance/offline.ts';
import { readSamples } from '../../src/compliance/samples-csv.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import type { Json } from '../../src/shared/json.ts';

const LEVEL = {
  id: 'up',
  of: ['web'],
  indicator: { metric: 'net.reachable', period: 'PT10S' },
  slice: 'PT10S',
  target: 0.5,
  window: { anchor: '2026-11-20T10:00:00Z', every: 'PT1M' },
  settle: 'PT10S',
  remedy: { tiers: [{ below: 0.5, credit: 0.1 }] },
} as const;
const CONTEXT = {
  from: '2026-11-20T10:00:00Z',
  until: '2026-11-20T10:01:00Z',
  now: '2026-11-20T10:02:00Z',
  instances: ['web/0'],
  currency: 'EUR',
  charges: [{ instance: 'web/0', from: '2026-11-20T10:00:00Z', until: '2026-11-20T10:01:00Z', amount: '10.00' }],
} as const;
const HEADER = 'time,instance,metric,vantage,value';
const row = (second: number, value: string, vantage = 'broker'): string =>
  `2026-11-20T10:00:${String(second).padStart(2, '0')}Z,web/0,net.reachable,${vantage},${value}`;

const run = (lines: readonly string[], level: Json = LEVEL, context: Json = CONTEXT) =>
  evaluateFiles(JSON.stringify(level), [HEADER, ...lines].join('\n'), JSON.stringify(context));

function refused(work: () => unknown): ParleyError {
  try {
    work();
  } catch (error) {
    if (error instanceof ParleyError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const ROWS = [row(0, '1'), row(10, '0'), row(20, '0'), row(30, ''), row(40, '0'), row(50, '1')];

describe('parley level evaluate', () => {
  it('answers windows and incidents as the levels page has them', () => {
    expect(run(ROWS)).to.deep.equal({
      level: 'up',
      windows: [
        {
          index: 'web/0',
          from: '2026-11-20T10:00:00Z',
          until: '2026-11-20T10:01:00Z',
          good: 2,
          bad: 4,
          counted: 6,
          unmeasured: 0,
          excluded: 0,
          coverage: '1.000000000',
          attainment: '0.333333333',
          state: 'violated',
          violatedat: '2026-11-20T10:00:50Z',
          complete: true,
          credit: { tier: { below: 0.5, credit: 0.1 }, base: '10', amount: '1.00', currency: 'EUR' },
        },
      ],
      incidents: [{ index: 'web/0', from: '2026-11-20T10:00:10Z', until: '2026-11-20T10:00:50Z', slices: 4, worst: 0 }],
    });
  });

  it('takes epoch milliseconds, any order, repeats and other vantages', () => {
    const wanted = run(ROWS);
    fc.assert(
      fc.property(fc.shuffledSubarray([...ROWS, ...ROWS.slice(0, 3)], { minLength: 9 }), (lines) => {
        expect(run([...lines, row(5, '0', 'elsewhere')])).to.deep.equal(wanted);
      }),
      { numRuns: 30 },
    );
    const epoch = ROWS.map((line) => line.replace(/^[^,]+/, (time) => String(Date.parse(time))));
    expect(run(epoch)).to.deep.equal(wanted);
  });

  it('says null where nothing counts and nothing came', () => {
    const answer = run([], { ...LEVEL, count: 'inforce' }) as { windows: Json[] };
    expect(answer.windows[0]).to.include({ counted: 0, attainment: null, coverage: '0.000000000', state: 'undefined' }); // prettier-ignore
    const silent = run([row(0, ''), row(50, '1')]) as { incidents: { worst: Json }[] };
    expect(silent.incidents[0]?.worst).to.equal(null);
  });

  it('does not evaluate slices that end after now', () => {
    const answer = run(ROWS, LEVEL, { ...CONTEXT, now: '2026-11-20T10:00:35Z' }) as {
      windows: Json[];
      incidents: Json[];
    };
    expect(answer.windows[0]).to.include({ bad: 2, good: 4, state: 'fulfilled', complete: false });
    expect(answer.incidents[0]).to.include({ slices: 2, until: null });
  });

  it('tells all that is wrong with the files, and the lines', () => {
    const error = refused(() =>
      evaluateFiles(
        JSON.stringify({ ...LEVEL, slice: 'PT7M', colour: 'red' }),
        [HEADER, 'yesterday,web/0,net.reachable,broker,1', row(0, '1'), row(0, '0'), 'a,b', row(10, 'x')].join('\n'),
        JSON.stringify({ ...CONTEXT, until: '2026-11-20T09:00:00Z', inforce: [{ until: 'never' }] }),
      ),
    );
    expect(error.status).to.equal(400);
    expect(error.problems.map((each) => `${each.path} ${each.code}`)).to.have.members([
      '/context/until range_empty',
      '/context/inforce/0/from member_missing',
      '/context/inforce/0/until instant_invalid',
      '/level/colour member_unknown',
      '/level/slice slice_uneven',
      '/line/2 instant_invalid',
      '/line/4 sample_conflict',
      '/line/5 row_wrong',
      '/line/6 value_invalid',
    ]);
  });

  it('tells instances that nobody listed, and leaves other resources alone', () => {
    const of = (instance: string): string => row(0, '1').replace('web/0', instance);
    const stop = { from: '2026-11-20T10:00:00Z', until: '2026-11-20T10:01:00Z' };
    expect(run([...ROWS, of('db/0')])).to.deep.equal(run(ROWS));
    expect(
      refused(() => run([...ROWS, of('web/7'), of('web')])).problems.map((each) => `${each.path} ${each.code}`),
    ).to.deep.equal(['/line/8 instance_unknown', '/line/9 instance_invalid']);
    const context = {
      ...CONTEXT,
      stopped: [{ instance: 'web/1', ...stop }],
      charges: [...CONTEXT.charges, { ...CONTEXT.charges[0], instance: 'web/2' }],
    };
    const error = refused(() => run(ROWS, LEVEL, context));
    expect([error.status, ...error.problems.map((each) => `${each.path} ${each.code}`)]).to.deep.equal([
      422,
      '/context/stopped/0/instance instance_unknown',
      '/context/charges/1/instance instance_unknown',
    ]);
    expect(
      refused(() => run([], LEVEL, { ...CONTEXT, charges: [], instances: ['db/0'] })).problems.map((each) => each.path),
    ).to.deep.equal(['/level/of']);
  });

  it('takes null for absent only where something may be absent', () => {
    const begin = CONTEXT.from;
    const paths = (more: object) =>
      refused(() => run(ROWS, LEVEL, { ...CONTEXT, ...more })).problems.map((each) => `${each.path} ${each.code}`);
    expect(paths({ now: null })).to.deep.equal(['/context/now member_missing']);
    expect(
      paths({
        outages: [{ from: null, until: begin }],
        exclusions: [{ from: begin, until: null, state: 'approved' }],
        charges: [{ from: begin, until: 'soon', amount: '1.00' }],
      }),
    ).to.deep.equal([
      '/context/outages/0/from member_missing',
      '/context/exclusions/0/until member_missing',
      '/context/charges/0/until instant_invalid',
    ]);
    expect(run(ROWS, LEVEL, { ...CONTEXT, agreedend: null, inforce: [{ from: begin, until: null }] })).to.deep.equal(
      run(ROWS),
    );
  });

  it('refuses numbers and times beyond all measure, and ranges of too many windows', () => {
    const far = row(0, '1').replace(/^[^,]+/, '9999999999999999');
    expect(refused(() => run([row(10, '1e999'), far])).problems.map((each) => each.code)).to.deep.equal([
      'value_invalid',
      'instant_invalid',
    ]);
    const ever = { ...CONTEXT, from: '0001-01-01T00:00:00Z', until: '9999-01-01T00:00:00Z' };
    for (const window of [LEVEL.window, { calendar: 'day' }])
      expect(refused(() => run(ROWS, { ...LEVEL, window }, ever))).to.include({
        status: 422,
        code: 'too_many_windows',
      });
  });

  it('answers 422 for a level that makes no sense, and 400 for text that is no JSON', () => {
    expect(refused(() => run(ROWS, { ...LEVEL, method: 'events' })).status).to.equal(422);
    expect(refused(() => evaluateFiles('{', HEADER, JSON.stringify(CONTEXT))).status).to.equal(400);
    expect(refused(() => evaluateFiles(JSON.stringify(LEVEL), '', JSON.stringify(CONTEXT))).status).to.equal(400);
  });

  it('never throws anything but its own errors', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, json) => {
        const context = JSON.stringify(CONTEXT);
        for (const work of [
          () => evaluateFiles(JSON.stringify(json), text, context),
          () => evaluateFiles(JSON.stringify(LEVEL), text, text),
          () => evaluateFiles(text, HEADER, JSON.stringify(json)),
        ])
          expect(refused(work)).to.be.instanceOf(ParleyError);
      }),
      { numRuns: 100 },
    );
  });
});

describe('samples as CSV', () => {
  it('keeps what was tried and gave nothing apart from what was not tried', () => {
    const { series, problems } = readSamples(`\uFEFF${HEADER}\r\n${row(0, '1')}\r\n\r\n${row(10, '')}\r\n`);
    expect(problems).to.deep.equal([]);
    expect([...(series[0]?.block.values ?? [])]).to.deep.equal([1, Number.NaN]);
  });
});
