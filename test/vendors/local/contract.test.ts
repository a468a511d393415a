import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVendor } from '../../../src/vendor-kit/contract/index.ts';
import { kinds, typeId } from '../../../src/vendor-kit/index.ts';
import type { CfpView } from '../../../src/vendor-kit/index.ts';
import { findOurs } from '../../../vendors/local/proc.ts';
import { memoryValues } from '../../support/memory-values.ts';
import plugin from '../../../vendors/local/index.ts';
import { testCfp, testCtx, testHost, testLevel } from '../../support/vendor-world.ts';

const levels = [testLevel(), testLevel({ id: 'shown', need: 'measure' })];

const wanting = (attributes: Record<string, object>): CfpView =>
  testCfp({ wanted: testCfp().wanted.map((one) => (one.id === 'web' ? { ...one, attributes } : one)) });

describeVendor('local', plugin.capabilities, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-local-'));
  const values = memoryValues();
  const open = () => testHost([{ id: 'local', plugin: 'local' }], { folder, values });
  const host = await open();
  const connected = host.vendors.list()[0]!;
  const home = join(folder, 'local');
  return {
    vendor: connected.calls,
    cfp: () => testCfp({ levels }),
    impossible: [
      {
        what: 'another country',
        cfp: wanting({ 'org.parley.placement.country': { equal: 'AQ' } }),
        code: 'placement_unavailable',
      },
      { what: 'more cores than there are', cfp: wanting({ 'occi.compute.cores': { min: 100_000 } }) },
      { what: 'more memory than there is', cfp: wanting({ 'occi.compute.memory': { min: 100_000 } }) },
      {
        what: 'another architecture',
        cfp: wanting({ 'occi.compute.architecture': { equal: 'x86' } }),
        code: 'nothing_fits',
      },
      {
        what: 'a network',
        cfp: testCfp({ wanted: [{ ...testCfp().wanted[0]!, kind: kinds.network }] }),
        code: 'kind_unsupported',
      },
      {
        what: 'a template that is not configured',
        cfp: testCfp({
          wanted: [{ ...testCfp().wanted[0]!, mixins: [{ anyOf: [typeId('http://example.org/t#vm')] }] }],
        }),
        code: 'mixin_unsupported',
      },
    ],
    ctx: testCtx,
    reopen: async () => (await open()).vendors.list()[0]!.calls,
    async leftovers() {
      const folders = await Promise.all(
        ['instances', 'volumes'].map((name) => readdir(join(home, name)).catch(() => [] as string[])),
      );
      return [...findOurs(home).map(({ pid, key }) => `process ${pid} of ${key}`), ...folders.flat()];
    },
    async close() {
      await host.close();
      for (const { pid } of findOurs(home)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
});
