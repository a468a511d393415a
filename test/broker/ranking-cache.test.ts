import { expect } from 'chai';
import { RankingCache } from '../../src/broker/ranking-cache.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import type { Ranking } from '../../src/rules/types.ts';

const cfp = (id: string, rankedAt = 1): EntityRecord =>
  ({ id, internal: { revision: 1, rankedAt } }) as unknown as EntityRecord;
const ranking = (size: number): Promise<Ranking> => Promise.resolve({ size } as Ranking);

describe('rankings that are kept', () => {
  it('are given to whoever asks for the same, and not for a later one of the call', async () => {
    const cache = new RankingCache();
    const kept = ranking(3);
    cache.put(cfp('a'), kept);
    expect(cache.get(cfp('a'))).to.equal(kept);
    expect(cache.get(cfp('a', 2))).to.equal(undefined);
    expect(cache.get(cfp('b'))).to.equal(undefined);
    const later = ranking(3);
    cache.put(cfp('a', 2), later);
    await kept;
    expect(cache.get(cfp('a', 2))).to.equal(later);
    expect(cache.get(cfp('a'))).to.equal(undefined);
  });

  it('are the last sixty-four', async () => {
    const cache = new RankingCache();
    for (let at = 0; at < 66; at += 1) cache.put(cfp(`c${at}`), ranking(1));
    await ranking(0);
    expect([0, 1, 2, 65].map((at) => cache.get(cfp(`c${at}`)) !== undefined)).to.deep.equal([false, false, true, true]);
  });

  it('have ten thousand proposals in all, and the newest stays', async () => {
    const cache = new RankingCache();
    for (const [id, size] of Object.entries({ a: 4000, b: 4000, c: 2000 })) cache.put(cfp(id), ranking(size));
    await ranking(0);
    expect(cache.get(cfp('a'))).not.to.equal(undefined);
    cache.put(cfp('d'), ranking(1));
    await ranking(0);
    expect(['a', 'b', 'c', 'd'].map((id) => cache.get(cfp(id)) !== undefined)).to.deep.equal([false, true, true, true]);
    cache.put(cfp('e'), ranking(50_000));
    await ranking(0);
    expect(['b', 'c', 'd', 'e'].map((id) => cache.get(cfp(id)) !== undefined)).to.deep.equal([
      false,
      false,
      false,
      true,
    ]);
  });

  it('that fail are made anew', async () => {
    const cache = new RankingCache();
    const failing = Promise.reject<Ranking>(new Error('not to be read'));
    cache.put(cfp('a'), failing);
    await failing.catch(() => undefined);
    await ranking(0);
    expect(cache.get(cfp('a'))).to.equal(undefined);
  });
});
