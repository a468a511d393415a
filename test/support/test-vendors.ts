import { defineVendor, kinds, VendorFault } from '../../src/vendor-kit/index.ts';
import { instanceCounts, linkEnds, placement, typeId, wantedResources } from '../../src/vendor-kit/index.ts';
import type {
  Acceptance,
  AgreementView,
  CfpView,
  Constraint,
  Ctx,
  Host,
  Json,
  JsonObject,
  Offer,
  OfferedInstance,
  PriceItem,
  Reply,
  ResourceView,
  Vendor,
  VendorPlugin,
} from '../../src/vendor-kit/index.ts';

/**
 * Plugins for tests that live in the test's own process. Give them to `createVendorHost` as
 * `plugins: testPlugins`, and configure e.g. `{ id: 'a', plugin: 'instant', config: { price: '10.00' } }`.
 */

/** Configuration of `instant`, and of the others as far as they answer at all. */
export interface TestVendorConfig {
  /** A month for each instance; `amounts` gives one for each offer instead. */
  readonly price?: string;
  readonly amounts?: readonly string[];
  readonly currency?: string;
  readonly region?: string;
  readonly country?: string;
  readonly awardable?: boolean;
  /** Milliseconds that `slow` and `late` wait. */
  readonly delay?: number;
  readonly commit?: 'asked' | 'none';
  /** What to answer instead of offers. */
  readonly refuse?: string;
  /** Attributes that every offered instance states besides. */
  readonly attributes?: JsonObject;
  /** Milliseconds that offers stay valid. */
  readonly validFor?: number;
  /** `acceptOffer` rejects with this code. */
  readonly rejectAccept?: string;
  /** `provision` fails that often before it works; -1: always. */
  readonly failProvision?: number;
  /** Kinds that it knows; all five if absent. */
  readonly kinds?: readonly string[];
}

/** What a test may see of an instant vendor's inside. */
export interface TestVendorState {
  readonly agreements: Map<string, Acceptance>;
  readonly resources: Map<string, ResourceView>;
  readonly calls: { readonly method: string; readonly key: string }[];
}

/** Filled by every test vendor at `create`, by the id it is configured under; the newest stands. */
export const testVendors = new Map<string, TestVendorState>();

const CAPABILITIES: VendorPlugin['capabilities'] = {
  holds: false,
  counter: false,
  provisions: true,
  actions: ['start', 'stop', 'restart', 'suspend'].map((term) =>
    typeId(`http://schemas.ogf.org/occi/infrastructure/compute/action#${term}`),
  ),
  measures: ['cpu.used', 'memory.used'],
};

const REQUIRED: Readonly<Record<string, JsonObject>> = {
  [kinds.compute]: { 'occi.compute.cores': 1, 'occi.compute.memory': 1, 'occi.compute.architecture': 'x64' },
  [kinds.storage]: { 'occi.storage.size': 1 },
  [kinds.storagelink]: { 'occi.storagelink.deviceid': 'disk' },
  [kinds.networkinterface]: {
    'occi.networkinterface.interface': 'eth0',
    'occi.networkinterface.mac': '02:00:00:00:00:01',
  },
};

/** A value that meets the constraint, if one is easy to find. */
export function easyValue(constraint: Constraint, usual: Json): Json {
  if (constraint.equal !== undefined) return constraint.equal;
  if (constraint.in !== undefined) return constraint.in[0] ?? usual;
  if (constraint.min !== undefined) return constraint.min;
  if (constraint.max !== undefined && typeof usual === 'number') return Math.min(usual, constraint.max);
  return usual;
}

function offered(cfp: CfpView, config: TestVendorConfig, region: string): OfferedInstance[] {
  const counts = instanceCounts(cfp.wanted);
  return cfp.wanted.flatMap((wanted) => {
    const attributes: Record<string, Json> = { ...REQUIRED[wanted.kind], ...config.attributes };
    for (const [name, constraint] of Object.entries(wanted.attributes))
      attributes[name] = easyValue(constraint, attributes[name] ?? 1);
    if (wanted.type === 'resource')
      Object.assign(attributes, {
        [placement.provider]: 'test',
        [placement.region]: region,
        [placement.country]: config.country ?? 'DE',
      });
    const mixins = wanted.mixins.flatMap((one) => one.anyOf[0] ?? []);
    const common = { for: wanted.id, kind: wanted.kind, mixins, attributes };
    return wanted.type === 'link'
      ? linkEnds(wanted, counts).map((ends) => ({ ...common, ...ends }))
      : Array.from({ length: wanted.count }, (_, index) => ({ ...common, index }));
  });
}

/** The same for every vendor that is configured alike, so that a thousand of them cost a test little. */
const remembered = new WeakMap<CfpView['wanted'], Map<string, OfferedInstance[]>>();

