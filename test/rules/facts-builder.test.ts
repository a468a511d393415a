import { expect } from 'chai';
import fc from 'fast-check';
import { FactsBuilder } from '../../src/rules/facts-builder.ts';
import type { FactValue } from '../../src/rules/types.ts';

const fact = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.boolean(), fc.array(fc.string(), { maxLength: 2 }));
const name = fc.oneof(
  fc.constantFrom('price.month', 'cores', 'vendor', 'level.up.kept', 'constructor', '0', ''),
  fc.string(),
);
const given = fc.array(fc.tuple(name, fact as fc.Arbitrary<FactValue>), { maxLength: 40 });

describe('facts that are put together', () => {
  it('are what was added, in its order, whatever was taken before', () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 6 }), (several) => {
        const builder = new FactsBuilder();
        for (const one of several) {
          for (const [fact, value] of one) builder.add(fact, value);
          const taken = builder.take();
          expect(Object.entries(taken)).to.deep.equal(Object.entries(Object.fromEntries(one)));
        }
      }),
    );
  });

  it('are of their own: what is taken later does not change them', () => {
    const builder = new FactsBuilder();
    builder.add('cores', 2);
    const first = builder.take();
    builder.add('cores', 4);
    expect([first, builder.take()]).to.deep.equal([{ cores: 2 }, { cores: 4 }]);
  });
});
