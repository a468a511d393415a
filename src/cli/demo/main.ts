import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, Refused } from '../client.ts';
import { demoCall } from './call.ts';
import { breakOne, report, watchWindow } from './measured.ts';
import { award, market, post, vendors } from './negotiated.ts';
import { sayTo } from './say.ts';
import { startService } from './service.ts';

/** From an empty folder to a compliance report, on real offers and real processes, in under two minutes. */
async function main(): Promise<void> {
  const say = sayTo((text) => process.stdout.write(text));
  const folder = await mkdtemp(join(tmpdir(), 'parley-demo-'));
  const token = randomBytes(24).toString('base64url');
  say.line();
  say.line('Parley: an SLA broker. This demo starts the service on an empty store, buys two web servers');
  say.line('through it, breaks one of them, and reads the compliance report.');

  const began = Date.now();
  const service = await startService({
    PARLEY_DATA: folder,
    PARLEY_HOST: '127.0.0.1',
    PARLEY_PORT: '0',
    PARLEY_URL: '',
    PARLEY_CONFIG: '',
    PARLEY_LOG: 'info',
    PARLEY_BOOTSTRAP_TOKEN: token,
  });
  const stop = async (): Promise<void> => {
    await service.stop();
  };
  process.once('SIGINT', () => void stop().then(() => process.exit(130)));
  try {
    say.line();
    say.line(`Started in ${((Date.now() - began) / 1000).toFixed(1)} s on ${service.url}, data in ${folder}`);
    const client = createClient({ url: service.url, token });
    await vendors(client, say);
    const request = demoCall(Date.now());
    const file = join(folder, 'cfp.json');
    await writeFile(file, JSON.stringify(request, null, 2));
    const cfp = await post(client, request, file, say);
    const best = await market(client, cfp, say);
    const bought = await award(client, cfp, best, say);
    await watchWindow(client, bought, say);
    await breakOne(client, bought, say);
    await report(client, bought, say);
    await finish(client, bought.sla, say);
  } finally {
    await stop();
  }
  say.line();
  say.line(
    `Done in ${Math.round((Date.now() - began) / 1000)} s. The data is still in ${folder}; look around in it with`,
  );
  say.line(`PARLEY_DATA=${folder} PARLEY_BOOTSTRAP_TOKEN=${token} npm start`);
}

async function finish(
  client: ReturnType<typeof createClient>,
  sla: string,
  say: ReturnType<typeof sayTo>,
): Promise<void> {
  say.step('The end: terminate the SLA, and every process of it is gone');
  await client.act(sla, 'http://schemas.ogf.org/occi/sla#terminate');
  for await (const event of client.events(sla, AbortSignal.timeout(20_000))) {
    if (!event.type.startsWith('org.parley.sla.')) continue;
    const to = event.type.slice('org.parley.sla.'.length);
    if (to === 'cancelled' || to === 'terminated' || to === 'completed') {
      say.line(`SLA ${to}.`);
      return;
    }
  }
  say.line('The SLA is still terminating.');
}

main().then(
  // Connections that are kept alive for reuse would keep the process for half a minute.
  () => process.exit(0),
  (error: unknown) => {
    const detail = error instanceof Refused ? `${error.message}\n${JSON.stringify(error.problem, null, 2)}` : error;
    console.error('\nThe demo failed:', detail);
    process.exit(1);
  },
);
