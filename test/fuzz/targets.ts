import { checkVersion } from '../../src/http/version.ts';
import { noneMatchHits, readIdempotency, readIfMatch, readWait } from '../../src/http/conditions.ts';
import { readTarget } from '../../src/http/target.ts';
import type { Caller } from '../../src/occi/caller.ts';
import { jsonRendering } from '../../src/occi/rendering/json.ts';
import { inputFor, outputFor, wantsProblemJson } from '../../src/occi/rendering/negotiate.ts';
import { hasOcciHeaders, readFilter, textOcciRendering } from '../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../src/occi/rendering/text-plain.ts';
import type { Message, Parser } from '../../src/occi/rendering/types.ts';
import { uriListRendering } from '../../src/occi/rendering/uri-list.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import { principalId, tenantId } from '../../src/shared/ids.ts';
import { model } from '../occi/rendering/samples.ts';
import type { Input } from './input.ts';

/** Something that reads what clients send. It may answer anything, and throw nothing but the errors it says. */
export interface Target {
  readonly name: string;
  run(input: Input): unknown;
  readonly statuses: readonly number[];
  /** What every problem of it begins with: the place. */
  readonly place?: RegExp;
}

/** In a header, a line, or a byte of the body; nothing only where it is something that is missing. */
const IN_TEXT = /^(?:header [\w-]+, column \d+: |line \d+, column \d+: |byte \d+: |a Category )/;
const ANY = /./;

const renderings: readonly (readonly [string, Parser, RegExp])[] = [
  ['text/plain', textPlainRendering.parser, IN_TEXT],
  ['text/occi', textOcciRendering.parser, IN_TEXT],
  ['text/uri-list', uriListRendering.parser, ANY],
  ['application/occi+json', jsonRendering.parser, ANY],
];

const asks: Readonly<Record<string, (parser: Parser, message: Message) => unknown>> = {
  entity: (parser, message) => parser.entity(message, model),
  entities: (parser, message) => parser.entities(message, model),
  invocation: (parser, message) => parser.invocation(message, model, 'start'),
  mixins: (parser, message) => parser.mixins(message, model),
  types: (parser, message) => parser.types(message),
  members: (parser, message) => parser.members(message),
};

function messageOf(input: Input): Message {
  return { headers: input.headers, body: Buffer.from(input.body, 'latin1') };
}

const parsers: readonly Target[] = renderings.flatMap(([name, parser, place]) =>
  Object.entries(asks).map(([what, ask]): Target => ({
    name: `${what} in ${name}`,
    run: (input) => ask(parser, messageOf(input)),
    statuses: [400],
    place,
  })),
);

const caller = { principal: principalId('fuzz'), tenant: tenantId('acme'), role: 'customer' } as unknown as Caller;

function header(input: Input, name: string): string | undefined {
  const at = input.headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : input.headers[at + 1];
}

const http: readonly Target[] = [
  {
    name: 'filter in headers',
    run: (input) => [hasOcciHeaders(input.headers), readFilter(input.headers, model)],
    statuses: [400],
    place: IN_TEXT,
  },
  { name: 'request line', run: (input) => readTarget('GET', input.url), statuses: [400] },
  { name: 'Content-Type', run: (input) => inputFor(header(input, 'content-type')), statuses: [415] },
  {
    name: 'Accept',
    run: (input) => outputFor(header(input, 'accept'), undefined, ['text/csv']),
    statuses: [406],
  },
  {
    name: 'Accept for errors',
    run: (input) => wantsProblemJson(header(input, 'accept'), header(input, 'content-type')),
    statuses: [],
  },
  {
    name: 'User-Agent',
    run: (input) => {
      checkVersion(header(input, 'user-agent'));
    },
    statuses: [501],
  },
  {
    name: 'conditions',
    run: (input) => [
      readIfMatch(header(input, 'if-match')),
      noneMatchHits(header(input, 'if-none-match'), '"1-json"'),
      readWait(header(input, 'prefer')),
    ],
    statuses: [400],
  },
  {
    name: 'Idempotency-Key',
    run: (input) =>
      readIdempotency(header(input, 'idempotency-key'), {
        caller,
        method: 'POST',
        path: input.url,
        action: undefined,
        contentType: header(input, 'content-type'),
        body: Buffer.from(input.body, 'latin1'),
        fields: input.headers,
      }),
    statuses: [400],
  },
];

export const targets: readonly Target[] = [...parsers, ...http];

/** Runs the target; answers what is wrong with how it ended, or nothing. */
export function fault(target: Target, input: Input): string | undefined {
  try {
    target.run(input);
  } catch (error) {
    if (!(error instanceof ParleyError))
      return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (!target.statuses.includes(error.status)) return `threw ${error.status} ${error.code}: ${error.message}`;
    if (target.place === undefined || error.code === 'not_a_list') return undefined;
    if (error.problems.length === 0) return `threw ${error.code} without a problem`;
    for (const { path, detail } of error.problems)
      if (!target.place.test(detail)) return `threw ${error.code} without the place: ${path} ${detail}`;
  }
  return polluted();
}

/** Has anything reached the prototype of all objects? */
function polluted(): string | undefined {
  const names: string[] = [];
  for (const name in {}) names.push(name);
  return names.length === 0 ? undefined : `every object has ${names.join(', ')} now`;
}
