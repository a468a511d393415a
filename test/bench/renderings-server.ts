import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { readBody } from '../../src/http/body.ts';
import { add, withCharset } from '../../src/http/kept.ts';
import { send } from '../../src/http/send.ts';
import { serverHeader } from '../../src/http/version.ts';
import { infrastructureActions, infrastructureKinds } from '../../src/infrastructure/kinds.ts';
import { modelLookup } from '../../src/occi/rendering/lookup.ts';
import { inputFor, outputFor } from '../../src/occi/rendering/negotiate.ts';
import type { EntityDocument } from '../../src/occi/entity.ts';
import type { View } from '../../src/occi/request.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { parseEntityId, principalId, tenantId, typeId } from '../../src/shared/ids.ts';

/** Parses a compute in any rendering and renders what it has read: no engine, no store. */
const registry = createRegistry(
  [{ name: 'bench', kinds: infrastructureKinds, mixins: [], actions: infrastructureActions, behaviours: [] }],
  { baseUrl: 'http://bench.test' },
);
const model = modelLookup(registry)(tenantId('bench'));
const id = parseEntityId('01a1ff3c-7fcd-7178-a82e-444531929b77');
if (id === undefined) throw new Error('the id of the bench is no id');
const kind = typeId('http://schemas.ogf.org/occi/infrastructure#compute');
const context = { baseUrl: 'http://bench.test', patterns: false };

function viewOf({ attributes, title, summary, mixins }: EntityDocument): View {
  return {
    record: {
      id: id as NonNullable<typeof id>,
      kind,
      mixins,
      tenant: tenantId('bench'),
      owner: principalId('bench'),
      rev: 1,
      attributes,
      internal: {},
      hidden: false,
      created: 0,
      updated: 0,
      ...(title === undefined ? {} : { title }),
      ...(summary === undefined ? {} : { summary }),
    },
    projection: { attributes },
    path: `/compute/${String(id)}`,
    actions: [],
    links: [],
  };
}

const stamp = { server: serverHeader('0'), request: 'bench' };
const app = new Koa();
app.use(async (ctx) => {
  const reading = readBody(ctx.req, 1_000_000);
  const body = reading instanceof Promise ? await reading : reading;
  const input = inputFor(ctx.req.headers['content-type']);
  const output = outputFor(ctx.req.headers.accept, input);
  if (input === undefined || output.type !== 'rendering') throw new Error('the bench asks for a rendering');
  const document = input.rendering.parser.entity({ headers: ctx.req.rawHeaders, body }, model);
  const rendered = output.rendering.render({ type: 'entity', view: viewOf(document) }, context);
  const headers: string[] = [];
  add(headers, rendered.headers);
  headers.push('Content-Type', withCharset(output.mediaType));
  send(ctx, stamp, 200, headers, rendered.body);
});

const handle = app.callback();
const server = createServer((request, response) => void handle(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
process.on('SIGTERM', () => process.exit(0));
