import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Policy, Registry } from '../occi/api.ts';
import type { Caller } from '../occi/caller.ts';
import { typeOf } from '../occi/category.ts';
import type { EntityStore, StoredEvent } from '../occi/store.ts';
import { sseMessage } from './cloud-event.ts';
import { lastSequence } from './last-event.ts';

export interface FeedParts {
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly policy: Policy;
  /** `source` of the events: the service's URL. */
  readonly source: string;
  /** Between comments that keep an idle connection open, and looks at what other processes wrote. */
  readonly heartbeatMs?: number;
}

export interface FeedRequest {
  readonly caller: Caller;
  /** Last-Event-ID: go on after this sequence. Absent: with `of` from its first event, else from now. */
  readonly after?: number;
  /** Path of the entity whose events are wanted. */
  readonly of?: string;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

/** The event stream (api.md, Events). */
export interface EventFeed {
  /**
   * Messages of a text/event-stream. The next is only read from the store when the last was taken,
   * so a slow client costs one batch of memory and nothing more. Ends with the signal or `close`.
   */
  open(request: FeedRequest): AsyncGenerator<string, void, undefined>;
  /** Open streams. */
  readonly streams: number;
  /** Ends all streams. */
  close(): void;
}

const BATCH = 100;
const HEARTBEAT_MS = 15_000;

export function createEventFeed(parts: FeedParts): EventFeed {
  const { store, clock } = parts;
  const heartbeat = parts.heartbeatMs ?? HEARTBEAT_MS;
  const bells = new Set<Bell>();
  const closing = new AbortController();
  let unsubscribe: (() => void) | undefined;

  /** Wakes every stream that a commit may concern; one subscription serves them all. */
  const enter = (bell: Bell): void => {
    bells.add(bell);
    unsubscribe ??= store.subscribe((change) => {
      for (const each of bells) if (change.record === undefined || change.record.tenant === each.tenant) each.ring();
    });
  };
  const leave = (bell: Bell): void => {
    bells.delete(bell);
    if (bells.size > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
  };

  async function* open(request: FeedRequest): AsyncGenerator<string, void, undefined> {
    const { caller, of } = request;
    const signal = AbortSignal.any([request.signal, closing.signal]);
    const bell = new Bell(caller.tenant, clock);
    const ring = (): void => {
      bell.ring();
    };
    signal.addEventListener('abort', ring, { once: true });
    enter(bell);
    try {
      let after = request.after ?? (of === undefined ? await lastSequence(store, caller.tenant) : 0);
      yield ': stream of events\n\n';
      while (!isAborted(signal)) {
        bell.reset();
        const events = await store.events({
          tenant: caller.tenant,
          after,
          limit: BATCH,
          ...(of === undefined ? {} : { subject: of }),
        });
        for (const event of events) {
          after = event.sequence;
          if (isOf(event, of) && (await maySee(parts, caller, event))) yield sseMessage(event, parts.source);
          if (isAborted(signal)) return;
        }
        if (events.length === 0 && !(await bell.rung(heartbeat))) yield ': still here\n\n';
      }
    } finally {
      signal.removeEventListener('abort', ring);
      leave(bell);
    }
  }

  return {
    open,
    get streams() {
      return bells.size;
    },
    close() {
      closing.abort();
    },
  };
}

/** Asked anew each time: it changes while others run. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Rung by commits; a ring that comes while nobody waits is kept. */
class Bell {
  readonly tenant: string;
  readonly #clock: Clock;
  #pending = false;
  #wake: (() => void) | undefined;

  constructor(tenant: string, clock: Clock) {
    this.tenant = tenant;
    this.#clock = clock;
  }

  ring(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Before looking: what is committed from now on rings anew. */
  reset(): void {
    this.#pending = false;
  }

  /** Resolves when rung (true) or after `ms` (false). */
  rung(ms: number): Promise<boolean> {
    if (this.#pending) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (rung: boolean): void => {
        cancel();
        this.#wake = undefined;
        resolve(rung);
      };
      const cancel = this.#clock.after(ms, () => {
        done(false);
      });
      this.#wake = () => {
        done(true);
      };
    });
  }
}

/** The store filters by prefix; `/cfp/1` must not match `/cfp/12`. */
function isOf(event: StoredEvent, of: string | undefined): boolean {
  return of === undefined || event.subject === of || event.subject.startsWith(of.endsWith('/') ? of : `${of}/`);
}

/** Kinds that the role may not read are not told of; a vendor hears of what is its own and nothing else. */
async function maySee(parts: FeedParts, caller: Caller, event: StoredEvent): Promise<boolean> {
  const kind = parts.registry.atLocation(event.subject.slice(0, event.subject.lastIndexOf('/') + 1));
  if (kind?.class !== 'kind') return caller.role !== 'vendor';
  try {
    parts.policy.check(caller, 'read', typeOf(kind));
  } catch {
    return false;
  }
  if (caller.role !== 'vendor') return true;
  const record = await parts.store.get(event.data.entity);
  return record !== undefined && record.vendor !== undefined && record.vendor === caller.vendor;
}
