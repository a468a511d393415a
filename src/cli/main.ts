#!/usr/bin/env node
import { access, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { systemClock } from '../shared/clock.ts';
import { systemRandom } from '../shared/random.ts';
import { UsageError } from './exit.ts';
import { runCli } from './run.ts';

/** Larger than any call; so that a wrong file name does not fill the memory. */
const LARGEST_FILE = 256 * 1024 * 1024;

const stopper = new AbortController();
process.once('SIGINT', () => {
  stopper.abort();
});

// A reader that has seen enough, such as `head`, closes the pipe: that is no fault.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });

process.exitCode = await runCli(process.argv.slice(2), {
  out: (written) => process.stdout.write(written),
  err: (written) => process.stderr.write(written),
  env: process.env,
  readFile: read,
  exists: (name) =>
    access(name).then(
      () => true,
      () => false,
    ),
  fetch,
  clock: systemClock,
  random: systemRandom,
  signal: stopper.signal,
});

async function read(name: string): Promise<string> {
  try {
    const content = name === '-' ? await text(process.stdin) : await readFile(name, 'utf8');
    if (content.length > LARGEST_FILE) throw new UsageError(`${name} is too large`);
    return content.startsWith('\ufeff') ? content.slice(1) : content;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}
