import { NotFound, ParleyError, PreconditionFailed } from '../../shared/errors.ts';
import type { EntityId } from '../../shared/ids.ts';
import { typeOf, type Kind } from '../category.ts';
import type { EntityRecord } from '../entity.ts';
import type { RequestContext } from '../extension.ts';
import type { IfMatch } from '../request.ts';
import type { Services, Turn } from './services.ts';

type Operation = Parameters<Services['policy']['check']>[1];

/** May the caller see the record? Hidden records nobody sees, shared ones everybody. */
export async function visible(services: Services, ctx: RequestContext, record: EntityRecord): Promise<boolean> {
  if (record.hidden) return false;
  const behaviour = services.registry.behaviour(record.kind);
  if (behaviour?.shared === true) return true;
  if (ctx.caller.role !== 'vendor') return services.policy.sees(ctx.caller, record);
  if (behaviour?.visibleToVendor !== undefined) return behaviour.visibleToVendor(record, ctx);
  return record.vendor !== undefined && record.vendor === ctx.caller.vendor;
}

/** Reads `/compute/UUID`; throws `NotFound` where the path belongs to no kind. */
export function entityPath(services: Services, path: string): { readonly kind: Kind; readonly id: EntityId } {
  const cut = path.lastIndexOf('/') + 1;
  const at = services.registry.atLocation(path.slice(0, cut));
  const id = at?.class === 'kind' ? services.registry.parseReference(path) : undefined;
  if (at?.class !== 'kind' || id === undefined) throw new NotFound(`Nothing is found at ${path}`);
  return { kind: at, id };
}

/** The record at an entity's path, if the caller may see it; else as if it did not exist (404). */
export async function load(
  services: Services,
  turn: Turn,
  path: string,
  found?: Promise<EntityRecord | undefined>,
): Promise<EntityRecord> {
  const { kind, id } = entityPath(services, path);
  const record = await (found ?? turn.ctx.store.get(id));
  if (record?.kind !== typeOf(kind) || !(await visible(services, turn.ctx, record)))
    throw new NotFound(`Nothing is found at ${path}`);
  return record;
}

/** Throws when the client read another revision (RFC 9110 section 13.1.1). */
export function checkMatch(record: EntityRecord, ifMatch: IfMatch | undefined): void {
  if (ifMatch !== undefined && ifMatch !== '*' && !ifMatch.includes(record.rev)) throw new PreconditionFailed();
}

export function allows(services: Services, turn: Turn, operation: Operation, kind: Kind): boolean {
  try {
    services.policy.check(turn.ctx.caller, operation, typeOf(kind));
    return true;
  } catch (error) {
    if (error instanceof ParleyError) return false;
    throw error;
  }
}
