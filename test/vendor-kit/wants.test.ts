import { expect } from 'chai';
import {
  VendorFault,
  chooseMixins,
  defineVendor,
  infrastructure,
  kinds,
  placeFits,
  readWants,
  typeId,
} from '../../src/vendor-kit/index.ts';
import type { Wanted } from '../../src/vendor-kit/index.ts';
import { testPlugin } from '../support/test-vendors.ts';
import { testCfp } from '../support/vendor-world.ts';

const template = (term: string) => typeId(`http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#${term}`);
const own = typeId('http://example.org/templates#own');
const compute = (more: Partial<Extract<Wanted, { type: 'resource' }>>): Wanted => ({
  type: 'resource',
  id: 'web',
  kind: kinds.compute,
  count: 1,
  mixins: [],
  attributes: {},
  ...more,
});

describe('choosing mixins', () => {
  it('takes the first alternative that is known', () => {
    const wanted = compute({ mixins: [{ anyOf: [typeId('http://example.org/x#y'), own, template('small')] }] });
    expect(chooseMixins(wanted, new Set([own]))?.mixins).to.deep.equal([own]);
    expect(chooseMixins(wanted)?.mixins).to.deep.equal([template('small')]);
    expect(chooseMixins(compute({ mixins: [{ anyOf: [own] }] }))).to.equal(undefined);
  });

  it('lets the size of a resource template stand over the wanted one', () => {
    const chosen = chooseMixins(
      compute({
        mixins: [{ anyOf: [template('mem_large')] }],
        attributes: { 'occi.compute.cores': { min: 2 }, 'occi.compute.hostname': { equal: 'a' } },
      }),
    );
    expect(chosen?.attributes).to.deep.equal({
      'occi.compute.cores': { min: 2, equal: 4 },
      'occi.compute.memory': { equal: 16 },
      'occi.compute.hostname': { equal: 'a' },
    });
  });
});

describe('reading what is wanted', () => {
  it('sorts it into sizes, place and what is stated as asked', () => {
    const wanted = compute({
      attributes: {
        'occi.compute.cores': { min: 2 },
        'occi.compute.hostname': { in: ['a', 'b'] },
        'org.parley.placement.country': { equal: 'DE' },
      },
    });
    const read = readWants(testCfp({ wanted: [wanted] }), { kinds: infrastructure });
    expect(read.ok).to.equal(true);
    if (!read.ok) return;
    const [want] = read.wants.resources;
    expect(want).to.deep.include({
      sizes: { 'occi.compute.cores': { min: 2 } },
      placed: { 'org.parley.placement.country': { equal: 'DE' } },
      stated: { 'occi.compute.hostname': 'a' },
    });
    expect(placeFits(want!, { 'org.parley.placement.country': 'DE' })).to.equal(true);
    expect(placeFits(want!, { 'org.parley.placement.country': 'FR' })).to.equal(false);
    expect(placeFits(want!, {})).to.equal(false);
  });

  it('says what it has no answer to, and where', () => {
    const why = (one: Wanted, understood: Parameters<typeof readWants>[1] = { kinds: infrastructure }) => {
      const read = readWants(testCfp({ wanted: [one] }), understood);
      return read.ok ? 'ok' : `${read.why.code} ${read.why.attr ?? ''}`;
    };
    expect(why(compute({ attributes: { 'occi.compute.speed': { min: 2 } } }))).to.equal(
      'attribute_unsupported web.occi.compute.speed',
    );
    // A pattern names no value that could be stated.
    expect(why(compute({ attributes: { 'occi.compute.hostname': { like: 'web*' } } }))).to.equal(
      'attribute_unsupported web.occi.compute.hostname',
    );
    expect(why(compute({ attributes: { 'occi.compute.hostname': { equal: 'a', not: ['a'] } } }))).to.equal(
      'attribute_unsupported web.occi.compute.hostname',
    );
    expect(why(compute({}), { kinds: {} })).to.equal('kind_unsupported web');
    expect(why(compute({ mixins: [{ anyOf: [own] }] }))).to.equal('mixin_unsupported web');
  });
});

describe('the vendor kit', () => {
  it('takes no plugin with an id that is no folder', () => {
    for (const id of ['', '../up', 'Upper', 'a/b'])
      expect(() => defineVendor({ ...testPlugin('x'), id })).to.throw(TypeError);
  });

  it('turns a fault into a reason', () => {
    const fault = new VendorFault('busy', true, 'later', { retryAfter: 500, cause: new Error('hidden') });
    expect(fault.reason).to.deep.equal({ code: 'busy', final: false, detail: 'later', retryAfter: 500 });
  });
});
