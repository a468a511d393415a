import { randomKey } from '../key.ts';
import { Refused } from '../client.ts';
import type { Command, Run } from '../command.ts';
import { attribute, attributeText, pathFor, textOf } from '../entity.ts';
import { exitCodes } from '../exit.ts';
import { loadProposals } from '../market.ts';
import { renderProposals } from '../proposals-view.ts';
import { explainError, mistakeLines } from '../refusals.ts';
import { FileMistakes, loadCall } from '../short-form/load.ts';
import type { LoadedCall } from '../short-form/load.ts';
import { waitFor } from '../wait.ts';
import type { JsonObject } from '../../shared/json.ts';

const STATE = 'org.parley.cfp.state';
const UNDER_WAY = new Set(['open', 'evaluating']);
const SHOWN = 20;

export const submit: Command = {
  name: 'cfp submit',
  usage: 'FILE [--dry-run] [--no-wait]',
  summary: 'post a call for proposals, wait until it is ranked, show the proposals',
  details: [
    'FILE is the short form (YAML or JSON) or a whole OCCI document (JSON); - is standard input.',
    '--dry-run shows the OCCI document that would be sent, and sends nothing.',
    '--no-wait ends as soon as the call is stored.',
  ],
  options: { 'dry-run': { type: 'boolean' }, 'no-wait': { type: 'boolean' } },
  takes: { least: 1, most: 1 },
  async run(run) {
    const [file = ''] = run.args;
    const call = await read(run, file);
    if (call === undefined) return exitCodes.usage;
    if (run.values['dry-run'] === true) {
      run.printJson(call.document);
      return exitCodes.ok;
    }
    const stored = await send(run, file, call);
    if (stored === undefined) return exitCodes.refused;
    const path = pathFor('cfp', textOf(stored['id']));
    const draft = !UNDER_WAY.has(attributeText(stored, STATE));
    if (run.values['no-wait'] === true || (draft && attribute(stored, 'org.parley.cfp.ranking') === undefined)) {
      if (run.json) run.printJson(stored);
      else run.lines([`${path}  ${attributeText(stored, STATE)}`]);
      return exitCodes.ok;
    }
    run.progress(`${path}  ${attributeText(stored, STATE)}`);
    const settled = await waitFor(run, path, (entity) => !UNDER_WAY.has(attributeText(entity, STATE)));
    return show(run, path, settled);
  },
};

async function read(run: Run, file: string): Promise<LoadedCall | undefined> {
  const text = await run.io.readFile(file);
  try {
    return loadCall(text);
  } catch (error) {
    if (!(error instanceof FileMistakes)) throw error;
    for (const line of mistakeLines(file, error)) run.io.err(`${line}\n`);
    return undefined;
  }
}

/** Posts the call; a refusal names the places in the file. */
async function send(run: Run, file: string, call: LoadedCall): Promise<JsonObject | undefined> {
  try {
    return await run.client().post('/cfp/', call.document, { 'Idempotency-Key': randomKey(run.io.random) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { lines } = explainError(error, (path) => {
      const place = call.locate(path);
      return place === undefined ? undefined : `${file}:${place.line}:${place.column}`;
    });
    for (const line of lines) run.io.err(`${line}\n`);
    return undefined;
  }
}

async function show(run: Run, path: string, call: JsonObject): Promise<number> {
  const proposals = await loadProposals(run.client(), call, SHOWN);
  if (run.json) run.printJson({ cfp: call, proposals });
  else run.lines([`${path}  ${attributeText(call, STATE)}`, '', ...renderProposals(call, proposals, { reasons: 5 })]);
  return outcomeCode(call);
}

/** Nothing fulfils a call that ended without an award. */
export function outcomeCode(call: JsonObject): number {
  return ['unfulfilled', 'expired', 'cancelled'].includes(attributeText(call, STATE))
    ? exitCodes.unfulfilled
    : exitCodes.ok;
}
