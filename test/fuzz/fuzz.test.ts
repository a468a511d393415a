import { expect } from 'chai';
import { corpus } from './corpus.ts';
import { fuzz, told } from './run.ts';
import { fuzzService } from './service.ts';
import { shrunk } from './shrink.ts';
import { fault, targets, type Target } from './targets.ts';

describe('fuzzing', () => {
  it('the messages that it starts from break nothing', () => {
    for (const input of corpus)
      for (const target of targets) expect(fault(target, input), target.name).to.equal(undefined);
  });

  it('short: whatever is made of real messages, only the readers’ own errors come out, with their place', async () => {
    const { runs, finding } = await fuzz({ seed: 20_260_918, goesOn: (count) => count < 1500 });
    expect(finding === undefined ? '' : told(finding)).to.equal('');
    expect(runs).to.equal(1500);
  });

  it('short: the service answers whatever comes, never with 500', async () => {
    const { runs, finding } = await fuzzService(20_260_918, (count) => count < 300);
    expect(finding === undefined ? '' : told(finding)).to.equal('');
    expect(runs).to.equal(300);
  });

  it('the same seed goes the same way, and what fails is made small', async () => {
    const bodies = async (): Promise<string[]> => {
      const seen: string[] = [];
      const spy: Target = { name: 'spy', run: ({ body }) => seen.push(body), statuses: [] };
      await fuzz({ seed: 7, goesOn: (count) => count < 20, aims: [spy] });
      return seen;
    };
    expect(await bodies()).to.deep.equal(await bodies());
    const failing = { headers: ['a', 'b', 'c', 'dXe'], body: 'some Y text', url: '/long/url' };
    const smallest = await shrunk(failing, ({ headers, body }) => headers.join('').includes('X') && body.includes('Y'));
    expect(smallest).to.deep.equal({ headers: ['', 'X'], body: 'Y', url: '' });
  });
});
