import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Clock } from '../../shared/clock.ts';
import { endpoint } from '../../terms/resources.ts';
import type { Attributes } from '../../occi/entity.ts';
import { numberOf, textOf } from '../fit.ts';
import { metrics, types } from '../names.ts';
import { AddressRefused, resolveAddress, type Address, type Lookup } from './address.ts';
import type { Meter, Reading } from './meter.ts';
import { methodOf, pathOf, portOf, statusWanted, timeoutOf, type Probe } from './probe.ts';
import { within } from './tcp.ts';

/** Of a longer body only so much is waited for. */
const BODY_LIMIT = 256 * 1024;

/**
 * One request feeds two metrics: `http.up` (1 when it is answered with a wanted status in time,
 * else 0) and `http.response.time` (seconds from the request to the end of the answer; null when
 * there was none). Redirects are answers and are not followed; connections are not kept.
 */
export function httpMeter(deps: { readonly clock: Clock; readonly lookup: Lookup }): Meter {
  const { clock, lookup } = deps;
  const answer = (up: number | null, seconds: number | null): Reading[] => [
    { metric: metrics.up, value: up },
    { metric: metrics.responseTime, value: seconds },
  ];
  return {
    mixin: types.http,
    delivers: [metrics.up, metrics.responseTime],
    async measure({ target, probe, internal, signal, log }) {
      const url = urlOf(target.attributes, probe);
      if (url === undefined) return answer(null, null);
      try {
        const began = clock.elapsed();
        const status = await within(clock, timeoutOf(probe), signal, async (ended) => {
          const address = await resolveAddress(url.hostname, internal, lookup);
          return ask(url, methodOf(probe), address, ended);
        });
        return answer(statusWanted(probe, status) ? 1 : 0, Math.round((clock.elapsed() - began) * 1000) / 1e6);
      } catch (error) {
        if (error instanceof AddressRefused) {
          log.warn({ target: target.id, host: url.hostname }, 'endpoint refused: not a public address');
          return answer(null, null);
        }
        if (signal.aborted) return [];
        return answer(0, null);
      }
    },
  };
}

/** The vendor's URL, or one of its host and port; the probe may choose the path, and the port where the vendor states none. */
export function urlOf(attributes: Attributes, probe: Probe): URL | undefined {
  const stated = textOf(attributes, endpoint.url);
  const host = textOf(attributes, endpoint.host);
  const port = numberOf(attributes, endpoint.port) ?? portOf(probe);
  const bracketed = host !== undefined && host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const text =
    stated ?? (bracketed === undefined ? undefined : `http://${bracketed}${port === undefined ? '' : `:${port}`}/`);
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const path = pathOf(probe);
  return path === undefined ? url : new URL(url.origin + path);
}

/** The status of the answer, once it was read to its end or to the limit. */
function ask(url: URL, method: 'GET' | 'HEAD', address: Address, ended: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? secureRequest : plainRequest;
    const request = send(url, {
      method,
      agent: false,
      signal: ended,
      headers: { 'User-Agent': 'parley-meter', Accept: '*/*', Connection: 'close' },
      // The address was checked: no second look-up that might answer otherwise.
      lookup: (_host, options, callback) => {
        if (options.all === true) callback(null, [{ address: address.address, family: address.family }]);
        else callback(null, address.address, address.family);
      },
    });
    request.on('error', reject);
    request.once('response', (response: IncomingMessage) => {
      let size = 0;
      const done = (): void => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT) done();
      });
      response.once('end', done);
      response.on('error', reject);
      response.once('aborted', () => {
        reject(new Error('the answer broke off'));
      });
    });
    request.end();
  });
}
