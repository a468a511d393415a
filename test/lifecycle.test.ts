import { expect } from 'chai';
import { Lifecycle } from '../src/lifecycle.ts';
import { systemClock } from '../src/shared/clock.ts';
import { silentLogger } from '../src/shared/logger.ts';

describe('lifecycle', () => {
  const made = (): {
    lifecycle: Lifecycle;
    order: string[];
    add: (name: string, stop?: () => Promise<void>) => void;
  } => {
    const lifecycle = new Lifecycle(systemClock, silentLogger);
    const order: string[] = [];
    const add = (name: string, stop: () => Promise<void> = () => Promise.resolve()): void => {
      lifecycle.started({
        name,
        why: '',
        stop: () => {
          order.push(name);
          return stop();
        },
      });
    };
    return { lifecycle, order, add };
  };

  it('stops in reverse, once, however often it is asked', async () => {
    const { lifecycle, order, add } = made();
    add('store');
    add('http');
    expect(await Promise.all([lifecycle.stop(1000), lifecycle.stop(1000)])).to.deep.equal([true, true]);
    expect(order).to.deep.equal(['http', 'store']);
  });

  it('goes on when one part fails or hangs, and says that it was not clean', async () => {
    const { lifecycle, order, add } = made();
    add('store');
    add('hangs', () => new Promise(() => undefined));
    add('fails', () => Promise.reject(new Error('no')));
    expect(await lifecycle.stop(50)).to.equal(false);
    expect(order).to.deep.equal(['fails', 'hangs', 'store']);
  });
});
