import type { Problem, ParleyError } from '../shared/errors.ts';

/** An error as a client is told it: never a cause, never a stack. */
export interface Told {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly problems: readonly Problem[];
  readonly extra: Readonly<Record<string, unknown>>;
}

export function told(error: ParleyError): Told {
  return {
    status: error.status,
    code: error.code,
    title: error.message,
    problems: firstOf(error.problems),
    extra: error.extra,
  };
}

/** More than these nobody reads, and a small message must not be answered by a huge one. */
const MOST_TOLD = 100;

function firstOf(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_TOLD) return problems;
  const more = problems.length - MOST_TOLD + 1;
  return [...problems.slice(0, MOST_TOLD - 1), { path: '', code: 'more', detail: `and ${more} more problems` }];
}

/** For errors that nobody foresaw: what went wrong stands in the log under the request's id. */
export const UNFORESEEN: Told = {
  status: 500,
  code: 'internal',
  title: 'Something went wrong here; it is logged under the request id',
  problems: [],
  extra: {},
};

/** RFC 9457 problem details (api.md, Errors). */
export function problemJson(error: Told, request: string): string {
  return JSON.stringify({
    type: `https://parley.org/problems/${error.code.replaceAll('_', '-')}`,
    title: error.title,
    status: error.status,
    code: error.code,
    request,
    ...error.extra,
    problems: error.problems,
  });
}

/** One readable line for each problem; one for the error itself where it names none. */
export function problemLines(error: Told): string {
  if (error.problems.length === 0) return `${error.code}: ${oneLine(error.title)}\n`;
  return error.problems
    .map(({ path, code, detail, hint }) => {
      const where = path === '' ? '' : `${path}: `;
      return `${oneLine(`${code}: ${where}${detail}${hint === undefined ? '' : ` (${hint})`}`)}\n`;
    })
    .join('');
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- line ends and their kin are what is replaced
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
