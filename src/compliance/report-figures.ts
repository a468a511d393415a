import { fixedMilliseconds } from '../shared/duration.ts';
import type { Level, Window } from '../terms/level.ts';
import { BILLION } from '../terms/shares.ts';
import type { WindowAnswer } from './answer.ts';
import type { ReportedLevel } from './report-json.ts';

/** What is information and no fact of the agreement: budget left, burn rate, projection. Times in milliseconds. */
export interface WindowFigures {
  readonly downtime: number;
  /** Bad time that the target allows; undefined where it cannot be told beforehand. */
  readonly budget: number | undefined;
  readonly left: number | undefined;
  /** How many times faster than allowed the budget is spent, over what has elapsed. */
  readonly burn: number | undefined;
  /** Attainment of the whole window if it goes on like this. */
  readonly projected: number | undefined;
}

export function figuresOf(level: Level, window: WindowAnswer, now: number): WindowFigures {
  const slice = fixedMilliseconds(level.slice) ?? 0;
  const from = Date.parse(window.from);
  const until = Date.parse(window.until);
  const slices = Math.round((until - from) / slice);
  const allowed = (BILLION - Math.round(level.target * BILLION)) / BILLION;
  const measured = window.bad + (level.count === 'inforce' ? window.good : 0);
  const planned = level.count === 'window' ? slices : measured;
  const elapsed =
    level.count === 'window' ? Math.round((Math.min(until, Math.max(now, from)) - from) / slice) : measured;
  const share = elapsed > 0 ? window.bad / elapsed : undefined;
  const budget = Math.floor(allowed * planned + 1e-9) * slice;
  const downtime = window.bad * slice;
  return {
    downtime,
    budget,
    left: budget - downtime,
    burn: share === undefined || allowed === 0 ? undefined : share / allowed,
    projected: share === undefined ? undefined : 1 - share,
  };
}

export function windowLabel(window: Window): string {
  if ('calendar' in window) return `${window.calendar} (${window.timezone})`;
  if ('rolling' in window) return `rolling ${window.rolling}`;
  return `every ${window.every} from ${window.anchor}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `2 d 3 h`: the two largest units that it has. */
export function spanText(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  let rest = Math.abs(ms);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 s' : sign + parts.join(' ');
}

/** `99.4996 %` of `0.994996000`: digits are cut, never rounded up. */
export function percentText(share: string | null): string {
  if (share === null) return '–';
  const digits = share.replace('.', '').padEnd(10, '0');
  const whole = String(Number(digits.slice(0, 3)));
  const rest = digits.slice(3).replace(/0+$/, '');
  return `${whole}${rest === '' ? '' : `.${rest}`} %`;
}

/** What a level asks, in one line. */
export function targetText({ level }: ReportedLevel): string {
  const { statistic, metric, op, value } = level.indicator;
  return `${percentText(level.target.toFixed(9))} of slices of ${level.slice} with ${statistic} ${metric} ${op} ${value}, ${windowLabel(level.window)}`;
}

/** An instant as people read it. */
export function instantText(iso: string): string {
  return iso.replace('T', ' ').replace('Z', ' UTC');
}
