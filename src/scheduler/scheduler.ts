import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { cronTimetable, type Timetable } from './timetable.ts';

/** Work that is done again and again. */
export interface Job {
  /** Unique, and stable: it names the job in logs and metrics. */
  readonly name: string;
  /** A cron line with seconds, in UTC: `* * * * * *` is each second. */
  readonly rule: string;
  /** Run once as soon as the scheduler starts, too. */
  readonly atStart?: boolean;
  /** `signal` is aborted when the scheduler stops. What it throws is logged and counted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface Scheduler {
  /** Throws `RangeError` for a rule that cannot be read, before any job runs. */
  start(): void;
  /** Runs a job now; resolves when the run that is then going on has ended. Throws `RangeError` for an unknown name. */
  runNow(name: string): Promise<void>;
  /** How often each job ran, failed, and was skipped because the run before it was still going on. */
  figures(): Readonly<Record<string, JobFigures>>;
  /** No more runs; waits for running work until `deadlineMs` are over, and answers the names of what still runs. */
  stop(deadlineMs: number): Promise<readonly string[]>;
}

export interface JobFigures {
  readonly runs: number;
  readonly failures: number;
  readonly skipped: number;
}

export interface SchedulerDeps {
  readonly jobs: readonly Job[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly timetable?: Timetable;
}

interface Entry {
  readonly job: Job;
  runs: number;
  failures: number;
  skipped: number;
  running: Promise<void> | undefined;
}

/** Named jobs that never overlap with themselves: a tick that comes while the job still runs is skipped and counted. */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock, log, metrics } = deps;
  const timetable = deps.timetable ?? cronTimetable;
  const entries = new Map<string, Entry>();
  for (const job of deps.jobs) {
    if (entries.has(job.name)) throw new RangeError(`two jobs are named ${job.name}`);
    entries.set(job.name, { job, runs: 0, failures: 0, skipped: 0, running: undefined });
  }
  const aborter = new AbortController();
  const cancels: (() => void)[] = [];
  let started = false;

  async function perform(entry: Entry): Promise<void> {
    const { name } = entry.job;
    const began = clock.elapsed();
    let outcome = 'done';
    try {
      await entry.job.run(aborter.signal);
    } catch (error) {
      if (!aborter.signal.aborted) {
        outcome = 'failed';
        entry.failures += 1;
        log.error({ job: name, err: error }, 'job failed');
      }
    } finally {
      entry.runs += 1;
      entry.running = undefined;
      metrics.count('parley_job_runs_total', 'Runs of scheduled jobs', { job: name, outcome });
      metrics.observe('parley_job_seconds', 'Time that scheduled jobs took', (clock.elapsed() - began) / 1000, {
        job: name,
      });
    }
  }

  function run(entry: Entry): Promise<void> {
    if (aborter.signal.aborted) return Promise.resolve();
    entry.running ??= perform(entry);
    return entry.running;
  }

  function tick(entry: Entry): void {
    if (entry.running === undefined) {
      void run(entry);
      return;
    }
    entry.skipped += 1;
    metrics.count('parley_job_skipped_total', 'Ticks skipped because the run before was still going on', {
      job: entry.job.name,
    });
  }

  return {
    start() {
      if (started) return;
      started = true;
      try {
        for (const entry of entries.values()) {
          cancels.push(
            timetable(entry.job.rule, () => {
              tick(entry);
            }),
          );
        }
      } catch (error) {
        for (const cancel of cancels) cancel();
        throw error;
      }
      for (const entry of entries.values()) if (entry.job.atStart === true) tick(entry);
    },
    runNow(name) {
      const entry = entries.get(name);
      if (entry === undefined) return Promise.reject(new RangeError(`no job is named ${name}`));
      return run(entry);
    },
    figures: () =>
      Object.fromEntries(
        [...entries].map(([name, { runs, failures, skipped }]) => [name, { runs, failures, skipped }]),
      ),
    async stop(deadlineMs) {
      for (const cancel of cancels.splice(0)) cancel();
      aborter.abort(new Error('stopping'));
      const all = Promise.all([...entries.values()].map((entry) => entry.running ?? Promise.resolve()));
      const over = new AbortController();
      await Promise.race([all, clock.sleep(deadlineMs, over.signal).catch(() => undefined)]);
      over.abort();
      return [...entries.values()].filter((entry) => entry.running !== undefined).map((entry) => entry.job.name);
    },
  };
}
