import { expect } from 'chai';
import fc from 'fast-check';
import { matchesGlob, sameJson, satisfies, smallestThatFits } from '../../src/terms/constraints.ts';

describe('a constraint', () => {
  it('holds only if all that is given holds', () => {
    expect(satisfies({ min: 1, max: 4, not: [3] }, 2)).to.equal(true);
    expect(satisfies({ min: 1, max: 4, not: [3] }, 3)).to.equal(false);
    expect(satisfies({ min: 1, max: 4 }, 5)).to.equal(false);
    expect(satisfies({ in: ['DE', 'FR'] }, 'FR')).to.equal(true);
    expect(satisfies({ in: ['DE', 'FR'] }, 'US')).to.equal(false);
    expect(satisfies({ equal: 'x64' }, 'x86')).to.equal(false);
    expect(satisfies({ like: 'eu-*' }, 'eu-west-1')).to.equal(true);
    expect(satisfies({ like: 'eu-*' }, 7)).to.equal(false);
    expect(satisfies({ min: 1 }, '2')).to.equal(false);
  });

  it('is not met by a value that is not stated, even if nothing is wanted of it', () => {
    expect(satisfies({}, undefined)).to.equal(false);
    expect(satisfies({ not: ['US'] }, undefined)).to.equal(false);
  });

  it('compares values, not texts or identities', () => {
    expect(sameJson({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] })).to.equal(true);
    expect(sameJson({ a: undefined as never }, { b: undefined as never })).to.equal(false);
    expect(sameJson([1], { 0: 1 })).to.equal(false);
    expect(sameJson({ __proto__: null }, {})).to.equal(true);
  });
});

describe('a glob', () => {
  it('agrees with a regular expression on every pattern', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '.');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 8 }),
        (glob, text) => {
          const pattern = glob
            .map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one === '.' ? '\\.' : one))
            .join('');
          expect(matchesGlob(glob.join(''), text.join(''))).to.equal(new RegExp(`^${pattern}$`).test(text.join('')));
        },
      ),
    );
  });
});

describe('the smallest size that fits', () => {
  const cores = { least: 1, most: 8, step: 1 };

  it('is the least wanted, on whole steps', () => {
    expect(smallestThatFits({ min: 2 }, cores)).to.equal(2);
    expect(smallestThatFits({ min: 1.5 }, cores)).to.equal(2);
    expect(smallestThatFits(undefined, cores)).to.equal(1);
    expect(smallestThatFits({ in: [16, 4, 6], not: [4] }, cores)).to.equal(6);
    expect(smallestThatFits({ min: 2, not: [2, 3] }, cores)).to.equal(4);
    expect(smallestThatFits({ min: 9 }, cores)).to.equal(undefined);
    expect(smallestThatFits({ equal: 9 }, cores)).to.equal(undefined);
    expect(smallestThatFits({ max: 0.25 }, { least: 0.125, most: 8, step: 0.125, usual: 0.5 })).to.equal(0.25);
  });

  it('always meets the constraint', () => {
    const value = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(
        fc.record({ min: value, max: value, not: fc.array(value, { maxLength: 3 }) }, { requiredKeys: [] }),
        (constraint) => {
          const found = smallestThatFits(constraint, cores);
          const fits = [1, 2, 3, 4, 5, 6, 7, 8].filter((one) => satisfies(constraint, one));
          expect(found === undefined ? fits.length === 0 : fits.includes(found)).to.equal(true);
        },
      ),
    );
  });
});
