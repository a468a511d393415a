import { Conflict, ParleyError, Unprocessable, type Problem } from '../../shared/errors.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import type { OcciOutcome, RequestEnvelope, View } from '../request.ts';
import type { IdempotencyEntry } from '../store.ts';
import { stored } from './carrier.ts';
import type { Answer, Services, Turn } from './services.ts';

/** Keys count for seven days (api.md, Reading and writing safely). */
const LIFE = 7 * 24 * 3_600_000;

interface KeptError {
  readonly type: 'error';
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, Json>>;
}

type Kept = Answer | KeptError;

/** How a request with an Idempotency-Key is run: once, and answered the same ever after. */
export interface Idempotency {
  run(
    envelope: RequestEnvelope,
    turn: Turn,
    work: () => Promise<OcciOutcome>,
    reread: (answer: Extract<Answer, { type: 'reread' }>) => Promise<OcciOutcome>,
  ): Promise<OcciOutcome>;
}

/**
 * - same key, other body: 422 `idempotency_key_reused`;
 * - still running in a process that lives: 409 `idempotency_in_use`; a dead owner's key is taken over;
 * - same body: the first answer again, as it was, also where it was an error that came after a change;
 * - an error that changed nothing frees the key, so that a corrected request may use it.
 */
export function createIdempotency(services: Services): Idempotency {
  const { store, clock, owner } = services;
  const running = new Map<string, string>();

  /** Takes the key, or answers what is kept under it. */
  async function take(entry: IdempotencyEntry): Promise<Kept | undefined> {
    for (;;) {
      const before = await store.beginIdempotent(entry);
      if (before === undefined) return undefined;
      if (before.began >= clock.now() - LIFE) {
        if (before.bodyHash !== entry.bodyHash) throw reused();
        if (before.answer !== undefined) return before.answer as unknown as Kept;
        // Nothing runs under this key in this process: `run` has checked that.
        if (before.owner !== owner && services.isAlive?.(before.owner) === true) throw inUse();
      }
      await store.dropIdempotent(entry.scope);
    }
  }

  return {
    async run(envelope, turn, work, reread) {
      const key = envelope.idempotency;
      if (key === undefined) return work();
      const { scope, bodyHash } = key;
      const other = running.get(scope);
      if (other !== undefined) throw other === bodyHash ? inUse() : reused();
      running.set(scope, bodyHash);
      try {
        const kept = await take({ scope, bodyHash, began: clock.now(), owner });
        if (kept !== undefined) return await replay(kept, reread);
        try {
          const outcome = await work();
          // What the write carried may be the final answer already; then a second write is saved.
          if (!turn.answered()) await store.finishIdempotent(scope, final(outcome));
          return outcome;
        } catch (error) {
          if (!turn.wrote()) await store.dropIdempotent(scope);
          else if (error instanceof ParleyError && error.status < 500)
            await store.finishIdempotent(scope, errorAnswer(error));
          throw error;
        }
      } finally {
        running.delete(scope);
      }
    },
  };
}

function final(outcome: OcciOutcome): JsonObject {
  return stored({ type: 'outcome', outcome: withoutSecrets(outcome) });
}

function inUse(): Conflict {
  return new Conflict('idempotency_in_use', 'A request with this Idempotency-Key is still running', {
    headers: { 'Retry-After': '1' },
  });
}

function reused(): Unprocessable {
  return new Unprocessable('idempotency_key_reused', 'This Idempotency-Key came before with another body');
}

function errorAnswer(error: ParleyError): JsonObject {
  const { code, status, message, problems, headers, extra } = error;
  return { type: 'error', code, status, message, problems, headers, extra } as unknown as JsonObject;
}

function replay(
  kept: Kept,
  reread: (answer: Extract<Answer, { type: 'reread' }>) => Promise<OcciOutcome>,
): Promise<OcciOutcome> | OcciOutcome {
  switch (kept.type) {
    case 'outcome':
      return repeated(kept.outcome);
    case 'reread':
      return reread(kept);
    case 'error': {
      const { code, status, message, problems, headers, extra } = kept;
      throw new ParleyError(code, status, message, { problems, headers, extra });
    }
  }
}

/** Marks an outcome as one that was answered before. */
export function repeated(outcome: OcciOutcome): OcciOutcome {
  return outcome.type === 'categories' || outcome.type === 'export' ? outcome : { ...outcome, replayed: true };
}

/** What a repetition may show: a secret is shown once, and never kept. */
function withoutSecrets(outcome: OcciOutcome): OcciOutcome {
  switch (outcome.type) {
    case 'entity':
      return { ...outcome, view: cleared(outcome.view) };
    case 'created':
    case 'collection':
      return { ...outcome, views: outcome.views.map(cleared) };
    case 'categories':
    case 'document':
    case 'export':
    case 'done':
      return outcome;
  }
}

function cleared(view: View): View {
  const { once = [], attributes } = view.projection;
  if (once.length === 0) return view;
  const kept = Object.fromEntries(Object.entries(attributes).filter(([name]) => !once.includes(name)));
  return { ...view, projection: { ...view.projection, attributes: kept } };
}
