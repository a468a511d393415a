import type { IncomingMessage } from 'node:http';
import { BadRequest, ParleyError, TooLarge } from '../shared/errors.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Reads a request's body once, as bytes.
 *
 * @throws TooLarge over `limit` bytes, without holding more than that; 415 when it is compressed
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> | Buffer {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return EMPTY;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new ParleyError('unsupported_media_type', 415, `Bodies in encoding ${encoding.slice(0, 40)} are not read`);
  if (length !== undefined && Number(length) > limit) {
    request.resume();
    throw tooLarge(limit);
  }
  return collect(request, limit);
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('aborted', onAborted);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      stop();
      // The rest is read and thrown away, so that the client gets to see the answer.
      request.resume();
      reject(tooLarge(limit));
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    };
    const onError = (error: Error): void => {
      stop();
      reject(new BadRequest('body_broken', 'The body broke off', { cause: error }));
    };
    const onAborted = (): void => {
      onError(new Error('the client left'));
    };
    request.on('data', onData).on('end', onEnd).on('error', onError).on('aborted', onAborted);
  });
}

function tooLarge(limit: number): TooLarge {
  return new TooLarge(`A body has at most ${limit} bytes here`);
}
