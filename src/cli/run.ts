import { parseArgs } from 'node:util';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import type { Command, Io, Run, Values } from './command.ts';
import { listSlas, showSla } from './commands/agreements.ts';
import { award } from './commands/award.ts';
import { proposals, showCall } from './commands/calls.ts';
import { evaluate } from './commands/evaluate.ts';
import { report, verify } from './commands/reports.ts';
import { testRules } from './commands/rules.ts';
import { submit } from './commands/submit.ts';
import { createToken } from './commands/tokens.ts';
import { vendors } from './commands/vendors.ts';
import { exitCodes, UsageError } from './exit.ts';
import { commandHelp, generalHelp } from './help.ts';
import { explainError } from './refusals.ts';
import { nearestOf } from './short-form/fields.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** In the order of a customer's way through them. */
export const commands: readonly Command[] = [
  vendors,
  submit,
  showCall,
  proposals,
  award,
  listSlas,
  showSla,
  report,
  verify,
  evaluate,
  testRules,
  createToken,
];

/** Runs one command. Answers the exit code; never throws for what a user or the service did. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    const [first = 'help', second = ''] = argv;
    if (first === 'help' || first === '--help' || first === '-h') return help(argv.slice(1), io);
    const two = commands.find(({ name }) => name === `${first} ${second}`);
    const command = two ?? commands.find(({ name }) => name === first);
    if (command === undefined) throw unknownCommand(first, second);
    const { values, positionals } = parsed(command, argv.slice(two === undefined ? 1 : 2));
    if (values['help'] === true) {
      print(io, commandHelp(command));
      return exitCodes.ok;
    }
    checkCount(command, positionals);
    return await command.run(runOf(io, values, positionals));
  } catch (error) {
    if (io.signal.aborted) return 130;
    const { code, lines } = explainError(error);
    for (const line of lines) io.err(`${line}\n`);
    return code;
  }
}

function help(args: readonly string[], io: Io): number {
  if (args.length === 0) print(io, generalHelp(commands));
  else {
    const name = args.join(' ');
    const found = commands.filter((command) => command.name === name || command.name.startsWith(`${name} `));
    if (found.length === 0) throw unknownCommand(args[0] ?? '', args[1] ?? '');
    for (const command of found) print(io, commandHelp(command));
  }
  return exitCodes.ok;
}

function unknownCommand(first: string, second: string): UsageError {
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0)
    return new UsageError(`parley ${first} what?`, group.map(({ name }) => `parley ${name}`).join(', '));
  const near = nearestOf(
    `${first} ${second}`.trim(),
    commands.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]),
  );
  return new UsageError(`there is no command ${first}`, near ?? 'parley help lists them');
}

function parsed(command: Command, args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      strict: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        json: { type: 'boolean' },
        quiet: { type: 'boolean', short: 'q' },
        help: { type: 'boolean', short: 'h' },
        ...command.options,
      },
    });
    return { values, positionals };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : '';
    throw new UsageError(message, `parley ${command.name} ${command.usage}`.trimEnd());
  }
}

function checkCount({ name, usage, takes }: Command, positionals: readonly string[]): void {
  if (positionals.length >= takes.least && positionals.length <= takes.most) return;
  const few = positionals.length < takes.least;
  throw new UsageError(
    few ? 'something is missing' : `${positionals[takes.most] ?? ''} is too much`,
    `parley ${name} ${usage}`.trimEnd(),
  );
}

function print(io: Io, lines: Iterable<string>): void {
  for (const line of lines) io.out(`${line}\n`);
}

function runOf(io: Io, values: Values, args: readonly string[]): Run {
  let client: Client | undefined;
  return {
    io,
    args,
    values,
    json: values['json'] === true,
    client: () => (client ??= clientOf(io, values)),
    lines: (lines) => {
      print(io, lines);
    },
    printJson: (value) => {
      io.out(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    progress: (line) => {
      if (values['quiet'] !== true) io.err(`${line}\n`);
    },
  };
}

function clientOf(io: Io, values: Values): Client {
  const url = textOr(values['url'], io.env['PARLEY_URL']) ?? DEFAULT_URL;
  if (!/^https?:\/\/[^/\s]+/.test(url)) throw new UsageError(`${url} is not a URL`, `such as ${DEFAULT_URL}`);
  const token = textOr(values['token'], io.env['PARLEY_TOKEN']);
  if (token === undefined)
    throw new UsageError('who are you? An access token is needed', '--token TOKEN, or PARLEY_TOKEN in the environment');
  return createClient({
    url,
    token,
    fetch: (target, init) => {
      const signals = init?.signal == null ? [io.signal] : [io.signal, init.signal];
      return io.fetch(target, { ...init, signal: AbortSignal.any(signals) });
    },
  });
}

function textOr(value: string | boolean | undefined, fallback: string | undefined): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return fallback === undefined || fallback === '' ? undefined : fallback;
}
