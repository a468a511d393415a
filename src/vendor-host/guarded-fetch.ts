import { lookup } from 'node:dns/promises';
import { VendorFault } from '../vendor-kit/fault.ts';
import { isInternalAddress, isInternalName } from './addresses.ts';

export interface FetchGuard {
  /** May it reach loopback and private addresses? */
  readonly internal: boolean;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  /** Milliseconds that one request may take, its redirects and its body included. */
  readonly longest?: number;
  /** Bytes that one answer may have. */
  readonly largest?: number;
  readonly fetch?: typeof fetch;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const LONGEST = 30_000;
const LARGEST = 32 * 1024 * 1024;
const REDIRECTS = 5;

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map((entry) => entry.address);

/**
 * `fetch` with a deadline, a bound on the answer's size, and addresses checked at every redirect:
 * what a provider's answer names must not lead into the operator's own network. A name is resolved
 * before each request, so a server that changes its address in between is not caught; endpoints of
 * one's own belong behind `internal: true`.
 *
 * @throws VendorFault `address_refused`, `unreachable` (passes), `answer_too_large`
 */
export function guardedFetch(guard: FetchGuard): typeof fetch {
  const send = guard.fetch ?? fetch;
  return async (input, init) => {
    const deadline = AbortSignal.timeout(guard.longest ?? LONGEST);
    const request = new Request(input, init);
    const signal = AbortSignal.any([request.signal, guard.signal, deadline]);
    let url = new URL(request.url);
    let next = new Request(request, { signal, redirect: 'manual' });
    for (let hops = 0; ; hops++) {
      await checkTarget(url, guard);
      const response = await reach(() => send(next));
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null || request.redirect === 'manual')
        return limited(response, guard.largest ?? LARGEST);
      await response.body?.cancel();
      if (request.redirect === 'error' || hops >= REDIRECTS)
        throw new VendorFault('redirected', false, `${url.origin} redirects too often, or where none is wanted`);
      const target = new URL(location, url);
      next = redirected(request, response.status, target, target.origin === url.origin, signal);
      url = target;
    }
  };
}

async function checkTarget(url: URL, guard: FetchGuard): Promise<void> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new VendorFault('address_refused', false, `${url.protocol} is not allowed`);
  if (guard.internal) return;
  const host = url.hostname;
  const refused = (): never => {
    throw new VendorFault('address_refused', false, `${host} is an internal address, and this vendor is not internal`);
  };
  if (isInternalName(host) || isInternalAddress(host)) refused();
  const addresses = await reach(() => (guard.resolve ?? systemResolve)(host.replace(/^\[|\]$/g, '')));
  if (addresses.some(isInternalAddress)) refused();
}

/** Only what is safe to send again goes along, and credentials only to the same origin. */
function redirected(request: Request, status: number, target: URL, sameOrigin: boolean, signal: AbortSignal): Request {
  const keepsMethod = request.method === 'GET' || request.method === 'HEAD';
  if (!keepsMethod && status !== 303)
    throw new VendorFault('redirected', false, `a ${request.method} was redirected to ${target.origin}`);
  const headers = new Headers(request.headers);
  if (!sameOrigin) for (const name of ['authorization', 'cookie', 'x-auth-token']) headers.delete(name);
  return new Request(target, {
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    headers,
    signal,
    redirect: 'manual',
  });
}

async function reach<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof VendorFault) throw cause;
    throw new VendorFault('unreachable', true, 'the provider could not be reached', { cause });
  }
}

function limited(response: Response, largest: number): Response {
  if (response.body === null) return response;
  let left = largest;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= chunk.byteLength;
        if (left < 0) controller.error(new VendorFault('answer_too_large', false, `over ${largest} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, response);
}
