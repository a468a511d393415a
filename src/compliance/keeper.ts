import { isDeepStrictEqual } from 'node:util';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import type { Json } from '../shared/json.ts';
import { changed, createWrite, defined, updateWrite, type Change, type Told } from './change.ts';
import type { ComplianceTimes } from './deps.ts';
import type { LiveReport } from './live.ts';
import { creditType } from './names.ts';

type Why = Omit<Told, 'actor'> & { readonly actor?: string };

/**
 * Writes violations and credits for an evaluation: one conditional write each, so that nothing is
 * doubled by a crash or another replica. A write that misses is left to the next evaluation, which
 * reads again.
 */
export class Keeper {
  readonly now: Instant;
  readonly times: ComplianceTimes;
  readonly #store: EntityStore;
  readonly #live: LiveReport;
  /** Something was changed by somebody else meanwhile. */
  missed = false;
  /** How much was written. */
  writes = 0;

  constructor(store: EntityStore, live: LiveReport, now: Instant, times: ComplianceTimes) {
    this.#store = store;
    this.#live = live;
    this.now = now;
    this.times = times;
  }

  violations(wanted: (record: EntityRecord) => boolean): readonly EntityRecord[] {
    return [...(this.#live.violations?.values() ?? [])].filter(wanted);
  }

  credits(wanted: (record: EntityRecord) => boolean): readonly EntityRecord[] {
    return [...(this.#live.credits?.values() ?? [])].filter(wanted);
  }

  /** The new record, or the one that was there already. */
  async create(record: EntityRecord, why: Why = {}): Promise<EntityRecord | undefined> {
    const result = await this.#store.write([createWrite(record, { actor: 'broker', ...why })]);
    if (result.ok) this.writes++;
    else this.missed = true;
    const stored = result.ok ? record : await this.#store.get(record.id);
    if (stored !== undefined) this.#remember(stored);
    return stored;
  }

  async update(record: EntityRecord, change: Change, why?: Why): Promise<EntityRecord | undefined> {
    const after = changed(record, this.now, change);
    const told = why === undefined ? undefined : { actor: 'broker', ...why };
    const result = await this.#store.write([updateWrite(record, after, told)]);
    if (result.ok) {
      this.writes++;
      this.#remember(after);
      return after;
    }
    this.missed = true;
    const stored = await this.#store.get(record.id);
    if (stored === undefined) this.#forget(record.id);
    else this.#remember(stored);
    return undefined;
  }

  /** Writes attributes where they differ; no history, no event. */
  async refresh(record: EntityRecord, attributes: Readonly<Record<string, Json | undefined>>): Promise<void> {
    const differs = Object.entries(defined(attributes)).some(
      ([name, value]) => !isDeepStrictEqual(record.attributes[name], value),
    );
    if (differs) await this.update(record, { attributes });
  }

  #remember(record: EntityRecord): void {
    (record.kind === creditType ? this.#live.credits : this.#live.violations)?.set(record.id, record);
  }

  #forget(id: EntityId): void {
    this.#live.violations?.delete(id);
    this.#live.credits?.delete(id);
  }
}
