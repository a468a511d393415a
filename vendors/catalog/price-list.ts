import { gunzipSync } from 'node:zlib';
import { BILLION, HEADER, parsePrice } from './list-format.ts';
import type { Architecture } from './list-format.ts';
import { decimal, decimalText } from '../../src/vendor-kit/index.ts';

/** A machine type as the list states it. */
export interface MachineType {
  readonly name: string;
  readonly cores: number;
  /** GiB */
  readonly memory: number;
  readonly accelerators: number;
  readonly architecture: Architecture;
}

/** The offers of one region, cheapest first: positions in `types`, and billionths an hour. */
export interface RegionOffers {
  readonly region: string;
  readonly types: Uint16Array;
  readonly prices: Float64Array;
}

/** A whole price list, held compactly: a few bytes for each offer. */
export interface PriceList {
  readonly types: readonly MachineType[];
  readonly regions: readonly RegionOffers[];
  readonly currency: string;
  /** Rows read; offers with a price; rows dropped because they have none. */
  readonly rows: number;
  readonly offers: number;
  readonly unpriced: readonly string[];
  /** Offers whose memory the list does not state, so that they cannot be proposed. */
  readonly incomplete: number;
}

/** What is wrong with a list file, line by line. */
export class PriceListError extends Error {}

const SHOWN = 10;
const MOST_TYPES = 65_536;

/**
 * Reads a price list of the form that list-format.ts documents.
 *
 * @throws PriceListError naming the lines that are wrong; nothing is guessed
 */
export function readPriceList(file: Uint8Array): PriceList {
  const text = (file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : Buffer.from(file)).toString('utf8');
  return new ListReader(text).read();
}

class ListReader {
  readonly #text: string;
  readonly #types: MachineType[] = [];
  readonly #typeOf = new Map<string, number>();
  readonly #regions = new Map<string, { types: number[]; prices: number[] }>();
  readonly #wrong: string[] = [];
  readonly #unpriced: string[] = [];
  #currency: string | undefined;
  #rows = 0;
  #incomplete = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): PriceList {
    let line = 0;
    let headed = false;
    for (let at = 0; at < this.#text.length;) {
      const newline = this.#text.indexOf('\n', at);
      const end = newline < 0 ? this.#text.length : newline;
      line++;
      if (end > at && this.#text[at] !== '#') {
        if (headed) this.#row(at, end, line);
        else if (this.#text.slice(at, end).trimEnd() === HEADER) headed = true;
        else throw new PriceListError(`line ${line}: the header must be ${HEADER}`);
      }
      at = end + 1;
    }
    if (!headed) throw new PriceListError(`the header must be ${HEADER}`);
    if (this.#wrong.length > 0) throw new PriceListError(this.#wrong.slice(0, SHOWN).join('; '));
    const regions = [...this.#regions].map(([region, offers]) => sorted(region, offers));
    return {
      types: this.#types,
      regions: regions.sort((a, b) => (a.region < b.region ? -1 : 1)),
      currency: this.#currency ?? 'USD',
      rows: this.#rows,
      offers: regions.reduce((sum, { types }) => sum + types.length, 0),
      unpriced: this.#unpriced,
      incomplete: this.#incomplete,
    };
  }

  /** One row: `type,cores,memory,accelerators,architecture` is looked up as a whole. */
  #row(from: number, end: number, line: number): void {
    const text = this.#text;
    this.#rows++;
    let cut = from - 1;
    for (let commas = 0; commas < 5; commas++) {
      cut = text.indexOf(',', cut + 1);
      if (cut < 0 || cut >= end) {
        this.#fault(line, 'eight fields are wanted');
        return;
      }
    }
    const afterRegion = text.indexOf(',', cut + 1);
    const afterCurrency = text.indexOf(',', afterRegion + 1);
    if (afterRegion < 0 || afterCurrency < 0 || afterCurrency >= end) {
      this.#fault(line, 'eight fields are wanted');
      return;
    }
    const currency = text.slice(afterRegion + 1, afterCurrency);
    this.#currency ??= own(currency);
    if (currency !== this.#currency) {
      this.#fault(line, `currency ${currency}, not ${this.#currency}`);
      return;
    }
    const type = this.#type(text.slice(from, cut), line);
    if (type === undefined) return;
    const region = text.slice(cut + 1, afterRegion);
    const price = parsePrice(text.slice(afterCurrency + 1, end).trimEnd());
    if (price === undefined) {
      this.#unpriced.push(`${this.#types[type]?.name ?? ''} in ${own(region)}`);
      return;
    }
    let offers = this.#regions.get(region);
    if (offers === undefined) this.#regions.set(own(region), (offers = { types: [], prices: [] }));
    offers.types.push(type);
    offers.prices.push(price);
    if (this.#types[type]?.memory === 0) this.#incomplete++;
  }

  #type(key: string, line: number): number | undefined {
    const known = this.#typeOf.get(key);
    if (known !== undefined) return known;
    const [name = '', cores = '', memory = '', accelerators = '', architecture = ''] = key.split(',');
    if (name === '' || !/^[1-9]\d*$/.test(cores) || !/^\d+(?:\.\d+)?$/.test(memory) || !/^\d+$/.test(accelerators)) {
      this.#fault(line, `${key} has no usable size`);
      return undefined;
    }
    if (architecture !== 'x64' && architecture !== 'arm64') {
      this.#fault(line, `architecture ${architecture} is not known`);
      return undefined;
    }
    if (this.#types.length >= MOST_TYPES) {
      this.#fault(line, `more than ${MOST_TYPES} machine types`);
      return undefined;
    }
    const made: MachineType = {
      name: own(name),
      cores: Number(cores),
      memory: Number(memory),
      accelerators: Number(accelerators),
      architecture,
    };
    this.#typeOf.set(own(key), this.#types.length);
    return this.#types.push(made) - 1;
  }

  #fault(line: number, what: string): void {
    this.#wrong.push(`line ${line}: ${what}`);
  }
}

/** A string of its own: a slice would keep the whole file's text in memory. */
function own(slice: string): string {
  return Buffer.from(slice).toString();
}

function sorted(region: string, offers: { readonly types: number[]; readonly prices: number[] }): RegionOffers {
  const { types, prices } = offers;
  const order = prices.map((_, at) => at).sort((a, b) => (prices[a] ?? 0) - (prices[b] ?? 0));
  return {
    region,
    types: Uint16Array.from(order, (at) => types[at] ?? 0),
    prices: Float64Array.from(order, (at) => prices[at] ?? 0),
  };
}

/** The price as decimal text: exactly what the list said. */
export function priceText(billionths: number): string {
  return decimalText(decimal(billionths).div(BILLION));
}
