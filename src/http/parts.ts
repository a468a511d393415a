import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Random } from '../shared/random.ts';
import type { Auth } from '../auth/index.ts';
import type { EventFeed } from '../notify/index.ts';
import type { Engine } from '../occi/api.ts';

export type HealthState = 'starting' | 'ready' | 'stopping';

/** What the service says of itself. */
export interface Health {
  state(): HealthState;
  /** Named checks for `/health/ready`, such as the store's; one that is not `ok` makes it 503. */
  checks?(): Promise<Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>>;
}

/** A token bucket: `perSecond` in the long run, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Limits {
  /** Bytes of a body. */
  readonly body: number;
  /** Requests of one principal; null: no limit. */
  readonly requests: Rate | null;
  /** Failed authentications from one address; null: no limit. */
  readonly failures: Rate | null;
}

export const defaultLimits: Limits = {
  body: 1024 * 1024,
  requests: { perSecond: 5000, burst: 10_000 },
  failures: { perSecond: 1, burst: 30 },
};

/** What the HTTP face is made of. */
export interface AppParts {
  readonly engine: Engine;
  readonly auth: Pick<Auth, 'authenticate'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly health: Health;
  readonly events: EventFeed;
  readonly limits: Limits;
  /** What URLs that are shown begin with, without a slash at the end. */
  readonly baseUrl: string;
  /** The product's version. */
  readonly version: string;
  readonly clock?: Clock;
  readonly random?: Random;
}
