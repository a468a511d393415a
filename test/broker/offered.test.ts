import { expect } from 'chai';
import fc from 'fast-check';
import { compact } from '../../src/broker/compact.ts';
import { offeredReader } from '../../src/broker/offered.ts';
import type { Check } from '../../src/rules/types.ts';
import { typeId } from '../../src/shared/ids.ts';
import type { Json } from '../../src/shared/json.ts';
import type { OfferedInstance } from '../../src/terms/resources.ts';

const compute = typeId('http://schemas.ogf.org/occi/infrastructure#compute');
const small = typeId('http://example.org/templates#small');
const large = typeId('http://example.org/templates#large');

/** Tells all that it was shown, so that nothing that differs looks the same. */
const check = (resources: readonly OfferedInstance[]): readonly Check[] => [
  { id: 'seen', pass: false, actual: JSON.stringify(resources), wanted: 'nothing', miss: null },
];

const web = (attributes: Record<string, Json>, more: Partial<OfferedInstance> = {}): OfferedInstance => ({
  for: 'web',
  index: 0,
  kind: compute,
  mixins: [],
  attributes,
  ...more,
});

describe('reading what is offered', () => {
  it('is what every offer by itself comes to, whatever came before', () => {
    const value = fc.oneof(
      fc.constantFrom<Json>(1, 2, 'a', 'b', '1', true, false, null, 0, 'web', compute),
      fc.constantFrom<Json>({ a: 1 }, [1], '{"a":1}'),
    );
    const instance = fc.record({
      for: fc.constantFrom('web', 'db'),
      index: fc.constantFrom(0, 1),
      kind: fc.constant(compute),
      mixins: fc.subarray([small, large]),
      attributes: fc.dictionary(fc.constantFrom('a', 'b', 'web', 'c.d'), value, { maxKeys: 3 }),
      source: fc.constantFrom(undefined, undefined, 'web/0'),
      target: fc.constantFrom(undefined, undefined, 'db/0'),
    });
    const shapes = fc.array(instance, { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(shapes, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (some, order) => {
          const read = offeredReader(check);
          for (const at of order) {
            const resources = structuredClone(some[at % some.length]!) as OfferedInstance[];
            const alike = compact(resources);
            expect(read(resources)).to.deep.equal({
              failed: check(resources),
              resources: alike,
              instances: alike.map(({ attributes, at: places }) => ({ attributes, count: places.length })),
            });
          }
        },
      ),
    );
  });

  it('is shared by offers of the same, and only by those', () => {
    const read = offeredReader(check);
    const first = read([web({ cores: 2, region: 'eu' })]);
    expect(read([web({ cores: 2, region: 'eu' })])).to.equal(first);
    for (const other of [
      web({ cores: 4, region: 'eu' }),
      web({ cores: 2 }),
      web({ cores: 2, region: 'eu', zone: 'a' }),
      web({ cores: 2, region: 'eu' }, { index: 1 }),
      web({ cores: 2, region: 'eu' }, { mixins: [small] }),
      web({ cores: 2, region: 'eu' }, { source: 'web/0' }),
      web({ cores: '2', region: 'eu' }),
    ])
      expect(read([other])).not.to.equal(first);
    expect(read([])).not.to.equal(first);
  });

  it('keeps what one vendor offered out of the reach of its plugin, and of all others', () => {
    const read = offeredReader(check);
    const attributes: Record<string, Json> = { cores: 2 };
    const resources = [web(attributes)];
    const first = read(resources);
    attributes['cores'] = 64;
    expect(first.resources[0]?.attributes).to.deep.equal({ cores: 2 });
    expect(read(resources).resources[0]?.attributes).to.deep.equal({ cores: 64 });
    expect(read([web({ cores: 2 })]).resources[0]?.attributes).to.deep.equal({ cores: 2 });
  });

  it('takes nobody for the one before after a check that failed', () => {
    let broken = false;
    const read = offeredReader((resources) => {
      if (broken) throw new Error('as planned');
      return check(resources);
    });
    read([web({ cores: 2 })]);
    broken = true;
    expect(() => read([web({ cores: 4 })])).to.throw('as planned');
    expect(() => read([web({ cores: 4 })])).to.throw('as planned');
    broken = false;
    expect(read([web({ cores: 4 })]).resources[0]?.attributes).to.deep.equal({ cores: 4 });
  });
});
