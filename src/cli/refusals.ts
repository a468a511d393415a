import { ParleyError } from '../shared/errors.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { Refused, Unreachable } from './client.ts';
import { objects, textOf, texts } from './entity.ts';
import { exitCodes, UsageError } from './exit.ts';
import type { FileMistakes } from './short-form/load.ts';
import { clean } from './table.ts';

/** Where a part of what was sent was written. */
export type Locate = (path: string) => string | undefined;

/** A problem document (RFC 9457) for people: its title, and every problem with its place. */
export function problemLines(problem: JsonObject, status: number, locate?: Locate): string[] {
  const code = textOf(problem['code']);
  const lines = [clean(`${textOf(problem['title'])} (${code === '' ? status : `${status} ${code}`})`)];
  if (textOf(problem['detail']) !== '') lines.push(`  ${clean(textOf(problem['detail']))}`);
  for (const one of objects(problem['problems'])) lines.push(`  ${clean(problemLine(one, locate))}`);
  if (textOf(problem['state']) !== '') lines.push(`  its state is ${clean(textOf(problem['state']))}`);
  const moves = movesOf(problem['moves']);
  if (moves.length > 0) lines.push(`  possible now: ${clean(moves.join(', '))}`);
  if (textOf(problem['request']) !== '') lines.push(`  request ${clean(textOf(problem['request']))}`);
  return lines;
}

function problemLine(problem: JsonObject, locate?: Locate): string {
  const path = textOf(problem['path']);
  const place = locate?.(path);
  const where = [place, path].filter((part) => part !== undefined && part !== '').join(' ');
  const hint = textOf(problem['hint']);
  return `${where === '' ? '' : `${where}: `}${textOf(problem['detail'])}${hint === '' ? '' : ` (${hint})`}`;
}

function movesOf(moves: Json | undefined): string[] {
  return [...texts(moves), ...objects(moves).map((move) => textOf(move['on'] ?? move['action']))];
}

/** What went wrong, in words, and the exit code that tells it. */
export function explainError(error: unknown, locate?: Locate): { readonly code: number; readonly lines: string[] } {
  if (error instanceof Refused)
    return { code: exitCodes.refused, lines: problemLines(error.problem, error.status, locate) };
  if (error instanceof Unreachable) {
    const cause = error.cause instanceof Error ? causeText(error.cause) : '';
    return { code: exitCodes.unreachable, lines: [`${error.message}${cause === '' ? '' : `: ${cause}`}`] };
  }
  if (error instanceof UsageError)
    return { code: exitCodes.usage, lines: [error.message, ...(error.hint === undefined ? [] : [`  ${error.hint}`])] };
  if (error instanceof ParleyError) {
    const problems = error.problems.map((problem) => ({ ...problem }));
    return {
      code: exitCodes.usage,
      lines: problemLines({ title: error.message, code: error.code, problems }, error.status),
    };
  }
  throw error;
}

function causeText(cause: Error): string {
  const inner =
    isObject(cause.cause) || cause.cause instanceof Error ? (cause.cause as { message?: unknown }) : undefined;
  return clean(typeof inner?.message === 'string' && inner.message !== '' ? inner.message : cause.message);
}

/** Mistakes in a file, one line each: `file.yaml:3:17: what (what would be right)`. */
export function mistakeLines(file: string, { mistakes }: FileMistakes): string[] {
  return mistakes.map(
    ({ line, column, detail, hint }) => `${file}:${line}:${column}: ${clean(detail)}${hintText(hint)}`,
  );
}

function hintText(hint: string | undefined): string {
  if (hint === undefined) return '';
  return hint.startsWith('did you mean') ? `; ${clean(hint)}` : `; right would be: ${clean(hint)}`;
}
