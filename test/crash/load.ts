import { Refused, Unreachable, createClient, type Client } from '../../src/cli/client.ts';
import { objects, pathFor, textOf } from '../../src/cli/entity.ts';
import type { JsonObject } from '../../src/shared/json.ts';

const BROKER = 'http://schemas.parley.org/occi/broker';

/** What the service has acknowledged: it must be there after any crash. */
export interface Acknowledged {
  /** Path of each CFP, by its title. */
  readonly calls: Map<string, string>;
  /** Paths of SLAs. */
  readonly agreements: Set<string>;
  /** Paths of SLAs whose termination was acknowledged. */
  readonly terminated: Set<string>;
}

/** A request that may or may not have been received: it is made again with the same key. */
interface Pending {
  readonly key: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly done: (answer: JsonObject) => void;
}

/** Customers who go on through crashes: what broke off is asked again, with its Idempotency-Key. */
export class Load {
  readonly acknowledged: Acknowledged = { calls: new Map(), agreements: new Set(), terminated: new Set() };
  /** Answers that a crash never excuses. */
  readonly surprises: string[] = [];
  readonly #open = new Map<string, Pending>();
  #made = 0;

  /** Repeats what broke off at the last crash. */
  async again(client: Client): Promise<void> {
    for (const pending of [...this.#open.values()]) await this.#send(client, pending);
  }

  /** Works until the service is gone. */
  async run(url: string, token: string, customers: number, purchases: boolean): Promise<void> {
    const client = createClient({ url, token });
    await this.again(client);
    await Promise.allSettled([
      ...Array.from({ length: customers }, () => this.#post(client)),
      ...(purchases ? [this.#buy(client)] : []),
    ]);
  }

  async #post(client: Client): Promise<void> {
    for (;;) {
      const title = `call ${(this.#made += 1)}`;
      const answer = await this.#send(client, {
        key: title,
        path: '/cfp/',
        body: call(title, this.#made % 3 !== 0),
        done: (cfp) => this.acknowledged.calls.set(title, pathFor('cfp', textOf(cfp['id']))),
      });
      if (answer === undefined) return;
    }
  }

  /** One purchase after the other: post, award, and end every second one. */
  async #buy(client: Client): Promise<void> {
    for (;;) {
      const title = `purchase ${(this.#made += 1)}`;
      const cfp = await this.#send(client, {
        key: title,
        path: '/cfp/',
        body: call(title, true),
        done: (made) => this.acknowledged.calls.set(title, pathFor('cfp', textOf(made['id']))),
      });
      if (cfp === undefined) return;
      const path = pathFor('cfp', textOf(cfp['id']));
      const [best] = await ranking(client, path);
      if (best === undefined) continue;
      const answer = await this.#send(client, {
        key: `award ${title}`,
        path: `${path}?action=award`,
        body: { action: `${BROKER}/cfp/action#award`, attributes: { proposals: [best] } },
        done: (made) => {
          for (const sla of objects(made['resources']))
            this.acknowledged.agreements.add(pathFor('sla', textOf(sla['id'])));
        },
      });
      if (answer === undefined) return;
      const sla = objects(answer['resources'])[0];
      if (sla === undefined || this.acknowledged.agreements.size % 2 === 0) continue;
      const slaPath = pathFor('sla', textOf(sla['id']));
      await until(client, slaPath, (attributes) => attributes['org.parley.sla.phase'] === 'active');
      await this.#send(client, {
        key: `end ${title}`,
        path: `${slaPath}?action=terminate`,
        body: { action: 'http://schemas.ogf.org/occi/sla#terminate' },
        done: () => this.acknowledged.terminated.add(slaPath),
      });
    }
  }

  /** Undefined: no answer came, or it was refused; then nothing more is to be asked of this process. */
  async #send(client: Client, pending: Pending): Promise<JsonObject | undefined> {
    this.#open.set(pending.key, pending);
    try {
      const answer = await client.post(pending.path, pending.body, { 'Idempotency-Key': `"${pending.key}"` });
      this.#open.delete(pending.key);
      pending.done(answer);
      return answer;
    } catch (error) {
      if (error instanceof Unreachable) return undefined;
      this.#open.delete(pending.key);
      // A purchase that was still provisioning cannot be ended yet, and says so; an award may come too late.
      if (error instanceof Refused && error.status === 409) return {};
      this.surprises.push(
        `${pending.key}: ${error instanceof Refused ? `${error.status} ${JSON.stringify(error.problem)}` : String(error)}`,
      );
      return undefined;
    }
  }
}

/** Waits until the call is ranked; the ids of its proposals, best first. */
async function ranking(client: Client, path: string): Promise<readonly string[]> {
  const attributes = await until(
    client,
    path,
    ({ 'org.parley.cfp.state': state }) => state !== 'open' && state !== 'evaluating',
  );
  return (attributes['org.parley.cfp.ranking'] ?? []) as readonly string[];
}

/** Reads the entity until its attributes are as wanted, or two seconds are over. Throws when the service is gone. */
async function until(client: Client, path: string, wanted: (attributes: JsonObject) => boolean): Promise<JsonObject> {
  for (let tries = 0; ; tries += 1) {
    const attributes = (await client.get(path))['attributes'] as JsonObject;
    if (wanted(attributes) || tries >= 100) return attributes;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function call(title: string, publish: boolean): JsonObject {
  return {
    kind: `${BROKER}#cfp`,
    title,
    attributes: {
      'org.parley.cfp.resources': [
        {
          id: 'web',
          count: 1,
          kind: 'http://schemas.ogf.org/occi/infrastructure#compute',
          attributes: { 'occi.compute.cores': { min: 1 }, 'occi.compute.memory': { min: 0.1 } },
        },
      ],
      'org.parley.cfp.budget': { amount: '90.00', currency: 'EUR', per: 'month' },
      'org.parley.cfp.replyby': 'PT5S',
      'org.parley.cfp.publish': publish,
    },
  };
}
