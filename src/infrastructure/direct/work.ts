import type { Registry } from '../../occi/api.ts';
import type { EntityRecord } from '../../occi/entity.ts';
import type { EntityId, TenantId, TypeId } from '../../shared/ids.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Direct, ResourceInternal } from '../backend.ts';
import { COMPUTE } from '../names.ts';
import { delivered, stated } from './delivered.ts';
import { Journal, type JournalParts } from './journal.ts';
import { noRoom, orderOf, refusalOf } from './plan.ts';
import type { DirectAnswer, DirectVendors, NoAnswer, Ref } from './port.ts';
import { atRest, callOf, directOf, refOf, withDirect } from './record.ts';
import type { Slots } from './slots.ts';
import { Turns } from '../../shared/turns.ts';

/** Times that a vendor that gives no answer is asked to make something, before it is in error. */
const MOST_TRIES = 6;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;
/** From the check of a request to its write. */
const PROMISE_MS = 10_000;
/** How long DELETE waits for the vendor; what takes longer goes on afterwards. */
const REMOVAL_MS = 5_000;

export interface WorkParts extends JournalParts {
  readonly vendors: DirectVendors;
  readonly slots: Slots;
  readonly log: Logger;
  readonly registry: () => Pick<Registry, 'pathOf' | 'kind' | 'parseReference'>;
  /** The state attributes of a kind. */
  readonly names: (kind: TypeId) => { readonly state: string; readonly message: string };
}

/** Why something is brought up now: its time has come, a client asks for it, or a link needs it. */
type Cause = 'due' | 'asked' | 'linked';

type View = Extract<Awaited<ReturnType<DirectVendors['create']>>, { type: 'done' }>['value'];

/**
 * Brings what was posted to its vendor, and takes it back when it is deleted. Everything is written down before
 * it is asked for, and asked for with the same key again after a crash: nothing is made twice, nothing is lost.
 */
