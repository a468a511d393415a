import { comparedRenderings, TOKEN } from './load.ts';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

/** GET of a compute in each rendering, against a bare Koa handler that returns the same bytes. */
export async function run(): Promise<BenchRow[]> {
  const service = await start('./service.js', { PARLEY_BOOTSTRAP_TOKEN: TOKEN });
  try {
    const made = await fetch(`${service.url}/compute/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/occi+json' },
      body: JSON.stringify({
        kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
        title: 'A compute to be read',
        summary: 'With the attributes that computes have',
        attributes: {
          'occi.compute.architecture': 'x64',
          'occi.compute.cores': 2,
          'occi.compute.memory': 3.75,
          'occi.compute.hostname': 'bench.example.org',
        },
      }),
    });
    const url = made.headers.get('location');
    if (url === null) throw new Error(`no compute: ${made.status} ${await made.text()}`);
    return await comparedRenderings('GET of a compute', url);
  } finally {
    await service.stop();
  }
}
