import type { ProposalInput } from '../rules/facts.ts';
import type { Check } from '../rules/types.ts';
import type { OfferedInstance } from '../terms/resources.ts';
import { compact, type Alike } from './compact.ts';

/** What the broker makes of the resources of an offer. */
export interface Offered {
  /** Every respect in which they are not as called. */
  readonly failed: readonly Check[];
  readonly resources: readonly Alike[];
  /** What facts are made of. */
  readonly instances: ProposalInput['instances'];
}

/**
 * Reads the resources of one offer after the other. Who can make any size offers just what is wanted, so
 * the offers of a call often differ in their price only: those that offer the same as the one before share
 * what is made of it. It is out of the plugins' reach: no vendor can change what another one offered.
 */
export function offeredReader(
  check: (resources: readonly OfferedInstance[]) => readonly Check[],
): (resources: readonly OfferedInstance[]) => Offered {
  const last = new Trail();
  let offered: Offered | undefined;
  return (resources) => {
    if (last.leadsTo(resources) && offered !== undefined) return offered;
    // Whatever goes wrong from here on, nobody is taken for the one before.
    offered = undefined;
    const own = compact(resources).map((alike) => ({ ...alike, attributes: { ...alike.attributes } }));
    offered = {
      failed: check(resources),
      resources: own,
      instances: own.map(({ attributes, at }) => ({ attributes, count: at.length })),
    };
    return offered;
  };
}

const END = Symbol('end of an instance');

/** Every value of a list of instances, in order: what is plain is compared in one walk, and no object is kept. */
class Trail {
  readonly #steps: unknown[] = [];
  #length = 0;
  #at = 0;
  #same = false;

  /** Are these as the ones before? What holds more than plain values never is. The next is compared with these. */
  leadsTo(resources: readonly OfferedInstance[]): boolean {
    this.#at = 0;
    this.#same = true;
    for (const { for: id, index, kind, mixins, source, target, attributes } of resources) {
      this.#step(id);
      this.#step(index);
      this.#step(kind);
      this.#step(source);
      this.#step(target);
      for (const mixin of mixins) this.#step(mixin);
      this.#step(END);
      for (const name in attributes) {
        const value = attributes[name];
        if (typeof value === 'object') this.#same = false;
        this.#step(name);
        this.#step(typeof value === 'object' ? END : value);
      }
      this.#step(END);
    }
    const same = this.#same && this.#at === this.#length;
    this.#length = this.#at;
    return same;
  }

  #step(value: unknown): void {
    if (this.#steps[this.#at] !== value) {
      this.#same = false;
      this.#steps[this.#at] = value;
    }
    this.#at += 1;
  }
}
