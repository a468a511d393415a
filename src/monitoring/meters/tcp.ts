import { connect, type Socket } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import { endpoint } from '../../terms/resources.ts';
import { numberOf, textOf } from '../fit.ts';
import { metrics, types } from '../names.ts';
import { AddressRefused, resolveAddress, type Address, type Lookup } from './address.ts';
import type { Meter } from './meter.ts';
import { portOf, timeoutOf } from './probe.ts';

/** `net.reachable`: 1 when a TCP connection to the endpoint is made in time, else 0. Null where there is no endpoint to try. */
export function tcpMeter(deps: { readonly clock: Clock; readonly lookup: Lookup }): Meter {
  const { clock, lookup } = deps;
  return {
    mixin: types.tcp,
    delivers: [metrics.reachable],
    async measure({ target, probe, internal, signal, log }) {
      const host = textOf(target.attributes, endpoint.host);
      const port = numberOf(target.attributes, endpoint.port) ?? portOf(probe);
      if (host === undefined || port === undefined) return [{ metric: metrics.reachable, value: null }];
      try {
        const timeout = timeoutOf(probe);
        const value = await within(clock, timeout, signal, async (ended) => {
          const address = await resolveAddress(host, internal, lookup);
          return reach(address, port, ended);
        });
        return [{ metric: metrics.reachable, value }];
      } catch (error) {
        if (error instanceof AddressRefused) {
          log.warn({ target: target.id, host }, 'endpoint refused: not a public address');
          return [{ metric: metrics.reachable, value: null }];
        }
        if (signal.aborted) return [];
        return [{ metric: metrics.reachable, value: 0 }];
      }
    },
  };
}

/** 1 when the connection is made; rejects when it is not, or when `ended` is aborted. */
function reach(address: Address, port: number, ended: AbortSignal): Promise<1> {
  return new Promise((resolve, reject) => {
    if (ended.aborted) {
      reject(ended.reason as Error);
      return;
    }
    const socket: Socket = connect({ host: address.address, port, family: address.family });
    const stop = (): void => {
      socket.destroy();
      reject(ended.reason as Error);
    };
    ended.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => {
      ended.removeEventListener('abort', stop);
      // A farewell, not a reset: what is measured must not be disturbed by it.
      socket.destroy();
      resolve(1);
    });
    socket.once('error', (error) => {
      ended.removeEventListener('abort', stop);
      socket.destroy();
      reject(error);
    });
  });
}

export class TimedOut extends Error {}

/** Runs work with a signal that is aborted after `ms` or with `signal`, whichever comes first; rejects then. */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const stop = (): void => {
    ended.abort(signal.reason);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const cancel = clock.after(ms, () => {
    ended.abort(new TimedOut('no answer in time'));
  });
  try {
    // The race makes it end on time even where the work does not heed its signal, as a DNS query.
    return await Promise.race([
      work(ended.signal),
      new Promise<never>((_resolve, reject) => {
        const fail = (): void => {
          reject(ended.signal.reason as Error);
        };
        if (ended.signal.aborted) fail();
        else ended.signal.addEventListener('abort', fail, { once: true });
      }),
    ]);
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
  }
}
