import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../../src/shared/json.ts';
import { fromColumns, toColumns, type Columns } from '../../../src/store/embedded/columns.ts';

const thereAndBack = (values: readonly Json[]): Json[] =>
  fromColumns(JSON.parse(JSON.stringify(toColumns(values))) as Columns, values.length);

/** Values of one make, as those of a call are, with a stranger now and then. */
const alike = fc
  .letrec<{ value: Json; leaf: Json }>((tie) => ({
    leaf: fc.oneof(fc.constant('same'), fc.integer(), fc.constant(null), fc.boolean(), fc.string()),
    value: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      fc.array(tie('value'), { minLength: 2, maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor', ''), tie('value')),
    ),
  }))
  .value.chain((make) =>
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(make) },
        { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
      ),
      {
        maxLength: 12,
      },
    ),
  );

describe('embedded: columns', () => {
  it('give every list of JSON back, names in their order', () => {
    fc.assert(
      fc.property(alike, (values) => {
        const plain = JSON.parse(JSON.stringify(values)) as Json[];
        const back = thereAndBack(plain);
        expect(back).to.deep.equal(plain);
        expect(JSON.stringify(back)).to.equal(JSON.stringify(plain));
      }),
      { numRuns: 500 },
    );
  });

  it('give records of one make back that differ in every member', () => {
    const record = fc.record({
      id: fc.uuid(),
      attributes: fc.record({ 'a.b': fc.jsonValue() as fc.Arbitrary<Json>, n: fc.double({ noNaN: true }) }),
      list: fc.tuple(fc.string(), fc.record({ x: fc.integer() })),
    });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const plain = JSON.parse(JSON.stringify(records)) as Json[];
        expect(thereAndBack(plain)).to.deep.equal(plain);
      }),
    );
  });

  it('list once what stands in several places', () => {
    const values = Array.from({ length: 100 }, (_, at) => ({
      vendor: `v${at}`,
      at,
      facts: { vendor: `v${at}`, at: at === 50 ? 0 : at },
      by: [`v${at}`, at],
    }));
    const columns = toColumns(values);
    expect(JSON.stringify(columns)).to.include('"by"],[["v",["v0",').and.include('["a",[["r",0],["r",1]]]');
    expect(thereAndBack(values)).to.deep.equal(values);
  });

  it('say once what all share', () => {
    const values = Array.from({ length: 1000 }, (_, at) => ({ kind: 'proposal', at, price: { currency: 'EUR' } }));
    const columns = toColumns(values);
    expect(columns).to.deep.equal([
      'o',
      ['kind', 'at', 'price'],
      [
        ['c', 'proposal'],
        ['v', values.map(({ at }) => at)],
        ['o', ['currency'], [['c', 'EUR']]],
      ],
    ]);
  });
});
