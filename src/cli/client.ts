import { isObject, type Json, type JsonObject } from '../shared/json.ts';

/** The service answered with an error: RFC 9457 problem details. */
export class Refused extends Error {
  readonly status: number;
  readonly problem: JsonObject;

  constructor(status: number, problem: JsonObject) {
    super(typeof problem['title'] === 'string' ? problem['title'] : `HTTP ${status}`);
    this.name = 'Refused';
    this.status = status;
    this.problem = problem;
  }
}

/** The service cannot be reached, or broke off. */
export class Unreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`cannot reach ${url}`, { cause });
    this.name = 'Unreachable';
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where the answer is JSON, else null. */
  readonly body: Json;
}

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: JsonObject;
}

export interface Asked {
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface Client {
  readonly url: string;
  /** Throws `Refused` for every status of 400 and over, `Unreachable` when there is no answer. */
  request(method: string, path: string, asked?: Asked): Promise<Answer>;
  get(path: string): Promise<JsonObject>;
  post(path: string, body: Json, headers?: Readonly<Record<string, string>>): Promise<JsonObject>;
  /** `POST path?action=term` with the action's full type. */
  act(path: string, action: string, attributes?: JsonObject): Promise<JsonObject>;
  /** The event stream of one entity, or of all; begins anew after a broken connection where it stopped. */
  events(of: string | undefined, signal: AbortSignal): AsyncGenerator<CloudEvent>;
}

const OCCI_JSON = 'application/occi+json';

export function createClient(options: { url: string; token: string; fetch?: typeof fetch }): Client {
  const fetcher = options.fetch ?? fetch;
  const url = options.url.replace(/\/+$/, '');

  const send = async (method: string, path: string, asked: Asked): Promise<Response> => {
    const target = path.startsWith('http') ? path : url + path;
    const headers: Record<string, string> = {
      Authorization: `Bearer ${options.token}`,
      Accept: asked.accept ?? OCCI_JSON,
      ...(asked.body === undefined ? {} : { 'Content-Type': OCCI_JSON }),
      ...asked.headers,
    };
    try {
      return await fetcher(target, {
        method,
        headers,
        ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
        ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      });
    } catch (error) {
      throw new Unreachable(url, error);
    }
  };

  const request = async (method: string, path: string, asked: Asked = {}): Promise<Answer> => {
    const response = await send(method, path, asked);
    const text = await response.text();
    const body = parsed(text, response.headers);
    if (response.status >= 400)
      throw new Refused(response.status, isObject(body) ? body : { title: text.trim() || response.statusText });
    return { status: response.status, headers: response.headers, text, body };
  };

  const object = (answer: Answer): JsonObject => (isObject(answer.body) ? answer.body : {});

  return {
    url,
    request,
    get: async (path) => object(await request('GET', path)),
    post: async (path, body, headers = {}) => object(await request('POST', path, { body, headers })),
    act: async (path, action, attributes = {}) => {
      const term = action.slice(action.indexOf('#') + 1);
      return object(await request('POST', `${path}?action=${term}`, { body: { action, attributes } }));
    },
    async *events(of, signal) {
      let last: string | undefined;
      while (!signal.aborted) {
        try {
          const response = await send('GET', `/events${of === undefined ? '' : `?of=${encodeURIComponent(of)}`}`, {
            accept: 'text/event-stream',
            signal,
            ...(last === undefined ? {} : { headers: { 'Last-Event-ID': last } }),
          });
          if (response.status >= 400) throw new Refused(response.status, { title: await response.text() });
          for await (const event of eventsOf(response.body)) {
            last = event.id;
            yield event;
          }
        } catch (error) {
          if (error instanceof Refused) throw error;
          // Aborted or broken off: the loop's condition tells.
        }
        await pause(500, signal);
      }
    },
  };
}

function parsed(text: string, headers: Headers): Json {
  if (!/json/.test(headers.get('content-type') ?? '') || text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

async function* eventsOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<CloudEvent> {
  if (stream === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    let end = rest.indexOf('\n\n');
    while (end >= 0) {
      const event = eventIn(rest.slice(0, end));
      if (event !== undefined) yield event;
      rest = rest.slice(end + 2);
      end = rest.indexOf('\n\n');
    }
  }
}

function eventIn(block: string): CloudEvent | undefined {
  const data = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
  if (data === '') return undefined;
  const id = /^id:\s*(.*)$/m.exec(block)?.[1];
  const event = JSON.parse(data) as CloudEvent;
  return id === undefined ? event : { ...event, id };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
