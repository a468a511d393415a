import { expect } from 'chai';
import { systemRandom } from '../../src/shared/random.ts';

describe('shared: random', () => {
  it('no two requests get the same bytes, and none gets zeros', () => {
    for (const count of [8, 16, 32, 2000]) {
      const seen = new Set<string>();
      for (let at = 0; at < 2000; at += 1) {
        const bytes = systemRandom.bytes(count);
        expect(bytes).to.have.length(count);
        seen.add(Buffer.from(bytes).toString('hex'));
      }
      expect(seen.size).to.equal(2000);
      expect([...seen].some((hex) => /^0+$/.test(hex))).to.equal(false);
    }
  });

  it('what was given stays as it was', () => {
    const bytes = systemRandom.bytes(16);
    const before = Buffer.from(bytes).toString('hex');
    for (let at = 0; at < 2000; at += 1) systemRandom.bytes(16);
    expect(Buffer.from(bytes).toString('hex')).to.equal(before);
  });
});
