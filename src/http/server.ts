import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type Koa from 'koa';
import { serverHeader } from './version.ts';

export interface ServerParts {
  readonly app: Koa;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  /** Ends event streams before the server waits for running requests. */
  readonly events: { close(): void };
}

export interface HttpServer {
  /** `http://HOST:PORT`, with the port that was really taken. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, ends event streams, lets running requests finish for at most `deadlineMs`,
   * then breaks off what is left.
   */
  close(deadlineMs: number): Promise<void>;
}

/** Room for text/occi, whose entities are headers (GFD.229 section 7). */
const MAX_HEADER_SIZE = 96 * 1024;

/** Listens. Rejects when the port is taken or not allowed. */
export async function listen(parts: ServerParts, host: string, port: number): Promise<HttpServer> {
  const handle = parts.app.callback();
  // Without Host there is an answer too, and it is the application's, so that it looks like all others.
  const server = createServer({ maxHeaderSize: MAX_HEADER_SIZE, requireHostHeader: false }, (request, response) => {
    void handle(request, response);
  });
  server.headersTimeout = 20_000;
  server.requestTimeout = 120_000;
  // Longer than the idle time of common proxies, so that it is they who close.
  server.keepAliveTimeout = 75_000;
  // Node would drop what is over its count and say nothing; the application counts and refuses.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    refuseUnreadable(error, socket, parts.version);
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const body = 'expectation_failed: of expectations only 100-continue is met here\n';
    response.writeHead(417, { Server: serverHeader(parts.version), 'Content-Type': TEXT });
    response.end(body);
  });
  server.on('connect', (_request, socket: Duplex) => {
    end(socket, parts.version, '405 Method Not Allowed', 'method_not_allowed: this is no proxy', ['Allow: GET, HEAD']);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close: (deadlineMs) => close(server, parts, deadlineMs),
  };
}

async function close(server: Server, parts: ServerParts, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  parts.events.close();
  let cancelSweep = (): void => undefined;
  /** A connection that was busy falls idle when its request is answered, and nobody else closes it. */
  const sweep = (): void => {
    server.closeIdleConnections();
    cancelSweep = parts.clock.after(50, sweep);
  };
  sweep();
  const cancel = parts.clock.after(deadlineMs, () => {
    parts.log.warn({ deadlineMs }, 'requests still running at the deadline are broken off');
    server.closeAllConnections();
  });
  await closed;
  cancelSweep();
  cancel();
}

/** What Node's parser refuses never reaches the application; it gets an answer all the same. */
function refuseUnreadable(error: Error & { code?: string }, socket: Duplex, version: string): void {
  // Node's own name for the answer under way: another one in the middle of it would be read as part of it.
  const { _httpMessage: answering } = socket as { _httpMessage?: ServerResponse | null };
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent === true) {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'too_large: the headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'request_timeout: the request took too long to arrive']
        : ['400 Bad Request', 'http_malformed: this is not HTTP'];
  end(socket, version, status, text);
}

const TEXT = 'text/plain; charset=utf-8';

function end(socket: Duplex, version: string, status: string, text: string, more: readonly string[] = []): void {
  const head = [`HTTP/1.1 ${status}`, `Server: ${serverHeader(version)}`, `Content-Type: ${TEXT}`, ...more];
  head.push(`Content-Length: ${Buffer.byteLength(text) + 1}`, 'Connection: close');
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}\n`);
}
