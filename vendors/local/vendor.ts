import { mkdir } from 'node:fs/promises';
import {
  Turns,
  VendorFault,
  actions,
  eligible,
  ineligible,
  kinds,
  placeFits,
  propose,
  readWants,
  reason,
  refusal,
  refuse,
  sha256,
} from '../../src/vendor-kit/index.ts';
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
import { Accounts, KINDS } from './accounts.ts';
import { Attached } from './attached.ts';
import { capacityLeft, capacityOfAll } from './capacity.ts';
import type { Capacity } from './capacity.ts';
import { Instances, sizeOf } from './instances.ts';
import { Ledger, untroubled } from './ledger.ts';
import type { ResourceRecord } from './ledger.ts';
import { Limits } from './limits.ts';
import { committedLevels } from './levels.ts';
import { makeOffer, placeOf, understanding } from './offer.ts';
import { Orders } from './orders.ts';
import { findOurs, processState } from './proc.ts';
import { saveInstance } from './saved.ts';
import type { LocalSettings } from './settings.ts';
import { Usage } from './usage.ts';
import { viewOf } from './view.ts';
import { Volumes } from './volumes.ts';

/** The machine that the service runs on, sold as instances, volumes and links. */
export class Local implements Vendor {
  readonly #host: Host;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #instances: Instances;
  readonly #volumes: Volumes;
  readonly #all: Capacity;
  readonly #locks = new Turns();
  readonly #accounts: Accounts;
  readonly #orders: Orders;
  readonly #attached: Attached;
  readonly #usage = new Usage();

