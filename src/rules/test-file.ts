import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadRequest, ParleyError } from '../shared/errors.ts';
import { isObject, sha256 } from '../shared/json.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { RuleBook } from './port.ts';
import { shapeCheck } from './schema.ts';
import type { Facts, MustRule, Ranking } from './types.ts';

/** A test file of rules (rules/schema/rules-test.v1.json) after its schema was checked. */
interface TestFile {
  /** As a CFP names them; absent: the document beside the test file. */
  readonly rules?: Json;
  readonly cases: readonly TestCase[];
}

interface TestCase {
  readonly name: string;
  readonly override?: JsonObject;
  readonly cfp?: {
    readonly levels?: readonly string[];
    readonly currency?: string;
    readonly needs?: Readonly<Record<string, 'must' | 'prefer' | 'measure'>>;
    readonly facts?: Readonly<Record<string, number>>;
    readonly must?: readonly MustRule[];
  };
  readonly candidates: Readonly<Record<string, Facts>>;
  readonly expect: Expected;
}

interface Expected {
  readonly order?: readonly string[];
  /** For each eliminated candidate the rules it fails. */
  readonly eliminated?: Readonly<Record<string, readonly string[]>>;
  readonly scores?: Readonly<Record<string, number>>;
  /** How far scores may be off; 0.001 unless told. */
  readonly within?: number;
  readonly decidedBy?: Readonly<Record<string, string>>;
  /** Codes of the problems that compiling must tell. */
  readonly problems?: readonly string[];
}

export interface CaseResult {
  readonly name: string;
  /** What came otherwise than expected; empty: passed. */
  readonly failures: readonly string[];
}

/**
 * Runs the cases of a test file against a rule book.
 *
 * `beside` are the rules meant where the file names none. Throws `BadRequest` with all problems
 * where the file is not written as test files are.
 */
export async function runRuleTests(
  book: RuleBook,
  file: Json,
  options: { readonly folder: string; readonly beside?: Json },
): Promise<readonly CaseResult[]> {
  const schema = JSON.parse(await readFile(join(options.folder, 'schema', 'rules-test.v1.json'), 'utf8')) as JsonObject;
  const problems = shapeCheck(schema)(file);
  if (problems.length > 0) throw new BadRequest('invalid_test', 'The file is not a test file of rules', { problems });
  const { rules = options.beside, cases } = file as unknown as TestFile;
  if (rules === undefined)
    throw new BadRequest('invalid_test', 'The file names no rules, and there are none beside it', {
      problems: [
        { path: '/rules', code: 'missing_member', detail: 'which rules are tested?', hint: 'such as "balanced@1"' },
      ],
    });
  return cases.map((one) => ({ name: one.name, failures: runCase(book, rules, one) }));
}

function runCase(book: RuleBook, rules: Json, { override, cfp = {}, candidates, expect }: TestCase): string[] {
  let ranking: Ranking;
  try {
    const compiled = book.compile(withOverride(rules, override), {
      path: '/rules',
      levels: cfp.levels ?? [],
      currency: cfp.currency ?? 'EUR',
      ...(cfp.needs === undefined ? {} : { needs: cfp.needs }),
      ...(cfp.facts === undefined ? {} : { cfpFacts: cfp.facts }),
      ...(cfp.must === undefined ? {} : { must: cfp.must }),
    });
    ranking = compiled.rank(Object.entries(candidates).map(([id, facts]) => ({ id, facts, hash: sha256(id) })));
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    const codes = error.problems.map(({ code }) => code);
    if (expect.problems !== undefined) return differs('problems', expect.problems, codes);
    return error.problems.map(({ path, code, detail }) => `${path}: ${detail} (${code})`);
  }
  return expect.problems === undefined
    ? compare(ranking, Object.keys(candidates), expect)
    : differs('problems', expect.problems, []);
}

function withOverride(rules: Json, override: JsonObject | undefined): Json {
  if (override === undefined) return rules;
  if (typeof rules === 'string') return { ref: rules, override };
  return isObject(rules) && 'ref' in rules ? { ...rules, override } : { ...(rules as JsonObject), ...override };
}

function compare(ranking: Ranking, ids: readonly string[], expect: Expected): string[] {
  const failures: string[] = [];
  if (expect.order !== undefined)
    failures.push(
      ...differs(
        'order',
        expect.order,
        ranking.ranked.map(({ id }) => id),
      ),
    );
  if (expect.eliminated !== undefined) {
    const eliminated = Object.fromEntries(
      ids.flatMap((id) => {
        const rules = ranking.eliminated.filter((group) => group.ids.includes(id)).map(({ rule }) => rule);
        return rules.length === 0 ? [] : [[id, rules.sort()]];
      }),
    ) as Record<string, string[]>;
    const wanted = Object.fromEntries(Object.entries(expect.eliminated).map(([id, rules]) => [id, [...rules].sort()]));
    failures.push(...differs('eliminated', sorted(wanted), sorted(eliminated)));
  }
  const scores = new Map(ranking.ranked.map(({ id, score }) => [id, score]));
  for (const [id, wanted] of Object.entries(expect.scores ?? {})) {
    const score = scores.get(id);
    if (score === undefined || Math.abs(score - wanted) > (expect.within ?? 0.001))
      failures.push(`score of ${id}: expected ${wanted}, came ${score ?? 'none'}`);
  }
  for (const [id, wanted] of Object.entries(expect.decidedBy ?? {}))
    if (ids.includes(id)) failures.push(...differs(`decidedBy of ${id}`, wanted, ranking.explain(id).decidedBy));
    else failures.push(`there is no candidate ${id}`);
  return failures;
}

function sorted(groups: Readonly<Record<string, readonly string[]>>): [string, readonly string[]][] {
  return Object.entries(groups).sort(([left], [right]) => (left < right ? -1 : 1));
}

function differs(what: string, wanted: unknown, came: unknown): string[] {
  const [expected, actual] = [JSON.stringify(wanted), JSON.stringify(came)];
  return expected === actual ? [] : [`${what}: expected ${expected}, came ${actual}`];
}
