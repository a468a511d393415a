import { expect } from 'chai';
import fc from 'fast-check';
import { decodeChunk, encodeChunk } from '../../../src/store/embedded/chunk.ts';

const times = (most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min: -1e15, max: 1e15 }), { maxLength: most }).map((all) => all.sort((a, b) => a - b));

describe('embedded: chunk', () => {
  const back = (at: readonly number[], values: readonly number[]): [number[], number[]] => {
    const chunk = decodeChunk(encodeChunk(at, values));
    return [[...chunk.times], [...chunk.values]];
  };

  it('gives back every time and every bit of every value', () => {
    const decimal = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(1, 10, 100, 1000, 10_000));
    const value = fc.oneof(
      fc.double(),
      fc.maxSafeInteger(),
      decimal.map(([whole, unit]) => whole / unit),
      fc.constant(NaN),
    );
    fc.assert(
      fc.property(times(50), fc.array(value, { minLength: 50, maxLength: 50 }), (at, values) => {
        const given = values.slice(0, at.length);
        expect(back(at, given)).to.deep.equal([at, given]);
      }),
    );
  });

  it('packs part of its arrays', () => {
    const chunk = decodeChunk(encodeChunk([1, 5, 9, 12], [0.5, NaN, 2, 3], 1, 3));
    expect([...chunk.times]).to.deep.equal([5, 9]);
    expect([...chunk.values]).to.deep.equal([NaN, 2]);
  });

  it('reads from bytes that do not begin where doubles may', () => {
    const bytes = encodeChunk([1, 2], [Math.PI, Math.E]);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect([...decodeChunk(shifted.subarray(3)).values]).to.deep.equal([Math.PI, Math.E]);
  });

  it('takes about two bytes for a sample of a steady series', () => {
    const at = Array.from({ length: 1000 }, (_, index) => 1_767_225_600_000 + index * 10_000);
    const up = at.map((_, index) => (index % 50 === 0 ? NaN : 1));
    expect(encodeChunk(at, up).length).to.be.below(2050);
    const latency = at.map((_, index) => 12.5 + (index % 40) / 1000);
    expect(encodeChunk(at, latency).length).to.be.below(3100);
  });
});
