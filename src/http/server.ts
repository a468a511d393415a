import { createServer, type Server } from 'node:http';
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

/** Room for text/occi, whose entities are headers (GFD.229 section 3.4). */
const MAX_HEADER_SIZE = 96 * 1024;

/** Listens. Rejects when the port is taken or not allowed. */
export async function listen(parts: ServerParts, host: string, port: number): Promise<HttpServer> {
  const handle = parts.app.callback();
  const server = createServer({ maxHeaderSize: MAX_HEADER_SIZE }, (request, response) => {
    void handle(request, response);
  });
  server.headersTimeout = 20_000;
  server.requestTimeout = 120_000;
  // Longer than the idle time of common proxies, so that it is they who close.
  server.keepAliveTimeout = 75_000;
  server.maxHeadersCount = 2000;
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    refuseUnreadable(error, socket, parts.version);
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
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'too_large: the headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'request_timeout: the request took too long to arrive']
        : ['400 Bad Request', 'http_malformed: this is not HTTP'];
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nServer: ${serverHeader(version)}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
