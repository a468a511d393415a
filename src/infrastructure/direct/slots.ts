import type { EntityId, TenantId } from '../../shared/ids.ts';

/** How many computes without an agreement one tenant may have running. */
export interface InstanceLimits {
  /** Running at once; one more is a 409 `capacity`. */
  readonly instances: number;
  /** While fewer than these run, one that names no template is started by itself. */
  readonly autostart: number;
}

export const instanceLimits: InstanceLimits = { instances: 16, autostart: 4 };

/** Who runs how many: told in memory, counted anew from the store at each start. */
export class Slots {
  readonly #limits: InstanceLimits;
  readonly #taken = new Map<EntityId, TenantId>();

  constructor(limits: InstanceLimits) {
    this.#limits = limits;
  }

  /** Takes a place for the compute, unless it has one; false: there is none left. `must`: not only by itself. */
  take(id: EntityId, tenant: TenantId, how: 'must' | 'may'): boolean {
    if (this.#taken.has(id)) return true;
    if (this.#of(tenant) >= (how === 'must' ? this.#limits.instances : this.#limits.autostart)) return false;
    this.#taken.set(id, tenant);
    return true;
  }

  /** What is known to run counts, whatever the limit. */
  known(id: EntityId, tenant: TenantId): void {
    this.#taken.set(id, tenant);
  }

  has(id: EntityId): boolean {
    return this.#taken.has(id);
  }

  release(id: EntityId): void {
    this.#taken.delete(id);
  }

  ids(): readonly EntityId[] {
    return [...this.#taken.keys()];
  }

  get most(): number {
    return this.#limits.instances;
  }

  #of(tenant: TenantId): number {
    let count = 0;
    for (const each of this.#taken.values()) if (each === tenant) count += 1;
    return count;
  }
}
