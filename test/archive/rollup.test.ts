import { expect } from 'chai';
import fc from 'fast-check';
import { samplesCsv, SAMPLES_HEADER, csvField } from '../../src/archive/csv.ts';
import { rollUp, STEP_MS } from '../../src/archive/rollup.ts';

const samples = fc.uniqueArray(
  fc.record({
    at: fc.integer({ min: -10_000_000, max: 10_000_000 }),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
  }),
  { selector: ({ at }) => at, maxLength: 60 },
);

const blockOf = (list: readonly { at: number; value: number | null }[]) => {
  const sorted = [...list].sort((a, b) => a.at - b.at);
  return {
    times: Float64Array.from(sorted, ({ at }) => at),
    values: Float64Array.from(sorted, ({ value }) => value ?? NaN),
  };
};

describe('rollups', () => {
  it('come to what the samples of each UTC step come to', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom('minute' as const, 'hour' as const), (list, step) => {
        const rollups = rollUp(blockOf(list), step);
        const length = STEP_MS[step];
        expect(new Set(rollups.map(({ from }) => from)).size).to.equal(rollups.length);
        let seen = 0;
        for (const { from, count, absent, min, max } of rollups) {
          expect(Math.abs(from % length)).to.equal(0);
          const inside = list.filter(({ at }) => at >= from && at < from + length);
          const values = inside.flatMap(({ value }) => (value === null ? [] : [value]));
          expect(count).to.equal(values.length);
          expect(absent).to.equal(inside.length - values.length);
          if (values.length > 0) {
            expect(min).to.equal(Math.min(...values));
            expect(max).to.equal(Math.max(...values));
          } else expect([min, max]).to.deep.equal([NaN, NaN]);
          seen += inside.length;
        }
        expect(seen).to.equal(list.length);
      }),
    );
  });
});

describe('samples as CSV', () => {
  it('reads back as the same times and doubles; absent values are empty', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const block = blockOf(list);
        const lines = samplesCsv({ instance: 'web/0', metric: 'm', vantage: 'v' }, block).split('\n');
        expect(lines.pop()).to.equal('');
        expect(lines).to.have.length(list.length);
        for (const [index, line] of lines.entries()) {
          const [time = '', instance, metric, vantage, value = 'none'] = line.split(',');
          expect([instance, metric, vantage]).to.deep.equal(['web/0', 'm', 'v']);
          expect(Date.parse(time)).to.equal(block.times[index]);
          const written = block.values[index] ?? 0;
          if (Number.isNaN(written)) expect(value).to.equal('');
          else expect(Number(value) === written).to.equal(true);
        }
      }),
    );
  });

  it('has the columns of levels.md, and quotes only what must be', () => {
    expect(SAMPLES_HEADER).to.equal('time,instance,metric,vantage,value');
    expect(csvField('plain')).to.equal('plain');
    expect(csvField('a,"b"')).to.equal('"a,""b"""');
  });
});
