import { connect } from 'node:net';
import type { World } from '../support/http-world.ts';

/**
 * Sends raw bytes (text as Latin-1) and answers what came back until the server closed. `half` closes the client's
 * side after the last byte.
 */
export function raw(world: World, bytes: string | Uint8Array, half = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: world.server.port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      const sent = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      if (half) socket.end(sent);
      else socket.write(sent);
    });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      resolve(answer);
    });
    // What the server has not read any more is reset; what it answered before counts.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}