function offeredOnce(cfp: CfpView, config: TestVendorConfig, region: string): OfferedInstance[] {
  const known = remembered.get(cfp.wanted) ?? new Map<string, OfferedInstance[]>();
  remembered.set(cfp.wanted, known);
  const key = JSON.stringify([region, config.country, config.attributes]);
  const found = known.get(key) ?? offered(cfp, config, region);
  known.set(key, found);
  return found;
}

/** Offers that meet the CFP where that is easy; one for each amount. */
export function testOffers(cfp: CfpView, config: TestVendorConfig, now: number): Offer[] {
  const amounts = config.amounts ?? [config.price ?? '10.00'];
  return amounts.slice(0, cfp.perVendor).map((amount, at) => {
    const region = amounts.length === 1 ? (config.region ?? 'test-1') : `test-${at + 1}`;
    const counts = instanceCounts(cfp.wanted);
    const paying = new Set(wantedResources(cfp.wanted).map((wanted) => wanted.id));
    return {
      variant: region,
      validUntil: now + (config.validFor ?? 48 * 3_600_000),
      binding: config.awardable !== false,
      awardable: config.awardable !== false,
      ...(config.awardable === false ? { whyNot: 'a test vendor that only shows the market' } : {}),
      resources: offeredOnce(cfp, config, region),
      levels: cfp.levels.map((level) => ({
        for: level.id,
        commit: level.need === 'measure' ? 'none' : (config.commit ?? 'asked'),
      })),
      price: {
        currency: config.currency ?? 'EUR',
        tax: 'excluded',
        source: 'quote',
        asof: new Date(now).toISOString().slice(0, 10),
        items: [...counts].map(([id, count]): PriceItem => ({
          id,
          for: id,
          index: Array.from({ length: count }, (_, index) => index),
          what: paying.has(id) ? 'test' : 'attachment',
          amount: paying.has(id) ? amount : '0',
          per: 'month',
        })),
        unpriced: [],
        open: [],
      },
      handle: `${cfp.id}:${at}`,
    };
  });
}

/** Answers at once, keeps everything in the test's memory. */
class InstantVendor implements Vendor {
  readonly state: TestVendorState = { agreements: new Map(), resources: new Map(), calls: [] };
  readonly #host: Host;
  readonly #config: TestVendorConfig;
  readonly #undone = new Set<string>();
  #failures: number;

  constructor(host: Host) {
    this.#host = host;
    this.#config = host.config;
    this.#failures = this.#config.failProvision ?? 0;
    testVendors.set(host.vendor, this.state);
  }

