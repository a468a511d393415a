import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, Write } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import { VendorFault } from '../vendor-kit/fault.ts';
import type { Ctx, Vendor } from '../vendor-kit/types.ts';
import { changed, slaUpdate, type SlaChange, type Told } from './change.ts';
import { defaultTimes, type SlaDeps, type SlaTimes } from './deps.ts';
import { callVendor } from './vendor-call.ts';

/** What every step of an SLA's life works with. */
export interface SlaTools {
  readonly deps: SlaDeps;
  readonly times: SlaTimes;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
  /** SLAs whose instruments this process has installed: asked for once, and again only after a restart. */
  readonly installed: Set<EntityId>;
  now(): Instant;
  pathOf(record: EntityRecord): string;
  /**
   * One conditional write of the change, with further writes beside it. Answers the new record;
   * undefined: somebody else changed something first, and what is stored counts.
   */
  move(
    record: EntityRecord,
    change: SlaChange,
    told?: Told,
    also?: readonly Write[],
  ): Promise<EntityRecord | undefined>;
  /** Calls the SLA's vendor. Throws `VendorFault` and nothing else. */
  call<T>(
    record: EntityRecord,
    key: string,
    deadline: Instant,
    ask: (vendor: Vendor, ctx: Ctx) => Promise<T>,
  ): Promise<T>;
  /** Goes on with the SLA in `ms`, unless this process ends before; its due brings it up then. */
  again(id: EntityId, ms: number): void;
  /** The same over another store: that of a request, whose first write carries its Idempotency-Key. */
  within(store: EntityStore): SlaTools;
}

export function slaTools(deps: SlaDeps, signal: AbortSignal, wake: (id: EntityId) => void): SlaTools {
  const { clock, vendors } = deps;
  const pathOf = (record: EntityRecord): string => deps.registry().pathOf(record);
  const waiting = new Map<EntityId, { readonly at: Instant; readonly cancel: () => void }>();
  // One timer for each SLA, the earliest: sweeps and polls that cross must not add up.
  const again = (id: EntityId, ms: number): void => {
    if (signal.aborted) return;
    const at = clock.now() + ms;
    const known = waiting.get(id);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = clock.after(ms, () => {
      waiting.delete(id);
      if (!signal.aborted) wake(id);
    });
    waiting.set(id, { at, cancel });
  };
  signal.addEventListener(
    'abort',
    () => {
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
    { once: true },
  );
  const times = { ...defaultTimes, ...deps.times };
  const installed = new Set<EntityId>();
  const over = (store: EntityStore): SlaTools => ({
    deps: { ...deps, store },
    times,
    signal,
    installed,
    now: () => clock.now(),
    pathOf,
    async move(record, change, told, also = []) {
      const after = changed(record, clock.now(), change);
      const result = await store.write([slaUpdate(record, after, pathOf(record), told), ...also]);
      if (result.ok) return after;
      // Somebody else was first: look again at once rather than at the next sweep.
      again(record.id, 10);
      return undefined;
    },
    async call(record, key, deadline, ask) {
      const vendor = record.vendor === undefined ? undefined : vendors.get(record.vendor);
      if (vendor === undefined)
        throw new VendorFault('vendor_gone', true, `the vendor ${String(record.vendor)} is not connected`);
      return callVendor(deps, { key, deadline, tenant: record.tenant, trace: record.id, signal }, (ctx) =>
        ask(vendor.calls, ctx),
      );
    },
    again,
    within: over,
  });
  return over(deps.store);
}

/** Doubles from `first` up to `longest`. */
export function backoff(times: SlaTimes, tries: number): number {
  return Math.min(times.longestWait, times.firstWait * 2 ** Math.min(tries, 20));
}
