import { typeOf, type Kind } from '../category.ts';
import type { ListRequest, OcciOutcome } from '../request.ts';
import { members } from './members.ts';
import { select } from './select.ts';
import type { Services, Turn } from './services.ts';
import { viewsOf } from './views.ts';

/** GET of a kind's or mixin's collection, or of a path above some (GFD.223 sections 4.1 and 11.1). */
export async function list(services: Services, turn: Turn, path: string, query: ListRequest): Promise<OcciOutcome> {
  const selection = select(services, turn, path, query);
  const { records, next } = await members(services, turn, path, query, selection);
  const views = await viewsOf(services, turn, records, query.shallow);
  return {
    type: 'collection',
    views,
    of: contentOf(services, [...selection.kinds, ...selection.carriers]),
    ...(next === undefined ? {} : { next }),
  };
}

function contentOf(services: Services, kinds: readonly Kind[]): 'resources' | 'links' | 'mixed' {
  const links = kinds.filter((kind) => services.registry.isLink(typeOf(kind))).length;
  if (links === 0) return 'resources';
  return links === kinds.length ? 'links' : 'mixed';
}