  describe(): ReturnType<Vendor['describe']> {
    return Promise.resolve({
      title: 'A vendor for tests',
      provider: 'test',
      kinds: (this.#config.kinds ?? Object.values(kinds)).map(typeId),
      regions: ['test-1'],
      countries: [this.#config.country ?? 'DE'],
      currency: this.#config.currency ?? 'EUR',
      levels: [],
      internal: true,
      facts: {},
    });
  }

  canOffer(_cfp: CfpView, ctx: Ctx): ReturnType<Vendor['canOffer']> {
    this.#note('canOffer', ctx);
    return Promise.resolve({ eligible: true });
  }

  getOffer(cfp: CfpView, ctx: Ctx): Promise<Reply> {
    this.#note('getOffer', ctx);
    const code = this.#config.refuse;
    return Promise.resolve(
      code === undefined
        ? { type: 'propose', offers: testOffers(cfp, this.#config, this.#host.clock.now()) }
        : { type: 'refuse', reason: { code, final: true, detail: 'as the test wants it' } },
    );
  }

  acceptOffer(_offer: unknown, ctx: Ctx): Promise<Acceptance> {
    this.#note('acceptOffer', ctx);
    const before = this.state.agreements.get(ctx.key);
    if (before !== undefined) return Promise.resolve(before);
    const code = this.#config.rejectAccept;
    const answer: Acceptance =
      code === undefined
        ? { type: 'confirm', agreement: `agreement:${ctx.key}`, at: this.#host.clock.now() }
        : { type: 'reject', reason: { code, final: true, detail: 'as the test wants it' } };
    this.state.agreements.set(ctx.key, answer);
    return Promise.resolve(answer);
  }

  refuseOffer(_handle: string, _why: unknown, ctx: Ctx): Promise<void> {
    this.#note('refuseOffer', ctx);
    return Promise.resolve();
  }

  getAgreement(key: string, ctx: Ctx): Promise<AgreementView | undefined> {
    this.#note('getAgreement', ctx);
    const found = this.state.agreements.get(key);
    if (found?.type === 'confirm')
      return Promise.resolve({ type: 'agreement', agreement: found.agreement, at: found.at });
    return Promise.resolve(found?.type === 'reject' ? { type: 'refused', reason: found.reason } : undefined);
  }

  provision(step: Parameters<Vendor['provision']>[0], ctx: Ctx): Promise<ResourceView> {
    this.#note('provision', ctx);
    if (this.#failures !== 0) {
      this.#failures--;
      return Promise.reject(new VendorFault('out_of_order', false, 'provisioning fails, as the test wants it'));
    }
    if (this.#undone.has(ctx.key))
      return Promise.reject(new VendorFault('undone', false, 'this was undone before it began'));
    const ref = `test:${ctx.key}`;
    const view = this.state.resources.get(ref) ?? {
      ref,
      state: step.instance.kind === kinds.storage ? 'online' : 'active',
      attributes: {
        ...step.instance.attributes,
        ...(step.instance.kind === kinds.compute
          ? { 'org.parley.endpoint.host': '127.0.0.1', 'org.parley.endpoint.port': 9 }
          : {}),
      },
    };
    this.state.resources.set(ref, view);
    return Promise.resolve(view);
  }

  deprovision(key: string, ctx: Ctx): Promise<void> {
    this.#note('deprovision', ctx);
    this.#undone.add(key);
    this.state.resources.delete(`test:${key}`);
    return Promise.resolve();
  }

  getInfo(ref: { readonly ref: string }): Promise<ResourceView> {
    const view = this.state.resources.get(ref.ref);
    return view === undefined
      ? Promise.reject(new VendorFault('resource_unknown', false, 'no such resource'))
      : Promise.resolve(view);
  }

  async perform(ref: { readonly ref: string }, call: { readonly action: string }, ctx: Ctx): Promise<ResourceView> {
    this.#note('perform', ctx);
    const view = await this.getInfo(ref);
    const term = call.action.slice(call.action.indexOf('#') + 1);
    const state = { start: 'active', restart: 'active', stop: 'inactive', suspend: 'suspended' }[term];
    if (state === undefined) throw new VendorFault('unsupported', false, `no action ${term}`);
    const changed = { ...view, state };
    this.state.resources.set(ref.ref, changed);
    return changed;
  }

  measure(_ref: unknown, metrics: readonly string[]): ReturnType<NonNullable<Vendor['measure']>> {
    const at = this.#host.clock.now();
    return Promise.resolve(metrics.map((metric) => ({ metric, at, value: 0.5 })));
  }

  cancel(key: string, ctx: Ctx): Promise<void> {
    this.#note('cancel', ctx);
    this.state.agreements.delete(key);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #note(method: string, ctx: Ctx): void {
    this.state.calls.push({ method, key: ctx.key });
  }
}

type GetOffer = (instant: Vendor, host: Host, cfp: CfpView, ctx: Ctx) => Promise<Reply>;

/** An instant vendor that differs only in how it answers a call for proposals. */
export function testPlugin(id: string, getOffer?: GetOffer): VendorPlugin {
  return defineVendor({
    id,
    contractVersion: 1,
    title: `Test vendor: ${id}`,
    capabilities: CAPABILITIES,
    configSchema: { type: 'object' },
    create(host) {
      const instant = new InstantVendor(host);
      if (getOffer !== undefined) {
        const plain = instant.getOffer.bind(instant);
        const inner: Vendor = Object.create(instant, { getOffer: { value: plain } }) as Vendor;
        instant.getOffer = (cfp, ctx) => getOffer(inner, host, cfp, ctx);
      }
      return instant;
    },
  });
}

const delayOf = (host: Host): number => (host.config as unknown as TestVendorConfig).delay ?? 20;

/** Plugins by name: each answers a call for proposals as its name says. */
export const testPlugins: Readonly<Record<string, VendorPlugin>> = {
  instant: testPlugin('instant'),
  /** Answers after `delay` milliseconds, and stops when it is told to. */
  slow: testPlugin('slow', async (instant, host, cfp, ctx) => {
    await host.clock.sleep(delayOf(host), ctx.signal);
    return instant.getOffer(cfp, ctx);
  }),
  /** Never answers, and does not listen. */
  hanging: testPlugin('hanging', () => new Promise<Reply>(() => undefined)),
  /** Answers after `delay` milliseconds without looking at its signal. */
  late: testPlugin('late', async (instant, host, cfp, ctx) => {
    await host.clock.sleep(delayOf(host));
    return instant.getOffer(cfp, ctx);
  }),
  throwing: testPlugin('throwing', () => {
    throw new Error('boom: a secret detail');
  }),
  /** Something that is no reply at all. */
  garbage: testPlugin('garbage', () =>
    Promise.resolve({ type: 'propose', offers: [{ variant: 7, price: NaN }] } as unknown as Reply),
  ),
  /** Sends more than it was asked for. */
  greedy: testPlugin('greedy', (_instant, host, cfp) =>
    Promise.resolve({
      type: 'propose',
      offers: testOffers(
        { ...cfp, perVendor: 50 },
        { ...(host.config as unknown as TestVendorConfig), amounts: Array.from({ length: 50 }, (_, at) => `${at}.00`) },
        host.clock.now(),
      ),
    }),
  ),
};
