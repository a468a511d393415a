import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, totalmem } from 'node:os';
import type { Ledger } from './ledger.ts';
import type { LocalSettings } from './settings.ts';

const GIB = 1024 ** 3;

/** What can still be sold: whole cores, GiB of memory and disk. */
export interface Capacity {
  readonly cores: number;
  readonly memory: number;
  readonly disk: number;
}

/** This machine as the system describes it, less what is kept back and what is sold. */
export async function capacityLeft(folder: string, settings: LocalSettings, ledger: Ledger): Promise<Capacity> {
  const all = await capacityOfAll(folder, settings);
  const sold = { cores: 0, memory: 0, disk: 0 };
  for (const { state, takes } of ledger.agreements()) {
    if (state !== 'held') continue;
    sold.cores += takes.cores;
    sold.memory += takes.memory;
    sold.disk += takes.disk;
  }
  return {
    cores: Math.max(0, Math.floor(all.cores - sold.cores)),
    memory: Math.max(0, all.memory - sold.memory),
    disk: Math.max(0, Math.floor(all.disk - sold.disk)),
  };
}

export async function capacityOfAll(folder: string, settings: LocalSettings): Promise<Capacity> {
  const { bavail, bsize } = await statfs(folder);
  return {
    cores: Math.floor(availableParallelism() * settings.overcommit),
    memory: Math.max(0, totalmem() / GIB - settings.reserve.memory),
    disk: Math.max(0, (bavail * bsize) / GIB - settings.reserve.disk),
  };
}

/** OCCI's word for this machine's architecture; undefined where it has none. */
export function architecture(): string | undefined {
  const words: Readonly<Record<string, string>> = { x64: 'x64', arm64: 'arm64', ia32: 'x86' };
  return words[arch()];
}
