import { comparedRenderings, sampleOf, TOKEN } from './load.ts';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

/** Discovery of the whole model, over 60 categories, against a bare Koa handler that returns the same bytes. */
export async function run(): Promise<BenchRow[]> {
  const service = await start('./service.js', { PARLEY_BOOTSTRAP_TOKEN: TOKEN });
  try {
    const url = `${service.url}/-/`;
    const model = JSON.parse((await sampleOf(url, 'application/occi+json')).body) as Record<string, unknown[]>;
    const categories = Object.values(model).reduce((sum, list) => sum + list.length, 0);
    return await comparedRenderings(`Discovery of ${categories} categories`, url);
  } finally {
    await service.stop();
  }
}
