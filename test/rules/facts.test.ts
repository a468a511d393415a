import { expect } from 'chai';
import { cfpFacts } from '../../src/rules/facts.ts';
import type { ProposalInput } from '../../src/rules/facts.ts';
import { contextWith, shippedBook } from './book-for-tests.ts';

const proposal: ProposalInput = {
  vendor: 'local',
  variant: 'here',
  awardable: true,
  binding: false,
  validUntil: '2026-11-20T10:00:00Z',
  instances: [
    {
      attributes: {
        'occi.compute.cores': 2,
        'occi.compute.memory': 0.5,
        'occi.compute.architecture': 'x64',
        'org.parley.placement.region': 'eu-b',
        'org.parley.placement.country': 'DE',
      },
    },
    {
      attributes: {
        'occi.compute.cores': 4,
        'occi.compute.memory': 16,
        'occi.compute.architecture': 'x64',
        'org.parley.placement.region': 'eu-a',
        'org.parley.placement.country': 'DE',
      },
    },
    { attributes: { 'occi.storage.size': 10, 'org.parley.placement.country': 'DE' } },
    { attributes: {} },
  ],
  price: { currency: 'USD', month: '54.98656', hour: '0.075324055', once: '23.00' },
  levels: [
    { id: 'up', commit: 'asked', target: 0.99, kept: true },
    { id: 'fast', commit: 'none', kept: false },
  ],
  measured: { confirmRate: 0.98 },
};

describe('facts of a proposal', () => {
  it('are combined over its instances as the dictionary says', async () => {
    const book = await shippedBook();
    expect(book.factsOf(proposal)).to.deep.equal({
      'price.month': 54.98656,
      'price.hour': 0.075324055,
      'price.once': 23,
      'price.currency': 'USD',
      region: ['eu-a', 'eu-b'],
      country: 'DE',
      architecture: 'x64',
      cores: 6,
      'cores.min': 2,
      memory: 16.5,
      'memory.min': 0.5,
      storage: 10,
      'storage.min': 10,
      'level.up.target': 0.99,
      'level.up.commit': 'asked',
      'level.up.kept': true,
      'level.fast.commit': 'none',
      'level.fast.kept': false,
      'levels.kept': 0.5,
      awardable: true,
      binding: false,
      validUntil: Date.parse('2026-11-20T10:00:00Z'),
      variant: 'here',
      vendor: 'local',
      'vendor.confirmRate': 0.98,
    });
  });

  it('all have an entry in the dictionary that rules may name', async () => {
    const book = await shippedBook();
    for (const name of Object.keys(book.factsOf(proposal)))
      expect(() =>
        book.compile({ apiVersion: 'rules/v1', must: [{ id: 'x', attr: name, op: 'exists' }] }, contextWith()),
      ).not.to.throw();
  });
});

describe('facts of a CFP', () => {
  const wanted = [
    { count: 2, attributes: { 'occi.compute.cores': { min: 1 }, 'occi.compute.memory': { equal: 4 } } },
    { count: 3, attributes: { 'occi.storage.size': { min: 10 } } },
    { attributes: {} },
  ];

  it('state the budget in every unit that follows from it', () => {
    expect(cfpFacts({ wanted, budget: { amount: '73.00', per: 'month' }, months: 12 })).to.deep.equal({
      'wanted.cores': 2,
      'wanted.memory': 8,
      'wanted.storage': 30,
      'budget.month': 73,
      'budget.hour': 0.1,
      'budget.total': 876,
      'budget.percore': 36.5,
    });
    expect(cfpFacts({ wanted: [], budget: { amount: '1200', per: 'term' }, months: 12 })).to.deep.equal({
      'budget.month': 100,
      'budget.hour': 100 / 730,
      'budget.total': 1200,
    });
    expect(cfpFacts({ wanted: [], budget: { amount: '0.10', per: 'hour' } })).to.deep.equal({
      'budget.month': 73,
      'budget.hour': 0.1,
    });
    expect(cfpFacts({ wanted: [], budget: { amount: '5', per: 'once' } })).to.deep.equal({ 'budget.once': 5 });
  });

  it('leave out what would be no number', () => {
    expect(cfpFacts({ wanted: [], budget: { amount: '1200', per: 'term' } })).to.deep.equal({ 'budget.total': 1200 });
    expect(cfpFacts({ wanted: [] })).to.deep.equal({});
  });
});
