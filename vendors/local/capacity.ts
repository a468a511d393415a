import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, totalmem } from 'node:os';
import { attributes, kinds } from '../../src/vendor-kit/index.ts';
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
  // What was posted without an agreement takes memory and disk from what is sold, and shares the processors.
  const posted = postedWithout(ledger);
  sold.memory += posted.memory;
  sold.disk += posted.disk;
  return {
    cores: Math.max(0, Math.floor(all.cores - sold.cores)),
    memory: Math.max(0, all.memory - sold.memory),
    disk: Math.max(0, Math.floor(all.disk - sold.disk)),
  };
}

/** What all that was posted without an agreement takes: instances only while they run. */
export function postedWithout(ledger: Ledger): {
  readonly instances: number;
  readonly memory: number;
  readonly disk: number;
} {
  const taken = { instances: 0, memory: 0, disk: 0 };
  for (const { direct, state, kind, meant, attributes: has } of ledger.resources()) {
    if (direct !== true || state === 'gone') continue;
    const number = (name: string): number => {
      const value = has[name];
      return typeof value === 'number' ? value : 0;
    };
    if (kind === kinds.storage) taken.disk += number(attributes.size);
    if (kind !== kinds.compute || meant === 'inactive') continue;
    taken.instances += 1;
    taken.memory += number(attributes.memory);
  }
  return taken;
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
