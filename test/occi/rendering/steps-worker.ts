import { parentPort } from 'node:worker_threads';
import { jsonRendering } from '../../../src/occi/rendering/json.ts';
import { textOcciRendering } from '../../../src/occi/rendering/text-occi.ts';
import { textPlainRendering } from '../../../src/occi/rendering/text-plain.ts';
import { uriListRendering } from '../../../src/occi/rendering/uri-list.ts';
import { BadRequest } from '../../../src/shared/errors.ts';
import { stepCounter } from '../../support/steps.ts';
import { model } from './samples.ts';

/** One row: what everything was repeated after, and the steps for one length and for ten times as much. */
export interface Steps {
  readonly what: string;
  readonly once: number;
  readonly tenfold: number;
}

const LENGTH = 1000;

const RUNS = [
  ...[
    '"',
    '\\',
    '\\"',
    ' ',
    '\t',
    ';',
    ',',
    '=',
    'a',
    '#',
    '<',
    '>',
    ':',
    '\n',
    '\r',
    '\n\r',
    '\n ',
    '\n\n ',
    '\u00e9',
  ],
  ...[
    'a=',
    'a=1,',
    'a="",',
    '; a=b',
    ';a="',
    '<>,',
    '</a>; rel=b,',
    '/a,',
    'a;scheme="b:#",',
    'a; ',
    '{',
    '[',
    '[],',
    '{"a":',
  ],
  ...[
    'X-OCCI-Attribute: a=1\n',
    'X-OCCI-Attribute: org.test.tags="[1]"\n',
    'Category: a; scheme="b:#"\n',
    'Link: </a>\n',
    '\\u0061',
  ],
];
const STARTS = [
  ...[
    '',
    'X-OCCI-Attribute: a="',
    'X-OCCI-Attribute: org.test.plan="',
    'X-OCCI-Attribute: a=',
    'Category: a; scheme="',
  ],
  ...[
    'Category: a; scheme="b:#"; class=mixin',
    'Link: <',
    'Link: </a>; category="',
    'X-OCCI-Location: ',
    '{"a":"',
    '[',
    '{"kind":',
  ],
];
/** Where a field begins means nothing to JSON, nor JSON to text. */
const MEANT = {
  text: (start: string): boolean => !/^[[{]/.test(start),
  occi: (start: string): boolean => start === '' || start.includes(': '),
  uri: (start: string): boolean => start === '',
  json: (start: string): boolean => !start.includes(': '),
};
const PARSERS = { text: textPlainRendering, occi: textOcciRendering, uri: uriListRendering, json: jsonRendering };

const steps = stepCounter((url) => url.includes('/src/occi/') || url.includes('/src/shared/'));

function work(name: keyof typeof PARSERS, start: string, run: string, factor: number): void {
  const { parser } = PARSERS[name];
  const repeated = run.repeat(Math.ceil(LENGTH / run.length) * factor);
  const colon = start.indexOf(': ');
  const field = colon < 0 ? 'Category' : start.slice(0, colon);
  const message =
    name === 'occi'
      ? { headers: [field, start.slice(colon < 0 ? 0 : colon + 2) + repeated], body: Buffer.alloc(0) }
      : { headers: [], body: Buffer.from(start + repeated) };
  const asks = [
    () => parser.entity(message, model),
    () => parser.mixins(message, model),
    () => parser.invocation(message, model, 'start'),
    () => parser.members(message),
  ];
  for (const ask of asks)
    try {
      ask();
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
    }
}

/** All runs together: one that cost more than it should would outweigh all others. */
const stepsOf = (name: keyof typeof PARSERS, start: string, factor: number): number =>
  steps(() => {
    for (const run of RUNS) work(name, start, run, factor);
  });

const rows: Steps[] = [];
for (const name of Object.keys(PARSERS) as (keyof typeof PARSERS)[])
  for (const start of STARTS.filter(MEANT[name]))
    rows.push({
      what: `${name}, after ${JSON.stringify(start)}`,
      once: stepsOf(name, start, 1),
      tenfold: stepsOf(name, start, 10),
    });
parentPort?.postMessage(rows);
