import { Job } from 'node-schedule';

/** Calls back at the instants of a rule until the answer is called. Tests give one that they tick by hand. */
export type Timetable = (rule: string, tick: () => void) => () => void;

/**
 * Rules are cron lines with seconds (`second minute hour day month weekday`), always in UTC: local
 * rules skip or hang around clock changes. Throws `RangeError` for a rule that cannot be read.
 */
export const cronTimetable: Timetable = (rule, tick) => {
  // Without a name the job does not enter the library's list of all jobs, which is shared by the whole process.
  const job = new Job(() => {
    tick();
  });
  // Without a listener an error event would end the process; `tick` catches its own.
  job.on('error', () => undefined);
  if (!job.schedule({ rule, tz: 'Etc/UTC' })) throw new RangeError(`not a rule for a job: ${rule}`);
  return () => {
    job.cancel();
  };
};
