import { request } from 'node:http';
import autocannon from 'autocannon';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

export const TOKEN = 'bench-token-bench-token-bench-token';

export interface Load {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const CONNECTIONS = 32;
const WARM = 2;
const ROUNDS = 3;

/**
 * Requests that both answer in a second: rounds to warm up, then rounds in turn, so that what disturbs the
 * machine disturbs both, and the best round of each. Throws where a request was refused.
 */
export async function compared(load: Load, bare: Load): Promise<{ value: number; baseline: number; ratio: number }> {
  let [value, baseline] = [0, 0];
  for (let round = -WARM; round < ROUNDS; round += 1) {
    const [ours, theirs] = [await once(load, 1), await once(bare, 1)];
    if (round >= 0) [value, baseline] = [Math.max(value, ours), Math.max(baseline, theirs)];
  }
  return { value, baseline, ratio: value / baseline };
}

async function once({ url, method = 'GET', headers = {}, body }: Load, duration: number): Promise<number> {
  const result = await autocannon({
    url,
    method,
    connections: CONNECTIONS,
    duration,
    headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`);
  return result.requests.total / result.duration;
}

/** An answer of the service, so that a bare handler can give the same. */
export interface Sample {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What HTTP itself says of every answer. */
export const OF_HTTP: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive', 'content-length']);

export function sampleOf(url: string, accept: string): Promise<Sample> {
  const headers = { Authorization: `Bearer ${TOKEN}`, Accept: accept };
  return new Promise((resolve, reject) => {
    // Discovery in text/occi has more headers than fetch would read.
    const asked = request(url, { headers, maxHeaderSize: 256 * 1024, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode !== 200) reject(new Error(`${url} as ${accept}: ${response.statusCode ?? 0}`));
        const kept = Object.entries(response.headersDistinct).filter(([name]) => !OF_HTTP.has(name));
        resolve({
          headers: kept.map(([name, values = []]) => [name, values.join(', ')]),
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const RENDERINGS = ['text/plain', 'text/occi', 'application/occi+json'];

/** GET of an address in each rendering, against a bare Koa handler that returns the same bytes. */
export async function comparedRenderings(what: string, url: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const accept of RENDERINGS) {
    const headers = { Accept: accept };
    const bare = await start('./same-bytes.js', { BENCH_SAMPLE: JSON.stringify(await sampleOf(url, accept)) });
    const figures = await compared({ url, headers }, { url: bare.url, headers });
    await bare.stop();
    rows.push({ name: `${what}, ${accept}`, unit: 'requests/s', ...figures });
  }
  return rows;
}
