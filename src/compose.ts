import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createRetention } from './archive/retention.ts';
import { createAuth } from './auth/index.ts';
import { createBroker, type BrokerPart } from './broker/extension.ts';
import { createCompliance, type Compliance } from './compliance/extension.ts';
import type { Config } from './config/schema.ts';
import { createApp } from './http/app.ts';
import type { HealthState } from './http/parts.ts';
import { listen } from './http/server.ts';
import { createLivingInfrastructure } from './infrastructure/index.ts';
import { Lifecycle } from './lifecycle.ts';
import { createMonitoring } from './monitoring/monitoring.ts';
import { createEventFeed, notifyExtension } from './notify/index.ts';
import { createAgents } from './occi/agents.ts';
import { createEngine, restoreMixins } from './occi/engine.ts';
import { createRegistry, type ModelRegistry } from './occi/registry.ts';
import { createRuleBook } from './rules/book.ts';
import { serviceJobs } from './scheduler/jobs.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { createSweeper } from './scheduler/sweeper.ts';
import { systemClock, type Clock } from './shared/clock.ts';
import { idSource, vendorId } from './shared/ids.ts';
import type { Logger } from './shared/logger.ts';
import { prometheusMetrics } from './shared/metrics.ts';
import { projectRoot } from './shared/paths.ts';
import { systemRandom } from './shared/random.ts';
import { collectYoung } from './shared/young.ts';
import { createSla } from './sla/extension.ts';
import { readAgreementTemplates, templatesOfVendors } from './sla/template-files.ts';
import type { AgreementTemplate } from './sla/templates.ts';
import { createResourceBackend } from './sla/resource-backend.ts';
import type { SlaListener } from './sla/port.ts';
import { openEmbeddedStore } from './store/embedded/index.ts';
import { agentProjection, publishAgents } from './vendor-host/agents.ts';
import { createDirectVendors } from './vendor-host/direct.ts';
import { createVendorHost } from './vendor-host/host.ts';
import type { VendorPlugin } from './vendor-kit/types.ts';

export interface Surroundings {
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly bootstrapToken?: string | undefined;
  readonly clock?: Clock;
  /** Plugins of the caller's, beside those under vendors/. */
  readonly plugins?: Readonly<Record<string, VendorPlugin>>;
  /** Agreement templates in place of the shipped ones. */
  readonly templates?: readonly AgreementTemplate[];
}

/** The service levels of real providers, from where the price lists have them. */
const SLA_TEMPLATES = 'vendors/catalog/sla-templates';

export interface Service {
  readonly url: string;
  /** The first access token, if one was made just now. */
  readonly firstToken: string | undefined;
  /** Resolves when the service cannot go on. */
  readonly failed: Promise<Error>;
  /** Stops in order: intake, scheduled work, work under way, vendors, store. Answers whether all stopped cleanly. */
  stop(): Promise<boolean>;
}

