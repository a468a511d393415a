import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from './process.ts';
import type { BenchRow } from './types.ts';

const ROUNDS = 5;

/** From the start of the process to ready with the shipped price lists, and its memory when idle. */
export async function run(): Promise<BenchRow[]> {
  const seconds: number[] = [];
  const megabytes: number[] = [];
  const bareSeconds: number[] = [];
  const bareMegabytes: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const env = {
      PARLEY_DATA: await mkdtemp(join(tmpdir(), 'parley-bench-')),
      PARLEY_PORT: '0',
      PARLEY_BOOTSTRAP_TOKEN: 'bench-token-bench-token-bench-token',
    };
    await timed('../../src/main.js', env, seconds, megabytes);
    await timed('./bare.js', {}, bareSeconds, bareMegabytes);
  }
  return [
    row('start to ready, shipped price lists loaded', median(seconds), 's', median(bareSeconds)),
    row('resident when idle, shipped price lists loaded', median(megabytes), 'MB', median(bareMegabytes)),
  ];
}

async function timed(
  script: string,
  env: Readonly<Record<string, string>>,
  seconds: number[],
  megabytes: number[],
): Promise<void> {
  const began = performance.now();
  const running = await start(script, env);
  seconds.push((performance.now() - began) / 1000);
  // Idle: long enough for the collector to give back what the start needed.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const status = await readFile(`/proc/${running.pid}/status`, 'utf8');
  megabytes.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1000);
  await running.stop();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function row(name: string, value: number, unit: string, baseline: number): BenchRow {
  return { name, value, unit, baseline, ratio: value / baseline };
}
