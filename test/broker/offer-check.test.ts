import { expect } from 'chai';
import fc from 'fast-check';
import { offerCheck } from '../../src/broker/offer-check.ts';
import type { Check } from '../../src/rules/types.ts';
import type { CfpTerms } from '../../src/broker/terms.ts';
import type { Json } from '../../src/shared/json.ts';
import type { OfferedInstance } from '../../src/terms/resources.ts';
import type { Offer } from '../../src/vendor-kit/types.ts';
import { testOffers } from '../support/test-vendors.ts';
import { testCfp } from '../support/vendor-world.ts';

const view = testCfp();
const terms: CfpTerms = {
  wanted: view.wanted,
  levels: view.levels,
  usage: [],
  currency: 'EUR',
  perVendor: 5,
  period: {},
};
const good = testOffers(view, {}, 0)[0]!;
const check = offerCheck(terms, (kind) => (kind.endsWith('#storage') ? ['occi.storage.size'] : []));
const checksOf = (offer: Offer): readonly Check[] => [
  ...check.resources(offer.resources),
  ...check.levels(offer.levels),
];
const failedBy = (offer: Offer): string[] => checksOf(offer).map(({ id }) => id);
const withResources = (change: (instances: OfferedInstance[]) => OfferedInstance[]): Offer => ({
  ...good,
  resources: change([...good.resources]),
});
const set =
  (id: string, name: string, value: Json | undefined, only?: number) =>
  (instances: OfferedInstance[]): OfferedInstance[] =>
    instances.map((one) => {
      if (one.for !== id || (only !== undefined && one.index !== only)) return one;
      const attributes = Object.fromEntries(Object.entries(one.attributes).filter(([other]) => other !== name));
      return { ...one, attributes: value === undefined ? attributes : { ...attributes, [name]: value } };
    });

describe('checking an offer against the call', () => {
  it('finds nothing wrong with one that meets it', () => {
    expect(failedBy(good)).to.deep.equal([]);
  });

  it('finds the same in whatever order instances stand', () => {
    const broken = withResources(set('data', 'occi.storage.size', undefined, 1));
    for (const offer of [good, broken])
      fc.assert(
        fc.property(fc.shuffledSubarray([...offer.resources], { minLength: offer.resources.length }), (resources) => {
          expect(new Set(failedBy({ ...offer, resources }))).to.deep.equal(new Set(failedBy(offer)));
        }),
      );
  });

  it('finds what is missing, and what nobody asked for', () => {
    for (const id of ['web', 'data', 'mount'])
      expect(failedBy(withResources((all) => all.filter((one) => one.for !== id || one.index !== 1)))).to.include(
        `${id}.instances`,
      );
    expect(failedBy(withResources((all) => [...all, { ...all[0]!, for: 'gift' }]))).to.deep.equal(['gift.wanted']);
    expect(failedBy(withResources((all) => [...all, all[0]!]))).to.deep.equal(['web.instances']);
    expect(failedBy(withResources((all) => all.map((one) => ({ ...one, index: one.index + 1 }))))).to.include(
      'web.instances',
    );
  });

  it('finds values that do not meet what is wanted, with how far off they are', () => {
    const [failed] = checksOf(withResources(set('web', 'occi.compute.memory', 32)));
    expect(failed).to.deep.equal({
      id: 'web.occi.compute.memory',
      pass: false,
      actual: 32,
      wanted: '>= 0.5 and <= 16',
      miss: 1,
    });
    expect(failedBy(withResources(set('web', 'occi.compute.cores', undefined)))).to.deep.equal([
      'web.occi.compute.cores',
    ]);
    expect(failedBy(withResources(set('data', 'occi.storage.size', undefined)))).to.deep.equal([
      'data.occi.storage.size',
    ]);
  });

  it('finds instances of one id that differ, but not by their names', () => {
    expect(failedBy(withResources(set('web', 'occi.compute.memory', 2, 1)))).to.deep.equal(['web.identical']);
    expect(failedBy(withResources(set('web', 'occi.compute.hostname', 'web-1', 1)))).to.deep.equal([]);
  });

  it('finds linked instances in different zones', () => {
    const zone = 'org.parley.placement.zone';
    expect(failedBy(withResources((all) => set('data', zone, 'b')(set('web', zone, 'a')(all))))).to.deep.equal([
      'mount.zone',
    ]);
    expect(failedBy(withResources(set('web', zone, 'a')))).to.deep.equal([]);
  });

  it('finds links that lead elsewhere', () => {
    expect(
      failedBy(withResources((all) => all.map((one) => (one.for === 'mount' ? { ...one, target: 'data/0' } : one)))),
    ).to.deep.equal(['mount.ends']);
  });

  it('passes a number exactly when it is in the range (property)', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 40, noNaN: true }), (memory) => {
        const failed = failedBy(withResources(set('web', 'occi.compute.memory', memory)));
        expect(failed.length === 0).to.equal(memory >= 0.5 && memory <= 16);
      }),
    );
  });

  it('never throws, whatever the attributes are (property)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: -3, max: 9 }), (attributes, index) => {
        const odd = { ...good.resources[0]!, attributes: attributes as Record<string, Json>, index };
        expect(checksOf({ ...good, resources: [odd] })).to.not.be.empty;
      }),
    );
  });
});
