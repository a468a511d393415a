import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/shared/json.ts';
import { instanceCounts, kinds, sumQuote, typeId } from '../../../src/vendor-kit/index.ts';
import type { CfpView, Offer, Reply, Vendor } from '../../../src/vendor-kit/index.ts';
import { HEADER } from '../../../vendors/catalog/list-format.ts';
import { readTemplate, commitmentsOf } from '../../../vendors/catalog/sla-template.ts';
import { testCfp, testCtx, testHost, testLevel } from '../../support/vendor-world.ts';

const ROWS = [
  'small,1,1,0,x64,north,USD,0.010',
  'middle,2,4,0,x64,north,USD,0.030',
  'arm,2,4,0,arm64,north,USD,0.020',
  'gpu,1,1,1,x64,north,USD,0.001',
  'vague,1,0,0,x64,north,USD,0.002',
  'free,1,1,0,x64,north,USD,0',
  'small,1,1,0,x64,south,USD,0.009',
  'middle,2,4,0,x64,south,USD,0.050',
  'small,1,1,0,x64,nowhere,USD,0.001',
];

const CONFIG = {
  provider: 'test',
  asof: '2026-01-01',
  source: 'made for the test',
  countries: { north: 'NO', south: 'ZA' },
  storage: [
    {
      regions: ['north'],
      product: 'disk',
      amount: '0.10',
      per: 'month',
      least: 5,
      most: 100,
      source: 'test',
      asof: '2026-01-01',
    },
  ],
  free: { [kinds.storagelink]: 'nothing is charged' },
};

const web = (attributes: Record<string, object>, more: object = {}) => ({
  type: 'resource' as const,
  id: 'web',
  kind: kinds.compute,
  count: 1,
  mixins: [],
  attributes,
  ...more,
});

