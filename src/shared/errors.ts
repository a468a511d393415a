/**
 * One thing that is wrong with what a client sent (api.md, Errors).
 *
 * `path` is a JSON pointer (RFC 6901) into the document as the client sent it; empty for the whole.
 */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
}

export interface ErrorOptions {
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457 section 3.2), such as `state` and `moves`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * The base of every error that a user may see.
 *
 * `code` is stable and for machines; `status` is the HTTP status; `message` is written for the
 * user; `cause` is for the log only and never leaves the service.
 */
export class ParleyError extends Error {
  readonly code: string;
  readonly status: number;
  readonly problems: readonly Problem[];
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.problems = options.problems ?? [];
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}

/** 400: cannot be parsed, or an attribute or member is unknown, missing or wrongly typed. */
export class BadRequest extends ParleyError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, 400, message, options);
  }
}

/** 401: who are you? */
export class Unauthenticated extends ParleyError {
  constructor(message = 'A valid access token is needed', options: ErrorOptions = {}) {
    super('unauthenticated', 401, message, {
      ...options,
      headers: { 'WWW-Authenticate': 'Bearer realm="parley", Basic realm="parley"', ...options.headers },
    });
  }
}

/** 403: not yours to do; also an immutable attribute, or a mixin that does not apply. */
export class Forbidden extends ParleyError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, 403, message, options);
  }
}

/** 404: no such type, entity, action or path, or one of another tenant. */
export class NotFound extends ParleyError {
  constructor(message: string, options?: ErrorOptions) {
    super('not_found', 404, message, options);
  }
}

/** 409: the state forbids it. `extra` carries `state` and the `moves` that are legal now. */
export class Conflict extends ParleyError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, 409, message, options);
  }
}

/** 412: If-Match named another revision (RFC 9110 section 13.1.1). */
export class PreconditionFailed extends ParleyError {
  constructor(message = 'The entity has changed since you read it', options?: ErrorOptions) {
    super('precondition_failed', 412, message, options);
  }
}

/** 413 */
export class TooLarge extends ParleyError {
  constructor(message: string, options?: ErrorOptions) {
    super('too_large', 413, message, options);
  }
}

/** 422: well-formed, and makes no sense. */
export class Unprocessable extends ParleyError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, 422, message, options);
  }
}

/** 503: starting, stopping, or the store is out of reach. */
export class Unavailable extends ParleyError {
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(code, 503, message, { ...options, headers: { 'Retry-After': '1', ...options.headers } });
  }
}

/** Collects problems, so that all are told at once and not only the first. */
export class Problems {
  readonly list: Problem[] = [];

  add(path: string, code: string, detail: string, hint?: string): void {
    this.list.push(hint === undefined ? { path, code, detail } : { path, code, detail, hint });
  }

  get any(): boolean {
    return this.list.length > 0;
  }

  /** Throws what `make` builds of the problems, if there are any. */
  throwIfAny(make: (problems: readonly Problem[]) => ParleyError): void {
    if (this.any) throw make(this.list);
  }
}