  private constructor(host: Host, settings: LocalSettings, ledger: Ledger, all: Capacity) {
    this.#host = host;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#all = all;
    this.#instances = new Instances(host, settings, ledger, new Limits(settings.cgroup, host.log));
    this.#volumes = new Volumes(host.folder);
    this.#accounts = new Accounts(host, settings, ledger, this.#locks);
    this.#orders = new Orders(host, settings, ledger, this.#accounts);
    this.#attached = new Attached({
      clock: host.clock,
      ledger,
      instances: this.#instances,
      volumes: this.#volumes,
      orders: this.#orders,
    });
  }

  /** Finds again what an earlier run of the service left running, and finishes what it was undoing. */
  static async open(host: Host, settings: LocalSettings): Promise<Local> {
    if (processState(process.pid) === undefined)
      throw new Error('this vendor finds its processes in /proc, which this system does not have');
    await mkdir(host.folder, { recursive: true, mode: 0o700 });
    const ledger = new Ledger(host.memory);
    await ledger.load(host.clock.now());
    const local = new Local(host, settings, ledger, await capacityOfAll(host.folder, settings));
    await local.#takeStock();
    return local;
  }

  async describe(): Promise<VendorProfile> {
    const left = await capacityLeft(this.#host.folder, this.#settings, this.#ledger);
    return {
      title: 'This machine',
      provider: 'local',
      kinds: KINDS,
      regions: [this.#settings.region],
      countries: [this.#settings.country],
      currency: this.#settings.currency,
      levels: committedLevels(this.#settings),
      internal: true,
      templates: this.#settings.templates.map(({ name, mixin }) => ({ mixin, title: `Runs ${name}` })),
      sizes: this.#settings.sizes,
      facts: {
        cores: this.#all.cores,
        coresLeft: left.cores,
        memoryLeft: Math.floor(left.memory),
        diskLeft: left.disk,
        overcommit: this.#settings.overcommit,
        templates: this.#settings.templates.map(({ name }) => name),
      },
    };
  }

  canOffer(cfp: CfpView): Promise<Eligibility> {
    const read = readWants(cfp, understanding(this.#settings));
    if (!read.ok) return Promise.resolve(ineligible(read.why));
    const place = placeOf(this.#settings);
    const fits = [...read.wants.resources, ...read.wants.links].every((want) => placeFits(want, place));
    return Promise.resolve(
      fits ? eligible : ineligible(reason(refusal.placement, `this machine stands in ${this.#settings.country}`)),
    );
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
      const record = this.#ledger.resource(ctx.key) ?? (await this.#begin(step, ctx));
      if (record.state === 'gone' || record.state === 'undoing')
        throw new VendorFault('undone', false, 'this was undone before it was done');
      if (record.state === 'made') return this.#view(record);
      const made = await this.#make(record, ctx);
      return this.#view(made);
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
      if (record.state === 'gone' || record.state === 'undoing')
        throw new VendorFault('undone', false, 'this was undone before it was done');
      return { type: 'created', view: this.#view(record.state === 'made' ? record : await this.#make(record, ctx)) };
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
    return this.#locks.run(key, async () => {
      const before = this.#ledger.resource(key);
      if (before?.state === 'gone') return;
      const since = this.#host.clock.now();
      // The mark comes first: whatever happens now, it will be undone.
      const marked = await this.#ledger.putResource(
        before === undefined ? nothing(key, since) : { ...before, state: 'undoing', since },
      );
      await this.#undo(marked);
    });
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
        record.kind === kinds.compute ? await this.#act(record, call, ctx) : await this.#attached.act(record, call);
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

  async #takeStock(): Promise<void> {
    const running = new Map(findOurs(this.#host.folder).map(({ pid, key }) => [key, pid]));
    for (const record of this.#ledger.resources()) {
      const pid = running.get(record.key);
      running.delete(record.key);
      if (record.state === 'undoing') await this.#undo(record);
      else if (record.state === 'gone') {
        if (pid !== undefined) await this.#instances.remove(record);
      } else if (record.kind === kinds.compute && record.state === 'made')
        if (pid !== undefined) await this.#ledger.putResource({ ...record, pid });
        else if (record.meant !== 'inactive') {
          this.#host.log.warn(
            { ref: record.ref, place: record.place },
            'an instance was lost while the service was away',
          );
          const trouble = 'its process was lost while the service was away';
          await this.#ledger.putResource({ ...record, trouble });
        }
    }
    for (const [key, pid] of running)
      this.#host.log.error({ pid, key }, 'a process carries our mark and is in no record: left alone');
  }

  /** The first trace of a resource, durable before anything is made. */
  async #begin({ agreement: name, instance, source, target }: Step, ctx: Ctx): Promise<ResourceRecord> {
    const entered = await this.#accounts.enter(name, ({ agreement, resources }) => {
      // What was agreed counts, not what the step says.
      const agreed = resources.find((one) => one.for === instance.for && one.index === instance.index);
      if (agreed?.kind !== instance.kind)
        throw new VendorFault('not_agreed', false, `${instance.for}/${instance.index} is not part of the agreement`);
      const template = this.#settings.templates.find(({ mixin }) => agreed.mixins.includes(mixin));
      return {
        key: ctx.key,
        ref: `${agreed.for}-${agreed.index}-${sha256(ctx.key).slice(0, 16)}`,
        state: 'making',
        kind: agreed.kind,
        agreement,
        place: `${agreed.for}/${agreed.index}`,
        attributes: agreed.attributes,
        meant: agreed.kind === kinds.storage ? 'online' : 'active',
        since: this.#host.clock.now(),
        ...(template === undefined ? {} : { template: template.name }),
        ...(source === undefined ? {} : { source: source.ref }),
        ...(target === undefined ? {} : { target: target.ref }),
      };
    });
    if (entered === undefined) throw new VendorFault('agreement_unknown', false, `there is no agreement ${name}`);
    return entered;
  }

  async #make(record: ResourceRecord, ctx: Ctx): Promise<ResourceRecord> {
    if (record.kind === kinds.compute && record.meant === 'active') return this.#instances.ensure(record, ctx);
    if (record.kind === kinds.storage) await this.#volumes.make(record.ref);
    else if (record.kind === kinds.storagelink) {
      const ends = this.#attached.ends(record);
      if (ends === undefined)
        throw new VendorFault('ends_missing', false, 'both ends of a link must be provisioned first');
      await this.#volumes.attach(record, this.#instances.mountsOf(ends.instance), ends.volume);
    }
    return this.#ledger.putResource({ ...record, state: 'made', since: this.#host.clock.now() });
  }

  async #undo(record: ResourceRecord): Promise<void> {
    if (record.kind === kinds.storage) await this.#volumes.remove(record.ref);
    else if (record.kind === kinds.storagelink) {
      const ends = this.#attached.ends(record);
      if (ends !== undefined) await this.#volumes.detach(record, this.#instances.mountsOf(ends.instance));
    } else if (record.kind === kinds.compute) await this.#instances.remove(record);
    this.#usage.forget(record.ref);
    await this.#ledger.putResource({ ...record, state: 'gone', since: this.#host.clock.now() });
    await this.#accounts.endIfEmpty(record.agreement);
  }

  #known(ref: ResourceRef): ResourceRecord {
    const record = this.#ledger.resourceAt(ref.ref);
    if (record === undefined || record.state === 'gone' || record.state === 'undoing')
      throw new VendorFault('resource_unknown', false, `there is no ${ref.ref}`);
    return record;
  }

  async #act(record: ResourceRecord, { action, attributes: given }: ActionCall, ctx: Ctx): Promise<ResourceRecord> {
    const method = typeof given['method'] === 'string' ? given['method'] : 'graceful';
    const since = this.#host.clock.now();
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

  #view(record: ResourceRecord): ResourceView {
    return viewOf(record, this.#instances);
  }
}

/** A mark for a key that nothing was ever made for. */
function nothing(key: string, since: number): ResourceRecord {
  return {
    key,
    ref: `nothing-${sha256(key).slice(0, 16)}`,
    state: 'undoing',
    kind: kinds.compute,
    agreement: '',
    place: '',
    attributes: {},
    meant: 'inactive',
    since,
  };
}
