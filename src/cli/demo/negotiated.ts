import { isObject, type JsonObject } from '../../shared/json.ts';
import { endpoint } from '../../terms/resources.ts';
import type { Client } from '../client.ts';
import { attribute, attributeText, objects, pathFor, textOf } from '../entity.ts';
import { renderProposals } from '../proposals-view.ts';
import type { Say } from './say.ts';

export interface Server {
  /** `web/0` */
  readonly name: string;
  readonly path: string;
  readonly url: string;
}

export interface Bought {
  /** Path of the SLA. */
  readonly sla: string;
  readonly servers: readonly Server[];
  /** What one server with its volume costs in a month, in EUR. */
  readonly monthly: number;
}

export async function vendors(client: Client, say: Say): Promise<void> {
  say.step('The vendors that are connected');
  for (const agent of objects((await client.get('/vendor/'))['resources'])) {
    const facts = attribute(agent, 'org.parley.vendor.facts') as JsonObject | undefined;
    const offers = facts?.['offers'];
    const buyable = attribute(agent, 'org.parley.vendor.awardable') === true;
    say.line(
      [
        attributeText(agent, 'org.parley.vendor.id').padEnd(7),
        attributeText(agent, 'org.parley.vendor.title').padEnd(34),
        (typeof offers === 'number'
          ? `${offers.toLocaleString('en')} offers, as of ${textOf(facts?.['asof'])}`
          : ''
        ).padEnd(34),
        buyable ? 'can be bought from' : 'shows the market',
      ].join(' '),
    );
  }
}

export async function post(client: Client, request: JsonObject, file: string, say: Say): Promise<string> {
  say.step('A customer posts a call for proposals');
  say.json(request);
  say.line();
  say.line('The same with curl:');
  say.line(`  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/occi+json' \\`);
  say.line(`       -H 'Prefer: wait=30' --data @${file} ${client.url}/cfp/`);
  const cfp = await client.post('/cfp/', request, { Prefer: 'wait=30', 'Idempotency-Key': '"demo-1"' });
  const path = pathFor('cfp', textOf(cfp['id']));
  say.line();
  say.line(`201 Created: ${client.url}${path}, state ${attributeText(cfp, 'org.parley.cfp.state')}`);
  return path;
}

export async function market(client: Client, cfp: string, say: Say): Promise<JsonObject> {
  say.step('What every vendor answered, and how the proposals rank');
  const call = await client.get(cfp);
  // This store knows no other call, so the collection is what was proposed for this one.
  const proposals = objects((await client.get('/proposal/'))['resources']);
  for (const line of renderProposals(call, proposals)) say.line(line);
  const rank = (proposal: JsonObject): number => Number(attribute(proposal, 'org.parley.proposal.rank') ?? Infinity);
  const [best] = proposals
    .filter((proposal) => attribute(proposal, 'org.parley.proposal.awardable') === true)
    .sort((left, right) => rank(left) - rank(right));
  if (best === undefined) throw new Error('no proposal can be awarded on this machine');
  return best;
}

export async function award(client: Client, cfp: string, best: JsonObject, say: Say): Promise<Bought> {
  say.step('The award: the best proposal that can be bought, provisioned for real');
  const vendor = attributeText(best, 'org.parley.proposal.vendor');
  say.line(`The customer awards rank ${attributeText(best, 'org.parley.proposal.rank')}, of vendor ${vendor}.`);
  const answer = await client.act(cfp, 'http://schemas.parley.org/occi/broker/cfp/action#award', {
    proposals: [textOf(best['id'])],
  });
  const [sla] = objects(answer['resources']);
  if (sla === undefined) throw new Error('the award answered no SLA');
  const path = pathFor('sla', textOf(sla['id']));
  say.line(`SLA ${client.url}${path}`);
  const began = Date.now();
  for await (const event of client.events(path, AbortSignal.timeout(60_000))) {
    if (!event.type.startsWith('org.parley.sla.')) continue;
    const phase = event.type.slice('org.parley.sla.'.length);
    say.line(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(4)} s  ${phase}`);
    if (phase === 'active') break;
    if (phase === 'failed' || phase === 'rejected') throw new Error(`the SLA is ${phase}`);
  }
  const servers = await delivered(client, path);
  say.line();
  say.line('Checked against what was promised, and in force. These are real processes:');
  for (const server of servers) say.line(`  ${server.name}  ${server.url}  ${JSON.stringify(await look(server.url))}`);
  const price = attribute(best, 'org.parley.proposal.price');
  return { sla: path, servers, monthly: Number(isObject(price) ? price['month'] : NaN) / servers.length };
}

/** What the little web server says of itself. */
export async function look(url: string): Promise<JsonObject> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  return (await response.json()) as JsonObject;
}

async function delivered(client: Client, sla: string): Promise<readonly Server[]> {
  const servers: Server[] = [];
  for (const link of objects((await client.get(sla))['links'])) {
    const location = (link['target'] as JsonObject | undefined)?.['location'];
    if (typeof location !== 'string' || !location.includes('/compute/')) continue;
    const compute = await client.get(new URL(location, client.url).pathname);
    const url = attributeText(compute, endpoint.url);
    servers.push({ name: `web/${servers.length}`, path: pathFor('compute', textOf(compute['id'])), url });
  }
  return servers;
}
