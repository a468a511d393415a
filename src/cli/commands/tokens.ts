import type { Command } from '../command.ts';
import { attributeText } from '../entity.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { randomKey } from '../key.ts';

const TOKEN = 'org.parley.token.';
const NAMES = ['role', 'tenant', 'principal', 'vendor', 'expires'] as const;

export const createToken: Command = {
  name: 'token create',
  usage: '--role ROLE --tenant TENANT [--principal NAME] [--vendor VENDOR] [--expires P90D]',
  summary: 'make an access token (operators only); its secret is shown once',
  details: ['ROLE is customer, vendor, operator or auditor; a vendor needs --vendor.'],
  options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])),
  takes: { least: 0, most: 0 },
  async run(run) {
    for (const needed of ['role', 'tenant'])
      if (run.values[needed] === undefined) throw new UsageError(`--${needed} is missing`);
    const attributes = Object.fromEntries(
      NAMES.flatMap((name) => {
        const value = run.values[name];
        return typeof value === 'string' ? [[TOKEN + name, value]] : [];
      }),
    );
    const kind = 'http://schemas.parley.org/occi/auth#token';
    const key = { 'Idempotency-Key': randomKey(run.io.random) };
    const token = await run.client().post('/token/', { kind, attributes }, key);
    if (run.json) run.printJson(token);
    else {
      // The secret alone on standard output, so that a script can take it.
      run.lines([attributeText(token, `${TOKEN}secret`)]);
      run.progress(
        `${attributeText(token, `${TOKEN}principal`)}, role ${attributeText(token, `${TOKEN}role`)}, tenant ${attributeText(token, `${TOKEN}tenant`)}, ` +
          `expires ${attributeText(token, `${TOKEN}expires`) || 'never'}; the secret is not shown again`,
      );
    }
    return exitCodes.ok;
  },
};
