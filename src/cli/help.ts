import type { Command } from './command.ts';

const COMMON = [
  'Options of every command:',
  '  --url URL      where the service is (PARLEY_URL; default http://127.0.0.1:8080)',
  '  --token TOKEN  who you are (PARLEY_TOKEN)',
  '  --json         print JSON, for machines',
  '  --quiet        no progress on standard error',
  '  --help         what a command does',
  '',
  'ID is an id (urn:uuid:… or bare), a path such as /cfp/…, or a URL.',
  '',
  'Exit codes:',
  '  0  done',
  '  1  the service refused, or a check found something wrong',
  '  2  wrong usage, or a mistake in a file',
  '  3  the service cannot be reached',
  '  4  nothing fulfils the call, or the award failed',
];

export function generalHelp(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'parley: ask many vendors for proposals, award the best, have it measured',
    '',
    'Usage: parley COMMAND …',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    ...COMMON,
  ];
}

export function commandHelp({ name, usage, summary, details = [] }: Command): string[] {
  return [`Usage: parley ${name} ${usage}`.trimEnd(), '', summary, ...details, '', ...COMMON];
}
