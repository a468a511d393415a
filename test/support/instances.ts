import { readdirSync, readlinkSync } from 'node:fs';

/** Instances outlive the service that made them: where its folder goes, nobody takes them up again. */
export function endInstancesUnder(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone by itself, or not ours to look at.
    }
}
