import { performance } from 'node:perf_hooks';
import { infrastructureActions, infrastructureKinds } from '../../src/infrastructure/kinds.ts';
import { jsonRendering } from '../../src/occi/rendering/json.ts';
import { modelLookup } from '../../src/occi/rendering/lookup.ts';
import { textOcciRendering } from '../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../src/occi/rendering/text-plain.ts';
import type { Message } from '../../src/occi/rendering/types.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { tenantId } from '../../src/shared/ids.ts';
import type { BenchRow } from './types.ts';

const ROUND = 20_000;
const ROUNDS = 25;

const CATEGORY = 'compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"';
const ATTRIBUTES = 'occi.compute.cores=2, occi.compute.memory=4.5, occi.compute.hostname="web-1"';

/** As Node's server hands them over, with what any client sends beside what is OCCI's. */
const inHeaders: Message = {
  headers: [
    ...['Host', 'localhost:8080', 'User-Agent', 'curl/8.5.0 OCCI/1.2', 'Accept', 'text/occi'],
    ...['Authorization', 'Bearer 0123456789abcdef0123456789abcdef', 'Content-Type', 'text/occi'],
    ...['Category', CATEGORY, 'X-OCCI-Attribute', ATTRIBUTES],
  ],
  body: Buffer.alloc(0),
};
const inBody: Message = {
  headers: [],
  body: Buffer.from(
    `Category: ${CATEGORY}\n${ATTRIBUTES.split(', ')
      .map((one) => `X-OCCI-Attribute: ${one}\n`)
      .join('')}`,
  ),
};
const inJson: Message = {
  headers: [],
  body: Buffer.from(
    JSON.stringify({
      kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
      attributes: { 'occi.compute.cores': 2, 'occi.compute.memory': 4.5, 'occi.compute.hostname': 'web-1' },
    }),
  ),
};

/** Small messages (one category, three attributes) read in a second, against `JSON.parse` of the same compute. */
export function run(): Promise<BenchRow[]> {
  const registry = createRegistry(
    [
      {
        name: 'infrastructure',
        kinds: infrastructureKinds,
        mixins: [],
        actions: infrastructureActions,
        behaviours: [],
      },
    ],
    { baseUrl: 'http://localhost:8080' },
  );
  const model = modelLookup(registry)(tenantId('bench'));
  const works = {
    'text/occi (at least 200,000)': () => textOcciRendering.parser.entity(inHeaders, model).attributes,
    'text/plain': () => textPlainRendering.parser.entity(inBody, model).attributes,
    'application/occi+json': () => jsonRendering.parser.entity(inJson, model).attributes,
  };
  const plain = (): object => JSON.parse(Buffer.from(inJson.body).toString('utf8')) as object;
  const rates = measured([plain, ...Object.values(works)]);
  const baseline = rates[0] ?? NaN;
  return Promise.resolve(
    Object.keys(works).map((name, index) => {
      const value = rates[index + 1] ?? NaN;
      return { name: `parse: a small compute in ${name}`, value, unit: '1/s', baseline, ratio: value / baseline };
    }),
  );
}

/** The median rate of each, in rounds that take turns, so that what disturbs one disturbs all. */
function measured(works: readonly (() => object)[]): number[] {
  const rates = works.map((): number[] => []);
  let kept = 0;
  for (let round = 0; round < ROUNDS; round += 1)
    works.forEach((work, index) => {
      const start = performance.now();
      for (let at = 0; at < ROUND; at += 1) kept += Object.keys(work()).length;
      rates[index]?.push((ROUND * 1000) / (performance.now() - start));
    });
  if (kept === 0) throw new Error('nothing was read');
  return rates.map((list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)] ?? NaN);
}
