import { expect } from 'chai';
import { createInfrastructure } from '../../src/infrastructure/index.ts';
import { COMPUTE, OS_TPL, PLACEMENT, RESOURCE_TPL } from '../../src/infrastructure/names.ts';
import { typeOf, type Mixin } from '../../src/occi/category.ts';
import { createRegistry } from '../../src/occi/registry.ts';
import { tenantId, type TypeId } from '../../src/shared/ids.ts';
import { mixinsFor } from '../../src/sla/materialise.ts';
import { HandClock } from '../support/hand-clock.ts';

const mixin = (term: string, depends: readonly TypeId[]): Mixin => ({
  class: 'mixin',
  scheme: 'http://example.org/templates#',
  term,
  title: term,
  location: `/${term}/`,
  actions: [],
  attributes: {
    [`example.${term}`]: { type: 'string', mutable: true, required: false, description: 'of a test' },
    'example.image': { type: 'string', mutable: true, required: false, description: 'of a test' },
  },
  depends,
  applies: [COMPUTE],
});

const size = mixin('size', [RESOURCE_TPL]);
const system = mixin('system', [OS_TPL]);
const special = mixin('special', [typeOf(system)]);
const plain = mixin('plain', []);

const backend = {
  perform: () => Promise.reject(new Error('not asked')),
  inspect: () => Promise.resolve(undefined),
};
const registry = createRegistry(
  [
    createInfrastructure({ backend, clock: new HandClock() }),
    { name: 'test', kinds: [], mixins: [size, system, special, plain], actions: [], behaviours: [] },
  ],
  { baseUrl: 'http://127.0.0.1:8080' },
);

describe('the mixins of what was delivered', () => {
  const of = (attributes: Readonly<Record<string, string>>, mixins: readonly TypeId[] = []): readonly TypeId[] =>
    mixinsFor({ kind: COMPUTE, mixins }, attributes, registry, { tenant: tenantId('default') });

  it('are the offered ones, and those that define what else is stated', () => {
    expect(of({ 'org.parley.placement.country': 'DE' })).to.deep.equal([PLACEMENT]);
    expect(of({ 'example.image': 'debian' })).to.deep.equal([typeOf(plain)]);
    expect(of({})).to.deep.equal([]);
  });

  it('hold no template that the offer does not name, however it knows an attribute', () => {
    for (const name of ['example.size', 'example.system', 'example.special'])
      expect(of({ [name]: 'x' }), name).to.deep.equal([]);
    expect(of({ 'example.special': 'x' }, [typeOf(special)])).to.deep.equal([typeOf(special)]);
  });
});
