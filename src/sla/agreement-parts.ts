import type { EntityRecord } from '../occi/entity.ts';
import { parseEntityId, type TypeId } from '../shared/ids.ts';
import type { Delivered } from './document.ts';
import { agreementDocument, placed } from './agreement-document.ts';
import { agreementKept } from './agreement-kept.ts';
import type { SlaInternal } from './document.ts';
import { agreementLinkType } from './names.ts';
import type { AgreementTemplate } from './templates.ts';
import type { SlaTools } from './tools.ts';

/** What plain agreements are followed with, beside the tools of SLAs. */
export interface AgreementParts {
  readonly tools: SlaTools;
  readonly templates: ReadonlyMap<TypeId, AgreementTemplate>;
  /** Currency of documents in which no price is agreed. */
  readonly currency: string;
}

export function templateOf(record: EntityRecord, parts: AgreementParts): AgreementTemplate | undefined {
  for (const type of record.mixins) {
    const template = parts.templates.get(type);
    if (template !== undefined) return template;
  }
  return undefined;
}

/** The resources that an agreement's links lead to, in the order in which they were linked; others' URIs left out. */
export async function linkedTo(record: EntityRecord, tools: SlaTools): Promise<readonly EntityRecord[]> {
  const { store } = tools.deps;
  const links: EntityRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list({
      kinds: [agreementLinkType],
      source: tools.pathOf(record),
      hidden: 'without',
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    links.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  const ids = links.flatMap(({ target }) => {
    const location = target?.location ?? '';
    const id = location.startsWith('/') ? parseEntityId(location.slice(location.lastIndexOf('/') + 1)) : undefined;
    return id === undefined ? [] : [id];
  });
  const found = await store.getMany([...new Set(ids)]);
  return found.flatMap((each) => (each === undefined || each.hidden ? [] : [each]));
}

/** The document with what is linked now: the levels speak of resources of the kinds that the template is for. */
export function documentNow(
  record: EntityRecord,
  targets: readonly EntityRecord[],
  agreedAt: number,
  parts: AgreementParts,
): Pick<SlaInternal, 'document' | 'sha256' | 'delivered'> {
  const template = templateOf(record, parts);
  const registry = parts.tools.deps.registry();
  const meant = targets.filter(({ kind }) => template?.kinds.some((type) => registry.isA(kind, type)) === true);
  const before: readonly Delivered[] = agreementKept(record).delivered ?? [];
  return agreementDocument(record, template, placed(meant, before), { at: agreedAt, currency: parts.currency });
}
