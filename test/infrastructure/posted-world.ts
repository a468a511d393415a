import type { BackendView } from '../../src/infrastructure/backend.ts';
import type { DirectAnswer, DirectVendors, Order } from '../../src/infrastructure/direct/port.ts';
import { refOf } from '../../src/infrastructure/direct/record.ts';
import type { InstanceLimits } from '../../src/infrastructure/direct/slots.ts';
import { createLivingInfrastructure, type LivingInfrastructure } from '../../src/infrastructure/index.ts';
import { COMPUTE, NETWORK, NETWORKINTERFACE, STORAGE, STORAGELINK } from '../../src/infrastructure/names.ts';
import type { EntityDocument, EntityRecord } from '../../src/occi/entity.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { parseEntityId, typeId, vendorId, type VendorId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import type { DirectOffer } from '../../src/terms/direct-offer.ts';
import { entityOf, world, type World } from '../occi/world.ts';
import { HandClock } from '../support/hand-clock.ts';
import { create } from './cloud.ts';
import { memoryValues } from '../support/memory-values.ts';
import { MemoryStore } from '../support/memory-store.ts';

export const ACME = vendorId('acme');
export const LINUX = typeId('http://example.org/acme/template#linux');
export const BIG = typeId('http://example.org/acme/size#big');
export const tag = (vendor: string) => typeId(`http://schemas.parley.org/occi/vendor#${vendor}`);

const OFFERS: readonly DirectOffer[] = [
  {
    vendor: vendorId('paper'),
    title: 'Paper',
    kinds: [],
    whyNot: 'it is a price list',
    templates: [],
    sizes: [],
  },
  {
    vendor: ACME,
    title: 'Acme',
    kinds: [COMPUTE, STORAGE, NETWORK, STORAGELINK, NETWORKINTERFACE],
    templates: [{ mixin: LINUX, title: 'Linux' }],
    sizes: [{ mixin: BIG, title: 'Big', cores: 8, memory: 32 }],
  },
  {
    vendor: vendorId('other'),
    title: 'Other',
    kinds: [COMPUTE],
    templates: [{ mixin: typeId('http://example.org/other/template#bsd'), title: 'BSD' }],
    sizes: [],
  },
];

interface Made {
  readonly order: Order;
  readonly ref: string;
  state: string;
}

/** A vendor in memory that does what it is asked, once for each key, and tells what it was asked. */
export class FakeVendors implements DirectVendors {
  readonly asked: string[] = [];
  readonly made = new Map<string, Made>();
  /** Answers before the vendor's own, one for each call of the method. */
  readonly next = new Map<keyof DirectVendors, (DirectAnswer<never> | Error)[]>();
  /** Held up until it resolves. */
  hold: Promise<void> | undefined;
  /** Makes things, and its answers never come. */
  silent = false;

  offers(): readonly DirectOffer[] {
    return OFFERS;
  }

  async canCreate(_: VendorId, order: Order): Promise<DirectAnswer<undefined>> {
    await this.hold;
    return (
      this.#said('canCreate') ??
      (order.attributes['occi.compute.memory'] === 1e9
        ? { type: 'refused', code: 'capacity_exhausted', detail: 'too much', passing: true }
        : { type: 'done', value: undefined })
    );
  }

  async create(_: VendorId, order: Order, { key }: { key: string }): ReturnType<DirectVendors['create']> {
    this.asked.push(`create ${order.kind.slice(order.kind.indexOf('#') + 1)}${order.start ? '' : ' stopped'}`);
    await this.hold;
    const said = this.#said('create');
    if (said !== undefined) return said;
    let made = this.made.get(key);
    if (made === undefined) {
      made = { order, ref: `ref-${this.made.size + 1}`, state: stateOf(order) };
      this.made.set(key, made);
    }
    if (this.silent) await new Promise(() => undefined);
    return { type: 'done', value: { ref: made.ref, ...view(made) } };
  }

  async destroy(_: VendorId, { key }: { key: string }): Promise<DirectAnswer<undefined>> {
    this.asked.push('destroy');
    await this.hold;
    const said = this.#said('destroy');
    if (said !== undefined) return said;
    this.made.delete(key);
    return { type: 'done', value: undefined };
  }

