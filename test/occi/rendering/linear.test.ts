import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { Steps } from './steps-worker.ts';

describe('renderings: the work grows no faster than the message', () => {
  it('ten times the hostile input takes at most ten times the steps', async function () {
    this.timeout(60_000);
    const worker = new Worker(new URL('./steps-worker.js', import.meta.url));
    const [rows] = (await once(worker, 'message')) as [readonly Steps[]];
    await worker.terminate();
    const worst = rows.filter(({ once: steps, tenfold }) => tenfold > 11 * steps);
    expect(worst).to.deep.equal([]);
    // The counting counts.
    expect(Math.min(...rows.map(({ once: steps }) => steps))).to.be.above(1000);
  });
});
