import { expect } from 'chai';
import { systemClock, type Clock } from '../../src/shared/clock.ts';
import { idSource, parseEntityId } from '../../src/shared/ids.ts';
import { systemRandom } from '../../src/shared/random.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids of entities', () => {
  it('are UUIDs of version 7 that rise, even within a millisecond and when the clock steps back', () => {
    let now = 1_795_000_000_000;
    const newId = idSource({ ...systemClock, now: () => now } satisfies Clock, systemRandom);
    const ids: string[] = [];
    for (let at = 0; at < 20_000; at += 1) {
      if (at % 5000 === 4999) now += at === 9999 ? -10 : 3;
      ids.push(newId());
    }
    for (const id of ids) {
      expect(id).to.match(V7);
      expect(parseEntityId(id)).to.equal(id);
    }
    expect([...ids].sort()).to.deep.equal(ids);
    expect(new Set(ids.map((id) => id.slice(19))).size).to.equal(ids.length);
  });

  it('have variants and random digits that are used evenly', () => {
    const newId = idSource(systemClock, systemRandom);
    const counts = new Map<string, number>();
    for (let at = 0; at < 8000; at += 1) {
      const variant = newId()[19] ?? '';
      counts.set(variant, (counts.get(variant) ?? 0) + 1);
    }
    // Twelve standard deviations: it is the source that would be wrong, not luck.
    for (const variant of '89ab') expect(counts.get(variant)).to.be.within(1535, 2465);
  });
});
