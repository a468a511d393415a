import { expect } from 'chai';
import { Worker } from 'node:worker_threads';
import { WorkerLink } from '../../../src/store/embedded/link.ts';
import { rejection } from './folder.ts';

interface Calls {
  echo(value: string): string;
  refuse(): null;
  messages(): number;
  throwError(): null;
  exit(): null;
  fatal(): null;
  finish(): null;
}

const worker = (workerData: unknown = {}): Worker =>
  new Worker(new URL('./link-worker.js', import.meta.url), { workerData });

describe('embedded: link to a worker', () => {
  const failures: Error[] = [];
  let link: WorkerLink<Calls>;

  beforeEach(async () => {
    failures.length = 0;
    link = new WorkerLink<Calls>(worker(), (why) => failures.push(why));
    await link.started;
  });
  afterEach(() => link.close());

  it('answers each call, and lets those of one turn travel together', async () => {
    const echoes = await Promise.all(Array.from({ length: 100 }, (_, index) => link.call('echo', String(index))));
    expect(echoes).to.deep.equal(Array.from({ length: 100 }, (_, index) => String(index)));
    expect(await link.call('messages')).to.equal(2);
    expect(failures).to.deep.equal([]);
  });

  it('rejects a call that was refused, and only that', async () => {
    const [a, b, c] = await Promise.allSettled([link.call('echo', 'a'), link.call('refuse'), link.call('echo', 'c')]);
    expect(a).to.have.property('value', 'a');
    expect(b).to.have.nested.property('reason.code', 'refused');
    expect(c).to.have.property('value', 'c');
  });

  for (const fault of ['throwError', 'exit', 'fatal'] as const) {
    it(`rejects what is pending and tells of the failure, once (${fault})`, async () => {
      const pending = [link.call(fault), link.call('echo', 'same turn')].map(rejection);
      await new Promise((resolve) => setImmediate(resolve));
      pending.push(rejection(link.call('echo', 'next turn')));
      for (const error of await Promise.all(pending)) {
        expect(error).to.have.property('code', 'store_failed');
        expect(error).to.have.property('status', 503);
      }
      expect(await rejection(link.call('echo', 'later'))).to.have.property('code', 'store_failed');
      expect(failures).to.have.lengthOf(1);
    });
  }

  it('rejects its start, and tells no failure, when the worker cannot start', async () => {
    for (const [how, code] of [
      ['refuse', 'store_in_use'],
      ['throw', 'store_failed'],
    ]) {
      const refused = new WorkerLink<Calls>(worker({ start: how }), (why) => failures.push(why));
      expect(await rejection(refused.started)).to.have.property('code', code);
    }
    expect(failures).to.deep.equal([]);
  });

  it('ends after what was called before', async () => {
    const before = link.call('echo', 'before');
    const closed = link.close();
    expect(await rejection(link.call('echo', 'after'))).to.have.property('code', 'store_closed');
    expect(await before).to.equal('before');
    await closed;
    expect(failures).to.deep.equal([]);
  });
});
