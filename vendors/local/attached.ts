import { VendorFault, actions, attributes, kinds } from '../../src/vendor-kit/index.ts';
import type { ActionCall, Clock } from '../../src/vendor-kit/index.ts';
import type { Instances } from './instances.ts';
import type { Ledger, ResourceRecord } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { Volumes } from './volumes.ts';

const SWITCHES: Readonly<Record<string, string>> = {
  // These only say how a network is to be seen: the loopback itself cannot be taken down.
  [actions.up]: 'active',
  [actions.down]: 'inactive',
  [actions.online]: 'online',
  [actions.offline]: 'offline',
};

/** Volumes and networks, and the links by which instances have them. */
export class Attached {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #instances: Instances;
  readonly #volumes: Volumes;
  readonly #orders: Orders;

  constructor(parts: {
    readonly clock: Clock;
    readonly ledger: Ledger;
    readonly instances: Instances;
    readonly volumes: Volumes;
    readonly orders: Orders;
  }) {
    this.#clock = parts.clock;
    this.#ledger = parts.ledger;
    this.#instances = parts.instances;
    this.#volumes = parts.volumes;
    this.#orders = parts.orders;
  }

  /** What can be done to a volume or a network. */
  async act(record: ResourceRecord, { action, attributes: given }: ActionCall): Promise<ResourceRecord> {
    const state = SWITCHES[action];
    const fits = record.kind === kinds.network ? [actions.up, actions.down] : [actions.online, actions.offline];
    if (state !== undefined && fits.some((one) => one === action)) {
      if (record.kind === kinds.storage) await this.#mounted(record, state === 'online');
      return { ...record, meant: state, since: this.#clock.now() };
    }
    if (record.kind !== kinds.storage) throw new VendorFault('unsupported', false, `${action} is not done here`);
    switch (action) {
      case actions.backup:
      case actions.snapshot:
        await this.#volumes.copy(record.ref, action === actions.backup ? 'backup' : 'snapshot');
        return record;
      case actions.resize:
        return this.#orders.resize(record, { [attributes.size]: given['size'] ?? null }, false);
      default:
        throw new VendorFault('unsupported', false, `${action} is not done here`);
    }
  }

  /** A volume that is offline is in no instance. */
  async #mounted(volume: ResourceRecord, online: boolean): Promise<void> {
    for (const link of this.#ledger.resources()) {
      const ends = link.kind === kinds.storagelink && link.state === 'made' ? this.ends(link) : undefined;
      if (ends?.volume !== volume.ref) continue;
      if (online) await this.#volumes.attach(link, this.#instances.mountsOf(ends.instance), ends.volume);
      else await this.#volumes.detach(link, this.#instances.mountsOf(ends.instance));
    }
  }

  /** Which end of a link is the instance and which the volume. */
  ends(link: ResourceRecord): { readonly instance: string; readonly volume: string } | undefined {
    const ends = [link.source, link.target].flatMap((ref) =>
      ref === undefined ? [] : (this.#ledger.resourceAt(ref) ?? []),
    );
    const instance = ends.find(({ kind }) => kind === kinds.compute);
    const volume = ends.find(({ kind }) => kind === kinds.storage);
    return instance === undefined || volume === undefined ? undefined : { instance: instance.ref, volume: volume.ref };
  }
}
