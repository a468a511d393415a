import { describeVendor } from '../../../src/vendor-kit/contract/index.ts';
import { kinds, typeId } from '../../../src/vendor-kit/index.ts';
import type { CfpView } from '../../../src/vendor-kit/index.ts';
import plugin from '../../../vendors/catalog/index.ts';
import { testCfp, testCtx, testHost, testLevel } from '../../support/vendor-world.ts';

const levels = [testLevel(), testLevel({ id: 'shown', need: 'measure' })];

const wanting = (attributes: Record<string, object>): CfpView =>
  testCfp({ wanted: testCfp().wanted.map((one) => (one.id === 'web' ? { ...one, attributes } : one)) });

for (const preset of ['azure', 'aws', 'gcp'])
  describeVendor(`catalog of ${preset}`, plugin.capabilities, async () => {
    const open = () => testHost([{ id: preset, plugin: 'catalog', config: { preset } }]);
    const host = await open();
    const connected = host.vendors.list()[0]!;
    return {
      vendor: connected.calls,
      cfp: () => testCfp({ levels }),
      impossible: [
        { what: 'a country nobody is in', cfp: wanting({ 'org.parley.placement.country': { equal: 'AQ' } }) },
        { what: 'more cores than there are', cfp: wanting({ 'occi.compute.cores': { min: 100_000 } }) },
        {
          what: 'an attribute of which a price list says nothing',
          cfp: wanting({ 'occi.compute.share': { min: 10 } }),
          code: 'attribute_unsupported',
        },
        {
          what: 'a kind that is not infrastructure',
          cfp: testCfp({ wanted: [{ ...testCfp().wanted[0]!, kind: typeId('http://example.org/occi#piano') }] }),
          code: 'kind_unsupported',
        },
        {
          what: 'a template that it does not know',
          cfp: testCfp({
            wanted: [{ ...testCfp().wanted[0]!, mixins: [{ anyOf: [typeId(`${kinds.compute}-template`)] }] }],
          }),
          code: 'mixin_unsupported',
        },
      ],
      ctx: testCtx,
      reopen: async () => (await open()).vendors.list()[0]!.calls,
      leftovers: () => Promise.resolve([]),
      close: () => host.close(),
    };
  });
