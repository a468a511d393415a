import { typeOf, type Mixin } from '../../occi/category.ts';
import type { TypeId, VendorId } from '../../shared/ids.ts';
import type { DirectOffer, OsTemplate, SizeTemplate } from '../../terms/direct-offer.ts';
import { mixin, sizeAttributes } from '../mixins.ts';
import { COMPUTE, NETWORK, NETWORKINTERFACE, OS_TPL, RESOURCE_TPL, STORAGE, STORAGELINK, VENDORS } from '../names.ts';
import type { DirectVendors } from './port.ts';

/**
 * What connected vendors give without an agreement, as mixins: one that names each vendor, and what they
 * really can run (GFD.224 section 4.5). A price list that nothing can be provisioned from has no templates here.
 */
export class Market {
  readonly mixins: readonly Mixin[];
  readonly #offers: ReadonlyMap<VendorId, DirectOffer>;
  readonly #preferred: VendorId | undefined;
  /** Vendors by the mixin that names them, and by the templates that they offer. */
  readonly #named = new Map<TypeId, VendorId>();
  readonly #offering = new Map<TypeId, VendorId[]>();
  readonly #running = new Set<TypeId>();
  readonly #sizes = new Map<TypeId, Mixin>();

  constructor(direct: Pick<DirectVendors, 'offers'> | undefined, preferred?: VendorId) {
    const offers = direct?.offers() ?? [];
    this.#offers = new Map(offers.map((offer) => [offer.vendor, offer]));
    this.#preferred = preferred ?? offers.find(({ kinds }) => kinds.length > 0)?.vendor;
    const made = new Map<TypeId, Mixin>();
    for (const offer of offers) {
      const tag = tagOf(offer);
      made.set(typeOf(tag), tag);
      this.#named.set(typeOf(tag), offer.vendor);
      for (const template of offer.templates) {
        this.#offer(template.mixin, offer.vendor);
        this.#running.add(template.mixin);
        if (!made.has(template.mixin)) made.set(template.mixin, templateOf(template, `/os_tpl/${offer.vendor}/`));
      }
      for (const size of offer.sizes) {
        this.#offer(size.mixin, offer.vendor);
        const known = this.#sizes.get(size.mixin) ?? sizeOf(size, `/resource_tpl/${offer.vendor}/`);
        this.#sizes.set(size.mixin, known);
        made.set(size.mixin, known);
      }
    }
    this.mixins = [...made.values()];
  }

  /** Templates of sizes that vendors have beside those of the profile. */
  get sizes(): ReadonlyMap<TypeId, Mixin> {
    return this.#sizes;
  }

  /** Is it something that a compute runs, of some vendor? */
  runs(type: TypeId): boolean {
    return this.#running.has(type);
  }

  /** The vendor that a mixin names outright. */
  named(type: TypeId): VendorId | undefined {
    return this.#named.get(type);
  }

  /** The vendors that have a template; undefined: it is no vendor's. */
  offering(type: TypeId): readonly VendorId[] | undefined {
    return this.#offering.get(type);
  }

  offer(vendor: VendorId): DirectOffer | undefined {
    return this.#offers.get(vendor);
  }

  /** The configured vendor, or the first that provisions at all. */
  get preferred(): VendorId | undefined {
    return this.#preferred;
  }

  /** A template that was made of an instance. */
  learn(type: TypeId, vendor: VendorId): void {
    this.#offer(type, vendor);
    this.#running.add(type);
  }

  #offer(type: TypeId, vendor: VendorId): void {
    const vendors = this.#offering.get(type) ?? [];
    if (!vendors.includes(vendor)) vendors.push(vendor);
    this.#offering.set(type, vendors);
  }
}

/** Without what clients take for the end of a value in a header of categories, also within quotes. */
function plain(title: string): string {
  return title.replace(/[,;"\\\s]+/g, ' ').trim();
}

function tagOf({ vendor, title }: DirectOffer): Mixin {
  return mixin(VENDORS, vendor, `Provisioned by ${plain(title)}`, `/vendor/${vendor}/`, {
    applies: [COMPUTE, STORAGE, NETWORK, STORAGELINK, NETWORKINTERFACE],
  });
}

/** GFD.224 section 4.5.1. */
export function templateOf({ mixin: type, title }: OsTemplate, under: string): Mixin {
  const [scheme, term] = parted(type);
  return mixin(scheme, term, plain(title), `${under}${term}/`, { depends: [OS_TPL], applies: [COMPUTE] });
}

/** GFD.224 section 4.5.2. */
function sizeOf({ mixin: type, title, cores, memory, disk }: SizeTemplate, under: string): Mixin {
  const [scheme, term] = parted(type);
  return mixin(scheme, term, plain(title), `${under}${term}/`, {
    depends: [RESOURCE_TPL],
    applies: [COMPUTE],
    attributes: sizeAttributes(cores, memory, disk),
  });
}

function parted(type: TypeId): readonly [scheme: string, term: string] {
  const cut = type.indexOf('#') + 1;
  return [type.slice(0, cut), type.slice(cut)];
}
