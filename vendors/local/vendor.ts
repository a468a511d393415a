import { mkdir } from 'node:fs/promises';
import { Turns, VendorFault, kinds, propose, refuse } from '../../src/vendor-kit/index.ts';
import type {
  Acceptance,
  AcceptedOffer,
  ActionCall,
  AgreementView,
  CfpView,
  Creation,
  Ctx,
  Eligibility,
  Host,
  Measurement,
  Order,
  Reply,
  ResourceRef,
  ResourceView,
  SavedTemplate,
  Step,
  Vendor,
  VendorProfile,
} from '../../src/vendor-kit/index.ts';
import { Accounts } from './accounts.ts';
import { Attached } from './attached.ts';
import { capacityLeft, capacityOfAll } from './capacity.ts';
import type { Capacity } from './capacity.ts';
import { Instances, sizeOf } from './instances.ts';
import { Ledger } from './ledger.ts';
import type { ResourceRecord } from './ledger.ts';
import { Limits } from './limits.ts';
import { Making } from './making.ts';
import { canOffer, makeOffer } from './offer.ts';
import { Orders } from './orders.ts';
import { Power } from './power.ts';
import { processState } from './proc.ts';
import { profileOf } from './profile.ts';
import { saveInstance } from './saved.ts';
import type { LocalSettings } from './settings.ts';
import { takeStock } from './stock.ts';
import { Usage } from './usage.ts';
import { viewOf } from './view.ts';
import { Volumes } from './volumes.ts';

/** The machine that the service runs on, sold as instances, volumes and links. */
export class Local implements Vendor {
  readonly #host: Host;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #instances: Instances;
  readonly #all: Capacity;
  readonly #locks = new Turns();
  readonly #accounts: Accounts;
  readonly #orders: Orders;
  readonly #attached: Attached;
  readonly #power: Power;
  readonly #making: Making;
  readonly #usage = new Usage();

