import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyValueStore } from '../../../src/occi/store.ts';
import { accepted, firstOffer } from '../../../src/vendor-kit/contract/subject.ts';
import { memoryValues } from '../../support/memory-values.ts';
import { testCfp, testCtx, testHost } from '../../support/vendor-world.ts';

/**
 * A small service of its own around the local vendor, to be killed at any moment:
 * `node owner.js FOLDER provision|deprovision`. It says `begin` and `end` on standard output.
 */

/** Survives the process: every change is in the file before it is acknowledged. */
function fileValues(file: string): KeyValueStore {
  const memory = memoryValues();
  const known = new Map<string, string>(
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) : [],
  );
  const load = async (): Promise<void> => {
    for (const [name, value] of known) {
      const [space, key] = JSON.parse(name) as [string, string];
      await memory.set(space, key, value);
    }
  };
  const loaded = load();
  return {
    get: async (space, key) => (await loaded, memory.get(space, key)),
    entries: async (space, prefix) => (await loaded, memory.entries(space, prefix)),
    async set(space, key, value, expect) {
      await loaded;
      const done = await memory.set(space, key, value, expect);
      if (done) {
        known.set(JSON.stringify([space, key]), value);
        writeFileSync(`${file}.new`, JSON.stringify([...known]));
        renameSync(`${file}.new`, file);
      }
      return done;
    },
    delete: () => Promise.resolve(false),
  };
}

const [folder = '', what = ''] = process.argv.slice(2);
const host = await testHost([{ id: 'local', plugin: 'local' }], {
  folder,
  values: fileValues(join(folder, 'values.json')),
});
const vendor = host.vendors.list()[0]!.calls;
process.stdout.write('begin\n');
if (what === 'provision') {
  const cfp = testCfp();
  const offer = await firstOffer({ vendor, ctx: testCtx, cfp: () => cfp } as never, cfp);
  const acceptance = await vendor.acceptOffer(accepted(cfp, offer), testCtx({ key: 'accept' }));
  if (acceptance.type !== 'confirm') throw new Error(JSON.stringify(acceptance));
  const instance = offer.resources[0]!;
  const step = { agreement: acceptance.agreement, sla: cfp.id, instance };
  const view = await vendor.provision(step, testCtx({ key: 'provision' }));
  process.stdout.write(`end ${view.state}\n`);
} else {
  await vendor.deprovision('provision', testCtx());
  await vendor.cancel('accept', testCtx());
  process.stdout.write('end gone\n');
}
await host.close();
