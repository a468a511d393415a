import type { EntityStore } from '../occi/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Job } from './scheduler.ts';
import type { Sweeper } from './sweeper.ts';

/** How long an Idempotency-Key counts (api.md: 7 days). */
export const IDEMPOTENCY_MS = 7 * 24 * 3600 * 1000;

export interface JobDeps {
  readonly sweeper: Sweeper;
  readonly entities: EntityStore;
  /** Looks after the resources of all SLAs in force; answers how many changed. */
  readonly watch?: () => Promise<number>;
  /** Forgets samples that are no longer needed; answers how many. */
  readonly retention?: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Every job of the service. Deadlines are not jobs: they are data, and the sweep finds them. */
export function serviceJobs(deps: JobDeps): readonly Job[] {
  const { sweeper, entities, watch, retention, clock, log } = deps;
  const jobs: Job[] = [
    {
      name: 'sweep',
      rule: '* * * * * *',
      atStart: true,
      async run() {
        await sweeper.sweep();
      },
    },
    {
      name: 'expire-idempotency-keys',
      rule: '20 */10 * * * *',
      async run() {
        const expired = await entities.expireIdempotent(clock.now() - IDEMPOTENCY_MS);
        if (expired > 0) log.info({ expired }, 'idempotency keys expired');
      },
    },
  ];
  if (watch !== undefined)
    jobs.push({
      name: 'watch-resources',
      rule: '*/5 * * * * *',
      async run() {
        const changed = await watch();
        if (changed > 0) log.info({ changed }, 'resources changed by themselves');
      },
    });
  if (retention !== undefined)
    jobs.push({
      name: 'retention',
      rule: '40 7 * * * *',
      async run() {
        const deleted = await retention();
        if (deleted > 0) log.info({ deleted }, 'old samples deleted');
      },
    });
  return jobs;
}
