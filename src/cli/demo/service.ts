import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RunningService {
  readonly url: string;
  readonly pid: number;
  /** Asks it to stop in order (SIGTERM) and waits. Answers its exit code. */
  stop(): Promise<number | null>;
  /** What the operating system does at a power cut: SIGKILL, and no good-bye. */
  kill(): Promise<void>;
}

/** Starts the service as a process of its own and waits until it is ready. */
export async function startService(env: Readonly<Record<string, string>>): Promise<RunningService> {
  const main = fileURLToPath(new URL('../../main.js', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', '--max-semi-space-size=64', main], {
    cwd: join(main, '..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const said: string[] = [];
  const remember = (line: string): void => {
    said.push(line);
    if (said.length > 40) said.shift();
  };
  createInterface({ input: child.stderr }).on('line', remember);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      remember(line);
      const ready = readyUrl(line);
      if (ready !== undefined) resolve(ready);
    });
    void ended.then((code) => {
      reject(new Error(`the service ended with ${code} before it was ready:\n${said.join('\n')}`));
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function readyUrl(line: string): string | undefined {
  if (!line.includes('"ready"')) return undefined;
  try {
    const entry = JSON.parse(line) as { msg?: string; url?: string };
    return entry.msg === 'ready' ? entry.url : undefined;
  } catch {
    return undefined;
  }
}
