import { parse } from 'csv-parse/sync';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { HEADER, parsePrice } from './list-format.ts';
import type { Architecture } from './list-format.ts';

/**
 * Makes a price list from a provider's CSV:
 *
 *     npm run --silent pricelist -- PROVIDER.csv LIST.csv.gz --currency USD [--region NAME]
 *       [--type COLUMN] [--cores COLUMN] [--memory COLUMN] [--accelerators COLUMN]
 *       [--architecture COLUMN] [--regions COLUMN] [--price COLUMN] [--keep-unpriced]
 *
 * Nothing is guessed: a row that cannot be read ends the command with its line; rows without a price
 * are left out (or kept, to be counted at each start, with --keep-unpriced) and counted.
 */

const USAGE = `usage: pricelist PROVIDER.csv LIST.csv.gz --currency CODE [--region NAME] [--keep-unpriced]
  column names: --type InstanceType --cores vCPUs --memory MemoryGiB --accelerators AcceleratorCount
                --architecture Architecture --regions Region --price Price`;

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  amd64: 'x64',
  x86_64: 'x64',
  x64: 'x64',
  arm64: 'arm64',
  aarch64: 'arm64',
};

export interface ListOptions {
  readonly currency: string;
  /** For lists of a single region that do not name it. */
  readonly region?: string;
  readonly columns?: Partial<
    Record<'type' | 'cores' | 'memory' | 'accelerators' | 'architecture' | 'region' | 'price', string>
  >;
  readonly keepUnpriced?: boolean;
}

export interface MadeList {
  readonly csv: string;
  readonly rows: number;
  /** Rows without a price: their types and regions. */
  readonly unpriced: readonly string[];
}

/** A list that cannot be made, with every line that is wrong. */
export class ListError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.slice(0, 20).join('\n'));
    this.lines = lines;
  }
}

/**
 * Turns a provider's CSV into ours.
 *
 * @throws ListError naming every line that cannot be read
 */
export function makeList(text: string, options: ListOptions): MadeList {
  const columns = {
    type: 'InstanceType',
    cores: 'vCPUs',
    memory: 'MemoryGiB',
    accelerators: 'AcceleratorCount',
    architecture: 'Architecture',
    region: 'Region',
    price: 'Price',
    ...options.columns,
  };
  const records: Record<string, string>[] = parse(text, {
    columns: true,
    skip_empty_lines: true,
    trim: true,
    bom: true,
  });
  const wrong: string[] = [];
  const unpriced: string[] = [];
  const offers = new Set<string>();
  const lines: string[] = [];
  const first = records[0] ?? {};
  for (const [what, name] of Object.entries(columns))
    if (!Object.hasOwn(first, name) && !(what === 'region' && options.region !== undefined) && what !== 'accelerators')
      throw new ListError([`there is no column ${name} for ${what}`]);
  records.forEach((record, at) => {
    const line = at + 2;
    const type = record[columns.type] ?? '';
    const region = options.region ?? record[columns.region] ?? '';
    const architecture = ARCHITECTURES[(record[columns.architecture] ?? '').toLowerCase()];
    const accelerators = record[columns.accelerators] ?? '';
    const price = record[columns.price] ?? '';
    const numbers = [
      record[columns.cores] ?? '',
      record[columns.memory] ?? '',
      accelerators === '' ? '0' : accelerators,
    ];
    const fault =
      type === '' || region === '' || /[,"\r\n]/.test(type + region)
        ? 'no usable type or region'
        : architecture === undefined
          ? `architecture ${record[columns.architecture] ?? ''} is not known`
          : !/^\d+$/.test(numbers[0] ?? '') ||
              !/^\d+(?:\.\d+)?$/.test(numbers[1] ?? '') ||
              !/^\d+$/.test(numbers[2] ?? '')
            ? 'cores, memory or accelerators are no numbers'
            : offers.has(`${type} ${region}`)
              ? `${type} in ${region} stands there twice`
              : undefined;
    if (fault !== undefined || architecture === undefined) {
      wrong.push(`line ${line}: ${fault ?? ''}`);
      return;
    }
    offers.add(`${type} ${region}`);
    if (parsePrice(price) === undefined) {
      if (price !== '' && Number.isNaN(Number(price))) wrong.push(`line ${line}: ${price} is no price`);
      unpriced.push(`${type} in ${region}`);
      if (options.keepUnpriced !== true) return;
    }
    lines.push([type, ...numbers, architecture, region, options.currency, price].join(','));
  });
  if (wrong.length > 0) throw new ListError(wrong);
  return { csv: `${[HEADER, ...lines].join('\n')}\n`, rows: records.length, unpriced };
}

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      currency: { type: 'string' },
      region: { type: 'string' },
      'keep-unpriced': { type: 'boolean' },
      type: { type: 'string' },
      cores: { type: 'string' },
      memory: { type: 'string' },
      accelerators: { type: 'string' },
      architecture: { type: 'string' },
      regions: { type: 'string' },
      price: { type: 'string' },
    },
  });
  const [from, to] = positionals;
  const { currency } = values;
  if (from === undefined || to === undefined || currency === undefined || !/^[A-Z]{3}$/.test(currency)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const named = (['type', 'cores', 'memory', 'accelerators', 'architecture', 'price'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, values[name]] as const],
  );
  const columns = {
    ...Object.fromEntries(named),
    ...(values.regions === undefined ? {} : { region: values.regions }),
  };
  try {
    const list = makeList(readFileSync(from, 'utf8'), {
      currency,
      columns,
      ...(values.region === undefined ? {} : { region: values.region }),
      ...(values['keep-unpriced'] === undefined ? {} : { keepUnpriced: values['keep-unpriced'] }),
    });
    writeFileSync(to, to.endsWith('.gz') ? gzipSync(list.csv, { level: 9 }) : list.csv);
    process.stdout.write(`${to}: ${list.rows} rows read, ${list.rows - list.unpriced.length} offers with a price\n`);
    if (list.unpriced.length > 0)
      process.stderr.write(
        `WARNING: ${list.unpriced.length} rows HAVE NO PRICE and are not offered:\n  ${list.unpriced.join('\n  ')}\n`,
      );
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

if (process.argv[1]?.endsWith('make-list.js') === true)
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    // An option that is not known.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exitCode = 2;
  }
