import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Koa from 'koa';

/** The plain way: Koa, JSON.parse, one ajv check, and an answer of the same size; nothing is kept. */
const validate = new Ajv2020().compile({
  type: 'object',
  required: ['kind', 'attributes'],
  properties: { kind: { type: 'string' }, title: { type: 'string' }, attributes: { type: 'object' } },
});
const app = new Koa();
app.use(async (ctx) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  ctx.status = validate(body) ? 201 : 400;
  ctx.set('Content-Type', 'application/occi+json');
  ctx.body = JSON.stringify(body);
});
const handle = app.callback();
const server = createServer((request, response) => void handle(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
process.on('SIGTERM', () => process.exit(0));
