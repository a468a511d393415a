import { httpWorld, type Reply, type World } from '../support/http-world.ts';
import { corpus } from './corpus.ts';
import type { Input } from './input.ts';
import { mutated } from './mutate.ts';
import { diceOf } from './random.ts';
import type { Finding } from './run.ts';
import { shrunk } from './shrink.ts';

const METHODS = ['GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'];
const TYPES = [
  'text/plain',
  'text/occi',
  'text/occi+plain',
  'text/uri-list',
  'application/occi+json',
  'application/json',
];
/** What the fuzzer fixes: everything else of a message is its own. */
const FIXED =
  /^(?:host|authorization|content-type|accept|content-length|transfer-encoding|connection|expect|upgrade|te|trailer)$/i;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly accept: string;
}

/** The whole service over HTTP: whatever comes, an answer below 500, within its time, and nothing in the log. */
export async function fuzzService(
  seed: number,
  goesOn: (runs: number) => boolean,
): Promise<{ runs: number; finding?: Finding }> {
  const dice = diceOf(seed);
  const world = await httpWorld({ limits: { requests: null, failures: null } });
  try {
    let machine = await world.machine();
    let runs = 0;
    for (; goesOn(runs); runs += 1) {
      const input = mutated(dice.pick(corpus), dice.pick(corpus), dice);
      const paths = [
        '/',
        '/-/',
        '/machine/',
        '/cable/',
        '/fast/',
        '/mine/',
        machine,
        `${machine}?action=start`,
        '/machine/?action=stop',
      ];
      const call: Call = {
        method: dice.pick(METHODS),
        path: dice.below(4) === 0 ? input.url : dice.pick(paths),
        type: dice.pick(TYPES),
        accept: dice.pick([...TYPES, '*/*', 'text/*;q=0.1, application/*']),
      };
      const found = await faultOf(world, call, input);
      if (found !== undefined) {
        const smallest = await shrunk(input, async (smaller) => (await faultOf(world, call, smaller)) !== undefined);
        return { runs, finding: { seed, run: runs, target: JSON.stringify(call), fault: found, input: smallest } };
      }
      if ((await world.ask('HEAD', machine)).status !== 200) machine = await world.machine();
    }
    return { runs };
  } finally {
    await world.close();
  }
}

async function faultOf(world: World, { method, path, type, accept }: Call, input: Input): Promise<string | undefined> {
  const named = new Map<string, string[]>([
    ['content-type', [type]],
    ['accept', [accept]],
  ]);
  input.headers.forEach((name, index) => {
    const value = input.headers[index + 1] ?? '';
    // Node would not send others, nor would its server let them through.
    if (index % 2 !== 0 || !/^[\w-]+$/.test(name) || FIXED.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      return;
    const key = name.toLowerCase();
    named.set(key, [...(named.get(key) ?? []), value]);
  });
  const headers = Object.fromEntries(named);
  const safe = path.startsWith('/') && /^[\x21-\x7e]+$/.test(path) ? path : '/';
  const body = Buffer.from(input.body, 'latin1');
  const before = world.logged.length;
  let reply: Reply;
  try {
    reply = await world.ask(method, safe, body.length === 0 ? { headers } : { headers, body });
  } catch (error) {
    return `no answer: ${String(error)}`;
  }
  const logged = world.logged.slice(before).filter(({ level }) => level === 'error');
  if (logged.length > 0)
    return `logged ${logged.map(({ message, fields }) => `${message} ${stackOf(fields)}`).join('; ')}`;
  if (reply.status >= 500 && reply.status !== 501) return `answered ${reply.status}: ${reply.text.slice(0, 200)}`;
  if (reply.headers.server?.includes('OCCI/1.2') !== true) return `answered ${reply.status} without Server`;
  return reply.status >= 400 && method !== 'HEAD' && reply.text === ''
    ? `answered ${reply.status} without a reason`
    : undefined;
}

function stackOf(fields: object): string {
  const { err } = fields as { err?: unknown };
  return err instanceof Error ? (err.stack ?? err.message) : String(err);
}
