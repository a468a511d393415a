import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BadRequest, Problems, Unprocessable } from '../shared/errors.ts';
import type { ParleyError, Problem } from '../shared/errors.ts';
import { hashOf, isObject } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import { compileProgram } from './compile.ts';
import { Dictionary } from './dictionary.ts';
import type { RulesDocument } from './document.ts';
import { factsReader } from './facts.ts';
import type { CompileContext, RuleBook } from './port.ts';
import { rank } from './rank.ts';
import { resolveRules } from './resolve.ts';
import { shapeCheck } from './schema.ts';
import type { ShapeCheck } from './schema.ts';
import { settingsOf } from './settings.ts';
import type { AttributeEntry, CompiledRules } from './types.ts';
import { checkSupported } from './unsupported.ts';

export interface RuleBookOptions {
  /** The top-level `rules` folder: documents, `attributes.json`, `schema/rules.v1.json`. */
  readonly folder: string;
}

/**
 * Loads the shipped rules, the dictionary and the schema, and compiles every document once, so that a
 * broken one is told at start. Throws `ParleyError` with all problems.
 */
export async function createRuleBook({ folder }: RuleBookOptions): Promise<RuleBook> {
  const dictionary = new Dictionary(await readDictionary(join(folder, 'attributes.json')));
  const check = shapeCheck(await readObject(join(folder, 'schema', 'rules.v1.json')));
  const shipped = new Map<string, JsonObject>();
  for (const file of await documentsIn(folder)) {
    const document = await readObject(join(folder, file));
    shipped.set(refOf(document, file), document);
  }
  const factsOf = factsReader(dictionary.entries);
  const book: RuleBook = {
    dictionary: dictionary.entries,
    list: () =>
      [...shipped].map(([ref, document]) => ({
        ref,
        title: typeof document['title'] === 'string' ? document['title'] : ref,
        document,
      })),
    compile: (rules, context) => compileRules(rules, context, { dictionary, check, shipped }),
    factsOf,
  };
  checkShipped(book);
  return book;
}

interface Shelf {
  readonly dictionary: Dictionary;
  readonly check: ShapeCheck;
  readonly shipped: ReadonlyMap<string, JsonObject>;
}

function compileRules(rules: Json, context: CompileContext, { dictionary, check, shipped }: Shelf): CompiledRules {
  const sent = new Problems();
  const resolved = resolveRules(rules, context.path, (ref) => shipped.get(ref), sent);
  if (resolved === undefined) throw refusal(sent.list);
  const inside = new Problems();
  const located = (problems: readonly Problem[]): Problem[] => [
    ...sent.list,
    ...problems.map((problem) => ({ ...problem, path: resolved.locate(problem.path) })),
  ];
  const shape = check(resolved.document);
  if (shape.length > 0) throw refusal(located(shape));
  const document = resolved.document as unknown as RulesDocument;
  checkSupported(document, inside);
  const settings = settingsOf(document, inside);
  const program = compileProgram(document, dictionary, context, inside);
  if (sent.any || inside.any) throw refusal(located(inside.list));
  return {
    document: resolved.document,
    sha256: hashOf(resolved.document),
    settings,
    rank: (candidates) => rank(program, candidates),
  };
}

/** What concerns the shape of a document alone: 400, not 422 (api.md, Errors). */
const SHAPE = new Set(['unknown_member', 'missing_member', 'type_wrong', 'value_wrong']);

function refusal(problems: readonly Problem[]): ParleyError {
  return problems.every(({ code }) => SHAPE.has(code))
    ? new BadRequest('invalid_rules', 'The rules are not written as rules are', { problems })
    : new Unprocessable('invalid_rules', 'The rules make no sense as written', { problems });
}

function checkShipped(book: RuleBook): void {
  for (const { ref } of book.list()) {
    for (const cfpFacts of [{}, { 'budget.month': 100, 'budget.total': 1200, 'budget.hour': 0.1, 'wanted.cores': 2 }])
      book.compile({ ref }, { path: `/${ref}`, levels: ['up'], currency: 'EUR', cfpFacts });
  }
}

/** Documents of the folder and of its `base` folder; not the dictionary, nor test files. */
async function documentsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => /^(base[\\/])?[^\\/]+\.json$/.test(name) && !name.endsWith('.test.json'))
    .filter((name) => name !== 'attributes.json')
    .sort();
}

function refOf(document: JsonObject, file: string): string {
  const { name, version } = document;
  const major = typeof version === 'string' ? /^(\d+)\./.exec(version)?.[1] : undefined;
  if (typeof name !== 'string' || major === undefined)
    throw new Unprocessable('invalid_rules', `${file} needs a name and a version such as "1.0.0"`);
  return `${name}@${major}`;
}

async function readObject(file: string): Promise<JsonObject> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isObject(value)) throw new Unprocessable('invalid_rules', `${file} is not a JSON object`);
  return value;
}

async function readDictionary(file: string): Promise<readonly AttributeEntry[]> {
  const { attributes } = await readObject(file);
  if (!Array.isArray(attributes)) throw new Unprocessable('invalid_rules', `${file} lists no attributes`);
  return attributes as readonly AttributeEntry[];
}
