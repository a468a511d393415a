import type { Registry } from '../occi/api.ts';
import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { IdSource } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Vendors } from '../vendor-host/port.ts';
import type { Instruments, SlaListener } from './port.ts';
import type { AgreementTemplate } from './templates.ts';

/** How patient the service is, in milliseconds. */
export interface SlaTimes {
  /** A vendor's answer to an acceptance, where rules name nothing. */
  readonly confirm: number;
  /** Provisioning with its checks, where rules name nothing. */
  readonly provision: number;
  /** Undoing, before what is left is given up as orphans. */
  readonly undo: number;
  /** First wait between tries; it doubles up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** How long a rejected acceptance of unknown fate is watched. */
  readonly ghost: number;
  /** How often it is asked after. */
  readonly ghostEvery: number;
}

export const defaultTimes: SlaTimes = {
  confirm: 30_000,
  provision: 600_000,
  undo: 600_000,
  firstWait: 200,
  longestWait: 30_000,
  ghost: 86_400_000,
  ghostEvery: 600_000,
};

export interface SlaDeps {
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly vendors: Vendors;
  /** The registry exists only when all extensions do; asked for at work, never at construction. */
  readonly registry: () => Registry;
  readonly instruments: Instruments;
  /** Whoever is to be told: compose joins broker and compliance into one. */
  readonly listener: SlaListener;
  readonly times?: Partial<SlaTimes>;
  /** What clients may take and offer as an agreement (GFD.228 section 3.1.1). Default: none. */
  readonly templates?: readonly AgreementTemplate[];
  /** Currency of agreements in which no price is agreed. Default: EUR. */
  readonly currency?: string;
}
