import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

declare const brand: unique symbol;
/** A string that was parsed as what its name says; made only by the functions here. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The UUID of an entity, lower case, without `urn:uuid:`. */
export type EntityId = Branded<'EntityId'>;
export type TenantId = Branded<'TenantId'>;
export type PrincipalId = Branded<'PrincipalId'>;
export type VendorId = Branded<'VendorId'>;
/** Scheme and term of a category: `http://schemas.ogf.org/occi/core#entity`. */
export type TypeId = Branded<'TypeId'>;

export const tenantId = (text: string): TenantId => text as TenantId;
export const principalId = (text: string): PrincipalId => text as PrincipalId;
export const vendorId = (text: string): VendorId => text as VendorId;
export const typeId = (text: string): TypeId => text as TypeId;

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** Reads a bare UUID or `urn:uuid:`; undefined if it is neither. */
export function parseEntityId(text: string): EntityId | undefined {
  return UUID.exec(text)?.[1]?.toLowerCase() as EntityId | undefined;
}

/** `urn:uuid:…`, as ids are rendered (RFC 9562). */
export function urn(id: EntityId): string {
  return `urn:uuid:${id}`;
}

export type IdSource = () => EntityId;

/** Ids whose random part is drawn at once. */
const DRAWN = 64;
/** Bytes that are random in each, and what the first of their digits may be: it tells the variant. */
const RANDOM_BYTES = 8;
const VARIANT = '89ab';

/**
 * Version 7 UUIDs (RFC 9562 section 5.7). Ids made by one source in one millisecond go on rising,
 * so an index that is ordered by id is appended to, never torn open.
 */
export function idSource(clock: Clock, random: Random): IdSource {
  let last = 0;
  let counter = 0;
  let prefix = '';
  let drawn = '';
  let used = 0;
  const tail = (): string => {
    if (used === drawn.length) {
      const bytes = random.bytes(RANDOM_BYTES * DRAWN);
      drawn = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
      used = 0;
    }
    const from = used;
    used += 2 * RANDOM_BYTES;
    const first = VARIANT[Number.parseInt(drawn[from] ?? '', 16) & 3] ?? '';
    return `${first}${drawn.slice(from + 1, from + 4)}-${drawn.slice(from + 4, used)}`;
  };
  const enter = (time: number): void => {
    last = time;
    const digits = time.toString(16).padStart(12, '0');
    prefix = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
  };
  return () => {
    const now = clock.now();
    if (now > last) {
      enter(now);
      counter = (random.bytes(1)[0] ?? 0) << 2;
    } else if (++counter > 0xfff) {
      enter(last + 1);
      counter = 0;
    }
    // A digit before them keeps the zeros that they begin with.
    const sequence = (0x1000 | counter).toString(16).slice(1);
    return `${prefix}${sequence}-${tail()}` as EntityId;
  };
}
