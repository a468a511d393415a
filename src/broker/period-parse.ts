import type { Instant } from '../shared/clock.ts';
import { addDuration, isIsoDuration, parseInstant } from '../shared/duration.ts';
import { isObject, pointer, type Json } from '../shared/json.ts';
import type { SortedProblems } from '../terms/resources-parse.ts';
import type { Period } from './terms.ts';

const MEMBERS = ['from', 'latest', 'until', 'length', 'minimum', 'notice', 'renew'];
const INSTANTS = ['from', 'latest', 'until'] as const;
const DURATIONS = ['length', 'minimum', 'notice'] as const;
/** Later instants have no form that everybody reads (RFC 3339 section 1). */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);
const RENEW = ['none', 'ask', 'auto'];

/** Reads a period (api.md, Period): when it begins, when or after how long it ends, and how it may end early. */
export function readPeriod(value: Json | undefined, path: string, now: Instant, problems: SortedProblems): Period {
  const { malformed, senseless } = problems;
  if (value === undefined) return {};
  if (!isObject(value)) {
    malformed.add(path, 'type_wrong', `a period is an object of ${MEMBERS.join(', ')}`);
    return {};
  }
  for (const name of Object.keys(value))
    if (!MEMBERS.includes(name)) malformed.add(pointer(path, name), 'member_unknown', `${name} is not known here`);
  const instants: { from?: Instant; latest?: Instant; until?: Instant } = {};
  for (const name of INSTANTS) {
    if (value[name] === undefined) continue;
    const at = parseInstant(value[name]);
    if (at === undefined)
      malformed.add(pointer(path, name), 'instant_invalid', 'an instant of ISO 8601 with its offset');
    else instants[name] = at;
  }
  const durations: { length?: string; minimum?: string; notice?: string } = {};
  for (const name of DURATIONS) {
    const given = value[name];
    if (given === undefined) continue;
    if (isIsoDuration(given)) durations[name] = given;
    else malformed.add(pointer(path, name), 'duration_invalid', 'a duration of ISO 8601', 'such as P1Y');
  }
  const renew = value['renew'];
  if (renew !== undefined && (typeof renew !== 'string' || !RENEW.includes(renew)))
    malformed.add(pointer(path, 'renew'), 'value_invalid', `one of ${RENEW.join(', ')}`);

  const { from, latest, until } = instants;
  const { length, minimum } = durations;
  if (until !== undefined && length !== undefined)
    senseless.add(path, 'period_contradictory', 'a period has an end or a length, not both');
  const begin = from ?? now;
  if (until !== undefined && until <= begin)
    senseless.add(pointer(path, 'until'), 'range_empty', 'the period ends before it begins');
  if (latest !== undefined && latest < begin)
    senseless.add(pointer(path, 'latest'), 'range_empty', 'the latest begin is before the earliest');
  if (length !== undefined && addDuration(now, length) <= now)
    senseless.add(pointer(path, 'length'), 'range_empty', 'a period has some length');
  const end = until ?? (length === undefined ? undefined : addDuration(begin, length));
  if (end !== undefined && end > LAST)
    senseless.add(
      pointer(path, length === undefined ? 'until' : 'length'),
      'out_of_range',
      'no period ends after 9999',
    );
  if (minimum !== undefined && end !== undefined && addDuration(begin, minimum) > end)
    senseless.add(pointer(path, 'minimum'), 'range_empty', 'the minimum is longer than the period');
  return {
    ...instants,
    ...durations,
    ...(typeof renew === 'string' ? { renew } : {}),
  };
}
