import autocannon from 'autocannon';
import { demoCall } from '../../src/cli/demo/call.ts';
import type { JsonObject } from '../../src/shared/json.ts';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

const TOKEN = 'bench-token-bench-token-bench-token';
const SECONDS = 6;

interface Load {
  readonly url: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly connections: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function perSecond(load: Load, seconds = SECONDS): Promise<number> {
  const result = await autocannon({
    url: load.url + load.path,
    method: 'POST',
    connections: load.connections,
    duration: seconds,
    headers: {
      Authorization: `Bearer ${TOKEN}`,
      'Content-Type': 'application/occi+json',
      Accept: 'application/occi+json',
      ...load.headers,
    },
    body: JSON.stringify(load.body),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${load.path}: ${result.non2xx} refused, ${result.errors} failed`);
  return result.requests.total / result.duration;
}

/** Durable drafts against a bare Koa + ajv handler; calls for proposals all the way to ranked. */
export async function run(): Promise<BenchRow[]> {
  const call = demoCall(Date.now());
  const draft = { ...call, attributes: { ...(call['attributes'] as JsonObject), 'org.parley.cfp.publish': false } };

  const bare = await start('./bare.js');
  const baseline = await perSecond({ url: bare.url, path: '/cfp/', body: draft, connections: 32 });
  await bare.stop();

  const service = await start('./service.js', { PARLEY_BOOTSTRAP_TOKEN: TOKEN });
  try {
    await perSecond({ url: service.url, path: '/cfp/', body: draft, connections: 32 }, 2);
    const drafts = await perSecond({ url: service.url, path: '/cfp/', body: draft, connections: 32 });
    const ranked = await perSecond({
      url: service.url,
      path: '/cfp/',
      body: call,
      connections: 32,
      headers: { Prefer: 'wait=30' },
    });
    return [
      row('POST of a CFP draft, durable, 32 connections', drafts, baseline),
      row('CFP to ranked over HTTP, three instant vendors, 32 connections', ranked, baseline),
    ];
  } finally {
    await service.stop();
  }
}

function row(name: string, value: number, baseline: number): BenchRow {
  return { name, value, unit: 'requests/s', baseline, ratio: value / baseline };
}
