import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { onAbort } from '../../src/shared/abort-relay.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { tenantId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { callVendor } from '../../src/sla/vendor-call.ts';
import { HandClock } from '../support/hand-clock.ts';

/** EventTarget warns of a leak at eleven listeners, and looks through all of them at each addition. */
const MANY = 50;

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a signal that many share', () => {
  it('carries one listener, however many sleep on it, and wakes them all', async () => {
    const stop = new AbortController();
    const sleeping = Array.from({ length: MANY }, () =>
      systemClock.sleep(3_600_000, stop.signal).then(
        () => 'slept',
        (error: unknown) => error,
      ),
    );
    expect(listeners(stop.signal)).to.equal(1);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(new Set(await Promise.all(sleeping))).to.deep.equal(new Set([reason]));
    await systemClock.sleep(0, stop.signal).then(
      () => expect.fail('slept on'),
      (error: unknown) => {
        expect(error).to.equal(reason);
      },
    );
  });

  it('lets those sleep out who are not disturbed', async () => {
    await systemClock.sleep(0);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: MANY }, () => systemClock.sleep(1, signal)));
    expect(listeners(signal)).to.equal(1);
  });

  it('carries one listener for all calls of vendors, and ends those that are under way', async () => {
    const stop = new AbortController();
    const deps = { clock: new HandClock(), log: silentLogger };
    const call = { key: 'k', deadline: deps.clock.now() + 1000, tenant: tenantId('default'), trace: 't' };
    const calls = Array.from({ length: MANY }, (_, n) =>
      callVendor(deps, { ...call, signal: stop.signal }, () =>
        n % 2 === 0 ? Promise.resolve(n) : new Promise<number>(() => undefined),
      ).then(
        () => 'answered',
        (error: unknown) => (error as Error).message,
      ),
    );
    expect(listeners(stop.signal)).to.equal(1);
    stop.abort(new Error('stopping'));
    const ended = await Promise.all(calls);
    expect(ended.filter((each) => each === 'stopping')).to.have.length.at.least(MANY / 2);
    expect(deps.clock.waiting).to.equal(0);
  });

  it('calls nobody who let go', () => {
    const stop = new AbortController();
    const called: number[] = [];
    const letGo = onAbort(stop.signal, () => called.push(1));
    onAbort(stop.signal, () => called.push(2));
    letGo();
    stop.abort();
    expect(called).to.deep.equal([2]);
  });
});