  change(_: VendorId, { ref }: { ref: string }, attributes: object): Promise<DirectAnswer<BackendView>> {
    this.asked.push(`change ${JSON.stringify(attributes)}`);
    const made = this.at(ref);
    return Promise.resolve(
      this.#said('change') ?? {
        type: 'done',
        value: { state: made.state, attributes: attributes as BackendView['attributes'] },
      },
    );
  }

  save(): ReturnType<DirectVendors['save']> {
    this.asked.push('save');
    return Promise.resolve(
      this.#said('save') ?? {
        type: 'done',
        value: { mixin: typeId('http://example.org/acme/template#mine-1'), title: 'Mine' },
      },
    );
  }

  perform(record: EntityRecord, action: string): BackendView {
    this.asked.push(action.slice(action.indexOf('#') + 1));
    const made = this.at(refOf(record) ?? '');
    const states: Readonly<Record<string, string>> = {
      start: 'active',
      restart: 'active',
      stop: 'inactive',
      suspend: 'suspended',
      online: 'online',
      offline: 'offline',
      up: 'active',
      down: 'inactive',
    };
    made.state = states[action.slice(action.indexOf('#') + 1)] ?? made.state;
    return view(made);
  }

  at(ref: string): Made {
    const found = [...this.made.values()].find((one) => one.ref === ref);
    if (found === undefined) throw new ParleyError('resource_unknown', 502, 'not there');
    return found;
  }

  #said(method: keyof DirectVendors): DirectAnswer<never> | undefined {
    const answer = this.next.get(method)?.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

function stateOf({ kind, start }: Order): string {
  if (kind === STORAGE) return start ? 'online' : 'offline';
  return start ? 'active' : 'inactive';
}

function view({ order, state }: Made): BackendView {
  return {
    state,
    attributes:
      order.kind === COMPUTE
        ? {
            'occi.compute.cores': order.attributes['occi.compute.cores'] ?? 1,
            'org.parley.endpoint.url': 'http://192.0.2.1/',
            'org.parley.enforced': ['nobody needs this here'],
          }
        : order.kind === NETWORKINTERFACE
          ? { 'occi.networkinterface.address': '192.0.2.1', 'occi.networkinterface.allocation': 'static' }
          : {},
  };
}

export interface Posted extends World {
  readonly vendors: FakeVendors;
  readonly infrastructure: LivingInfrastructure;
  /** The record as it is stored, hidden or not. */
  stored(path: string): Promise<EntityRecord | undefined>;
  /** What a sweep does: continues whatever is due. */
  sweep(): Promise<void>;
  /** The same store and vendor under a new service: what was only in memory is gone. */
  again(): Promise<Posted>;
}

export async function posted(
  limits: Partial<InstanceLimits> = {},
  kept: {
    store?: MemoryStore;
    vendors?: FakeVendors;
    values?: ReturnType<typeof memoryValues>;
    clock?: HandClock;
  } = {},
): Promise<Posted> {
  const clock = kept.clock ?? new HandClock();
  const store = kept.store ?? new MemoryStore(clock);
  const vendors = kept.vendors ?? new FakeVendors();
  const values = kept.values ?? memoryValues();
  const known: { registry?: World['engine']['registry'] } = {};
  const infrastructure = createLivingInfrastructure({
    backend: {
      perform: (record, action) => Promise.resolve().then(() => vendors.perform(record, action)),
      inspect: (record) => Promise.resolve(view(vendors.at(refOf(record) ?? ''))),
    },
    vendors,
    store,
    values,
    clock,
    log: silentLogger,
    registry: () => {
      if (known.registry === undefined) throw new Error('too early');
      return known.registry;
    },
    limits,
  });
  const made = world({ store, clock, extensions: [infrastructure.extension] });
  known.registry = made.engine.registry;
  await infrastructure.start();
  const idOf = (path: string) => {
    const id = parseEntityId(path.slice(path.lastIndexOf('/') + 1));
    if (id === undefined) throw new Error(path);
    return id;
  };
  return {
    ...made,
    clock,
    vendors,
    infrastructure,
    stored: (path) => store.get(idOf(path)),
    async sweep() {
      for (const record of await store.claimDue({ now: clock.now(), limit: 100, owner: 'test', leaseMs: 0 }))
        await made.engine.registry.behaviour(record.kind)?.onDue?.(record);
    },
    again: () => posted(limits, { store, vendors, values, clock }),
  };
}

export const post = async (w: World, path: string, document: Partial<EntityDocument> = {}): Promise<string> =>
  entityOf(await create(w, path, document)).path;
export const read = async (w: World, path: string): Promise<EntityRecord> =>
  entityOf(await w.ask({ op: 'read', path })).record;
export const act = (w: World, path: string, term: string, attributes: EntityDocument['attributes'] = {}) =>
  w.ask({ op: 'act', path, invocation: { term, attributes } });
export const patch = (w: World, path: string, document: Partial<EntityDocument>) =>
  w.ask({ op: 'patch', path, document: { mixins: [], attributes: {}, ...document } });
export const put = (w: World, path: string, document: Partial<EntityDocument> = {}) =>
  w.ask({ op: 'replace', path, document: { mixins: [], attributes: {}, ...document } });
/** Lets what is under way come to rest. */
export const settle = async (w: Posted): Promise<void> => {
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  await w.clock.advance(0);
};
export const running = async (w: Posted): Promise<string> => {
  const path = await post(w, '/compute/', { mixins: [LINUX] });
  await settle(w);
  return path;
};
