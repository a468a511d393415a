import type { Clock, Instant } from '../shared/clock.ts';
import { tenantId, principalId, type EntityId, type IdSource } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Random } from '../shared/random.ts';
import type { Policy } from '../occi/api.ts';
import type { Caller } from '../occi/caller.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Extension } from '../occi/extension.ts';
import type { EntityStore, KeyValueStore } from '../occi/store.ts';
import { authenticate } from './authenticate.ts';
import { policy } from './policy.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { tokenExtension } from './token-extension.ts';
import { TokenIndex } from './token-index.ts';
import { TOKEN, token } from './token-model.ts';

export interface Auth {
  readonly extension: Extension;
  readonly policy: Policy;
  /** @throws Unauthenticated, Forbidden (a foreign tenant) */
  authenticate(authorization: string | undefined, tenant: string | undefined): Promise<Caller>;
  /**
   * Makes sure that an operator can get in. With a token given (`PARLEY_BOOTSTRAP_TOKEN`), that one
   * is let in, unless an operator deleted it. Without, one is made when there is no token at all,
   * and answered, to be printed once.
   *
   * @throws Error when the given token is shorter than 32 characters
   */
  bootstrap(given?: string): Promise<string | undefined>;
  close(): void;
}

export interface AuthParts {
  readonly store: EntityStore;
  readonly kv: KeyValueStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: IdSource;
  readonly log: Logger;
}

const SHORTEST = 32;
const DEFAULT_TENANT = tenantId('default');

export function createAuth(parts: AuthParts): Auth {
  const index = new TokenIndex(parts);

  const letIn = async (secret: string): Promise<void> => {
    const id = await index.addOnce(secret, parts.newId());
    const existing = await parts.store.get(id);
    if (existing?.hidden === true) parts.log.warn({}, 'the bootstrap token was deleted and is not let in again');
    if (existing !== undefined) return;
    const record = operatorToken(id, hashSecret(secret), parts.clock.now());
    const subject = `/token/${id}`;
    await parts.store.write([
      { op: 'create', record, note: { from: null, to: 'active', actor: 'broker', code: 'bootstrap', subject } },
    ]);
  };

  return {
    extension: tokenExtension({ index, random: parts.random }),
    policy,
    authenticate: (authorization, tenant) => authenticate({ index, clock: parts.clock }, authorization, tenant),
    async bootstrap(given) {
      if (given !== undefined) {
        if (given.length < SHORTEST || /\s/.test(given))
          throw new Error(`PARLEY_BOOTSTRAP_TOKEN needs at least ${SHORTEST} characters and no blanks`);
        await letIn(given);
        return undefined;
      }
      if ((await parts.store.count({ kinds: [TOKEN], hidden: 'with' })) > 0) return undefined;
      const secret = newSecret(parts.random);
      await letIn(secret);
      return secret;
    },
    close: () => {
      index.close();
    },
  };
}

function operatorToken(id: EntityId, hash: string, now: Instant): EntityRecord {
  return {
    id,
    kind: TOKEN,
    mixins: [],
    tenant: DEFAULT_TENANT,
    owner: principalId('broker'),
    rev: 1,
    title: 'Bootstrap token',
    attributes: {
      [token.role]: 'operator',
      [token.tenant]: DEFAULT_TENANT,
      [token.principal]: 'operator',
      [token.state]: 'active',
    },
    state: 'active',
    internal: { hash },
    hidden: false,
    created: now,
    updated: now,
  };
}