describe('offers from a price list', () => {
  let folder: string;
  let vendor: Vendor;

  const open = async (config: JsonObject = {}): Promise<Vendor> => {
    const host = await testHost([
      { id: 'test', plugin: 'catalog', config: { ...CONFIG, list: join(folder, 'list.csv'), ...config } },
    ]);
    expect(host.failed).to.deep.equal([]);
    return host.vendors.list()[0]!.calls;
  };
  const ask = (cfp: CfpView): Promise<Reply> => vendor.getOffer(cfp, testCtx());
  const offersFor = async (cfp: CfpView): Promise<readonly Offer[]> => {
    const reply = await ask(cfp);
    if (reply.type !== 'propose') throw new Error(JSON.stringify(reply));
    return reply.offers;
  };
  const typesFor = async (...wanted: CfpView['wanted']): Promise<string[]> =>
    (await offersFor(testCfp({ wanted, levels: [] }))).map(({ variant, resources }) => {
      const type = resources[0]?.attributes['org.parley.catalog.type'];
      return `${variant}:${typeof type === 'string' ? type : ''}`;
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-catalog-'));
    await writeFile(join(folder, 'list.csv'), [HEADER, ...ROWS].join('\n'));
    vendor = await open();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('are the cheapest that fit in each region, cheapest region first', async () => {
    expect(await typesFor(web({}))).to.deep.equal(['nowhere:small', 'south:small', 'north:small']);
    expect(await typesFor(web({ 'occi.compute.cores': { min: 2 } }))).to.deep.equal(['north:arm', 'south:middle']);
    expect(
      await typesFor(web({ 'occi.compute.cores': { min: 2 }, 'occi.compute.architecture': { equal: 'x64' } })),
    ).to.deep.equal(['north:middle', 'south:middle']);
  });

  it('keep to the wanted place; a region without a country is in none', async () => {
    expect(await typesFor(web({ 'org.parley.placement.country': { not: ['ZA'] } }))).to.deep.equal(['north:small']);
    expect(await typesFor(web({ 'org.parley.placement.region': { like: 's*' } }))).to.deep.equal(['south:small']);
  });

  it('never choose what has an accelerator, no price or no stated memory', async () => {
    const all = await typesFor(web({}));
    for (const name of ['gpu', 'vague', 'free']) expect(all.join()).to.not.contain(name);
  });

  it('give a standard template its very size', async () => {
    const template = typeId('http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#small');
    expect(await typesFor(web({}, { mixins: [{ anyOf: [template] }] }))).to.deep.equal([
      'nowhere:small',
      'south:small',
      'north:small',
    ]);
  });

  it('price volumes where there is a price, and name them unpriced elsewhere, after those with a price', async () => {
    const offers = await offersFor(testCfp({ wanted: testCfp().wanted.map((one) => ({ ...one, attributes: {} })) }));
    expect(offers.map(({ variant, price }) => [variant, price.unpriced])).to.deep.equal([
      ['north', []],
      ['nowhere', ['data']],
      ['south', ['data']],
    ]);
    const [north] = offers;
    expect(north?.resources.find((one) => one.for === 'data')?.attributes['occi.storage.size']).to.equal(5);
    const counts = instanceCounts(testCfp().wanted);
    // Two machines at 0.010 for 730 hours, two volumes of 5 GiB at 0.10.
    expect(sumQuote(north!.price, [], counts).month).to.equal('15.60');
    expect(sumQuote(offers[1]!.price, [], counts)).to.deep.equal({});
  });

  it('never let use without a price look as if it were free', async () => {
    const usage = [{ what: 'traffic.out', quantity: '10', unit: 'GB', per: 'month' }] as const;
    const [offer] = await offersFor(testCfp({ wanted: [web({})], usage }));
    expect(offer?.price.unpriced).to.deep.equal(['traffic.out']);
  });

  it('say nothing where a volume must be larger than is sold', async () => {
    const wanted = [{ ...web({ 'occi.storage.size': { min: 101 } }), kind: kinds.storage, id: 'data' }];
    const offers = await offersFor(testCfp({ wanted, levels: [] }));
    expect(offers.map(({ variant }) => variant)).to.not.include('north');
  });

  it('always meet what is wanted', async () => {
    const number = fc.integer({ min: 0, max: 6 });
    const range = fc.record({ min: number, max: number }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(range, range, fc.integer({ min: 1, max: 3 }), async (cores, memory, count) => {
        const wanted = web({ 'occi.compute.cores': cores, 'occi.compute.memory': memory }, { count });
        const reply = await ask(testCfp({ wanted: [wanted], levels: [], perVendor: 2 }));
        if (reply.type !== 'propose') return;
        expect(reply.offers.length).to.be.at.most(2);
        for (const { resources } of reply.offers) {
          expect(resources).to.have.length(count);
          for (const { attributes } of resources) {
            expect(attributes['occi.compute.cores']).to.be.within(cores.min ?? 0, cores.max ?? Infinity);
            expect(attributes['occi.compute.memory']).to.be.within(memory.min ?? 0, memory.max ?? Infinity);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tell what is wrong with a configuration', async () => {
    const host = await testHost([
      { id: 'a', plugin: 'catalog', config: { preset: 'no-such' } },
      { id: 'b', plugin: 'catalog', config: {} },
      { id: 'c', plugin: 'catalog', config: { ...CONFIG, list: '/no/such/file' } },
      { id: 'd', plugin: 'catalog', config: { preset: 'gcp', sla: ['no-such@1'] } },
      { id: 'e', plugin: 'catalog', config: { preset: 'gcp', colour: 'red' } },
    ]);
    expect(host.failed.map(({ id }) => id)).to.have.members(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the provider’s own levels', () => {
  const own = {
    name: 'one-machine',
    version: '2026-01-01',
    source: 'test',
    level: {
      scope: 'each',
      indicator: { metric: 'net.reachable', statistic: 'max', op: '=', value: 1 },
      slice: 'PT1M',
      minrun: 1,
      target: 0.995,
      count: 'window',
      window: { calendar: 'month', timezone: 'UTC' },
      nodata: 'bad',
      maintenance: null,
      remedy: null,
    },
  };
  const template = readTemplate(Buffer.from(JSON.stringify(own)), 'one-machine@2026-01-01');

  it('stand against what is asked of machines, whole, and nothing stands against the rest', () => {
    const levels = [
      testLevel({ id: 'up', target: 0.99, slice: 'PT10S' }),
      testLevel({ id: 'web', indicator: { ...testLevel().indicator, metric: 'http.up' } }),
      testLevel({ id: 'disk', of: ['data'] }),
      testLevel({ id: 'watched', need: 'measure' }),
    ];
    const [up, ...others] = commitmentsOf(testCfp({ levels }), [template]);
    expect(others.map(({ commit }) => commit)).to.deep.equal(['none', 'none', 'none']);
    expect(up).to.deep.include({ for: 'up', commit: 'other', template: 'one-machine@2026-01-01' });
    if (up?.commit !== 'other') return;
    expect(up.level).to.deep.include({ id: 'up', need: 'must', of: ['web'], target: 0.995, slice: 'PT1M' });
    expect(up.level.indicator.period).to.equal(levels[0]?.indicator.period);
  });

  it('must be stated in full, since a default would be a promise of ours', () => {
    const { remedy, ...rest } = own.level;
    expect(remedy).to.equal(null);
    expect(() => readTemplate(Buffer.from(JSON.stringify({ ...own, level: rest })), 'x')).to.throw(/remedy/);
    expect(() => readTemplate(Buffer.from('{}'), 'x')).to.throw(/no level/);
  });
});
