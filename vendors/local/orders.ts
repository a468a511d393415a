import {
  VendorFault,
  attributes,
  eligible,
  ineligible,
  kinds,
  placement,
  reason,
  refusal,
  sha256,
} from '../../src/vendor-kit/index.ts';
import type { Ctx, Eligibility, Host, Json, Order, Reason, TypeId } from '../../src/vendor-kit/index.ts';
import type { Accounts } from './accounts.ts';
import { architecture, capacityLeft, capacityOfAll, postedWithout } from './capacity.ts';
import type { Ledger, ResourceRecord } from './ledger.ts';
import { placeOf, USUAL_MEMORY } from './offer.ts';
import { savedTemplates } from './saved.ts';
import type { LocalSettings, Template } from './settings.ts';

/** Kinds that may be posted without an agreement. */
export const DIRECT: readonly TypeId[] = [
  kinds.compute,
  kinds.storage,
  kinds.network,
  kinds.storagelink,
  kinds.networkinterface,
];

/** What is remembered of an order: everything else is the customer's own word. */
const KEPT: readonly string[] = [
  attributes.cores,
  attributes.memory,
  attributes.architecture,
  attributes.size,
  attributes.deviceId,
  attributes.mountPoint,
  attributes.sshKey,
  attributes.userData,
];
const PLACES: ReadonlySet<string> = new Set(Object.values(placement));

/**
 * What customers post without an agreement: bounded by itself, so that nobody fills the machine, and taken from
 * what can still be sold. Cores are shared, not counted: nothing was promised.
 */
export class Orders {
  readonly #host: Host;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #accounts: Accounts;

  constructor(host: Host, settings: LocalSettings, ledger: Ledger, accounts: Accounts) {
    this.#host = host;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#accounts = accounts;
  }

  async canCreate(order: Order): Promise<Eligibility> {
    const why = this.#strange(order) ?? (await this.#over(order.kind, valuesOf(order), order.start));
    return why === undefined ? eligible : ineligible(why);
  }

