import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src/shared/paths.ts';
import type { Value } from './types.ts';

/** A message as a client sends it, and beside it what should come of it. */
export interface Fixture {
  readonly name: string;
  readonly expected: Expected;
  /** With the names of things that exist put in. */
  readonly request: (names: Readonly<Record<string, string>>) => FixtureRequest;
}

export interface FixtureRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

export interface Expected {
  /** Which of the 29 places where implementers stumbled. */
  readonly pitfall: number;
  readonly about: string;
  /** What the parser alone makes of it. */
  readonly parse?: {
    readonly as: 'entity' | 'entities' | 'mixins';
    readonly gives?: unknown;
    /** A regular expression that some problem's detail fits. */
    readonly fails?: string;
  };
  readonly status: number | readonly number[];
  /** Attributes of what was created. */
  readonly entity?: Readonly<Record<string, Value>>;
  /** How many links what was created has. */
  readonly links?: number;
  /** Regular expressions by header name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many lines a header has. */
  readonly lines?: Readonly<Record<string, number>>;
  /** Regular expressions that the body fits, and that it does not fit. */
  readonly body?: readonly string[];
  readonly absent?: readonly string[];
  readonly empty?: boolean;
}

const FOLDER = join(projectRoot, 'test/fixtures/occi');

/** All of them, in the order of their names. */
export function fixtures(): readonly Fixture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.http'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.http'.length);
      const bytes = readFileSync(join(FOLDER, file));
      const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Expected;
      return { name, expected, request: (names) => requestOf(bytes, names) };
    });
}

/** The head is lines up to the first empty one; the body is what follows, byte for byte. */
function requestOf(bytes: Buffer, names: Readonly<Record<string, string>>): FixtureRequest {
  const cut = bytes.indexOf('\n\n');
  const [start = '', ...fields] = filled(bytes.subarray(0, cut).toString('utf8'), names).split('\n');
  const [method = '', path = ''] = start.split(' ');
  const headers: Record<string, string[]> = {};
  for (const field of fields) {
    const colon = field.indexOf(': ');
    (headers[field.slice(0, colon)] ??= []).push(field.slice(colon + 2));
  }
  const body = bytes.subarray(cut + 2);
  // Latin-1 keeps every byte as it is, also where the body is not UTF-8.
  return { method, path, headers, body: Buffer.from(filled(body.toString('latin1'), names), 'latin1') };
}

function filled(text: string, names: Readonly<Record<string, string>>): string {
  return text
    .replace(/\{repeat:(.):(\d+)\}/g, (_all, char: string, times: string) => char.repeat(Number(times)))
    .replace(/\{([a-z]+)\}/g, (all, name: string) => names[name] ?? all);
}
