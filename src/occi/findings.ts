import {
  BadRequest,
  Conflict,
  Forbidden,
  NotFound,
  ParleyError,
  Problems,
  Unprocessable,
  type Problem,
} from '../shared/errors.ts';

/**
 * Everything that is wrong with what a client sent, sorted by what it means (api.md, Errors), so that one
 * answer tells all of it. The status is that of the gravest: malformed before forbidden before unknown
 * before taken before senseless.
 */
export class Findings {
  /** 400: unknown, missing or wrongly typed. */
  readonly malformed = new Problems();
  /** 403: immutable, or not applicable. */
  readonly forbidden = new Problems();
  /** 404: a type that nobody knows. */
  readonly unknown = new Problems();
  /** 409: taken already. */
  readonly taken = new Problems();
  /** 422: well-formed, and makes no sense. */
  readonly senseless = new Problems();

  get any(): boolean {
    return [this.malformed, this.forbidden, this.unknown, this.taken, this.senseless].some(({ any }) => any);
  }

  throwIfAny(): void {
    if (!this.any) return;
    const all = [this.malformed, this.forbidden, this.unknown, this.taken, this.senseless];
    const problems = all.flatMap(({ list }) => list);
    const count = problems.length === 1 ? 'A problem' : `${problems.length} problems`;
    if (this.malformed.any) throw new BadRequest('invalid_entity', `${count} with what was sent`, { problems });
    if (this.forbidden.any) throw new Forbidden('not_changeable', 'Not yours to set', { problems });
    if (this.unknown.any) throw new NotFound('A type that this service does not know', { problems });
    if (this.taken.any) throw new Conflict('taken', 'Something else has this name or place already', { problems });
    throw new Unprocessable('senseless_entity', `${count} with what was sent`, { problems });
  }
}

/** The same error with its problems' paths under `base`: a hook speaks of its own document only. */
export function below(base: string, error: ParleyError): ParleyError {
  if (base === '') return error;
  const problems: Problem[] = error.problems.map((problem) => ({ ...problem, path: base + problem.path }));
  const { code, status, message, headers, extra, cause } = error;
  return new ParleyError(code, status, message, { problems, headers, extra, cause });
}

/** One error of several documents' errors: the gravest (lowest) status, and every problem. */
export function together(errors: readonly ParleyError[]): ParleyError {
  const [first, ...others] = [...errors].sort((a, b) => a.status - b.status);
  if (first === undefined) throw new RangeError('no errors to put together');
  if (others.length === 0) return first;
  const problems = errors.flatMap((error) => error.problems);
  const { code, status, message, headers, extra, cause } = first;
  return new ParleyError(code, status, message, { problems, headers, extra, cause });
}

/** 405, with the methods that the kind allows. */
export function methodNotAllowed(message: string, allow: string): ParleyError {
  return new ParleyError('method_not_allowed', 405, message, { headers: { Allow: allow } });
}