  /** The first trace of an order, durable before anything is made; or why it is not carried out. */
  begin(order: Order, ctx: Ctx): Promise<ResourceRecord | Reason> {
    return this.#accounts.alone(async () => {
      const values = valuesOf(order);
      const why = this.#strange(order) ?? (await this.#over(order.kind, values, order.start));
      if (why !== undefined) return why;
      const template = this.#template(order);
      const term = order.kind.slice(order.kind.indexOf('#') + 1);
      return this.#ledger.putResource({
        key: ctx.key,
        ref: `${term}-${sha256(ctx.key).slice(0, 16)}`,
        state: 'making',
        kind: order.kind,
        agreement: '',
        place: nameOf(order, ctx),
        attributes: values,
        meant: meant(order),
        since: this.#host.clock.now(),
        direct: true,
        ...(template === undefined ? {} : { template: template.name }),
        ...(order.source === undefined ? {} : { source: order.source.ref }),
        ...(order.target === undefined ? {} : { target: order.target.ref }),
      });
    });
  }

  /** Takes the room that a stopped instance needs to run again. Throws `capacity_exhausted`. */
  admit(record: ResourceRecord): Promise<ResourceRecord> {
    return this.#accounts.alone(async () => {
      const over = await this.#over(record.kind, record.attributes, true);
      if (over !== undefined) throw new VendorFault(over.code, false, over.detail);
      return this.#ledger.putResource({ ...record, meant: 'active' });
    });
  }

  /** Other sizes of what does not run. Throws `state_wrong`, or `capacity_exhausted` for a volume that grows too far. */
  resize(record: ResourceRecord, wanted: Readonly<Record<string, Json>>, running: boolean): Promise<ResourceRecord> {
    return this.#accounts.alone(async () => {
      if (running) throw new VendorFault('state_wrong', false, 'cores and memory are changed while it is stopped');
      const sizes = Object.fromEntries(
        [attributes.cores, attributes.memory, attributes.size].flatMap((name) =>
          typeof wanted[name] === 'number' ? [[name, wanted[name]]] : [],
        ),
      );
      const size = sizes[attributes.size];
      if (record.kind === kinds.storage && typeof size === 'number') {
        const has = record.attributes[attributes.size];
        const more = size - (typeof has === 'number' ? has : 0);
        const over = await this.#over(record.kind, { [attributes.size]: more }, true);
        if (over !== undefined) throw new VendorFault(over.code, false, over.detail);
      }
      return this.#ledger.putResource({ ...record, attributes: { ...record.attributes, ...sizes } });
    });
  }

  #template({ mixins }: Order): Template | undefined {
    return [...this.#settings.templates, ...savedTemplates(this.#ledger)].find(({ mixin }) => mixins.includes(mixin));
  }

  /** What this machine can never be, or do. */
  #strange({ kind, attributes: asked, source, target }: Order): Reason | undefined {
    if (!DIRECT.includes(kind)) return reason(refusal.kind, `${kind} is not offered here`);
    const place = placeOf(this.#settings);
    for (const name of PLACES)
      if (asked[name] !== undefined && asked[name] !== place[name])
        return reason(refusal.placement, `this machine stands elsewhere: ${name} is ${JSON.stringify(place[name])}`, {
          attr: name,
        });
    const own = architecture();
    const wanted = asked[attributes.architecture];
    // A processor that runs x64 runs x86 as well.
    if (wanted !== undefined && wanted !== own && !(wanted === 'x86' && own === 'x64'))
      return reason(refusal.noFit, `this machine is ${own ?? 'of another architecture'}`, {
        attr: attributes.architecture,
      });
    if (kind !== kinds.storagelink && kind !== kinds.networkinterface) return undefined;
    if (source === undefined || target === undefined) return undefined;
    const other = kind === kinds.storagelink ? kinds.storage : kinds.network;
    const ends = [source, target].map(({ ref }) => this.#ledger.resourceAt(ref));
    const fits = [kinds.compute, other].every((each) =>
      ends.some((end) => end?.kind === each && end.state !== 'gone' && end.state !== 'undoing'),
    );
    return fits ? undefined : reason('ends_missing', 'a link leads from an instance to a volume or network of here');
  }

  async #over(kind: TypeId, has: Readonly<Record<string, Json>>, start: boolean): Promise<Reason | undefined> {
    const number = (name: string): number => {
      const value = has[name];
      return typeof value === 'number' ? value : 0;
    };
    const exhausted = (detail: string): Reason => reason(refusal.capacity, detail, { final: false });
    if ((kind !== kinds.compute || !start) && kind !== kinds.storage) return undefined;
    const { folder } = this.#host;
    const [all, left] = await Promise.all([
      capacityOfAll(folder, this.#settings),
      capacityLeft(folder, this.#settings, this.#ledger),
    ]);
    const posted = postedWithout(this.#ledger);
    const { share, instances } = this.#settings.direct;
    if (kind === kinds.storage) {
      const size = number(attributes.size);
      const most = Math.min(left.disk, all.disk * share - posted.disk);
      return size > most ? exhausted(`${size} GiB of disk are wanted, ${shown(most)} are left`) : undefined;
    }
    if (posted.instances >= instances) return exhausted(`${instances} instances run already`);
    const cores = number(attributes.cores);
    if (cores > all.cores) return exhausted(`${cores} cores are wanted, the machine gives ${all.cores}`);
    const memory = number(attributes.memory);
    const most = Math.min(left.memory, all.memory * share - posted.memory);
    return memory > most ? exhausted(`${memory} GiB of memory are wanted, ${shown(most)} are left`) : undefined;
  }
}

function valuesOf({ kind, attributes: asked }: Order): Readonly<Record<string, Json>> {
  const own = architecture();
  const values: Record<string, Json> =
    kind === kinds.compute
      ? {
          [attributes.cores]: 1,
          [attributes.memory]: USUAL_MEMORY,
          ...(own === undefined ? {} : { [attributes.architecture]: own }),
        }
      : {};
  for (const name of KEPT) {
    const value = asked[name];
    if (value !== undefined) values[name] = value;
  }
  if (kind === kinds.networkinterface) {
    // All instances share the machine's loopback, whatever the interface is called.
    values[attributes.interface] = asked[attributes.interface] ?? 'lo';
    values[attributes.address] = asked[attributes.address] ?? '127.0.0.1';
    values[attributes.allocation] = asked[attributes.allocation] ?? 'static';
  }
  return values;
}

function meant({ kind, start }: Order): string {
  if (kind === kinds.storage) return start ? 'online' : 'offline';
  return start ? 'active' : 'inactive';
}

/** Part of a file name and of what the instance is told: never a way out of a folder. */
function nameOf({ name }: Order, { key }: Ctx): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 60);
  return plain === '' ? sha256(key).slice(0, 12) : plain;
}

function shown(amount: number): string {
  return Math.max(0, amount).toFixed(1);
}
