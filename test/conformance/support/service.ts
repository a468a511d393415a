import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../../src/compose.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { endInstancesUnder } from '../../support/instances.ts';
import { exchange, type Answer, type Sent } from './wire.ts';

const OPERATOR = 'conformance-token-conformance-token';

/** The whole service, with this machine as its vendor, on a free port and an empty folder. */
export interface Service {
  readonly url: string;
  readonly operator: string;
  /** As the operator unless the headers say otherwise. */
  readonly ask: (method: string, path: string, sent?: Sent) => Promise<Answer>;
  /** As nobody. */
  readonly askBare: (method: string, path: string, sent?: Sent) => Promise<Answer>;
  /** The secret of a new token. */
  token(attributes: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

export async function startWhole(): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-conformance-'));
  const config = await loadConfig({ PARLEY_DATA: join(folder, 'data'), PARLEY_PORT: '0', PARLEY_LOG: 'silent' });
  const service = await compose(
    { ...config, vendors: [{ id: 'local', plugin: 'local', config: {} }] },
    { log: silentLogger, env: {}, bootstrapToken: OPERATOR },
  );
  const askBare: Service['askBare'] = (method, path, sent) => exchange(service.url, method, path, sent);
  const ask: Service['ask'] = (method, path, sent = {}) =>
    askBare(method, path, { ...sent, headers: { Authorization: `Bearer ${OPERATOR}`, ...sent.headers } });
  return {
    url: service.url,
    operator: OPERATOR,
    ask,
    askBare,
    async token(attributes) {
      const answer = await ask('POST', '/token/', {
        headers: { 'Content-Type': 'application/occi+json', Accept: 'application/occi+json' },
        body: JSON.stringify({
          kind: 'http://schemas.parley.org/occi/auth#token',
          attributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [`org.parley.token.${name}`, value]),
          ),
        }),
      });
      const { attributes: made = {} } = JSON.parse(answer.body) as { attributes?: Record<string, string> };
      const secret = made['org.parley.token.secret'];
      if (secret === undefined) throw new Error(`no token: ${answer.status} ${answer.body}`);
      return secret;
    },
    async stop() {
      await service.stop();
      endInstancesUnder(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
