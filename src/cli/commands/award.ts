import type { Client } from '../client.ts';
import type { Command, Run } from '../command.ts';
import { attribute, attributeText, objects, pathFor, textOf, texts } from '../entity.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { randomKey } from '../key.ts';
import { bestAwardable } from '../market.ts';
import { slaTable } from '../sla-view.ts';
import { waitFor } from '../wait.ts';
import type { JsonObject } from '../../shared/json.ts';

const ACTION = 'http://schemas.parley.org/occi/broker/cfp/action#award';
const STATE = 'org.parley.cfp.state';

export const award: Command = {
  name: 'award',
  usage: 'CFP [PROPOSAL…] [--no-wait]',
  summary: 'award proposals (default: the best that can be) and wait until in force',
  details: ['PROPOSAL is an id, a path, or a rank such as 2.', '--no-wait ends as soon as the award is taken.'],
  options: { 'no-wait': { type: 'boolean' } },
  takes: { least: 1, most: 100 },
  async run(run) {
    const client = run.client();
    const [cfp = '', ...wanted] = run.args;
    const path = pathFor('cfp', cfp);
    const call = await client.get(path);
    const chosen = await choose(client, call, wanted);
    if (chosen.length === 0) {
      run.io.err('no proposal of this call can be awarded; parley proposals tells why\n');
      return exitCodes.unfulfilled;
    }
    const { body } = await client.request('POST', `${path}?action=award`, {
      body: { action: ACTION, attributes: { proposals: chosen } },
      headers: { 'Idempotency-Key': randomKey(run.io.random) },
    });
    const slas = objects(typeof body === 'object' && body !== null ? (body as JsonObject)['resources'] : undefined);
    if (run.values['no-wait'] === true) return tell(run, slas, exitCodes.ok);
    const paths = slas.map((sla) => pathFor('sla', textOf(sla['id'])));
    for (const sla of paths) run.progress(sla);
    const settled = await waitFor(run, path, (entity) => attributeText(entity, STATE) !== 'awarding', paths);
    const fresh = await Promise.all(paths.map((sla) => client.get(sla)));
    if (attributeText(settled, STATE) === 'awarded') return tell(run, fresh, exitCodes.ok);
    tell(run, fresh, exitCodes.unfulfilled);
    run.io.err(`the award failed: the call is ${attributeText(settled, STATE)}\n`);
    return exitCodes.unfulfilled;
  },
};

function tell(run: Run, slas: readonly JsonObject[], code: number): number {
  if (run.json) run.printJson({ resources: slas });
  else run.lines(slaTable(slas));
  return code;
}

/** The ids of the proposals that are meant. */
async function choose(client: Client, call: JsonObject, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) {
    const best = await bestAwardable(client, call);
    return best === undefined ? [] : [textOf(best['id'])];
  }
  const ranking = texts(attribute(call, 'org.parley.cfp.ranking'));
  return wanted.map((one) => {
    if (!/^#?\d{1,6}$/.test(one)) return pathFor('proposal', one);
    const rank = Number(one.replace('#', ''));
    const id = ranking[rank - 1];
    if (id === undefined) throw new UsageError(`there is no rank ${rank}: ${ranking.length} proposals are ranked`);
    return id;
  });
}
