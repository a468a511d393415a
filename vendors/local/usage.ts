import { metrics } from '../../src/vendor-kit/index.ts';
import type { ResourceRecord } from './ledger.ts';
import { residentMemory } from './proc.ts';
import type { ProcessState } from './proc.ts';

interface Reading {
  readonly at: number;
  readonly pid: number;
  readonly cpu: number;
}

/** What instances use, as the system counts it. */
export class Usage {
  /** Processor time at the last reading, by reference. */
  readonly #last = new Map<string, Reading>();

  /**
   * `cpu.used` is the share of its cores since the last reading (or since it started), `memory.used`
   * the resident bytes; null: it could not be told.
   */
  read(
    record: ResourceRecord,
    process: ProcessState | undefined,
    cores: number,
    wanted: readonly string[],
    at: number,
  ): (number | null)[] {
    return wanted.map((metric) => {
      if (process === undefined) return null;
      if (metric === metrics.memoryUsed) return residentMemory(process.pid) ?? null;
      if (metric === metrics.cpuUsed) return this.#share(record, process, cores, at);
      return null;
    });
  }

  forget(ref: string): void {
    this.#last.delete(ref);
  }

  #share(record: ResourceRecord, process: ProcessState, cores: number, at: number): number | null {
    const last = this.#last.get(record.ref);
    const from = last?.pid === process.pid ? last : { at: record.since, cpu: 0 };
    const seconds = (at - from.at) / 1000;
    if (seconds <= 0) return null;
    this.#last.set(record.ref, { at, pid: process.pid, cpu: process.cpu });
    const share = (process.cpu - from.cpu) / (seconds * cores);
    return Math.max(0, Math.round(share * 1e6) / 1e6);
  }
}
