import { attributes, kinds, placeFits, placement, satisfies, smallestThatFits } from '../../src/vendor-kit/index.ts';
import type { Constraint, Json, Want, WantedResource, Wants } from '../../src/vendor-kit/index.ts';
import type { MachineType, PriceList, RegionOffers } from './price-list.ts';
import type { CatalogSettings, StoragePrice } from './settings.ts';

/** The cheapest machine in a region for one wanted compute. */
export interface Machine {
  readonly type: MachineType;
  /** Billionths an hour. */
  readonly price: number;
}

export interface Volume {
  /** GiB */
  readonly size: number;
  /** Undefined: the list has no price for volumes here. */
  readonly price: StoragePrice | undefined;
}

/** What a region has to offer for everything wanted. */
export interface RegionChoice {
  readonly region: string;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly volumes: ReadonlyMap<string, Volume>;
}

/** Where nothing is stated, what any provider makes. */
const ANY_VOLUME = { least: 1, most: 16_384, step: 1 };

/** A price list with all that is needed to answer from it in milliseconds. */
export class Market {
  readonly #list: PriceList;
  readonly #settings: CatalogSettings;
  readonly #storage: ReadonlyMap<string, StoragePrice>;

  constructor(list: PriceList, settings: CatalogSettings) {
    this.#list = list;
    this.#settings = settings;
    this.#storage = new Map(
      settings.storage.flatMap((price) => price.regions.map((region) => [region, price] as const)),
    );
  }

  get list(): PriceList {
    return this.#list;
  }

  placeOf(region: string): Readonly<Record<string, Json>> {
    const country = this.#settings.countries[region];
    return {
      [placement.provider]: this.#settings.provider,
      [placement.region]: region,
      ...(country === undefined ? {} : { [placement.country]: country }),
    };
  }

  /** The regions that fit, with the cheapest machine for each wanted compute. */
  choices(wants: Wants): RegionChoice[] {
    const fitting = new Map(
      wants.resources
        .filter(({ wanted }) => wanted.kind === kinds.compute)
        .map((want) => [want.wanted.id, this.#fitting(want)] as const),
    );
    const found: RegionChoice[] = [];
    for (const offers of this.#list.regions) {
      const choice = this.#choose(offers, wants, fitting);
      if (choice !== undefined) found.push(choice);
    }
    return found;
  }

  #choose(offers: RegionOffers, wants: Wants, fitting: ReadonlyMap<string, Uint8Array>): RegionChoice | undefined {
    const place = this.placeOf(offers.region);
    if (![...wants.resources, ...wants.links].every((want) => placeFits(want, place))) return undefined;
    const machines = new Map<string, Machine>();
    const volumes = new Map<string, Volume>();
    for (const { wanted, sizes } of wants.resources) {
      const types = fitting.get(wanted.id);
      if (types !== undefined) {
        const machine = this.#cheapest(offers, types);
        if (machine === undefined) return undefined;
        machines.set(wanted.id, machine);
      } else if (wanted.kind === kinds.storage) {
        const price = this.#storage.get(offers.region);
        const size = smallestThatFits(sizes[attributes.size], price === undefined ? ANY_VOLUME : { ...price, step: 1 });
        if (size === undefined) return undefined;
        volumes.set(wanted.id, { size, price });
      }
    }
    return { region: offers.region, machines, volumes };
  }

  /** Which types meet what is wanted. OCCI has no accelerators, so machines that have some are left out. */
  #fitting({ sizes }: Want<WantedResource>): Uint8Array {
    const { types } = this.#list;
    const fits = new Uint8Array(types.length);
    types.forEach((type, at) => {
      const meets =
        type.accelerators === 0 &&
        type.memory > 0 &&
        meetsAll(sizes, {
          [attributes.cores]: type.cores,
          [attributes.memory]: type.memory,
          [attributes.architecture]: type.architecture,
        });
      fits[at] = meets ? 1 : 0;
    });
    return fits;
  }

  #cheapest(offers: RegionOffers, fits: Uint8Array): Machine | undefined {
    for (let at = 0; at < offers.types.length; at++) {
      const position = offers.types[at] ?? 0;
      const type = fits[position] === 1 ? this.#list.types[position] : undefined;
      if (type !== undefined) return { type, price: offers.prices[at] ?? 0 };
    }
    return undefined;
  }
}

function meetsAll(wanted: Readonly<Record<string, Constraint>>, values: Readonly<Record<string, Json>>): boolean {
  for (const name in wanted) {
    const constraint = wanted[name];
    if (constraint !== undefined && !satisfies(constraint, values[name])) return false;
  }
  return true;
}
