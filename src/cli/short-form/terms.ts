import { decimal, decimalText, minorUnit } from '../../shared/decimal.ts';
import type { Json } from '../../shared/json.ts';
import { compact, fieldsOf, plain, shown } from './fields.ts';
import { readDuration, readMoment } from './quantity.ts';
import type { Located, Source } from './source.ts';

const BUDGET = /^(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]{3})\s*(?:\/|per)\s*([a-z]+)$/;
const PER: Readonly<Record<string, string>> = {
  hour: 'hour',
  h: 'hour',
  month: 'month',
  mo: 'month',
  once: 'once',
  term: 'term',
  total: 'term',
};

/** `90 EUR/month` */
export function readBudget(source: Source, value: Located | undefined): Json | undefined {
  if (value === undefined) return undefined;
  if (value.is === 'map') return plain(value);
  const text = value.is === 'scalar' && typeof value.value === 'string' ? value.value.trim() : '';
  const [, amount, currency, unit = ''] = BUDGET.exec(text) ?? [];
  const per = Object.hasOwn(PER, unit) ? PER[unit] : undefined;
  if (amount === undefined || currency === undefined || per === undefined) {
    source.wrong(
      value.at,
      `budget: ${shown(value)} is not understood`,
      '90 EUR/month (also /hour, /once, /term for the whole period)',
    );
    return undefined;
  }
  const code = currency.toUpperCase();
  const decimals = Math.max(minorUnit(code), (amount.split('.')[1] ?? '').length);
  return { amount: decimalText(decimal(amount), decimals), currency: code, per };
}

/** `balanced@1`, or the long form. */
export function readRules(source: Source, value: Located | undefined): Json | undefined {
  if (value === undefined) return undefined;
  if (value.is === 'map') return plain(value);
  if (value.is === 'scalar' && typeof value.value === 'string' && /^[a-z][a-z0-9/-]*@\d+$/.test(value.value))
    return { ref: value.value };
  source.wrong(
    value.at,
    `rules: ${shown(value)} is not understood`,
    'name@major, such as balanced@1, or a rules document',
  );
  return undefined;
}

/** `1y`, or from, latest, until, length, minimum, notice, renew. */
export function readPeriod(source: Source, value: Located | undefined): Json | undefined {
  if (value === undefined) return undefined;
  if (value.is !== 'map') {
    const length = value.is === 'scalar' && typeof value.value === 'string' ? readDuration(value.value) : undefined;
    if (length === undefined)
      source.wrong(
        value.at,
        `period: ${shown(value)} is not a length`,
        '1y, 6mo, 30d, or { from: 2026-12-01T00:00:00Z, length: 1y }',
      );
    return length === undefined ? undefined : { length };
  }
  return Object.fromEntries(
    value.entries.map(({ key, value: member }) => {
      const given = plain(member);
      const timed = ['length', 'minimum', 'notice'].includes(key) && typeof given === 'string';
      return [key, timed ? (readDuration(given) ?? given) : given];
    }),
  );
}

/** `30s`, or an instant. */
export function readTime(source: Source, name: string, value: Located | undefined): string | undefined {
  if (value === undefined) return undefined;
  const read = value.is === 'scalar' && typeof value.value === 'string' ? readMoment(value.value) : undefined;
  if (read === undefined)
    source.wrong(
      value.at,
      `${name}: ${shown(value)} is neither a duration nor an instant`,
      '30s, 2h, or 2026-12-01T12:00:00Z',
    );
  return read;
}

const USAGE = /^(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]+)\s*(?:\/|per)\s*(hour|day|month|year|once)$/;

/** `- { of: web, what: traffic.out, quantity: 200 GB/month }` */
export function readUsage(source: Source, value: Located | undefined): Json[] | undefined {
  if (value === undefined) return undefined;
  if (value.is !== 'list') {
    source.wrong(
      value.at,
      `usage is a list, not ${shown(value)}`,
      '- { of: web, what: traffic.out, quantity: 200 GB/month }',
    );
    return undefined;
  }
  return value.items.flatMap((item) => {
    const fields = fieldsOf(source, item, 'usage');
    if (fields === undefined) return [];
    const of = fields.text('of');
    const what = fields.text('what');
    const quantity = fields.take('quantity');
    const each = fields.flag('each');
    const text = quantity?.is === 'scalar' && typeof quantity.value === 'string' ? quantity.value : '';
    const [, amount, unit, per] = USAGE.exec(text) ?? [];
    if (amount === undefined && fields.has('unit')) {
      const long = { unit: fields.text('unit'), per: fields.text('per') };
      const given = quantity === undefined ? undefined : plain(quantity);
      fields.done('usage');
      return [compact({ of, what, quantity: typeof given === 'number' ? String(given) : given, ...long, each })];
    }
    if (amount === undefined)
      source.wrong(
        quantity?.at ?? item.at,
        'usage needs a quantity',
        'quantity: 200 GB/month (also /hour, /day, /year, /once)',
      );
    fields.done('usage');
    return [compact({ of, what, quantity: amount, unit, per, each })];
  });
}