export class DirectWork {
  readonly #parts: WorkParts;
  readonly #journal: Journal;
  readonly #turns = new Turns();
  /** Timers of what is to be begun soon. */
  readonly #waiting = new Map<EntityId, () => void>();
  /** Places that were promised to what is about to be written down. */
  readonly #promised = new Map<EntityId, () => void>();
  #stopped = false;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    this.#journal = new Journal(parts);
  }

  /** Keeps a place for what is about to be written down; false: there is none. If it never is, the place is free again. */
  promise(id: EntityId, tenant: TenantId): boolean {
    const { slots, clock } = this.#parts;
    if (slots.has(id)) return true;
    if (!slots.take(id, tenant, 'must')) return false;
    this.#promised.set(
      id,
      clock.after(PROMISE_MS, () => {
        this.#promised.delete(id);
        slots.release(id);
      }),
    );
    return true;
  }

  /** What was just written down is begun at its time; if this process ends before, the sweep after the next start does. */
  soon(record: EntityRecord): void {
    const { clock, log } = this.#parts;
    this.#promised.get(record.id)?.();
    this.#promised.delete(record.id);
    if (record.due === undefined) return;
    const begin = (): void => {
      this.due(record.id).catch((error: unknown) => {
        log.error({ resource: record.id, err: error }, 'what was posted could not be brought up yet');
      });
    };
    const left = record.due.at - clock.now();
    if (left <= 0) begin();
    else
      this.#waiting.set(
        record.id,
        clock.after(left, () => {
          this.#waiting.delete(record.id);
          begin();
        }),
      );
  }

  /** What is gone before its time is not looked at again. */
  forget(id: EntityId): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
    this.#parts.slots.release(id);
  }

  /** What is due: called by the sweeper, and after a start of the service. */
  async due(id: EntityId): Promise<void> {
    await this.#turns.run(id, async () => {
      if (this.#stopped) return;
      const record = await this.#parts.store.get(id);
      if (record === undefined || directOf(record) === undefined) return;
      if (record.hidden) await this.#destroy(record);
      else if (record.due !== undefined && record.due.at <= this.#parts.clock.now()) await this.#bringUp(record, 'due');
    });
  }

  /**
   * The record once its vendor has made it and it runs, for a client that asks for it.
   *
   * @throws Conflict `capacity` where there is no room, ParleyError with the vendor's code where it gives no answer
   */
  up(id: EntityId): Promise<EntityRecord | undefined> {
    return this.#turns.run(id, async () => {
      const record = await this.#parts.store.get(id);
      if (record === undefined || record.hidden || refOf(record) !== undefined) return record;
      return this.#bringUp(record, 'asked');
    });
  }

  /** In turn with everything else that is done about one resource. */
  inTurn<T>(id: EntityId, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(id, work);
  }

  /** After a removal: waits for a while until the vendor has let it go. Never throws. */
  async gone(id: EntityId): Promise<void> {
    const over = new AbortController();
    const done = this.due(id).catch((error: unknown) => {
      this.#parts.log.error({ resource: id, err: error }, 'what was deleted could not be taken back yet');
    });
    await Promise.race([done, this.#parts.clock.sleep(REMOVAL_MS, over.signal).catch(() => undefined)]);
    over.abort();
  }

  /** Begins nothing more, and resolves when nothing is under way. */
  stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    for (const cancel of this.#promised.values()) cancel();
    this.#promised.clear();
    return this.#turns.idle();
  }

  async #bringUp(first: EntityRecord, cause: Cause): Promise<EntityRecord> {
    const direct = directOf(first);
    const { vendor } = first;
    if (direct === undefined || vendor === undefined || refOf(first) !== undefined) return this.#rested(first);
    const start = this.#starts(first, direct, cause);
    if (start === 'no room') {
      if (cause === 'asked') throw noRoom(this.#parts.slots);
      if (cause === 'due') return this.#notStarted(first, direct);
    }
    const marked = await this.#journal.change(first, (record) => ({
      ...record,
      internal: withDirect(record, { ...direct, asked: true }),
    }));
    if (marked === undefined || marked.hidden) return first;
    const answer = await this.#make(marked, start === true);
    // A template was named to have it run; everything else may surprise its client.
    const unasked = cause !== 'asked' && !(marked.kind === COMPUTE && direct.run === 'must');
    if (answer.type === 'done') return (await this.#made(marked, answer.value, unasked)) ?? marked;
    if (start === true && marked.kind === COMPUTE) this.#parts.slots.release(marked.id);
    if (cause === 'asked') {
      await this.#refused(marked, answer, 'asked');
      throw refusalOf(answer, { state: marked.state ?? null });
    }
    return (await this.#refused(marked, answer, cause)) ?? marked;
  }

  /** Is it to come up running? Everything but a compute always is; a compute needs a place. */
  #starts(record: EntityRecord, direct: Direct, cause: Cause): boolean | 'no room' {
    if (record.kind !== COMPUTE) return true;
    const how = cause === 'asked' ? 'must' : direct.run;
    if (how === undefined) return false;
    return this.#parts.slots.take(record.id, record.tenant, how) ? true : 'no room';
  }

  async #make(record: EntityRecord, start: boolean): Promise<DirectAnswer<View>> {
    const { vendor } = record;
    if (vendor === undefined) return { type: 'failed', code: 'vendor_gone', detail: 'no vendor', passing: false };
    const ends: { source?: Ref; target?: Ref } = {};
    for (const which of ['source', 'target'] as const) {
      const end = record[which];
      if (end === undefined) continue;
      const found = await this.#endOf(end.location);
      if (found === undefined)
        return {
          type: 'refused',
          code: 'end_missing',
          detail: `${end.location} is not there at ${vendor}`,
          passing: false,
        };
      ends[which] = found;
    }
    return this.#parts.vendors.create(vendor, { ...orderOf(record, start), ...ends }, callOf(record));
  }

  /** One end of a link at its vendor, made for it if need be. */
  async #endOf(location: string): Promise<Ref | undefined> {
    const id = this.#parts.registry().parseReference(location);
    if (id === undefined) return undefined;
    const end = await this.#turns.run(id, async () => {
      const record = await this.#parts.store.get(id);
      if (record === undefined || record.hidden || refOf(record) !== undefined) return record;
      return this.#bringUp(record, 'linked');
    });
    const ref = end === undefined || end.hidden ? undefined : refOf(end);
    if (end === undefined || ref === undefined) return undefined;
    const { sla } = end.internal as ResourceInternal;
    return { ref, kind: end.kind, ...(sla === undefined ? {} : { sla: sla as EntityId }) };
  }

  async #made(record: EntityRecord, view: View, unasked: boolean): Promise<EntityRecord | undefined> {
    const names = this.#parts.names(record.kind);
    const direct = directOf(record);
    if (record.kind === COMPUTE && view.state !== 'active') this.#parts.slots.release(record.id);
    return this.#journal.change(
      record,
      (before) => ({
        ...atRest(before),
        ...delivered(before, view, names),
        internal: {
          ...before.internal,
          ref: view.ref,
          direct: { key: direct?.key ?? '', asked: true, ...(unasked ? { unasked } : {}) },
        },
      }),
      { code: 'provisioned', detail: view.message },
    );
  }

  /** No room for one that was to come up only if there is: it stays as it is. */
  async #notStarted(record: EntityRecord, direct: Direct): Promise<EntityRecord> {
    if (direct.run === 'must')
      return (
        (await this.#refused(
          record,
          { type: 'refused', code: 'capacity', detail: noRoom(this.#parts.slots).message, passing: false },
          'due',
        )) ?? record
      );
    const kept: Direct = { key: direct.key, ...(direct.asked === undefined ? {} : { asked: direct.asked }) };
    return (
      (await this.#journal.change(record, (before) => ({
        ...atRest(before),
        internal: withDirect(before, kept),
      }))) ?? record
    );
  }

  /** Later again, or in error: where a client asked for it, it stays as it was and the client is told. */
  #refused(record: EntityRecord, answer: NoAnswer, cause: Cause): Promise<EntityRecord | undefined> {
    const names = this.#parts.names(record.kind);
    const direct = directOf(record) ?? { key: '' };
    const attempts = (direct.attempts ?? 0) + 1;
    const again = answer.passing && answer.type === 'failed' && attempts < MOST_TRIES && direct.run === 'must';
    this.#parts.log.warn(
      { resource: record.id, vendor: record.vendor, attempts, code: answer.code, detail: answer.detail },
      'not provisioned',
    );
    if (again || cause === 'asked')
      return this.#journal.change(record, (before) => {
        const next = {
          ...atRest(before),
          internal: withDirect(before, { ...direct, attempts }),
          attributes: stated(before.attributes, names, before.state ?? '', again ? answer.detail : undefined),
        };
        return again ? { ...next, due: { at: this.#parts.clock.now() + wait(attempts), action: 'provision' } } : next;
      });
    const inError = direct.run === 'must';
    return this.#journal.change(
      record,
      (before) => ({
        ...atRest(before),
        internal: withDirect(before, { key: direct.key, asked: true }),
        attributes: stated(
          before.attributes,
          names,
          inError ? 'error' : (before.state ?? ''),
          inError ? answer.detail : undefined,
        ),
        ...(inError ? { state: 'error' } : {}),
      }),
      { code: answer.code, detail: answer.detail },
    );
  }

  async #destroy(record: EntityRecord): Promise<void> {
    const { store, vendors, slots, clock, log } = this.#parts;
    if (record.vendor !== undefined) {
      const answer = await vendors.destroy(record.vendor, callOf(record));
      if (answer.type !== 'done') {
        const direct = directOf(record) ?? { key: '' };
        const attempts = (direct.attempts ?? 0) + 1;
        log.warn({ resource: record.id, vendor: record.vendor, attempts, code: answer.code }, 'not taken back yet');
        await this.#journal.change(record, (before) => ({
          ...before,
          internal: withDirect(before, { ...direct, attempts }),
          due: { at: clock.now() + wait(attempts), action: 'destroy' },
        }));
        return;
      }
    }
    slots.release(record.id);
    await store.write([{ op: 'remove', id: record.id }]);
  }

  /** What needs nothing any more has no due. */
  async #rested(record: EntityRecord): Promise<EntityRecord> {
    if (record.due === undefined) return record;
    return (await this.#journal.change(record, atRest)) ?? record;
  }
}

function wait(attempts: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts, 20));
}
