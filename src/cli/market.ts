import type { JsonObject } from '../shared/json.ts';
import { Refused } from './client.ts';
import type { Client } from './client.ts';
import { attribute, objects, pathFor, textOf, texts } from './entity.ts';

const AT_ONCE = 8;

/** Proposals of a call in order of rank, up to `most`, then those that missed by least. */
export async function loadProposals(client: Client, call: JsonObject, most: number): Promise<JsonObject[]> {
  const ranking = texts(attribute(call, 'org.parley.cfp.ranking')).slice(0, most);
  const near = objects(attribute(call, 'org.parley.cfp.eliminated')).flatMap((group) =>
    objects(group['nearest']).map((one) => textOf(one['proposal'])),
  );
  return getAll(client, [...new Set([...ranking, ...near])]);
}

/** The best proposal that can be awarded; undefined: there is none. */
export async function bestAwardable(client: Client, call: JsonObject): Promise<JsonObject | undefined> {
  const ranking = texts(attribute(call, 'org.parley.cfp.ranking'));
  for (let start = 0; start < ranking.length; start += AT_ONCE) {
    const some = await getAll(client, ranking.slice(start, start + AT_ONCE));
    const best = some.find((proposal) => attribute(proposal, 'org.parley.proposal.awardable') === true);
    if (best !== undefined) return best;
  }
  return undefined;
}

async function getAll(client: Client, ids: readonly string[]): Promise<JsonObject[]> {
  const found: (JsonObject | undefined)[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE)
    found.push(...(await Promise.all(ids.slice(start, start + AT_ONCE).map((id) => getOne(client, id)))));
  return found.filter((proposal) => proposal !== undefined);
}

async function getOne(client: Client, id: string): Promise<JsonObject | undefined> {
  try {
    return await client.get(pathFor('proposal', id));
  } catch (error) {
    // Deleted meanwhile: the others are still worth showing.
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}

/** Every page of a collection. */
export async function listAll(client: Client, path: string): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let after: string | null = '';
  do {
    const query: string = after === '' ? '' : `?after=${encodeURIComponent(after)}`;
    const { body, headers } = await client.request('GET', path + query);
    const page = objects(
      typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject)['resources'] : undefined,
    );
    found.push(...page);
    after = page.length === 0 ? null : headers.get('parley-next-cursor');
  } while (after !== null && after !== '');
  return found;
}
