import { compared, sampleOf, TOKEN } from './load.ts';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

const RENDERINGS = ['text/plain', 'text/occi', 'application/occi+json'];

/** Discovery of the whole model, over 60 categories, against a bare Koa handler that returns the same bytes. */
export async function run(): Promise<BenchRow[]> {
  const service = await start('./service.js', { PARLEY_BOOTSTRAP_TOKEN: TOKEN });
  try {
    const url = `${service.url}/-/`;
    const model = JSON.parse((await sampleOf(url, 'application/occi+json')).body) as Record<string, unknown[]>;
    const categories = Object.values(model).reduce((sum, list) => sum + list.length, 0);
    const rows: BenchRow[] = [];
    for (const accept of RENDERINGS) {
      const headers = { Accept: accept };
      const bare = await start('./same-bytes.js', { BENCH_SAMPLE: JSON.stringify(await sampleOf(url, accept)) });
      const figures = await compared({ url, headers }, { url: bare.url, headers });
      await bare.stop();
      rows.push({ name: `Discovery of ${categories} categories, ${accept}`, unit: 'requests/s', ...figures });
    }
    return rows;
  } finally {
    await service.stop();
  }
}
