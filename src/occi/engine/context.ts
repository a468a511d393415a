import type { EntityId } from '../../shared/ids.ts';
import type { Logger } from '../../shared/logger.ts';
import type { EntityRecord } from '../entity.ts';
import type { RequestContext } from '../extension.ts';
import type { ModelRegistry } from '../registry.ts';
import type { RequestEnvelope } from '../request.ts';
import type { EntityStore } from '../store.ts';
import { visible } from './access.ts';
import { Carrier } from './carrier.ts';
import type { Services, Turn } from './services.ts';

/** A turn for one request. With an Idempotency-Key its first write that succeeds carries the key's entry. */
export function beginTurn(services: Services, envelope: RequestEnvelope): Turn {
  const scope = envelope.idempotency?.scope;
  const carrier = new Carrier(services.store, scope);
  const pending = new Map<string, EntityRecord>();
  const ctx = contextOf(services, envelope, carrier, pending);
  const { caller } = envelope;
  return {
    envelope,
    ctx,
    actor: caller.principal === 'broker' ? 'broker' : caller.role,
    pending,
    wrote: () => carrier.wrote,
    keyed: scope !== undefined,
    foresee(answer) {
      carrier.next = answer;
    },
    answered: () => carrier.answered,
  };
}

function contextOf(
  services: Services,
  envelope: Pick<RequestEnvelope, 'caller' | 'signal'> & { readonly request?: string },
  store: EntityStore,
  pending: ReadonlyMap<string, EntityRecord>,
): RequestContext {
  const { registry, clock, newId } = services;
  const { request } = envelope;
  let log: Logger | undefined;
  const ctx: RequestContext = {
    caller: envelope.caller,
    clock,
    newId,
    /** Made when somebody logs: every line of a request names it. */
    get log() {
      return (log ??= request === undefined ? services.log : services.log.child({ request }));
    },
    signal: envelope.signal,
    store,
    async resolve(reference) {
      const draft = pending.get(reference);
      if (draft !== undefined) return draft;
      const id = registry.parseReference(reference) ?? byAnotherName(registry, reference);
      if (id === undefined) return undefined;
      const made = pending.get(id);
      if (made !== undefined) return made;
      const record = await store.get(id);
      return record !== undefined && (await visible(services, ctx, record)) ? record : undefined;
    },
    pathOf: (record) => registry.pathOf(record),
  };
  return ctx;
}

/**
 * Clients reach the service under other names than its own (localhost, a proxy's) and speak of entities so. An
 * id that is ours under a path of ours is meant, whatever the host; what is not found here is outside.
 */
function byAnotherName(registry: ModelRegistry, reference: string): EntityId | undefined {
  const host = /^https?:\/\/[^/?#\s]+/i.exec(reference)?.[0];
  return host === undefined ? undefined : registry.parseReference(reference.slice(host.length));
}

/** The context of a turn with the bare store: what is written there is not the request's doing. */
export function observerContext(services: Services, turn: Turn): RequestContext {
  return contextOf(services, turn.envelope, services.store, turn.pending);
}

/** A context for work inside the service: no request, no key. */
export function innerContext(
  services: Services,
  caller: RequestEnvelope['caller'],
  signal: AbortSignal,
): RequestContext {
  return contextOf(services, { caller, signal }, services.store, new Map());
}
