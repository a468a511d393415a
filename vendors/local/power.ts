import { VendorFault, actions } from '../../src/vendor-kit/index.ts';
import type { ActionCall, Clock, Ctx } from '../../src/vendor-kit/index.ts';
import type { Instances } from './instances.ts';
import { untroubled } from './ledger.ts';
import type { Ledger, ResourceRecord } from './ledger.ts';
import type { Orders } from './orders.ts';

/** Instances as customers switch them: on and off, once more, or to rest for a while. */
export class Power {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #instances: Instances;
  readonly #orders: Orders;

  constructor(parts: {
    readonly clock: Clock;
    readonly ledger: Ledger;
    readonly instances: Instances;
    readonly orders: Orders;
  }) {
    this.#clock = parts.clock;
    this.#ledger = parts.ledger;
    this.#instances = parts.instances;
    this.#orders = parts.orders;
  }

  /** What can be done to an instance. */
  async act(record: ResourceRecord, { action, attributes: given }: ActionCall, ctx: Ctx): Promise<ResourceRecord> {
    const method = typeof given['method'] === 'string' ? given['method'] : 'graceful';
    const since = this.#clock.now();
    switch (action) {
      case actions.start:
        await this.#instances.goOn(record, ctx);
        return this.#instances.ensure(await this.#admitted(record), ctx);
      case actions.stop:
        // What is meant comes first, so that a crash in between is not taken for a failure.
        await this.#ledger.putResource({ ...record, meant: 'inactive' });
        await this.#instances.stop(record, method, ctx);
        return { ...untroubled(record), meant: 'inactive', since };
      case actions.restart:
        // Between its two lives it is not in trouble.
        await this.#ledger.putResource({ ...record, meant: 'inactive' });
        await this.#instances.stop(record, method === 'cold' ? 'poweroff' : method, ctx);
        return this.#instances.ensure({ ...record, meant: 'active' }, ctx);
      case actions.suspend:
        if (this.#instances.alive(record) === undefined)
          throw new VendorFault('state_wrong', false, 'only a running instance can be suspended');
        await this.#instances.suspend(record, ctx);
        return { ...record, meant: 'suspended', since };
      default:
        throw new VendorFault('unsupported', false, `${action} is not done here`);
    }
  }

  /** What was sold has its room; what was posted without an agreement asks for it whenever it starts. */
  async #admitted(record: ResourceRecord): Promise<ResourceRecord> {
    return record.direct === true && record.meant === 'inactive' ? this.#orders.admit(record) : record;
  }
}
