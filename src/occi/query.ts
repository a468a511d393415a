import { BadRequest, TooLarge } from '../shared/errors.ts';
import { canonicalJson, sha256 } from '../shared/json.ts';
import type { ListRequest } from './request.ts';

/** Entities on one page unless the client says otherwise, and at most. */
export const PAGE_LIMIT = 1000;

export type Paging =
  | { readonly by: 'index'; readonly page: number; readonly number: number }
  | { readonly by: 'cursor'; readonly after: string | undefined; readonly number: number };

/**
 * `?page=` from 1 with `&number=`: both or neither (GFD.223 section 6), past the limit 413. `?after=CURSOR`
 * is keyset paging, where `number` may stand alone.
 *
 * @param path with the filters it is what a cursor belongs to.
 */
export function pagingOf(path: string, query: ListRequest): Paging {
  const { page, number, after } = query;
  if (page !== undefined && after !== undefined)
    throw new BadRequest('paging_invalid', 'Page either by page and number, or by after');
  if (after === undefined && (page === undefined) !== (number === undefined))
    throw new BadRequest('paging_incomplete', 'page and number are given together, or neither');
  for (const [name, value] of Object.entries({ page, number }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw new BadRequest('paging_invalid', `${name} is a whole number from 1`);
  if (number !== undefined && number > PAGE_LIMIT)
    throw new TooLarge(`At most ${PAGE_LIMIT} entities on one page, not ${number}`);
  const size = number ?? PAGE_LIMIT;
  if (page !== undefined) return { by: 'index', page, number: size };
  return { by: 'cursor', after: after ? openCursor(path, query, after) : undefined, number: size };
}

/** The store's cursor as clients carry it: bound to path and filters, so that it is used nowhere else. */
export function sealCursor(path: string, query: ListRequest, cursor: string): string {
  return Buffer.from(`${sealOf(path, query, cursor)}${cursor}`).toString('base64url');
}

const SEAL = 12;

function openCursor(path: string, query: ListRequest, sealed: string): string {
  const text = sealed.length > 512 ? '' : Buffer.from(sealed, 'base64url').toString('utf8');
  const cursor = text.slice(SEAL);
  if (cursor === '' || text.slice(0, SEAL) !== sealOf(path, query, cursor))
    throw new BadRequest('cursor_invalid', 'This cursor is not of this collection; begin again without it');
  return cursor;
}

function sealOf(path: string, { categories = [], attributes = {} }: ListRequest, cursor: string): string {
  return sha256(canonicalJson([path, [...categories].sort(), attributes, cursor])).slice(0, SEAL);
}
