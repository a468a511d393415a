import { decimal, decimalText } from '../../shared/decimal.ts';
import { isIsoDuration, parseInstant } from '../../shared/duration.ts';

const NUMBER = '[+-]?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?';
const QUANTITY = new RegExp(`^(${NUMBER})\\s*([A-Za-z%]+)?$`);

/** What one of a unit is, in the unit of the document. Exact: factors are decimals. */
export type Units = Readonly<Record<string, string>>;

export const GIBIBYTES: Units = {
  GiB: '1',
  MiB: '0.0009765625',
  TiB: '1024',
  KiB: '0.00000095367431640625',
  GB: '0.931322574615478515625',
  MB: '0.000931322574615478515625',
  TB: '931.322574615478515625',
};
export const GIGAHERTZ: Units = { GHz: '1', MHz: '0.001' };
export const SECONDS: Units = { s: '1', ms: '0.001', us: '0.000001', m: '60', min: '60', h: '3600' };
export const BYTES: Units = { B: '1', KiB: '1024', MiB: '1048576', GiB: '1073741824', TiB: '1099511627776' };
export const SHARE: Units = { '%': '0.01' };
export const NO_UNITS: Units = {};

/** `2 GiB` in the unit of the document; undefined: not a number with one of these units. */
export function readQuantity(text: string, units: Units): number | undefined {
  const [, number, unit] = QUANTITY.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  if (unit === undefined) return Number(number);
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? undefined : Number(decimalText(decimal(number).times(factor)));
}

const PART = /(\d+(?:\.\d+)?)\s*(years?|y|months?|mo|weeks?|w|days?|d|hours?|h|minutes?|min|m|seconds?|sec|s)/gy;

/** `30s`, `5m`, `1h30m`, `30d`, `2w`, `6mo`, `1y` or ISO 8601; undefined: none of them. */
export function readDuration(text: string): string | undefined {
  const trimmed = text.trim();
  const already: boolean = isIsoDuration(trimmed);
  if (already) return trimmed;
  const parts = new Map<string, string>();
  PART.lastIndex = 0;
  let end = 0;
  for (let match = PART.exec(trimmed); match !== null; match = PART.exec(trimmed)) {
    const [, amount = '', unit = ''] = match;
    const letter = letterOf(unit);
    if (parts.has(letter) || (amount.includes('.') && letter !== 'TS')) return undefined;
    parts.set(letter, amount);
    end = PART.lastIndex;
    while (trimmed[end] === ' ') end++;
    PART.lastIndex = end;
  }
  if (parts.size === 0 || end !== trimmed.length) return undefined;
  const date = ['Y', 'M', 'W', 'D'].flatMap((letter) =>
    parts.has(letter) ? `${parts.get(letter) ?? ''}${letter}` : [],
  );
  const time = ['H', 'M', 'S'].flatMap((letter) =>
    parts.has(`T${letter}`) ? `${parts.get(`T${letter}`) ?? ''}${letter}` : [],
  );
  const iso = `P${date.join('')}${time.length === 0 ? '' : `T${time.join('')}`}`;
  return isIsoDuration(iso) ? iso : undefined;
}

function letterOf(unit: string): string {
  if (unit.startsWith('y')) return 'Y';
  if (unit.startsWith('mo')) return 'M';
  if (unit.startsWith('w')) return 'W';
  if (unit.startsWith('d')) return 'D';
  if (unit.startsWith('h')) return 'TH';
  return unit.startsWith('m') ? 'TM' : 'TS';
}

/** A duration, or an instant as it is. */
export function readMoment(text: string): string | undefined {
  return parseInstant(text) === undefined ? readDuration(text) : text;
}
