import type { Json } from '../../shared/json.ts';
import { plain, shown } from './fields.ts';
import { readQuantity } from './quantity.ts';
import type { Units } from './quantity.ts';
import type { Located, Source } from './source.ts';

/** What a short name stands for. */
export interface Word {
  readonly attribute: string;
  readonly type: 'number' | 'text';
  readonly units: Units;
  /** The unit of plain numbers, for hints. */
  readonly unit?: string;
}

const COMPARED = /^(>=|<=|!=|==|=|>|<)\s*(.*)$/s;
const RANGE = /^(.+?)\s*\.\.\s*(.+)$/s;

/**
 * A wanted value: plain (equal), `>= 1`, `<= 16`, `0.5..16`, `!= x`, a glob, a list (one of them), or
 * the long form of min, max, in, not, like as it is.
 */
export function readWantedValue(source: Source, name: string, value: Located, word: Word): Json | undefined {
  if (value.is === 'map') return plain(value);
  if (value.is === 'list') {
    const items = value.items.map((item) => readOne(source, name, item, word));
    return items.some((item) => item === undefined) ? undefined : { in: items as Json[] };
  }
  if (typeof value.value !== 'string') return readOne(source, name, value, word);
  const text = value.value.trim();
  const one = (part: string): Json | undefined =>
    readOne(source, name, { is: 'scalar', at: value.at, value: part }, word);
  const [, op, operand = ''] = COMPARED.exec(text) ?? [];
  if (op !== undefined) return compared(source, name, op, value.at, one(operand), word);
  const [, low, high] = (word.type === 'number' ? RANGE.exec(text) : null) ?? [];
  if (low !== undefined && high !== undefined) {
    const [min, max] = [one(low), one(high)];
    if (typeof min === 'number' && typeof max === 'number' && min > max)
      source.wrong(value.at, `${name}: ${low} is over ${high}, so nothing is between them`, `${high}..${low}`);
    return min === undefined || max === undefined ? undefined : { min, max };
  }
  if (word.type === 'text' && text.includes('*')) return { like: text };
  return one(text);
}

function compared(
  source: Source,
  name: string,
  op: string,
  at: number,
  value: Json | undefined,
  word: Word,
): Json | undefined {
  if (value === undefined) return undefined;
  if (op === '=' || op === '==') return value;
  if (op === '!=') return { not: value };
  if (word.type === 'text') {
    source.wrong(at, `${name} is a text, which cannot be compared by ${op}`, `a value, a list, or a pattern with *`);
    return undefined;
  }
  if (op === '>=') return { min: value };
  if (op === '<=') return { max: value };
  source.wrong(at, `${name}: bounds are inclusive, so there is no ${op}`, `${op}= ${JSON.stringify(value)}`);
  return undefined;
}

function readOne(source: Source, name: string, value: Located, { type, units, unit }: Word): Json | undefined {
  if (value.is === 'scalar' && value.value !== null) {
    const { value: given } = value;
    if (type === 'text') return typeof given === 'string' ? given : typeof given === 'number' ? String(given) : given;
    if (typeof given === 'number') return given;
    const number = typeof given === 'string' ? readQuantity(given, units) : undefined;
    if (number !== undefined) return number;
  }
  const known = Object.keys(units);
  source.wrong(
    value.at,
    `${name}: ${shown(value)} is not understood`,
    type === 'text'
      ? 'a value such as x64, a list such as [DE, FR], or a pattern with *'
      : `a number${unit === undefined ? '' : ` in ${unit}`}, such as 2, ">= 1" or 0.5..16${known.length === 0 ? '' : `; units: ${known.join(', ')}`}`,
  );
  return undefined;
}
