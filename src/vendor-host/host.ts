import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KeyValueStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import { tenantId, vendorId } from '../shared/ids.ts';
import type { VendorId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Random } from '../shared/random.ts';
import type { Ctx, Host, Vendor, VendorPlugin, VendorProfile } from '../vendor-kit/types.ts';
import { prepareChecks } from './answer-check.ts';
import { Deadlines } from './deadlines.ts';
import { durableMap } from './durable-map.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { checkConfig, problemLine } from './plugin-config.ts';
import { loadPlugin, ownFolder, pluginFile } from './plugins.ts';
import type { LoadedPlugin } from './plugins.ts';
import type { ConnectedVendor, FailedVendor, Vendors } from './port.ts';
import { supervisedVendor } from './supervised-vendor.ts';
import { Supervisor, callLimits } from './supervisor.ts';
import type { CallLimits, LateAnswer } from './supervisor.ts';

export interface VendorConfig {
  readonly id: string;
  readonly plugin: string;
  readonly config: JsonObject;
}

export interface VendorHostOptions {
  readonly configs: readonly VendorConfig[];
  /** Vendors' memories, each in the space `vendor:<id>`. */
  readonly values: KeyValueStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Each vendor gets a folder of its own in it. */
  readonly folder: string;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  /** Folders with further plugins, `<folder>/<plugin>/index.js`. */
  readonly pluginFolders?: readonly string[];
  /** Plugins that are there already; they stand before those in folders. */
  readonly plugins?: Readonly<Record<string, VendorPlugin>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<CallLimits>;
  /** Milliseconds a vendor has to connect. */
  readonly connectWithin?: number;
  /** Told of answers that came after their deadline. */
  onLate?(late: LateAnswer): void;
}

export interface VendorHost {
  readonly vendors: Vendors;
  /** Those that cannot be used, and why; the service runs without them. */
  readonly failed: readonly FailedVendor[];
  close(): Promise<void>;
}

const CONNECT_WITHIN = 20_000;
const CLOSE_WITHIN = 10_000;
const ACCOUNT = /^[a-z0-9][a-z0-9._-]{0,62}$/i;

/**
 * Loads, checks and connects every configured vendor, all at once. A broken one is reported in
 * `failed` and skipped; it never stops the others.
 */
export async function createVendorHost(options: VendorHostOptions): Promise<VendorHost> {
  const connected = new Map<VendorId, Connected>();
  const failed: FailedVendor[] = [];
  const seen = new Set<string>();
  const deadlines = new Deadlines(options.clock);
  await Promise.all(
    options.configs.map(async (entry) => {
      const id = vendorId(entry.id);
      try {
        if (!ACCOUNT.test(entry.id)) throw new Error(`"${entry.id}" is not an id: letters, digits, dot, hyphen`);
        if (seen.has(entry.id)) throw new Error('another vendor has this id');
        seen.add(entry.id);
        connected.set(id, await connect(id, entry, deadlines, options));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        failed.push({ id, plugin: entry.plugin, why });
        options.log.error({ vendor: id, plugin: entry.plugin, why }, 'vendor cannot be used');
      }
    }),
  );
  prepareChecks();
  const order = options.configs.flatMap(({ id }) => connected.get(vendorId(id)) ?? []);
  const list = [...new Set(order)];
  return {
    vendors: { list: () => list, get: (id) => connected.get(id) },
    failed,
    async close() {
      await Promise.allSettled(list.map((vendor) => vendor.calls.close()));
    },
  };
}

class Connected implements ConnectedVendor {
  readonly id: VendorId;
  readonly plugin: string;
  readonly capabilities: VendorPlugin['capabilities'];
  readonly calls: Vendor;
  readonly profile: VendorProfile;
  readonly #supervisor: Supervisor;

  constructor(id: VendorId, plugin: VendorPlugin, calls: Vendor, profile: VendorProfile, supervisor: Supervisor) {
    this.id = id;
    this.plugin = plugin.id;
    this.capabilities = plugin.capabilities;
    this.calls = calls;
    this.profile = profile;
    this.#supervisor = supervisor;
  }

  get circuit(): ConnectedVendor['circuit'] {
    return this.#supervisor.circuit;
  }

  get health(): ConnectedVendor['health'] {
    return this.#supervisor.health;
  }
}

async function connect(
  id: VendorId,
  entry: VendorConfig,
  deadlines: Deadlines,
  options: VendorHostOptions,
): Promise<Connected> {
  const { clock, random, metrics, signal } = options;
  // Plugins may hang as many listeners on it as they have work under way.
  setMaxListeners(0, signal);
  const inline = options.plugins?.[entry.plugin];
  const loaded: LoadedPlugin =
    inline === undefined
      ? await loadPlugin(entry.plugin, options.pluginFolders)
      : { plugin: inline, folder: ownFolder(entry.plugin) };
  const { config, secrets, problems } = checkConfig(
    entry.config,
    loaded.plugin.configSchema,
    options.env ?? process.env,
  );
  if (problems.length > 0) throw new Error(problemLine(problems));
  const log = options.log.child({ vendor: id });
  const within = options.connectWithin ?? CONNECT_WITHIN;
  const vendor = await inTime(
    (async () => loaded.plugin.create(hostOf(id, entry, loaded, config, secrets, log, options)))(),
    within,
    options,
  );
  const supervisor = new Supervisor({
    vendor: id,
    plugin: entry.plugin,
    limits: { ...callLimits, ...options.limits },
    clock,
    deadlines,
    random,
    log,
    metrics,
    ...(options.onLate === undefined ? {} : { onLate: (late) => options.onLate?.(late) }),
  });
  const ownCtx = (): Ctx => ({
    key: `host:${id}`,
    signal: neverAborted,
    deadline: new Date(clock.now() + (signal.aborted ? CLOSE_WITHIN : within)),
    tenant: tenantId('default'),
    trace: '',
    log,
  });
  let internal = config['internal'] === true;
  const calls = supervisedVendor({ vendor, supervisor, ownCtx, internal: () => internal });
  const stated = await calls.describe();
  internal = stated.internal && config['internal'] !== false;
  log.info({ plugin: entry.plugin, facts: stated.facts }, 'vendor connected');
  return new Connected(id, loaded.plugin, calls, { ...stated, internal }, supervisor);
}

const neverAborted = new AbortController().signal;

function hostOf(
  id: VendorId,
  entry: VendorConfig,
  loaded: LoadedPlugin,
  config: JsonObject,
  secrets: ReadonlyMap<string, string>,
  log: Logger,
  options: VendorHostOptions,
): Host {
  const folder = resolve(options.folder, id);
  return {
    vendor: id,
    config,
    secret(name) {
      const secret = secrets.get(name);
      if (secret === undefined) throw new Error(`the configuration of ${id} names no secret ${name}`);
      return secret;
    },
    clock: options.clock,
    random: options.random,
    log,
    count(metric, by) {
      options.metrics.count(
        'parley_vendor_plugin_total',
        'What plugins count themselves',
        { plugin: entry.plugin, metric },
        by,
      );
    },
    signal: options.signal,
    fetch: guardedFetch({ internal: config['internal'] === true, signal: options.signal }),
    memory: durableMap(options.values, id),
    readFile: (name) => readFile(pluginFile(loaded.folder, name)),
    folder,
  };
}

async function inTime<T>(work: Promise<T>, within: number, { clock }: VendorHostOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(within, () => {
      reject(new Error(`it did not connect within ${within / 1000} s`));
    });
    work.then(resolve, reject).finally(cancel);
  });
}