  private constructor(host: Host, settings: LocalSettings, ledger: Ledger, all: Capacity) {
    this.#host = host;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#all = all;
    const { clock } = host;
    const instances = new Instances(host, settings, ledger, new Limits(settings.cgroup, host.log));
    const volumes = new Volumes(host.folder);
    const accounts = new Accounts(host, settings, ledger, this.#locks);
    const orders = new Orders(host, settings, ledger, accounts);
    const attached = new Attached({ clock, ledger, instances, volumes, orders });
    this.#instances = instances;
    this.#accounts = accounts;
    this.#orders = orders;
    this.#attached = attached;
    this.#power = new Power({ clock, ledger, instances, orders });
    this.#making = new Making({ clock, settings, ledger, accounts, instances, volumes, attached, usage: this.#usage });
  }

  /** Finds again what an earlier run of the service left running, and finishes what it was undoing. */
  static async open(host: Host, settings: LocalSettings): Promise<Local> {
    if (processState(process.pid) === undefined)
      throw new Error('this vendor finds its processes in /proc, which this system does not have');
    await mkdir(host.folder, { recursive: true, mode: 0o700 });
    const ledger = new Ledger(host.memory);
    await ledger.load(host.clock.now());
    const local = new Local(host, settings, ledger, await capacityOfAll(host.folder, settings));
    await takeStock({ host, ledger, instances: local.#instances, making: local.#making });
    return local;
  }

  async describe(): Promise<VendorProfile> {
    const left = await capacityLeft(this.#host.folder, this.#settings, this.#ledger);
    return profileOf(this.#settings, this.#all, left);
  }

  canOffer(cfp: CfpView): Promise<Eligibility> {
    return Promise.resolve(canOffer(cfp, this.#settings));
  }

  async getOffer(cfp: CfpView, ctx: Ctx): Promise<Reply> {
    ctx.signal.throwIfAborted();
    const left = await capacityLeft(this.#host.folder, this.#settings, this.#ledger);
    const offer = makeOffer(cfp, this.#settings, left, this.#host.clock.now());
    return 'code' in offer ? refuse(offer) : propose([offer]);
  }

  /** Nothing was held for an offer, so there is nothing to let go. */
  refuseOffer(): Promise<void> {
    return Promise.resolve();
  }

  acceptOffer(offer: AcceptedOffer, ctx: Ctx): Promise<Acceptance> {
    return this.#accounts.accept(ctx.key, offer);
  }

  getAgreement(key: string): Promise<AgreementView | undefined> {
    return Promise.resolve(this.#accounts.view(key));
  }

  provision(step: Step, ctx: Ctx): Promise<ResourceView> {
    return this.#locks.run(ctx.key, async () => {
      ctx.signal.throwIfAborted();
      const record = this.#ledger.resource(ctx.key) ?? (await this.#making.begin(step, ctx));
      return this.#view(await this.#making.make(record, ctx));
    });
  }

  canCreate(order: Order): Promise<Eligibility> {
    return this.#orders.canCreate(order);
  }

  create(order: Order, ctx: Ctx): Promise<Creation> {
    return this.#locks.run(ctx.key, async (): Promise<Creation> => {
      ctx.signal.throwIfAborted();
      const record = this.#ledger.resource(ctx.key) ?? (await this.#orders.begin(order, ctx));
      if ('code' in record) return { type: 'refuse', reason: record };
      return { type: 'created', view: this.#view(await this.#making.make(record, ctx)) };
    });
  }

  change(ref: ResourceRef, wanted: ResourceView['attributes']): Promise<ResourceView> {
    return this.#locks.run(this.#known(ref).key, async () => {
      const record = this.#known(ref);
      return this.#view(await this.#orders.resize(record, wanted, this.#instances.alive(record) !== undefined));
    });
  }

  save(ref: ResourceRef, name: string, ctx: Ctx): Promise<SavedTemplate> {
    const record = this.#known(ref);
    if (record.kind !== kinds.compute) throw new VendorFault('unsupported', false, 'only instances are saved');
    const parts = { host: this.#host, settings: this.#settings, ledger: this.#ledger, instances: this.#instances };
    return this.#locks.run(record.key, () => saveInstance(this.#known(ref), name, parts, ctx));
  }

  deprovision(key: string): Promise<void> {
    return this.#locks.run(key, () => this.#making.undo(key));
  }

  getInfo(ref: ResourceRef): Promise<ResourceView> {
    return Promise.resolve().then(() => this.#view(this.#known(ref)));
  }

  perform(ref: ResourceRef, call: ActionCall, ctx: Ctx): Promise<ResourceView> {
    return this.#locks.run(this.#known(ref).key, async () => {
      ctx.signal.throwIfAborted();
      const record = this.#known(ref);
      if (record.done === ctx.key) return this.#view(record);
      const acted =
        record.kind === kinds.compute
          ? await this.#power.act(record, call, ctx)
          : await this.#attached.act(record, call);
      return this.#view(await this.#ledger.putResource({ ...acted, done: ctx.key }));
    });
  }

  measure(ref: ResourceRef, wanted: readonly string[]): Promise<readonly Measurement[]> {
    const record = this.#known(ref);
    const at = this.#host.clock.now();
    const values = this.#usage.read(record, this.#instances.alive(record), sizeOf(record).cores, wanted, at);
    return Promise.resolve(wanted.map((metric, index) => ({ metric, at, value: values[index] ?? null })));
  }

  async cancel(key: string): Promise<void> {
    for (const resource of await this.#accounts.cancel(key)) await this.deprovision(resource);
  }

  /** Instances go on running: they belong to agreements, not to this run of the service. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #known(ref: ResourceRef): ResourceRecord {
    const record = this.#ledger.resourceAt(ref.ref);
    if (record === undefined || record.state === 'gone' || record.state === 'undoing')
      throw new VendorFault('resource_unknown', false, `there is no ${ref.ref}`);
    return record;
  }

  #view(record: ResourceRecord): ResourceView {
    return viewOf(record, this.#instances);
  }
}
