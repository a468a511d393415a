import type { Level } from '../terms/level.ts';

// Without commas and semicolons: some clients split headers at each of them, quoted or not.

/** What a level promises, in words: `{name}.term.desc` (GFD.228 section 3.1.2). */
export function describeLevel(level: Level, committed: boolean): string {
  const { statistic, metric, op, value } = level.indicator;
  const scope = typeof level.scope === 'string' ? level.scope : `at least ${level.scope.atleast}`;
  const window =
    'calendar' in level.window
      ? `each ${level.window.calendar} (${level.window.timezone})`
      : 'rolling' in level.window
        ? `any ${level.window.rolling}`
        : `each ${level.window.every} from ${level.window.anchor}`;
  const text = `${statistic} of ${metric} ${op} ${value} in slices of ${level.slice} for ${scope} of ${level.of.join(' and ')} in a share of at least ${level.target} of ${window}`;
  return committed ? text : `${text} (measured and not committed to)`;
}

/** What is due when it is missed, in words: `{name}.term.remedy`. */
export function describeRemedy(remedy: NonNullable<Level['remedy']>): string {
  const tiers = remedy.tiers.map(({ below, credit }) => `${credit} under ${below}`).join(' / ');
  return `credit as a share of the charges of the ${remedy.base}: ${tiers} (at most ${remedy.cap})`;
}
