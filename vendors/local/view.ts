import { attributes, endpoint, kinds } from '../../src/vendor-kit/index.ts';
import type { Json, ResourceView } from '../../src/vendor-kit/index.ts';
import type { Instances } from './instances.ts';
import type { ResourceRecord } from './ledger.ts';

/** A resource as it is now. */
export function viewOf(record: ResourceRecord, instances: Instances): ResourceView {
  if (record.kind !== kinds.compute)
    return {
      ref: record.ref,
      state: record.meant,
      attributes: record.attributes,
    };
  const alive = instances.alive(record);
  const { port } = record;
  const seen = {
    ref: record.ref,
    attributes: {
      ...record.attributes,
      [attributes.enforced]: record.enforced ?? [],
      ...(port === undefined
        ? {}
        : {
            [endpoint.host]: '127.0.0.1',
            [endpoint.port]: port,
            [endpoint.url]: `http://127.0.0.1:${port}/`,
          }),
    } satisfies Record<string, Json>,
  };
  if (alive !== undefined) return { ...seen, state: alive.stopped ? 'suspended' : 'active' };
  if (record.meant === 'inactive') return { ...seen, state: 'inactive' };
  return { ...seen, state: 'error', message: record.trouble ?? instances.lastWords(record) };
}
