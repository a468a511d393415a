import type { Command } from '../command.ts';
import { renderCall } from '../call-view.ts';
import { attribute, pathFor, texts } from '../entity.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { loadProposals } from '../market.ts';
import { renderProposals } from '../proposals-view.ts';
import { outcomeCode } from './submit.ts';

export const showCall: Command = {
  name: 'cfp show',
  usage: 'ID',
  summary: 'show a call for proposals: what is wanted, its state, what vendors answered',
  takes: { least: 1, most: 1 },
  async run(run) {
    const call = await run.client().get(pathFor('cfp', run.args[0] ?? ''));
    if (run.json) run.printJson(call);
    else run.lines(renderCall(call));
    return exitCodes.ok;
  },
};

const SHOWN = 20;

export const proposals: Command = {
  name: 'proposals',
  usage: 'CFP [--limit N | --all]',
  summary: "show a call's ranked proposals, the reasons, the eliminated, near misses",
  details: [`--limit N shows the best N (default ${SHOWN}), --all every one.`],
  options: { limit: { type: 'string' }, all: { type: 'boolean' } },
  takes: { least: 1, most: 1 },
  async run(run) {
    const client = run.client();
    const call = await client.get(pathFor('cfp', run.args[0] ?? ''));
    const most = run.values['all'] === true ? Infinity : limitOf(run.values['limit']);
    const found = await loadProposals(client, call, most);
    if (run.json) run.printJson({ cfp: call, proposals: found });
    else {
      run.lines(renderProposals(call, found));
      const ranked = texts(attribute(call, 'org.parley.cfp.ranking')).length;
      if (ranked > most) run.lines([`The best ${most} of ${ranked}; --all shows every one.`]);
    }
    return outcomeCode(call);
  },
};

function limitOf(text: string | boolean | undefined): number {
  if (text === undefined) return SHOWN;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit ${String(text)} is not a number from 1 up`);
  return limit;
}
