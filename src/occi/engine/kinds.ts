import { NotFound } from '../../shared/errors.ts';
import { typeOf, type Kind } from '../category.ts';
import { LINK } from '../core.ts';
import type { EntityDocument } from '../entity.ts';
import { methodNotAllowed, type Findings } from '../findings.ts';
import type { Services, Turn } from './services.ts';

/** The kind that a document is to become an instance of, if the caller may create it here. */
export function kindFor(
  services: Services,
  turn: Turn,
  path: string,
  document: EntityDocument,
  base: string,
  findings: Findings,
): Kind | undefined {
  const { registry } = services;
  const at = registry.atLocation(path, turn.ctx.caller.tenant);
  const bound = at?.class === 'kind' ? at : undefined;
  const below = (kind: Kind): boolean => path.endsWith('/') && kind.location?.startsWith(path) === true;
  if (bound === undefined && !registry.kinds().some(below)) throw new NotFound(`Nothing is found at ${path}`);
  if (document.kind === undefined) {
    if (bound !== undefined) return creatable(services, turn, bound, path);
    findings.malformed.add(`${base}/kind`, 'kind_required', 'the kind is missing');
    return undefined;
  }
  const kind = registry.kind(document.kind);
  if (kind === undefined) {
    findings.unknown.add(`${base}/kind`, 'kind_unknown', `no kind ${document.kind} is known`);
    return undefined;
  }
  if (kind.location === undefined) {
    findings.malformed.add(`${base}/kind`, 'kind_abstract', `${document.kind} has no instances of its own`);
    return undefined;
  }
  if (bound === undefined ? !below(kind) : bound !== kind) {
    findings.malformed.add(`${base}/kind`, 'kind_mismatch', `${document.kind} is not what is found at ${path}`);
    return undefined;
  }
  return creatable(services, turn, kind, kind.location);
}

/** The kind of an inline link: core#link where the client names none. */
export function inlineKind(
  services: Services,
  turn: Turn,
  document: EntityDocument,
  base: string,
  findings: Findings,
): Kind | undefined {
  const { registry } = services;
  const kind = registry.kind(document.kind ?? LINK);
  if (kind === undefined) {
    findings.unknown.add(`${base}/kind`, 'kind_unknown', `no kind ${String(document.kind)} is known`);
    return undefined;
  }
  if (!registry.isLink(typeOf(kind)) || kind.location === undefined) {
    findings.malformed.add(`${base}/kind`, 'kind_mismatch', `${typeOf(kind)} is not a kind of link`);
    return undefined;
  }
  return creatable(services, turn, kind, kind.location);
}

/** Rights come first: what a caller may not create is not looked at any further. */
function creatable(services: Services, turn: Turn, kind: Kind, location: string): Kind {
  const type = typeOf(kind);
  services.policy.check(turn.ctx.caller, 'create', type);
  if (services.registry.behaviour(type)?.clientMay?.create === false)
    throw methodNotAllowed(`Entities at ${location} are made by the service, not by clients`, 'GET, HEAD, DELETE');
  return kind;
}
