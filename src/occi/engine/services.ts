import type { Clock } from '../../shared/clock.ts';
import type { EntityId, IdSource } from '../../shared/ids.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Policy } from '../api.ts';
import type { EntityRecord } from '../entity.ts';
import type { RequestContext } from '../extension.ts';
import type { ModelRegistry } from '../registry.ts';
import type { OcciOutcome, RequestEnvelope } from '../request.ts';
import type { Models } from '../schema/model.ts';
import type { EntityStore, KeyValueStore } from '../store.ts';
import type { Watch } from './watch.ts';

/** What the engine is made of. */
export interface EngineOptions {
  readonly registry: ModelRegistry;
  readonly store: EntityStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly policy: Policy;
  /** This process, as the owner of the Idempotency-Keys that it works on. */
  readonly owner: string;
  /** Does another process still live? Default: no, so that its keys are taken over. */
  readonly isAlive?: (owner: string) => boolean;
  /** Keeps user-defined mixins over a restart; without it they last as long as the process. */
  readonly memory?: KeyValueStore;
}

export interface Services extends EngineOptions {
  readonly models: Models;
  readonly watch: Watch;
}

/** What a repeated request is answered, as it is kept with the Idempotency-Key. */
export type Answer =
  | { readonly type: 'outcome'; readonly outcome: OcciOutcome }
  /** The request took effect, and what came of it is read again. */
  | { readonly type: 'reread'; readonly as: 'created' | 'entity' | 'done'; readonly ids: readonly EntityId[] };

/** One request being served. */
export interface Turn {
  readonly envelope: RequestEnvelope;
  readonly ctx: RequestContext;
  /** Who acts, for history and events. */
  readonly actor: string;
  /** Drafts of this request that are not written yet: documents may refer to each other. */
  readonly pending: Map<string, EntityRecord>;
  /** Has a write of this request succeeded? Then it must not be run again. */
  wrote(): boolean;
  /** Does the request carry an Idempotency-Key? */
  readonly keyed: boolean;
  /** Told before a write: what a repetition is answered if nothing else comes after it. */
  foresee(answer: Answer): void;
  /** Is the final answer kept with the key already? */
  answered(): boolean;
}
