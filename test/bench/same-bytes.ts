import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Sample } from './load.ts';

/** A bare Koa handler: whatever is asked for, it reads the body if there is one and gives the one answer that it was given. */
const { headers, body } = JSON.parse(process.env['BENCH_SAMPLE'] ?? '{"headers":[],"body":""}') as Sample;
const app = new Koa();
app.use(async (ctx) => {
  if (ctx.method === 'POST') await discarded(ctx.req);
  for (const [name, value] of headers) ctx.set(name, value);
  ctx.body = body;
});
function discarded(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    request.on('end', () => {
      resolve();
    });
    request.resume();
  });
}

const handle = app.callback();
const server = createServer({ maxHeaderSize: 96 * 1024 }, (request, response) => void handle(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
process.on('SIGTERM', () => process.exit(0));
