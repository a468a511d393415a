import { Session, type Profiler } from 'node:inspector';

/**
 * Counts the steps that code of ours takes: how often each block of it ran, by the engine's own
 * coverage counters. Unlike time it is the same on every machine. To be used in a worker, since the
 * counters belong to whoever measures coverage in the main thread.
 */
export function stepCounter(ours: (url: string) => boolean): (work: () => void) => number {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const taken = (): number => {
    let scripts: Profiler.ScriptCoverage[] = [];
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      scripts = result;
    });
    let steps = 0;
    for (const { url, functions } of scripts)
      if (ours(url)) for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    return steps;
  };
  return (work) => {
    taken();
    work();
    return taken();
  };
}
