import type { NumericUtility } from './utility-types.ts';

// What is made here runs for each proposal: what it calls stays in this file, so that no call crosses modules.

/** What is no number, as where infinities cancel out, is good for nothing: a score must stay comparable. */
const clamp = (value: number): number => (value > 0 ? (value < 1 ? value : 1) : 0);

export function linear(best: number, worst: number): NumericUtility {
  const span = best - worst;
  return monotone(
    best > worst ? 1 : -1,
    (value) => (value - worst) / span,
    (wanted) => worst + wanted * span,
  );
}

/** Both anchors are above 0. */
export function log(best: number, worst: number): NumericUtility {
  const direction = best > worst ? 1 : -1;
  const ratio = logOfRatio(best, worst);
  return monotone(
    direction,
    (value) => (value <= 0 ? (direction < 0 ? 1 : 0) : logOfRatio(value, worst) / ratio),
    (wanted) => worst * Math.exp(wanted * ratio),
  );
}

export function exp(best: number, worst: number, curve: number): NumericUtility {
  // So flat a curve is a line, and its formula would divide by what is next to nothing.
  if (Math.abs(curve) < 1e-9) return linear(best, worst);
  const span = best - worst;
  const whole = 1 - Math.exp(-curve);
  return monotone(
    best > worst ? 1 : -1,
    (value) => (1 - Math.exp(-curve * clamp((value - worst) / span))) / whole,
    (wanted) => worst + (-Math.log(1 - wanted * whole) / curve) * span,
  );
}

export function nines(best: number, worst: number): NumericUtility {
  return monotone(
    best > worst ? 1 : -1,
    (value) => (value >= 1 ? Infinity * Math.sign(best - worst) : (-Math.log10(1 - value) - worst) / (best - worst)),
    (utility) => 1 - 10 ** -(worst + utility * (best - worst)),
  );
}

export function logistic(mid: number, slope: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: slope > 0 ? 1 : -1,
    of: (value) => 1 / (1 + Math.exp(-slope * (value - mid))),
    reach: (utility) => (utility >= 1 || utility <= 0 ? undefined : mid - Math.log(1 / utility - 1) / slope),
  };
}

/** `under` and `over` are the widths of its sides; infinite: every value on that side is as good as the target. */
export function target(value: number, under: number, over: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: under === Infinity ? -1 : over === Infinity ? 1 : 0,
    of: (actual) => {
      const away = actual < value ? (value - actual) / under : (actual - value) / over;
      return away >= 1 ? 0 : 1 - away;
    },
    reach: (utility, from) => {
      if (utility > 1) return undefined;
      const slack = 1 - Math.max(utility, 0);
      if (from < value) return under === Infinity ? value : value - slack * under;
      return over === Infinity ? value : value + slack * over;
    },
  };
}

/** The ratio itself is exact where both are near each other, but leaves the doubles where they are far apart. */
function logOfRatio(value: number, to: number): number {
  const ratio = value / to;
  return ratio > 0 && ratio < Infinity ? Math.log(ratio) : Math.log(value) - Math.log(to);
}

function monotone(
  direction: 1 | -1,
  raw: (value: number) => number,
  inverse: (utility: number) => number,
): NumericUtility {
  return {
    kind: 'numeric',
    direction,
    of: (value) => clamp(raw(value)),
    reach: (utility) => (utility > 1 ? undefined : inverse(utility < 0 ? 0 : utility)),
  };
}
