import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second towards programs, whatever its own tick is. */
const TICKS_A_SECOND = 100;

/** Names of the environment variables by which a child is known again. */
export const mark = { key: 'PARLEY_KEY', home: 'PARLEY_HOME' } as const;

export interface ProcessState {
  readonly pid: number;
  readonly stopped: boolean;
  /** Processor time so far, in seconds. */
  readonly cpu: number;
  /** Seconds since the machine's start at which it began. */
  readonly began: number;
}

/** A process as /proc shows it now; undefined when it is gone, or a zombie, which is as good as gone. */
export function processState(pid: number): ProcessState | undefined {
  const stat = readProc(pid, 'stat')?.toString('latin1');
  // The second field is the name in parentheses, which may itself hold blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  if (fields === undefined || state === undefined || state === 'Z' || state === 'X') return undefined;
  const ticks = (at: number): number => Number(fields[at]) / TICKS_A_SECOND;
  return { pid, stopped: state === 'T' || state === 't', cpu: ticks(11) + ticks(12), began: ticks(19) };
}

/** Resident memory in bytes. */
export function residentMemory(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status')?.toString('latin1') ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** The key that a process of this home carries in its environment; undefined: not one of ours. */
export function keyOf(pid: number, home: string): string | undefined {
  const environment = readProc(pid, 'environ')?.toString('utf8');
  if (environment === undefined || !`\0${environment}`.includes(`\0${mark.home}=${home}\0`)) return undefined;
  const entry = environment.split('\0').find((one) => one.startsWith(`${mark.key}=`));
  return entry?.slice(mark.key.length + 1);
}

/** Every living process of this home, with its key. */
export function findOurs(home: string): { readonly pid: number; readonly key: string }[] {
  const found: { pid: number; key: string }[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const key = keyOf(pid, home);
    if (key !== undefined && processState(pid) !== undefined) found.push({ pid, key });
  }
  return found;
}

/** The processors that this service itself may use, by number. */
export function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readProc('self', 'status')?.toString('latin1') ?? '')?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = '', to = from] = range.split('-');
    const [first, last] = [Number(from), Number(to)];
    return from === '' || !(last >= first) ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** Sends a signal to a process and all it started; false: it is gone already. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  // Each child leads a group of its own. Before it has become one, only the process itself is there.
  for (const target of [-pid, pid])
    try {
      process.kill(target, signal);
      return true;
    } catch {
      continue;
    }
  return false;
}

function readProc(pid: number | 'self', file: string): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch {
    // Gone meanwhile, or somebody else's.
    return undefined;
  }
}
