import { isObject, type JsonObject } from '../../shared/json.ts';
import type { Client, CloudEvent } from '../client.ts';
import { attributeText, objects, pathFor, textOf } from '../entity.ts';
import { renderReport } from '../report-view.ts';
import { WINDOW_SECONDS } from './call.ts';
import { look, type Bought } from './negotiated.ts';
import type { Say } from './say.ts';

const INCIDENT_PATIENCE = 30_000;
/** As quotes count: 730 hours. */
const SECONDS_A_MONTH = 730 * 3600;

/** The report of the SLA as it stands. */
async function standing(client: Client, sla: string): Promise<JsonObject> {
  const answer = await client.request('GET', await reportPath(client, sla), { accept: 'application/json' });
  return answer.body as JsonObject;
}

async function reportPath(client: Client, sla: string): Promise<string> {
  return pathFor('report', attributeText(await client.get(sla), 'org.parley.sla.report'));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Ends with the window that is open now, so that the break falls into one window as a whole. */
export async function watchWindow(client: Client, bought: Bought, say: Say): Promise<void> {
  say.step('Meters measure every second');
  const length = WINDOW_SECONDS * 1000;
  const end = Math.ceil((Date.now() + 6000) / length) * length;
  await pause(end - Date.now() + 1000);
  for (const level of objects((await standing(client, bought.sla))['levels'])) {
    const id = textOf(level['level']);
    for (const window of objects(level['windows']).slice(0, 4))
      say.line(
        `${id.padEnd(5)} ${textOf(window['index']).padEnd(6)} ${textOf(window['from'])} … ${textOf(window['until'])}  ` +
          `good ${textOf(window['good'])} of ${textOf(window['counted'])}, ${textOf(window['state'])}`,
      );
  }
}

export async function breakOne(client: Client, bought: Bought, say: Say): Promise<void> {
  say.step('One process is killed from outside');
  const victim = bought.servers[0];
  if (victim === undefined) throw new Error('the SLA has no web server');
  const { pid } = await look(victim.url);
  const seen = eventLog(client);
  process.kill(Number(pid), 'SIGKILL');
  say.line(`kill -9 ${textOf(pid)}, which was ${victim.name}`);
  const opened = await seen.next((event) => event.type === 'org.parley.violation.open');
  say.line(`${opened.time}  an incident opens: ${opened.subject}`);
  const incident = await client.get(opened.subject);
  say.line(
    `${' '.repeat(26)}${attributeText(incident, 'org.parley.violation.type')} of level ${attributeText(incident, 'org.parley.violation.level')}` +
      ` on ${attributeText(incident, 'org.parley.violation.index')}, since ${attributeText(incident, 'org.parley.violation.start')}`,
  );
  const breached = await seen.next((event) => isBreach(event, opened));
  say.line(`${breached.time}  the window cannot be met any more: a breach: ${breached.subject}`);
  say.line('The customer starts the server again (POST …?action=start):');
  await client.act(victim.path, 'http://schemas.ogf.org/occi/infrastructure/compute/action#start');
  say.line(`  ${JSON.stringify(await look(victim.url))}`);
  const resolved = await seen.next((event) => isResolved(event, opened));
  say.line(`${resolved.time}  the incident is resolved`);
  const closed = await seen.next((event) => isResolved(event, breached));
  say.line(`${closed.time}  the window is complete`);
  seen.stop();
}

function isBreach(event: CloudEvent, incident: CloudEvent): boolean {
  return event.type === 'org.parley.violation.open' && event.subject !== incident.subject;
}

function isResolved(event: CloudEvent, violation: CloudEvent): boolean {
  return event.type === 'org.parley.violation.resolved' && event.subject === violation.subject;
}

export async function report(client: Client, bought: Bought, say: Say): Promise<void> {
  say.step('The compliance report');
  const path = await reportPath(client, bought.sla);
  const document = await standing(client, bought.sla);
  for (const line of renderReport(document)) say.line(line);
  for (const line of credits(document, bought.monthly)) say.line(line);
  say.line();
  for (const type of ['text/html', 'text/csv', 'application/json', 'application/occi+json']) {
    const answer = await client.request('GET', path, { accept: type });
    say.line(`${type.padEnd(22)} ${String(answer.text.length).padStart(7)} characters  ${client.url}${path}`);
  }
}

/** What the missed windows come to: over seconds it is less than a cent, and is then not paid. */
function credits(document: JsonObject, monthly: number): string[] {
  const up = objects(document['definitions']).find((one) => isObject(one['level']) && one['level']['id'] === 'up');
  const level = isObject(up?.['level']) ? up['level'] : {};
  const tiers = isObject(level['remedy']) ? objects(level['remedy']['tiers']) : [];
  const windows = objects(document['levels']).find((one) => one['level'] === 'up')?.['windows'];
  return objects(windows).flatMap((window) => {
    const attained = Number(window['attainment']);
    const tier = tiers.filter((one) => attained < Number(one['below'])).at(-1);
    if (window['state'] !== 'violated' || tier === undefined) return [];
    const share = Number(tier['credit']);
    const seconds = (share * monthly * WINDOW_SECONDS) / SECONDS_A_MONTH;
    return [
      `${textOf(window['index'])} attained ${attained * 100} %, under ${Number(tier['below']) * 100} %: the credit is ${share * 100} % of what it cost.`,
      `In ${WINDOW_SECONDS} s that is ${seconds.toFixed(7)} EUR, under a cent, so nothing is paid; in a window of a month`,
      `it would be ${share * 100} % of ${monthly.toFixed(2)} EUR = ${(share * monthly).toFixed(2)} EUR.`,
    ];
  });
}

/** Events from now on, kept until they are asked for, so that none is missed between two questions. */
function eventLog(client: Client): { next(wanted: (event: CloudEvent) => boolean): Promise<CloudEvent>; stop(): void } {
  const stopper = new AbortController();
  const events: CloudEvent[] = [];
  let wake: () => void = () => undefined;
  void (async () => {
    for await (const event of client.events(undefined, stopper.signal)) {
      events.push(event);
      wake();
    }
  })();
  return {
    async next(wanted) {
      const deadline = Date.now() + INCIDENT_PATIENCE + WINDOW_SECONDS * 1000;
      while (Date.now() < deadline) {
        const found = events.find(wanted);
        if (found !== undefined) return found;
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(deadline - Date.now())]);
      }
      throw new Error('the event that was waited for did not come');
    },
    stop: () => {
      stopper.abort();
    },
  };
}
