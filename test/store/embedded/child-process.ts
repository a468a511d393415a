import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** The next line that it says; undefined when it has ended. */
  line(): Promise<string | undefined>;
  /** Ends it as a power cut would, and gives the lines that it had still said. */
  kill(): Promise<string[]>;
}

/** Another process that works on a folder (child.ts). */
export function startChild(what: 'hold' | 'write', folder: string, ...more: string[]): Child {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child = spawn(process.execPath, [script, what, folder, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => {
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
  const ended = once(child, 'exit');
  return {
    line,
    async kill() {
      child.kill('SIGKILL');
      const rest: string[] = [];
      for (let said = await line(); said !== undefined; said = await line()) rest.push(said);
      await ended;
      return rest;
    },
  };
}
