import type { EntityRecord } from '../entity.ts';
import type { Drafted } from '../extension.ts';
import type { TransitionNote } from '../store.ts';
import type { Services, Turn } from './services.ts';

/**
 * Why a record changed. The event is what the behaviour names, else `org.parley.KIND.STATE` where a state
 * was entered (api.md, Events).
 */
export function noteOf(
  services: Services,
  turn: Turn,
  before: EntityRecord | undefined,
  after: EntityRecord | undefined,
  given?: Drafted['note'],
): TransitionNote {
  const record = after ?? before;
  if (record === undefined) throw new RangeError('a note needs a record');
  const from = before?.state ?? null;
  const to = after?.state ?? null;
  const term = services.registry.kind(record.kind)?.term ?? 'entity';
  const event = given?.event ?? (to !== null && to !== from ? `org.parley.${term}.${to}` : undefined);
  return {
    from,
    to,
    actor: turn.actor,
    subject: services.registry.pathOf(record),
    ...(event === undefined ? {} : { event }),
    ...(given?.code === undefined ? {} : { code: given.code }),
    ...(given?.detail === undefined ? {} : { detail: given.detail }),
  };
}
