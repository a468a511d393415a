import { join } from 'node:path';
import { createRuleBook } from '../../src/rules/book.ts';
import type { CompileContext, RuleBook } from '../../src/rules/port.ts';
import type { Candidate, CompiledRules, Facts } from '../../src/rules/types.ts';
import { ParleyError } from '../../src/shared/errors.ts';
import type { Problem } from '../../src/shared/errors.ts';
import { sha256 } from '../../src/shared/json.ts';
import type { Json } from '../../src/shared/json.ts';
import { projectRoot } from '../../src/shared/paths.ts';

let loaded: Promise<RuleBook> | undefined;

/** The shipped book, loaded once for all tests: it has no state. */
export function shippedBook(): Promise<RuleBook> {
  return (loaded ??= createRuleBook({ folder: join(projectRoot, 'rules') }));
}

export function contextWith(more: Partial<CompileContext> = {}): CompileContext {
  return { path: '/rules', levels: ['up', 'fast'], currency: 'EUR', cfpFacts: { 'budget.month': 100 }, ...more };
}

export async function compiled(rules: Json, more: Partial<CompileContext> = {}): Promise<CompiledRules> {
  return (await shippedBook()).compile(rules, contextWith(more));
}

/** What compiling tells, and with which status; an empty list where it compiles. */
export async function refusal(
  rules: Json,
  more: Partial<CompileContext> = {},
): Promise<{ readonly status: number; readonly problems: readonly Problem[] }> {
  try {
    await compiled(rules, more);
    return { status: 200, problems: [] };
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return { status: error.status, problems: error.problems };
  }
}

export function candidate(id: string, facts: Facts): Candidate {
  return { id, facts, hash: sha256(id) };
}

export function candidates(facts: Readonly<Record<string, Facts>>): Candidate[] {
  return Object.entries(facts).map(([id, one]) => candidate(id, one));
}

/** A document of its own with these parts. */
export function document(parts: Readonly<Record<string, Json>>): Json {
  return { apiVersion: 'rules/v1', name: 'under-test', version: '1.0.0', ...parts };
}
