import { request as rawRequest } from 'node:http';

/** What came over the wire, with header lines in their order, read as UTF-8. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The values of a header, in the order of its lines. */
  all(name: string): readonly string[];
  /** The one value of a header; undefined where it is absent. */
  header(name: string): string | undefined;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** One exchange on a connection of its own. Header values are sent as the bytes of their UTF-8. */
export function exchange(base: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      { hostname, port, method, path, agent: false, maxHeaderSize: 256 * 1024 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const lines: [string, string][] = [];
          for (let at = 0; at + 1 < response.rawHeaders.length; at += 2)
            lines.push([response.rawHeaders[at] ?? '', utf8(response.rawHeaders[at + 1] ?? '')]);
          const all = (name: string): string[] =>
            lines.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
          resolve({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? '',
            lines,
            body: Buffer.concat(chunks).toString('utf8'),
            all,
            header: (name) => all(name)[0],
          });
        });
      },
    );
    request.on('error', reject);
    for (const [name, value] of Object.entries(sent.headers ?? {}))
      request.setHeader(name, typeof value === 'string' ? bytes(value) : value.map(bytes));
    if (sent.body !== undefined) {
      const body = Buffer.isBuffer(sent.body) ? sent.body : Buffer.from(sent.body, 'utf8');
      request.setHeader('Content-Length', body.length);
      request.end(body);
    } else request.end();
  });
}

function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
