import {
  VendorFault,
  defineVendor,
  eligible,
  ineligible,
  infrastructure,
  kinds,
  propose,
  readWants,
  reason,
  refusal,
  refuse,
  reject,
} from '../../src/vendor-kit/index.ts';
import type {
  Acceptance,
  CfpView,
  Ctx,
  Eligibility,
  Host,
  Json,
  Reply,
  Vendor,
  VendorProfile,
} from '../../src/vendor-kit/index.ts';
import { Market } from './market.ts';
import { WHY_NOT, makeOffers } from './offers.ts';
import { readPriceList } from './price-list.ts';
import { configSchema, settingsOf } from './settings.ts';
import type { CatalogSettings } from './settings.ts';
import { commitmentsOf, readTemplate } from './sla-template.ts';
import type { SlaTemplate } from './sla-template.ts';

const HOUR = 3_600_000;
const SUPPORTED = Object.values(kinds);

/** Offers from a provider's price list: the market, without an account to buy with. */
class Catalog implements Vendor {
  readonly #host: Host;
  readonly #settings: CatalogSettings;
  readonly #market: Market;
  readonly #templates: readonly SlaTemplate[];

  constructor(host: Host, settings: CatalogSettings, market: Market, templates: readonly SlaTemplate[]) {
    this.#host = host;
    this.#settings = settings;
    this.#market = market;
    this.#templates = templates;
  }

  describe(): Promise<VendorProfile> {
    const { list } = this.#market;
    const { countries, provider, title, asof, source, sla, storage, notes } = this.#settings;
    const regions = list.regions.map(({ region }) => region);
    return Promise.resolve({
      title,
      provider,
      kinds: SUPPORTED,
      regions,
      countries: [...new Set(regions.flatMap((region) => countries[region] ?? []))].sort(),
      currency: list.currency,
      levels: [],
      whyNot: WHY_NOT,
      internal: false,
      facts: {
        offers: list.offers,
        rows: list.rows,
        dropped: list.unpriced.length,
        incomplete: list.incomplete,
        types: list.types.length,
        asof,
        source,
        sla,
        notes,
        storage: storage.map(
          (price) => `${price.product}: ${price.regions.join(', ')} (${price.source}, ${price.asof})`,
        ),
      },
    });
  }

  canOffer(cfp: CfpView): Promise<Eligibility> {
    const read = readWants(cfp, { kinds: infrastructure });
    return Promise.resolve(read.ok ? eligible : ineligible(read.why));
  }

  getOffer(cfp: CfpView, ctx: Ctx): Promise<Reply> {
    ctx.signal.throwIfAborted();
    const read = readWants(cfp, { kinds: infrastructure });
    if (!read.ok) return Promise.resolve(refuse(read.why));
    const validUntil = Math.max(this.#host.clock.now(), cfp.replyBy) + this.#settings.validHours * HOUR;
    const levels = commitmentsOf(cfp, this.#templates);
    const offers = makeOffers(cfp, read.wants, this.#market, this.#settings, levels, validUntil);
    if (offers.length === 0)
      return Promise.resolve(refuse(reason(refusal.noFit, 'no region of the price list has what is wanted')));
    return Promise.resolve(propose(offers));
  }

  acceptOffer(): Promise<Acceptance> {
    return Promise.resolve(reject(reason(refusal.notAwardable, WHY_NOT)));
  }

  refuseOffer(): Promise<void> {
    return Promise.resolve();
  }

  getAgreement(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  provision(): Promise<never> {
    return Promise.reject(unsupported());
  }

  /** Nothing is ever made, so there is never anything to undo. */
  deprovision(): Promise<void> {
    return Promise.resolve();
  }

  getInfo(): Promise<never> {
    return Promise.reject(unsupported());
  }

  perform(): Promise<never> {
    return Promise.reject(unsupported());
  }

  cancel(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function unsupported(): VendorFault {
  return new VendorFault('unsupported', false, WHY_NOT);
}

export default defineVendor({
  id: 'catalog',
  contractVersion: 1,
  title: 'Offers from a provider’s price list',
  capabilities: { holds: false, counter: false, provisions: false, actions: [], measures: [] },
  configSchema,
  async create(host) {
    const name = host.config['preset'];
    const preset =
      typeof name === 'string'
        ? (JSON.parse((await host.readFile(`presets/${name}.json`)).toString('utf8')) as Json)
        : {};
    const settings = settingsOf(preset, host.config);
    const market = new Market(readPriceList(await host.readFile(settings.list)), settings);
    const templates = await Promise.all(
      settings.sla.map(async (sla) => readTemplate(await host.readFile(`sla-templates/${sla}.json`), sla)),
    );
    tellWhatIsMissing(host, market, settings);
    return new Catalog(host, settings, market, templates);
  },
});

function tellWhatIsMissing(host: Host, { list }: Market, settings: CatalogSettings): void {
  if (list.unpriced.length > 0)
    host.log.warn(
      { list: settings.list, dropped: list.unpriced.length, rows: list.rows, which: list.unpriced.slice(0, 20) },
      'ROWS WITHOUT A PRICE were dropped from the price list',
    );
  if (list.incomplete > 0)
    host.log.warn(
      { list: settings.list, incomplete: list.incomplete },
      'offers whose memory the price list does not state are never proposed',
    );
  const homeless = list.regions.filter(({ region }) => settings.countries[region] === undefined);
  if (homeless.length > 0)
    host.log.warn(
      { list: settings.list, regions: homeless.map(({ region }) => region) },
      'regions without a country: they meet no wanted country',
    );
}
