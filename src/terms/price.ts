import type { IsoDuration } from '../shared/duration.ts';

export type Per = 'second' | 'hour' | 'day' | 'month' | 'year' | 'once' | 'unit';

/** One priced thing. `amount` is a decimal string, for each listed index and unit of quantity. */
export interface PriceItem {
  readonly id: string;
  /** Id of a wanted resource or link; absent for what belongs to the whole, such as a set-up fee. */
  readonly for?: string;
  readonly index?: readonly number[];
  /** compute, storage, attachment, traffic.out, setup, licence, … */
  readonly what: string;
  readonly amount: string;
  readonly per: Per;
  readonly while?: 'allocated' | 'running';
  readonly increment?: IsoDuration;
  readonly unit?: string;
  readonly quantity?: string;
}

/** What a vendor states. Sums are the broker's (api.md, What comes back). */
export interface Quote {
  readonly currency: string;
  readonly tax: 'excluded' | 'included';
  readonly source: 'list' | 'quote';
  /** Date of the price list, or of the quote. */
  readonly asof: string;
  readonly fixeduntil?: string;
  readonly minimum?: { readonly period: IsoDuration; readonly notice: IsoDuration; readonly exit: string };
  readonly items: readonly PriceItem[];
  /** Wanted instances or links that have no price: `web`, `mount`. */
  readonly unpriced: readonly string[];
  /** Usage that is priced but not stated in the CFP. */
  readonly open: readonly string[];
}

/** Decimal strings; absent sums: something is unpriced, or (`total`) the period is open. */
export interface Sums {
  readonly hour?: string;
  readonly month?: string;
  readonly once?: string;
  readonly total?: string;
}

export interface Price extends Quote, Sums {
  readonly compare?: Sums & {
    readonly currency: string;
    readonly rate: string;
    readonly date: string;
    readonly source: string;
  };
}

/** Expected use that costs (api.md, Other attributes). */
export interface Usage {
  readonly of?: string;
  readonly what: string;
  readonly quantity: string;
  readonly unit: string;
  readonly per: 'hour' | 'day' | 'month' | 'year' | 'once';
  readonly each?: boolean;
}
