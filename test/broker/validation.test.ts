import { expect } from 'chai';
import type { Json } from '../../src/shared/json.ts';
import { brokerWorld, exampleCfp, exampleResources, refusal, type BrokerWorld } from '../support/broker-world.ts';
import { MemoryStore } from '../support/memory-store.ts';

const INFRA = 'http://schemas.ogf.org/occi/infrastructure#';
const BASE = '/attributes/org.parley.cfp.';

describe('what is wrong with a call for proposals', () => {
  let world: BrokerWorld;
  before(async () => {
    world = await brokerWorld();
  });
  after(() => world.stop());

  const wrong = async (attributes: Readonly<Record<string, Json>>): Promise<{ status: number; codes: string[] }> => {
    const error = await refusal(world.post(exampleCfp(attributes)));
    return {
      status: error.status,
      codes: error.problems.map(({ path, code }) => `${path.replace(BASE, '')} ${code}`),
    };
  };
  const resource = (more: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> => ({
    'org.parley.cfp.resources': [{ id: 'web', kind: `${INFRA}compute`, ...more }],
    'org.parley.cfp.levels': null,
  });

  it('is told all at once, with paths: 400 if anything cannot be read', async () => {
    const { status, codes } = await wrong({
      'org.parley.cfp.resources': [
        {
          id: 'Web',
          kind: `${INFRA}compute`,
          count: 0,
          colour: 'red',
          attributes: { 'occi.compute.memory': { min: 16, max: 4 } },
        },
        { id: 'disk', kind: `${INFRA}storage`, attributes: { 'occi.storage.size': 'big', 'occi.compute.cores': 1 } },
      ],
      'org.parley.cfp.levels': null,
      'org.parley.cfp.budget': { amount: 'lots', currency: 'euro', per: 'week', extra: 1 },
      'org.parley.cfp.replyby': 'soon',
      'org.parley.cfp.period': { length: 'a year', since: 'now' },
      'org.parley.cfp.pervendor': 2.5,
      'org.parley.cfp.usage': [{ what: 'traffic.out', quantity: 5, unit: 'GB', per: 'fortnight', of: 'nothing' }],
    });
    expect(status).to.equal(400);
    expect(codes).to.include.members([
      'resources/0/id id_invalid',
      'resources/0/count count_invalid',
      'resources/0/colour member_unknown',
      'resources/0/attributes/occi.compute.memory range_empty',
      'resources/1/attributes/occi.storage.size type_wrong',
      'resources/1/attributes/occi.compute.cores attribute_unknown',
      'budget/amount money_invalid',
      'budget/currency value_invalid',
      'budget/per value_invalid',
      'budget/extra member_unknown',
      'replyby moment_invalid',
      'period/length duration_invalid',
      'period/since member_unknown',
      'pervendor type_wrong',
      'usage/0/quantity quantity_invalid',
      'usage/0/per value_invalid',
      'usage/0/of reference_unknown',
    ]);
  });

  it('is 422 where it can be read and makes no sense', async () => {
    expect(await wrong(resource({ attributes: { 'occi.compute.memory': { min: 16, max: 4 } } }))).to.deep.equal({
      status: 422,
      codes: ['resources/0/attributes/occi.compute.memory range_empty'],
    });
    expect(await wrong(resource({ kind: `${INFRA}toaster` }))).to.deep.equal({
      status: 422,
      codes: ['resources/0/kind kind_unknown'],
    });
    expect(await wrong(resource({ attributes: { 'occi.compute.architecture': 'pdp11' } }))).to.deep.equal({
      status: 422,
      codes: ['resources/0/attributes/occi.compute.architecture value_impossible'],
    });
    expect(await wrong(resource({ mixins: ['http://example.org/none#such'] }))).to.include({ status: 422 });
    expect(await wrong({ 'org.parley.cfp.resources': [], 'org.parley.cfp.levels': null })).to.include({ status: 422 });
    expect(
      await wrong({
        'org.parley.cfp.budget': { amount: '0', currency: 'EUR', per: 'month' },
        'org.parley.cfp.currency': 'USD',
      }),
    ).to.deep.equal({ status: 422, codes: ['budget/amount range_empty', 'currency currency_contradictory'] });
    expect(
      await wrong({
        'org.parley.cfp.budget': { amount: '5', currency: 'EUR', per: 'term' },
        'org.parley.cfp.period': null,
      }),
    ).to.deep.equal({ status: 422, codes: ['budget/per period_open'] });
    expect(await wrong({ 'org.parley.cfp.replyby': 'P8D' })).to.deep.equal({
      status: 422,
      codes: ['replyby out_of_range'],
    });
    expect(await wrong({ 'org.parley.cfp.replyby': '2020-01-01T00:00:00Z' })).to.include({ status: 422 });
    expect(await wrong({ 'org.parley.cfp.pervendor': 0 })).to.deep.equal({
      status: 422,
      codes: ['pervendor out_of_range'],
    });
    expect(await wrong({ 'org.parley.cfp.period': { until: '2020-01-01T00:00:00Z' } })).to.deep.equal({
      status: 422,
      codes: ['period/until range_empty'],
    });
    expect(await wrong({ 'org.parley.cfp.period': { length: 'P1Y', minimum: 'P2Y' } })).to.deep.equal({
      status: 422,
      codes: ['period/minimum range_empty'],
    });
    expect(await wrong({ 'org.parley.cfp.period': { from: '9999-06-01T00:00:00Z', length: 'P1Y' } })).to.deep.equal({
      status: 422,
      codes: ['period/length out_of_range'],
    });
    expect(await wrong({ 'org.parley.cfp.period': { length: 'P9999999999Y' } })).to.deep.equal({
      status: 400,
      codes: ['period/length duration_invalid'],
    });
  });

  it('is told once: what refers to an entry that cannot be read is not wrong too', async () => {
    const web = { id: 'web', kind: `${INFRA}compute` };
    const call = (entry: Json): Promise<{ status: number; codes: string[] }> =>
      wrong({
        'org.parley.cfp.resources': [
          entry,
          { id: 'data', kind: `${INFRA}storage` },
          { id: 'mount', kind: `${INFRA}storagelink`, source: 'web', target: 'data' },
        ],
        'org.parley.cfp.usage': [{ of: 'web', what: 'traffic.out', quantity: '5', unit: 'GB', per: 'month' }],
      });
    expect(await call({ ...web, count: 0 })).to.deep.equal({ status: 400, codes: ['resources/0/count count_invalid'] });
    expect(await call({ ...web, kind: `${INFRA}toaster` })).to.deep.equal({
      status: 422,
      codes: ['resources/0/kind kind_unknown'],
    });
    expect(await wrong({ 'org.parley.cfp.resources': 'web' })).to.deep.equal({
      status: 400,
      codes: ['resources attribute_type'],
    });
  });

  it('knows what attributes, mixins and currencies there can be at all', async () => {
    const of = (attributes: Json, more: Readonly<Record<string, Json>> = {}): Promise<unknown> =>
      wrong(resource({ attributes, ...more }));
    const at = 'resources/0/attributes';
    expect(await of({ 'occi.compute.cores': 1.5 })).to.deep.equal({
      status: 400,
      codes: [`${at}/occi.compute.cores type_wrong`],
    });
    expect(await of({ 'occi.compute.cores': { in: [1, 1.5] } })).to.deep.equal({
      status: 400,
      codes: [`${at}/occi.compute.cores/in/1 type_wrong`],
    });
    expect(
      await of({
        'occi.compute.cores': -1,
        'occi.compute.memory': { max: 0 },
        'org.parley.placement.country': { in: ['Germany', 'de'] },
      }),
    ).to.deep.equal({
      status: 422,
      codes: [
        `${at}/occi.compute.cores value_impossible`,
        `${at}/occi.compute.memory value_impossible`,
        `${at}/org.parley.placement.country value_impossible`,
      ],
    });
    const ipnetwork = `${INFRA.replace('#', '/network#')}ipnetwork`;
    expect(await of({}, { mixins: [ipnetwork, { anyOf: ['http://example.org/no#no', ipnetwork] }] })).to.deep.equal({
      status: 422,
      codes: [
        'resources/0/mixins/0 mixin_not_applicable',
        'resources/0/mixins/1/anyOf/0 mixin_unknown',
        'resources/0/mixins/1/anyOf/1 mixin_not_applicable',
      ],
    });
    expect(await wrong({ 'org.parley.cfp.budget': { amount: '9', currency: 'QQQ', per: 'month' } })).to.deep.equal({
      status: 422,
      codes: ['budget/currency currency_unknown'],
    });
  });

  it('bounds what a few shared links ask for', async () => {
    const error = await wrong({
      'org.parley.cfp.resources': [
        { id: 'web', kind: `${INFRA}compute`, count: 400 },
        { id: 'data', kind: `${INFRA}storage`, count: 400 },
        { id: 'mount', kind: `${INFRA}storagelink`, source: 'web', target: 'data', shared: true },
      ],
      'org.parley.cfp.levels': null,
    });
    expect(error).to.deep.equal({ status: 422, codes: ['resources too_many'] });
  });

  it('is 422 where lots are not made of what is wanted', async () => {
    const lots = { a: ['web', 'wob'] };
    expect(
      await wrong({ 'org.parley.cfp.rules': { ref: 'balanced@1', override: { select: { lots } } } }),
    ).to.deep.include({
      status: 422,
      codes: ['rules/override/select/lots/a/1 unknown_reference', 'rules/override/select/lots lot_missing'],
    });
  });

  it('is 422 where links do not meet, and not where they do', async () => {
    const linked = (links: Json[], webs = 2, disks = 2): Readonly<Record<string, Json>> => ({
      'org.parley.cfp.resources': [
        { id: 'web', kind: `${INFRA}compute`, count: webs },
        { id: 'data', kind: `${INFRA}storage`, count: disks },
        ...links,
      ],
      'org.parley.cfp.levels': null,
    });
    const link = { id: 'mount', kind: `${INFRA}storagelink`, source: 'web', target: 'data' };
    expect(await wrong(linked([link], 2, 1))).to.deep.equal({ status: 422, codes: ['resources/2 link_counts_differ'] });
    expect(await wrong(linked([{ ...link, pair: 'index' }], 2, 1))).to.include({ status: 422 });
    expect(await wrong(linked([{ ...link, pair: 'index', shared: true }]))).to.deep.equal({
      status: 422,
      codes: ['resources/2 link_contradictory'],
    });
    expect(await wrong(linked([{ ...link, target: 'disk' }]))).to.deep.equal({
      status: 422,
      codes: ['resources/2/target reference_unknown'],
    });
    expect(await wrong(linked([{ ...link, source: 'data', target: 'web' }]))).to.deep.equal({
      status: 422,
      codes: ['resources/2/source link_end_wrong', 'resources/2/target link_end_wrong'],
    });
    expect(await wrong(linked([{ ...link, id: 'web' }]))).to.deep.equal({
      status: 422,
      codes: ['resources/2/id duplicate_id'],
    });
    expect((await world.post(exampleCfp(linked([{ ...link, shared: true }], 2, 1)))).record.state).to.equal('open');
    expect((await world.post(exampleCfp(linked([link])))).record.state).to.equal('open');
  });

  it('covers levels and rules', async () => {
    const { status, codes } = await wrong({
      'org.parley.cfp.levels': [
        {
          id: 'up',
          of: ['nothing'],
          need: 'must',
          indicator: { metric: 'net.reachable', op: '=', value: 1 },
          target: 0.99,
          window: { calendar: 'month' },
        },
      ],
      'org.parley.cfp.rules': { ref: 'no-such-rules@1' },
    });
    expect(status).to.equal(422);
    expect(codes.some((code) => code.startsWith('levels/0/of'))).to.equal(true);
    expect(codes.some((code) => code.startsWith('rules'))).to.equal(true);
  });

  it('stores nothing of what it refuses', async () => {
    const store = new MemoryStore();
    const other = await brokerWorld({ store });
    await refusal(other.post(exampleCfp({ 'org.parley.cfp.budget': { amount: '0', currency: 'EUR', per: 'month' } })));
    expect(await store.count({})).to.equal(0);
    await other.stop();
  });

  it('lets a draft make no sense yet, and publishing say so', async () => {
    const draft = await world.post(
      exampleCfp({
        'org.parley.cfp.publish': false,
        'org.parley.cfp.budget': { amount: '0', currency: 'EUR', per: 'month' },
      }),
    );
    expect(draft.record.state).to.equal('draft');
    expect(draft.projection.attributes['org.parley.cfp.replyby']).to.equal('PT30S');
    const error = await refusal(world.act(draft.path, 'publish'));
    expect(error).to.include({ status: 422, code: 'invalid_cfp' });
    const malformed = await refusal(
      world.post(exampleCfp({ 'org.parley.cfp.publish': false, 'org.parley.cfp.resources': [{ id: 'web' }] })),
    );
    expect(malformed.status).to.equal(400);
    const rules = { ref: 'balanced@1', override: { prefers: [] }, foo: 1 };
    const unknown = await refusal(
      world.post(exampleCfp({ 'org.parley.cfp.publish': false, 'org.parley.cfp.rules': rules })),
    );
    expect(unknown.status).to.equal(400);

    const document = exampleCfp();
    await world.handle({
      op: 'patch',
      path: draft.path,
      document: {
        ...document,
        attributes: { 'org.parley.cfp.budget': { amount: '90.00', currency: 'EUR', per: 'month' } },
      },
    });
    await world.act(draft.path, 'publish');
    const ranked = await world.until(draft.path, 'ranked');
    expect(ranked.projection.attributes['org.parley.cfp.replyby']).to.match(/^\d{4}-/);
    const changed = await refusal(world.handle({ op: 'patch', path: draft.path, document }));
    expect(changed).to.include({ status: 409 });
  });

  it('knows one kind of wanted value after the other', async () => {
    const values: Readonly<Record<string, Json>>[] = [
      { 'occi.compute.cores': 2 },
      { 'occi.compute.cores': { in: [1, 2, 4], not: 2 } },
      { 'occi.compute.hostname': { like: 'web-*' } },
      { 'org.parley.placement.region': { not: ['eu-1'] } },
    ];
    for (const attributes of values)
      expect((await world.post(exampleCfp(resource({ attributes })))).record.state).to.equal('open');
    const bad: Readonly<Record<string, Json>>[] = [
      { 'occi.compute.cores': [1, 2] },
      { 'occi.compute.cores': {} },
      { 'occi.compute.cores': { in: [] } },
      { 'occi.compute.cores': { in: [1, 2], min: 4 } },
      { 'occi.compute.cores': { atleast: 4 } },
      { 'occi.compute.hostname': { min: 4 } },
      { 'org.parley.endpoint.host': 'my.host' },
      { 'occi.compute.state': 'active' },
    ];
    for (const attributes of bad) {
      const { status } = await wrong(resource({ attributes }));
      expect(status, JSON.stringify(attributes)).to.be.oneOf([400, 422]);
    }
    expect(exampleResources()).to.have.length(3);
  });
});
