import { compared, OF_HTTP, type Load, type Sample } from './load.ts';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

const CATEGORY = 'compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"';
const ATTRIBUTES = [
  'occi.core.title="A compute, to be read"',
  'occi.core.summary="With the attributes that computes have"',
  'occi.compute.architecture="x64"',
  'occi.compute.cores=2',
  'occi.compute.memory=3.75',
  'occi.compute.hostname="bench.example.org"',
];

const MESSAGES: readonly (Pick<Load, 'body'> & { readonly headers: Readonly<Record<string, string>> })[] = [
  {
    headers: { 'Content-Type': 'text/plain', Accept: 'text/plain' },
    body: `Category: ${CATEGORY}\n${ATTRIBUTES.map((attribute) => `X-OCCI-Attribute: ${attribute}\n`).join('')}`,
  },
  {
    headers: {
      'Content-Type': 'text/occi',
      Accept: 'text/occi',
      Category: CATEGORY,
      'X-OCCI-Attribute': ATTRIBUTES.join(', '),
    },
  },
  {
    headers: { 'Content-Type': 'application/occi+json', Accept: 'application/occi+json' },
    body: JSON.stringify({
      kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
      title: 'A compute, to be read',
      summary: 'With the attributes that computes have',
      attributes: {
        'occi.compute.architecture': 'x64',
        'occi.compute.cores': 2,
        'occi.compute.memory': 3.75,
        'occi.compute.hostname': 'bench.example.org',
      },
    }),
  },
];

/** Parsing a compute and rendering it again, against a bare Koa handler that reads and returns the same bytes. */
export async function run(): Promise<BenchRow[]> {
  const work = await start('./renderings-server.js');
  try {
    const rows: BenchRow[] = [];
    for (const message of MESSAGES) {
      const load: Load = { ...message, url: work.url, method: 'POST' };
      const bare = await start('./same-bytes.js', { BENCH_SAMPLE: JSON.stringify(await sample(load)) });
      const figures = await compared(load, { ...load, url: bare.url });
      await bare.stop();
      const name = `Parse and render a compute, ${message.headers['Accept'] ?? ''}`;
      rows.push({ name, unit: 'requests/s', ...figures });
    }
    return rows;
  } finally {
    await work.stop();
  }
}

async function sample({ url, headers, body }: Load): Promise<Sample> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return {
    headers: [...response.headers].filter(([name]) => !OF_HTTP.has(name)),
    body: await response.text(),
  };
}
