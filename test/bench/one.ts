import type { BenchRow } from './types.ts';

/** Runs the one bench that it is told to, and sends its rows to the parent process. */
const bench = (await import(`./${process.argv[2] ?? ''}.js`)) as { run(): Promise<BenchRow[]> };
const rows = await bench.run();
process.send?.(rows, () => {
  process.exit(0);
});
