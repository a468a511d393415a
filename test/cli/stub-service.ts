import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Io } from '../../src/cli/command.ts';
import { textOf } from '../../src/cli/entity.ts';
import { runCli } from '../../src/cli/run.ts';
import { systemClock } from '../../src/shared/clock.ts';
import type { Json, JsonObject } from '../../src/shared/json.ts';
import { systemRandom } from '../../src/shared/random.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

export type Handler = (seen: Seen, response: ServerResponse) => void;

/** A small service over real HTTP: what a request is answered with is told by `METHOD /path`. */
export class StubService {
  readonly seen: Seen[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  static async start(): Promise<StubService> {
    const stub = new StubService();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  on(route: string, answer: Json | Handler, status = 200): this {
    this.#handlers.set(
      route,
      typeof answer === 'function'
        ? answer
        : (_seen, response) => {
            sendJson(response, status, answer);
          },
    );
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '', headers } = request;
    const seen: Seen = { method, url, headers, body: text === '' ? null : (JSON.parse(text) as Json) };
    this.seen.push(seen);
    const handler =
      this.#handlers.get(`${method} ${url}`) ?? this.#handlers.get(`${method} ${url.split('?')[0] ?? ''}`);
    if (handler !== undefined) handler(seen, response);
    else sendJson(response, 404, { title: `Nothing is found at ${url}`, status: 404, code: 'not_found' });
  }
}

export function sendJson(response: ServerResponse, status: number, body: Json): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/occi+json';
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
}

/** Begins an event stream and sends these events; the stream stays open. */
export function sendEvents(response: ServerResponse, events: readonly JsonObject[]): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(': hello\n\n');
  for (const event of events) response.write(`id: ${textOf(event['id'])}\ndata: ${JSON.stringify(event)}\n\n`);
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function parley(
  args: readonly string[],
  options: {
    readonly stub?: StubService;
    readonly files?: Readonly<Record<string, string>>;
    readonly io?: Partial<Io>;
  } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const files = options.files ?? {};
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    env: options.stub === undefined ? {} : { PARLEY_URL: options.stub.url, PARLEY_TOKEN: 'secret-of-the-test' },
    readFile: (name) => {
      const content = files[name];
      if (content === undefined) throw new Error(`the test has no file ${name}`);
      return Promise.resolve(content);
    },
    exists: (name) => Promise.resolve(files[name] !== undefined),
    fetch,
    clock: systemClock,
    random: systemRandom,
    signal: new AbortController().signal,
    ...options.io,
  });
  return { code, out, err };
}
