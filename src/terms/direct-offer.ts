import type { TypeId, VendorId } from '../shared/ids.ts';

/** Something that a compute can run. Scheme and term make the type; the term is lower case, without dots. */
export interface OsTemplate {
  readonly mixin: TypeId;
  readonly title: string;
}

/** A size by name: whole cores, memory and ephemeral disk in GiB. */
export interface SizeTemplate {
  readonly mixin: TypeId;
  readonly title: string;
  readonly cores: number;
  readonly memory: number;
  readonly disk?: number;
}

/** What a connected vendor does for customers who post resources without an agreement. */
export interface DirectOffer {
  readonly vendor: VendorId;
  readonly title: string;
  /** Kinds that may be posted; empty: none. */
  readonly kinds: readonly TypeId[];
  readonly whyNot?: string;
  readonly templates: readonly OsTemplate[];
  readonly sizes: readonly SizeTemplate[];
}
