import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { attributes } from '../../src/vendor-kit/index.ts';
import type { Logger } from '../../src/vendor-kit/index.ts';
import { allowedProcessors } from './proc.ts';

export interface Size {
  readonly cores: number;
  /** GiB */
  readonly memory: number;
}

/** A command line with the limits around it, and which attributes they really hold it to. */
export interface Limited {
  readonly command: readonly string[];
  readonly enforced: readonly string[];
}

const MIB_A_GIB = 1024;
const BYTES_A_GIB = 1024 ** 3;
const PERIOD = 100_000;

/**
 * How a child is held to its size: by a cgroup v2 of its own where a folder is delegated to us,
 * otherwise by taskset (which processors) and prlimit (the data segment; its address space cannot
 * be limited, since the runtime reserves far more of it than it uses). Node cannot do it itself.
 */
export class Limits {
  readonly #cgroup: string | undefined;
  readonly #taskset: string | undefined;
  readonly #prlimit: string | undefined;
  readonly #processors: readonly number[];
  /** How many children are pinned to each processor. */
  readonly #pinned = new Map<string, readonly number[]>();

  constructor(cgroup: string, log: Logger) {
    this.#cgroup = delegated(cgroup) ? cgroup : undefined;
    this.#taskset = findCommand('taskset');
    this.#prlimit = findCommand('prlimit');
    this.#processors = allowedProcessors();
    const means = this.#cgroup !== undefined ? 'cgroup v2' : [this.#taskset, this.#prlimit].filter(Boolean).join(', ');
    log.info({ means: means === '' ? 'none' : means }, 'limits of local instances');
  }

  /** Wraps `command`; `{heap}` was filled in by the caller. `ref` names the instance. */
  apply(ref: string, size: Size, command: readonly string[]): Limited {
    if (this.#cgroup !== undefined) {
      const folder = this.#makeGroup(join(this.#cgroup, ref), size);
      if (folder !== undefined)
        return {
          // The child moves itself before it becomes the template, so it never runs unlimited.
          command: ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder, ...command],
          enforced: [attributes.cores, attributes.memory],
        };
    }
    const enforced: string[] = [];
    let wrapped = command;
    if (this.#prlimit !== undefined) {
      wrapped = [this.#prlimit, `--data=${Math.floor(size.memory * BYTES_A_GIB)}`, ...wrapped];
      enforced.push(attributes.memory);
    }
    if (this.#taskset !== undefined && this.#processors.length > 0) {
      wrapped = [this.#taskset, '-c', this.#pin(ref, size.cores).join(','), ...wrapped];
      enforced.unshift(attributes.cores);
    }
    return { command: wrapped, enforced };
  }

  /** Forgets an instance that is gone. */
  release(ref: string): void {
    this.#pinned.delete(ref);
    if (this.#cgroup === undefined) return;
    try {
      rmdirSync(join(this.#cgroup, ref));
    } catch {
      // Never made, or still dying: an empty group costs nothing.
    }
  }

  /** The least used processors, as many as the instance has cores, if there are so many. */
  #pin(ref: string, cores: number): readonly number[] {
    const before = this.#pinned.get(ref);
    if (before?.length === Math.min(cores, this.#processors.length)) return before;
    const load = new Map<number, number>(this.#processors.map((one) => [one, 0]));
    for (const pinned of this.#pinned.values()) for (const one of pinned) load.set(one, (load.get(one) ?? 0) + 1);
    const chosen = [...load]
      .sort(([a, x], [b, y]) => x - y || a - b)
      .slice(0, cores)
      .map(([one]) => one);
    this.#pinned.set(ref, chosen);
    return chosen;
  }

  #makeGroup(folder: string, size: Size): string | undefined {
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'cpu.max'), `${Math.round(size.cores * PERIOD)} ${PERIOD}`);
      writeFileSync(join(folder, 'memory.max'), String(Math.floor(size.memory * BYTES_A_GIB)));
      return folder;
    } catch {
      return undefined;
    }
  }
}

/** MiB that the runtime's heap may have, so that it collects before it meets the limit. */
export function heapOf(size: Size): number {
  return Math.max(16, Math.floor(size.memory * MIB_A_GIB * 0.6));
}

/** May we make groups there with limits on processor and memory? */
function delegated(folder: string): boolean {
  try {
    const controllers = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').split(/\s+/);
    if (!controllers.includes('cpu') || !controllers.includes('memory')) return false;
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+cpu +memory');
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function findCommand(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
