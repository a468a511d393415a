import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import type { AgreementTemplate } from '../../src/sla/templates.ts';
import { endInstancesUnder } from './instances.ts';
import { occiClient, type OcciClient, type Rendering } from './occi-clients.ts';

const OPERATOR = 'live-token-live-token-live-token-live';

export interface LiveService {
  readonly url: string;
  readonly operator: string;
  client(rendering: Rendering, token?: string): OcciClient;
  /** The secret of a new token. */
  token(role: string, more?: Readonly<Record<string, string>>): Promise<string>;
  /** Stops in order and starts again upon the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The whole service with real HTTP in this process, over the local vendor and an empty folder. */
export async function liveService(
  options: { readonly templates?: readonly AgreementTemplate[]; readonly local?: object } = {},
): Promise<LiveService> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-live-'));
  const config = await loadConfig({ PARLEY_DATA: join(folder, 'data'), PARLEY_PORT: '0', PARLEY_LOG: 'silent' });
  const vendors = [{ id: 'local', plugin: 'local', config: { ...options.local } }];
  const start = (): ReturnType<typeof compose> =>
    compose(
      { ...config, vendors },
      {
        log: silentLogger,
        env: {},
        bootstrapToken: OPERATOR,
        ...(options.templates === undefined ? {} : { templates: options.templates }),
      },
    );
  let service = await start();
  const client: LiveService['client'] = (rendering, token = OPERATOR) => occiClient(service.url, token, rendering);
  return {
    get url() {
      return service.url;
    },
    operator: OPERATOR,
    client,
    async token(role, more = {}) {
      const made = await client('application/occi+json').send('POST', '/token/', {
        kind: 'http://schemas.parley.org/occi/auth#token',
        attributes: Object.fromEntries(
          Object.entries({ role, ...more }).map(([name, value]) => [`org.parley.token.${name}`, value]),
        ),
      });
      const secret = made.attributes['org.parley.token.secret'];
      if (typeof secret !== 'string') throw new Error(`no token: ${made.status} ${made.text}`);
      return secret;
    },
    async restart() {
      await service.stop();
      service = await start();
    },
    async stop() {
      await service.stop();
      endInstancesUnder(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Looks until there is something to see; throws after half a minute. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
