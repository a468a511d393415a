import type { Registry } from '../occi/api.ts';
import type { EntityStore } from '../occi/store.ts';
import type { RuleBook } from '../rules/port.ts';
import type { Clock } from '../shared/clock.ts';
import type { IdSource } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { SlaService } from '../sla/extension.ts';
import type { RateTable } from '../terms/price-compare.ts';
import type { Vendors } from '../vendor-host/port.ts';

/** What holds where neither the call nor its rules say otherwise. */
export interface BrokerDefaults {
  /** ISO 4217. */
  readonly currency: string;
  readonly perVendor: number;
  /** Milliseconds from publishing. */
  readonly replyBy: number;
  /** Milliseconds from `replyBy`. */
  readonly decideBy: number;
  /** A reference, as in `org.parley.cfp.rules`. */
  readonly rules: string;
  /** Milliseconds. */
  readonly confirmBy: number;
  readonly provisionBy: number;
}

export const brokerDefaults: BrokerDefaults = {
  currency: 'EUR',
  perVendor: 5,
  replyBy: 30_000,
  decideBy: 86_400_000,
  rules: 'balanced@1',
  confirmBy: 30_000,
  provisionBy: 600_000,
};

export interface BrokerDeps {
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly vendors: Vendors;
  readonly rules: RuleBook;
  /** Dated exchange rates; without them only prices in the call's own currency can be compared. */
  readonly rates?: RateTable;
  /** The registry exists only when all extensions do; asked for at work, never at construction. */
  readonly registry: () => Registry;
  readonly sla: SlaService;
  readonly defaults?: Partial<BrokerDefaults>;
  /** Called when a large round is over and no other runs: a good moment to collect its garbage. */
  readonly tidy?: () => void;
}
