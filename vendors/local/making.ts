import { VendorFault, kinds, sha256 } from '../../src/vendor-kit/index.ts';
import type { Clock, Ctx, Step } from '../../src/vendor-kit/index.ts';
import type { Accounts } from './accounts.ts';
import type { Attached } from './attached.ts';
import type { Instances } from './instances.ts';
import type { Ledger, ResourceRecord } from './ledger.ts';
import type { LocalSettings } from './settings.ts';
import type { Usage } from './usage.ts';
import type { Volumes } from './volumes.ts';

/** Resources of every kind, from their first trace until nothing is left of them but a mark. */
export class Making {
  readonly #clock: Clock;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #accounts: Accounts;
  readonly #instances: Instances;
  readonly #volumes: Volumes;
  readonly #attached: Attached;
  readonly #usage: Usage;

  constructor(parts: {
    readonly clock: Clock;
    readonly settings: LocalSettings;
    readonly ledger: Ledger;
    readonly accounts: Accounts;
    readonly instances: Instances;
    readonly volumes: Volumes;
    readonly attached: Attached;
    readonly usage: Usage;
  }) {
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#ledger = parts.ledger;
    this.#accounts = parts.accounts;
    this.#instances = parts.instances;
    this.#volumes = parts.volumes;
    this.#attached = parts.attached;
    this.#usage = parts.usage;
  }

  /** The first trace of what was agreed, durable before anything is made. */
  async begin({ agreement: name, instance, source, target }: Step, ctx: Ctx): Promise<ResourceRecord> {
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
        since: this.#clock.now(),
        ...(template === undefined ? {} : { template: template.name }),
        ...(source === undefined ? {} : { source: source.ref }),
        ...(target === undefined ? {} : { target: target.ref }),
      };
    });
    if (entered === undefined) throw new VendorFault('agreement_unknown', false, `there is no agreement ${name}`);
    return entered;
  }

  /** Makes what was begun, unless an earlier call has made it. Throws `undone`. */
  async make(record: ResourceRecord, ctx: Ctx): Promise<ResourceRecord> {
    if (record.state === 'gone' || record.state === 'undoing')
      throw new VendorFault('undone', false, 'this was undone before it was done');
    if (record.state === 'made') return record;
    if (record.kind === kinds.compute && record.meant === 'active') return this.#instances.ensure(record, ctx);
    if (record.kind === kinds.storage) await this.#volumes.make(record.ref);
    else if (record.kind === kinds.storagelink) {
      const ends = this.#attached.ends(record);
      if (ends === undefined)
        throw new VendorFault('ends_missing', false, 'both ends of a link must be provisioned first');
      await this.#volumes.attach(record, this.#instances.mountsOf(ends.instance), ends.volume);
    }
    return this.#ledger.putResource({ ...record, state: 'made', since: this.#clock.now() });
  }

  /** Undoes whatever was made for a key, and keeps it from being made later. */
  async undo(key: string): Promise<void> {
    const before = this.#ledger.resource(key);
    if (before?.state === 'gone') return;
    const since = this.#clock.now();
    // The mark comes first: whatever happens now, it will be undone.
    const marked = await this.#ledger.putResource(
      before === undefined ? nothing(key, since) : { ...before, state: 'undoing', since },
    );
    await this.finishUndoing(marked);
  }

  /** Removes what is marked to be undone; may be begun again after it was interrupted. */
  async finishUndoing(record: ResourceRecord): Promise<void> {
    if (record.kind === kinds.storage) await this.#volumes.remove(record.ref);
    else if (record.kind === kinds.storagelink) {
      const ends = this.#attached.ends(record);
      if (ends !== undefined) await this.#volumes.detach(record, this.#instances.mountsOf(ends.instance));
    } else if (record.kind === kinds.compute) await this.#instances.remove(record);
    this.#usage.forget(record.ref);
    await this.#ledger.putResource({ ...record, state: 'gone', since: this.#clock.now() });
    await this.#accounts.endIfEmpty(record.agreement);
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
