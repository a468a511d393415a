import { kinds } from '../../src/vendor-kit/index.ts';
import type { Host } from '../../src/vendor-kit/index.ts';
import type { Instances } from './instances.ts';
import type { Ledger } from './ledger.ts';
import type { Making } from './making.ts';
import { findOurs } from './proc.ts';

/**
 * Compares what is written down with what really runs, before anybody asks: an earlier run of the service may have
 * been killed anywhere, and processes may have died since.
 */
export async function takeStock(parts: {
  readonly host: Host;
  readonly ledger: Ledger;
  readonly instances: Instances;
  readonly making: Making;
}): Promise<void> {
  const { host, ledger, instances, making } = parts;
  const running = new Map(findOurs(host.folder).map(({ pid, key }) => [key, pid]));
  for (const record of ledger.resources()) {
    const pid = running.get(record.key);
    running.delete(record.key);
    if (record.state === 'undoing') await making.finishUndoing(record);
    else if (record.state === 'gone') {
      if (pid !== undefined) await instances.remove(record);
    } else if (record.kind === kinds.compute && record.state === 'made')
      if (pid !== undefined) await ledger.putResource({ ...record, pid });
      else if (record.meant !== 'inactive') {
        host.log.warn({ ref: record.ref, place: record.place }, 'an instance was lost while the service was away');
        const trouble = 'its process was lost while the service was away';
        await ledger.putResource({ ...record, trouble });
      }
  }
  for (const [key, pid] of running)
    host.log.error({ pid, key }, 'a process carries our mark and is in no record: left alone');
}
