import { isoInstant } from '../shared/clock.ts';
import type { AttributeEntry, FactValue } from './types.ts';

/** Milliseconds either side of 1970 that a date can hold (ECMA-262, Time Values). */
const LAST_INSTANT = 8.64e15;

/** How far an attribute goes: as the dictionary says, and no further than its values can be written. */
export function rangeOf({ range, unit }: AttributeEntry): { readonly min: number; readonly max: number } {
  const limit = unit === 'instant' ? LAST_INSTANT : Infinity;
  return { min: -limit, max: limit, ...range };
}

/** A number of an attribute as people write it: money with two decimals, instants in ISO 8601. */
export function formatNumber(value: number, entry: AttributeEntry): string {
  if (entry.unit === 'instant') return Math.abs(value) <= LAST_INSTANT ? isoInstant(value) : String(value);
  if (entry.unit === 'currency' && !Number.isInteger(value)) {
    const cents = Math.round(value * 100);
    if (cents / 100 === value) {
      const text = String(value);
      return text.length - text.indexOf('.') === 2 ? `${text}0` : text;
    }
  }
  return String(value);
}

export function formatValue(value: FactValue, entry: AttributeEntry): string {
  return typeof value === 'number' ? formatNumber(value, entry) : String(value);
}

/** What is written after a wanted value: the currency or the unit. */
export function unitSuffix(entry: AttributeEntry, currency: string): string {
  if (entry.unit === 'currency') return ` ${currency}`;
  return entry.unit === undefined || entry.unit === 'share' || entry.unit === 'instant' ? '' : ` ${entry.unit}`;
}

/**
 * The shortest decimals on the safe side of `value` that `holds` accepts, from four significant
 * digits up, the exact value last: what a person can act on, and still true.
 */
export function safeRounding(
  value: number,
  towards: 1 | -1 | 0,
  entry: AttributeEntry,
  holds: (rounded: number) => boolean,
): number | undefined {
  const down = towards <= 0;
  const up = towards >= 0;
  if (entry.integer === true || entry.unit === 'instant') {
    if (up && holds(Math.ceil(value))) return Math.ceil(value);
    return down && holds(Math.floor(value)) ? Math.floor(value) : undefined;
  }
  // Where not even a hair to the safe side holds, no rounding is worth a try.
  const hair = Math.max(Math.abs(value) * 1e-9, Number.MIN_VALUE);
  if (!(down && holds(value - hair)) && !(up && holds(value + hair))) return holds(value) ? value : undefined;
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  for (const digits of [4, 6, 9, 12]) {
    const places = Math.min(Math.max(digits - 1 - magnitude, entry.unit === 'currency' ? 2 : 0), 15);
    const scale = 10 ** places;
    const floor = Math.floor(value * scale);
    // One step further as well: a value a hair under a round one is scaled to the round one.
    if (down && holds(floor / scale)) return floor / scale;
    if (down && holds((floor - 1) / scale)) return (floor - 1) / scale;
    const ceiling = Math.ceil(value * scale);
    if (up && holds(ceiling / scale)) return ceiling / scale;
    if (up && holds((ceiling + 1) / scale)) return (ceiling + 1) / scale;
  }
  return holds(value) ? value : undefined;
}
