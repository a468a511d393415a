import { LINK } from '../core.ts';
import type { EntityDocument, EntityRecord, LinkEnd } from '../entity.ts';
import type { Findings } from '../findings.ts';
import type { Services, Turn } from './services.ts';

const URI = /^[a-z][a-z0-9+.-]*:\S+$/i;
const LONGEST = 2048;

/**
 * Brings the ends of a link into the stored form: a path of ours with its kind, or any URI (GFD.221,
 * Link). The source is a resource of this service; both may be sent as id, path or URL.
 */
export async function resolveEnds(
  services: Services,
  turn: Turn,
  draft: EntityRecord,
  document: EntityDocument,
  base: string,
  findings: Findings,
  source?: LinkEnd,
): Promise<EntityRecord> {
  const from = source ?? (await endOf(services, turn, document.source, `${base}/source`, 'source', findings));
  const to = await endOf(services, turn, document.target, `${base}/target`, 'target', findings);
  return { ...draft, ...(from === undefined ? {} : { source: from }), ...(to === undefined ? {} : { target: to }) };
}

/** One end; undefined with a finding where it is missing or leads nowhere. */
export async function endOf(
  services: Services,
  turn: Turn,
  end: LinkEnd | undefined,
  path: string,
  which: 'source' | 'target',
  findings: Findings,
): Promise<LinkEnd | undefined> {
  const { registry } = services;
  if (end === undefined) {
    findings.malformed.add(path, 'attribute_required', `the link's ${which} is missing`);
    return undefined;
  }
  const text = end.location;
  const record = await turn.ctx.resolve(text);
  if (record !== undefined) {
    if (which === 'source' && registry.isA(record.kind, LINK)) {
      findings.senseless.add(path, 'source_not_resource', `${text} is a link, and links start at resources`);
      return undefined;
    }
    return { location: registry.pathOf(record), kind: record.kind };
  }
  const ours = text.startsWith('/') || text.startsWith(`${registry.baseUrl}/`) || /^urn:uuid:/i.test(text);
  if (which === 'source' || ours || !URI.test(text) || text.length > LONGEST) {
    findings.senseless.add(path, 'reference_unknown', `nothing is found at ${text.slice(0, 200)}`);
    return undefined;
  }
  return end;
}
