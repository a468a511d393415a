import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchRow } from './types.ts';

/** One bench a file; each exports `run(): Promise<BenchRow[]>`. */
const benches = [
  'ranking',
  'parse',
  'store',
  'samples',
  'broker',
  'http',
  'entity',
  'discovery',
  'renderings',
  'timing',
  'start',
] as const;

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const wanted = positionals.length === 0 ? benches : benches.filter((name) => positionals.includes(name));
if (wanted.length === 0) {
  console.error(`no such bench; there are: ${benches.join(', ')}`);
  process.exit(2);
}

const rows: BenchRow[] = [];
console.log(
  ['name'.padEnd(62), 'value'.padStart(12), 'unit'.padEnd(10), 'baseline'.padStart(12), 'ratio'.padStart(8)].join(' '),
);
for (const name of wanted) {
  for (const row of await rowsOf(name)) {
    rows.push(row);
    console.log(
      [
        row.name.padEnd(62),
        figure(row.value).padStart(12),
        row.unit.padEnd(10),
        figure(row.baseline).padStart(12),
        figure(row.ratio).padStart(8),
      ].join(' '),
    );
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exit(0);

/** In a process of its own: what one bench leaves in memory, and has V8 compile, is not the next one's burden. */
function rowsOf(name: string): Promise<readonly BenchRow[]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('one.js', import.meta.url)), [name]);
    child.once('message', (rows) => {
      resolve(rows as readonly BenchRow[]);
    });
    child.once('exit', (code) => {
      reject(new Error(`the bench ${name} ended with code ${code ?? 'none'} and without figures`));
    });
  });
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
