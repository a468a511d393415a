/** All that a vendor plugin may import of this project. */
export type * from './types.ts';
export { defineVendor } from './define.ts';
export { VendorFault } from './fault.ts';
export type { FaultCode, FaultOptions } from './fault.ts';
export * from './answers.ts';
export * from './names.ts';
export { chooseMixins, resourceTemplates } from './templates.ts';
export type { ChosenMixins } from './templates.ts';
export { infrastructure, placeFits, readWants } from './wants.ts';
export type { ReadWants, Understanding, Want, Wants } from './wants.ts';

export type { OsTemplate, SizeTemplate } from '../terms/direct-offer.ts';
export { endpoint, placement } from '../terms/resources.ts';
export type { Constraint, OfferedInstance, Wanted, WantedLink, WantedResource } from '../terms/resources.ts';
export { instanceCounts, linkEnds, wantedLinks, wantedResources } from '../terms/instances.ts';
export type { LinkEnds } from '../terms/instances.ts';
export { matchesGlob, sameJson, satisfies, smallestThatFits, unmet } from '../terms/constraints.ts';
export type { SizeRange } from '../terms/constraints.ts';
export { checkQuote, moneyText, pricesUsage, sumQuote } from '../terms/price-sums.ts';
export type { PriceItem, Quote, Sums, Usage } from '../terms/price.ts';
export type { Commitment, Level, Remedy, Tier } from '../terms/level.ts';

export { decimal, decimalText, parseMoney, rounded, sum } from '../shared/decimal.ts';
export type { Decimal } from '../shared/decimal.ts';
export { isIsoDuration, parseInstant } from '../shared/duration.ts';
export { isoInstant } from '../shared/clock.ts';
export type { Clock, Instant } from '../shared/clock.ts';
export { isObject, pointer, sha256 } from '../shared/json.ts';
export type { Json, JsonObject } from '../shared/json.ts';
export { typeId, vendorId } from '../shared/ids.ts';
export type { EntityId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
export type { Logger } from '../shared/logger.ts';
export { Turns } from '../shared/turns.ts';
export type { Random } from '../shared/random.ts';