/** The one place where parts are put together. Reading it from top to bottom is reading what stands on what. */
export async function compose(config: Config, surroundings: Surroundings): Promise<Service> {
  const { log } = surroundings;
  const clock = surroundings.clock ?? systemClock;
  const random = systemRandom;
  const newId = idSource(clock, random);
  const metrics = prometheusMetrics();
  const owner = randomUUID();
  const version = await packageVersion();
  const lifecycle = new Lifecycle(clock, log);
  const stopping = new AbortController();
  let health: HealthState = 'starting';
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((settle) => {
    fail = settle;
  });
  const port = config.port === 0 ? await freePort(config.host) : config.port;
  const url = config.port === 0 ? config.url.replace(/:0$/, `:${port}`) : config.url;
  const folder = resolve(config.data);

  try {
    const store = await openEmbeddedStore({ folder, log, clock, onFailure: fail });
    const { entities, values, samples } = store;
    lifecycle.started({ name: 'store', why: 'everything else writes to it', stop: () => store.close() });

    const auth = createAuth({ store: entities, kv: values, clock, random, newId, log });
    const rules = await createRuleBook({ folder: join(projectRoot, 'rules') });
    let late: BrokerPart['lateAnswer'] = () => undefined;
    const host = await createVendorHost({
      configs: config.vendors,
      values,
      clock,
      random,
      log,
      metrics,
      folder: join(folder, 'vendors'),
      signal: stopping.signal,
      env: surroundings.env,
      onLate: (reply) => {
        late(reply);
      },
      ...(surroundings.plugins === undefined ? {} : { plugins: surroundings.plugins }),
    });
    const { vendors } = host;
    lifecycle.started({ name: 'vendors', why: 'work under way still asks them', stop: () => host.close() });
    await publishAgents({ store: entities, vendors, failed: host.failed, clock, newId });

    const known: { registry?: ModelRegistry } = {};
    const registry = (): ModelRegistry => {
      if (known.registry === undefined) throw new Error('the registry is asked for before it is built');
      return known.registry;
    };
    const listeners: SlaListener[] = [];
    const judged: { finality?: Compliance['finality'] } = {};
    const monitoring = createMonitoring({
      store: entities,
      samples,
      vendors,
      clock,
      log,
      metrics,
      finalBefore: async (agreement, instance, metric) => judged.finality?.finalBefore(agreement, instance, metric),
    });
    const shipped = surroundings.templates ?? (await readAgreementTemplates(join(projectRoot, SLA_TEMPLATES)));
    const sla = createSla({
      store: entities,
      clock,
      newId,
      log,
      metrics,
      vendors,
      registry,
      instruments: monitoring.instruments,
      listener: everyone(listeners),
      templates: [...shipped, ...templatesOfVendors(vendors.list(), shipped)],
      currency: config.currency,
    });
    const compliance = createCompliance({
      store: entities,
      samples,
      measurements: monitoring.index,
      health: sla.health,
      clock,
      log,
      program: `parley ${version}`,
    });
    judged.finality = compliance.finality;
    const broker = createBroker({
      store: entities,
      clock,
      newId,
      log,
      metrics,
      vendors,
      rules,
      rates: config.rates,
      registry,
      sla: sla.service,
      defaults: { currency: config.currency },
      tidy: collectYoung,
    });
    late = (reply) => {
      broker.lateAnswer(reply);
    };
    // Compliance first: when the customer reads that the call is awarded, its report is there.
    listeners.push(compliance.listener, broker.slaListener);

    const { vendor, ...instances } = config.infrastructure;
    if (vendor !== undefined && vendors.get(vendorId(vendor)) === undefined)
      log.error({ vendor }, 'the vendor of what is posted directly is not connected: what names none is a record only');
    const infrastructure = createLivingInfrastructure({
      backend: createResourceBackend({ vendors, clock, store: entities }),
      vendors: createDirectVendors({ vendors, clock, log }),
      store: entities,
      values,
      clock,
      log,
      registry,
      limits: instances,
      ...(vendor === undefined ? {} : { vendor: vendorId(vendor) }),
    });

    known.registry = createRegistry(
      [
        infrastructure.extension,
        createAgents({ project: agentProjection(() => vendors) }),
        broker.extension,
        sla.extension,
        monitoring.extension,
        compliance.extension,
        auth.extension,
        notifyExtension,
      ],
      { baseUrl: url },
    );
    await restoreMixins(registry(), values);
    const engine = createEngine({
      registry: registry(),
      store: entities,
      clock,
      newId,
      log,
      policy: auth.policy,
      owner,
      memory: values,
    });
    const sweeper = createSweeper({
      store: entities,
      behaviours: (kind) => {
        const behaviour = registry().behaviour(kind);
        return behaviour?.onDue?.bind(behaviour);
      },
      clock,
      log,
      metrics,
      owner,
    });
    const scheduler = createScheduler({
      jobs: serviceJobs({
        sweeper,
        entities,
        watch: async () => (await sla.watch()) + (await infrastructure.watch()),
        retention: createRetention({ store: samples, clock, neededFrom: () => compliance.finality.neededFrom() }),
        clock,
        log,
      }),
      clock,
      log,
      metrics,
    });

    const firstToken = await auth.bootstrap(surroundings.bootstrapToken);
    await infrastructure.start();
    lifecycle.started({
      name: 'infrastructure',
      why: 'what is being provisioned comes to a safe place',
      stop: () => infrastructure.stop(),
    });
    await sla.start();
    lifecycle.started({ name: 'sla', why: 'provisioning under way comes to a safe place', stop: () => sla.stop() });
    await broker.start();
    lifecycle.started({ name: 'broker', why: 'calls under way keep what vendors said', stop: () => broker.stop() });
    await monitoring.start();
    lifecycle.started({ name: 'monitoring', why: 'what was measured is archived', stop: () => monitoring.stop() });
    scheduler.start();
    lifecycle.started({
      name: 'scheduler',
      why: 'nothing new begins while parts stop',
      async stop() {
        await scheduler.stop(5000);
        await sweeper.stop(5000);
      },
    });

    const events = createEventFeed({
      store: entities,
      clock,
      log,
      registry: registry(),
      policy: auth.policy,
      source: url,
    });
    const app = createApp({
      engine,
      auth,
      metrics,
      log,
      health: { state: () => health },
      events,
      limits: {
        body: config.limits.bodyBytes,
        requests: { perSecond: config.limits.requestsPerSecond, burst: config.limits.burst },
        failures: { perSecond: config.limits.failedLoginsPerMinute / 60, burst: config.limits.failedLoginsPerMinute },
      },
      baseUrl: url,
      version,
      clock,
      random,
    });
    const server = await listen({ app, clock, log, version, events }, config.host, port);
    lifecycle.started({ name: 'http', why: 'intake ends first', stop: () => server.close(10_000) });
    health = 'ready';

    return {
      url,
      firstToken,
      failed,
      stop() {
        health = 'stopping';
        stopping.abort(new Error('the service stops'));
        return lifecycle.stop(config.stopSeconds * 1000);
      },
    };
  } catch (error) {
    await lifecycle.stop(5000);
    throw error;
  }
}

/** One listener that tells all; one that fails is told again by whoever repeats the call. */
function everyone(listeners: readonly SlaListener[]): SlaListener {
  const tell = async (how: (listener: SlaListener) => Promise<void> | undefined): Promise<void> => {
    for (const listener of listeners) await how(listener);
  };
  return {
    activated: (sla) => tell((each) => each.activated?.(sla)),
    scheduled: (sla) => tell((each) => each.scheduled?.(sla)),
    failed: (sla, why) => tell((each) => each.failed?.(sla, why)),
    ended: (sla) => tell((each) => each.ended?.(sla)),
  };
}

async function packageVersion(): Promise<string> {
  const text = await readFile(join(projectRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A port that is free now: absolute URLs carry it, so it must be known before anything listens. */
function freePort(host: string): Promise<number> {
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        settle(port);
      });
    });
  });
}
