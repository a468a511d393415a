import { isoInstant, type Instant } from '../shared/clock.ts';
import { addDuration, isIsoDuration, parseInstant } from '../shared/duration.ts';
import { Conflict, Problems, Unprocessable } from '../shared/errors.ts';
import { pointer } from '../shared/json.ts';
import type { Random } from '../shared/random.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Behaviour, Extension, RequestContext } from '../occi/extension.ts';
import type { TokenIndex } from './token-index.ts';
import { newSecret } from './secrets.ts';
import { TOKEN, token, tokenKind } from './token-model.ts';

/**
 * Access tokens as entities. A secret exists in the clear only between a creation and its answer:
 * it is tied to the request's context, so that no other request can be shown it.
 */
export function tokenExtension(parts: { index: TokenIndex; random: Random }): Extension {
  const fresh = new WeakMap<RequestContext, Map<string, string>>();

  const behaviour: Behaviour = {
    kind: TOKEN,
    stateAttribute: token.state,
    clientMay: { update: false, deleteAll: false },

    async create(draft, _document, ctx) {
      const record = complete(draft, ctx);
      const secret = newSecret(parts.random);
      const shown = fresh.get(ctx) ?? new Map<string, string>();
      fresh.set(ctx, shown.set(record.id, secret));
      const hash = await parts.index.add(secret, record.id);
      return { record: { ...record, internal: { ...record.internal, hash } } };
    },

    remove(record, ctx) {
      if (record.id === ctx.caller.token)
        return Promise.reject(
          new Conflict('own_token', 'This token is the one that you are using: delete it with another one'),
        );
      parts.index.revoke(record.id);
      return Promise.resolve({ how: 'hide' });
    },

    project(record, ctx) {
      const expired = hasExpired(record, ctx.clock.now());
      const attributes = expired ? { ...record.attributes, [token.state]: 'expired' } : record.attributes;
      const secret = fresh.get(ctx)?.get(record.id);
      return Promise.resolve(
        secret === undefined
          ? { attributes, ...(expired ? { variant: 'expired' } : {}) }
          : { attributes: { ...attributes, [token.secret]: secret }, variant: 'secret', once: [token.secret] },
      );
    },
  };
  return { name: 'auth', kinds: [tokenKind], mixins: [], actions: [], behaviours: [behaviour] };
}

export function hasExpired(record: EntityRecord, now: Instant): boolean {
  const expires = parseInstant(record.attributes[token.expires]);
  return expires !== undefined && expires <= now;
}

function complete(draft: EntityRecord, ctx: RequestContext): EntityRecord {
  const problems = new Problems();
  const given = draft.attributes;
  const role = given[token.role];
  if (role === 'vendor' && given[token.vendor] === undefined)
    problems.add(pointer('/attributes', token.vendor), 'vendor_missing', 'role vendor needs to know which vendor');
  if (role !== 'vendor' && given[token.vendor] !== undefined)
    problems.add(pointer('/attributes', token.vendor), 'vendor_superfluous', 'only role vendor belongs to a vendor');
  const expires = expiry(given[token.expires], ctx.clock.now(), problems);
  problems.throwIfAny(
    (list) => new Unprocessable('invalid_token', 'The token makes no sense as written', { problems: list }),
  );
  const tenant = given[token.tenant] ?? ctx.caller.tenant;
  return {
    ...draft,
    state: 'active',
    attributes: {
      ...given,
      [token.tenant]: tenant,
      [token.principal]:
        given[token.principal] ?? `${typeof role === 'string' ? role : 'token'}-${draft.id.slice(-12)}`,
      ...(expires === undefined ? {} : { [token.expires]: isoInstant(expires) }),
      [token.state]: 'active',
    },
  };
}

function expiry(text: unknown, now: Instant, problems: Problems): Instant | undefined {
  if (text === undefined) return undefined;
  const path = pointer('/attributes', token.expires);
  const at = isIsoDuration(text) ? addDuration(now, text) : parseInstant(text);
  if (at === undefined)
    problems.add(path, 'expires_invalid', 'neither an ISO 8601 instant nor a duration', 'such as P90D');
  else if (at <= now) problems.add(path, 'expires_past', 'a token cannot have expired before it is made');
  return at;
}
