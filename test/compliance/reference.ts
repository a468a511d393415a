import { addDuration, fixedMilliseconds } from '../../src/shared/duration.ts';
import type { EvaluationContext } from '../../src/compliance/types.ts';
import type { Level } from '../../src/terms/level.ts';

/** One row of a samples file. */
export interface Row {
  readonly at: number;
  readonly instance: string;
  readonly vantage: string;
  readonly value: number | null;
}

type Label = 'unmeasured' | 'absent' | 'good' | 'bad' | 'out';

interface Span {
  readonly from: number;
  readonly until: number;
}

const FOREVER = Number.POSITIVE_INFINITY;
const meets = (a: Span, b: { from: number; until?: number }): boolean =>
  b.from < a.until && (b.until ?? FOREVER) > a.from && (b.until ?? FOREVER) > b.from;

/**
 * The levels page read step by step and slice by slice, as slowly as it likes: what the fast
 * computation is compared with. Knows windows of a fixed length from an anchor and rolling ones.
 */
export function reference(level: Level, rows: readonly Row[], context: EvaluationContext) {
  const slice = fixedMilliseconds(level.slice)!;
  const spans = windows(level, slice, context);
  const start =
    Math.floor(
      Math.min(
        context.from,
        ...spans.map((s) => s.from),
        ...rows.map((r) => r.at),
        ...(context.suspended ?? []).map((s) => s.from),
      ) / slice,
    ) * slice;
  const slices: Span[] = [];
  for (let t = start; t + slice <= context.now; t += slice) slices.push({ from: t, until: t + slice });
  const instances = context.instances.filter((i) => level.of.includes(i.split('/')[0]!));
  const stats = new Map<string, number>();

  const perInstance = instances.map((instance) => {
    const step3 = slices.map((s): Label => {
      const each = level.indicator.from.map((vantage): Label => {
        if ((context.outages ?? []).some((o) => meets(s, o))) return 'unmeasured';
        const hits = rows.filter(
          (r) => r.instance === instance && r.vantage === vantage && r.at >= s.from && r.at < s.until,
        );
        const unique = [...new Map(hits.map((r) => [r.at, r.value])).values()];
        if (unique.length === 0) return 'unmeasured';
        const values = unique.filter((v) => v !== null);
        if (values.length < level.indicator.minsamples) return 'absent';
        const stat = statistic(values, level.indicator.statistic);
        if (compare(stat, level.indicator.op, level.indicator.value)) return 'good';
        const key = `${instance} ${s.from}`;
        const known = stats.get(key);
        if (known === undefined || Math.abs(stat - level.indicator.value) > Math.abs(known - level.indicator.value))
          stats.set(key, stat);
        return 'bad';
      });
      const n = (l: Label): number => each.filter((x) => x === l).length;
      const q = level.indicator.quorum;
      if (n('good') >= q) return 'good';
      if (n('good') + n('unmeasured') >= q) return 'unmeasured';
      if (n('good') + n('unmeasured') + n('absent') >= q) return 'absent';
      return 'bad';
    });
    const step4: Label[] = [];
    let row = 0;
    for (const label of step3) {
      row = label === 'absent' ? row + 1 : 0;
      if (label !== 'absent') step4.push(label);
      else if (level.nodata !== 'hold') step4.push(level.nodata === 'exclude' ? 'out' : level.nodata);
      else {
        const before = step4.at(-1);
        const held = before === 'good' || before === 'bad' ? before : 'bad';
        step4.push(row * slice > fixedMilliseconds(level.holdmax)! ? 'bad' : held);
      }
    }
    return step4.map((label, i): Label => {
      const s = slices[i]!;
      if ((context.stopped ?? []).some((x) => x.instance === instance && meets(s, x))) return 'out';
      if ((context.suspended ?? []).some((x) => (x.by === 'customer' || x.listed) && meets(s, x))) return 'out';
      if ((context.suspended ?? []).some((x) => meets(s, x))) return 'bad';
      return label;
    });
  });

  const series: { index: string; labels: Label[]; parts: number[] }[] =
    level.scope === 'each'
      ? instances.map((index, i) => ({ index, labels: perInstance[i]!, parts: [i] }))
      : [
          {
            index: '*',
            parts: instances.map((_, i) => i),
            labels: slices.map((_, i): Label => {
              const left = perInstance.map((p) => p[i]!).filter((l) => l !== 'out');
              const n =
                level.scope === 'all'
                  ? left.length
                  : level.scope === 'any'
                    ? 1
                    : (level.scope as { atleast: number }).atleast;
              if (left.length === 0 || left.length < n) return 'out';
              const good = left.filter((l) => l === 'good').length;
              if (good >= n) return 'good';
              return good + left.filter((l) => l === 'unmeasured').length >= n ? 'unmeasured' : 'bad';
            }),
          },
        ];

  const inforce = context.inforce ?? [{ from: -FOREVER }];
  const isInforce = (s: Span): boolean => inforce.some((f) => s.from >= f.from && s.until <= (f.until ?? FOREVER));
  const exclusions = held(level, context, slice);
  const out = { windows: [] as object[], incidents: [] as object[] };
  for (const { index, labels: before, parts } of series) {
    const labels = [...before];
    let run: number[] = [];
    const finish = (end: number): void => {
      if (run.length === 0) return;
      if (run.length < level.minrun) for (const i of run) labels[i] = 'good';
      else {
        let worst: number | undefined;
        for (const i of run)
          for (const p of parts) {
            if (perInstance[p]![i] !== 'bad') continue;
            const stat = stats.get(`${instances[p]!} ${slices[i]!.from}`);
            const outage = (context.outages ?? []).some((o) => meets(slices[i]!, o));
            if (
              stat !== undefined &&
              !outage &&
              (worst === undefined || Math.abs(stat - level.indicator.value) > Math.abs(worst - level.indicator.value))
            )
              worst = stat;
          }
        const from = slices[run[0]!]!.from;
        const until = end < 0 ? null : slices[end]!.from;
        if (from < context.until && (until ?? FOREVER) > context.from)
          out.incidents.push({ index, from, until, slices: run.length, worst: worst ?? null });
      }
      run = [];
    };
    before.forEach((label, i) => {
      if (label === 'bad') run.push(i);
      else if (label === 'good') finish(i);
    });
    finish(-1);
    for (const span of spans) {
      let good = 0, bad = 0, unmeasured = 0, excluded = 0, planned = 0; // prettier-ignore
      let violatedat: number | null = null;
      const total = Math.round((span.until - span.from) / slice);
      for (let t = span.from; t < span.until; t += slice) {
        const s = { from: t, until: t + slice };
        const until = context.agreedend ?? FOREVER;
        if (level.count === 'window' || 'rolling' in level.window || (isInforce(s) && s.until <= until)) planned++;
      }
      for (let t = span.from; t < span.until; t += slice) {
        const i = slices.findIndex((s) => s.from === t);
        if (i < 0 || !isInforce(slices[i]!)) continue;
        if (exclusions.has(t)) excluded++;
        else if (labels[i] === 'good') good++;
        else if (labels[i] === 'unmeasured') unmeasured++;
        else if (labels[i] === 'bad') {
          bad++;
          if (
            violatedat === null &&
            BigInt(bad) * 10n ** 9n > (10n ** 9n - BigInt(Math.round(level.target * 1e9))) * BigInt(planned)
          )
            violatedat = t + slice;
        }
      }
      const counted = level.count === 'window' ? total : good + bad;
      const shown = counted - bad;
      const settled = addDuration(span.until, level.settle);
      const complete = !('rolling' in level.window) && settled <= context.now;
      const measured = good + bad;
      const met = BigInt(shown) * 10n ** 9n >= BigInt(Math.round(level.target * 1e9)) * BigInt(counted);
      const covered =
        measured + unmeasured > 0 &&
        BigInt(measured) * 10n ** 9n >= BigInt(Math.round(level.mincoverage * 1e9)) * BigInt(measured + unmeasured);
      let state = 'fulfilled';
      if (violatedat !== null) state = 'violated';
      else if (complete && counted > 0 && !met && covered) {
        state = 'violated';
        violatedat = settled;
      } else if (measured === 0 || (complete && !covered)) state = 'undefined';
      out.windows.push({
        index,
        from: span.from,
        until: span.until,
        good: shown,
        bad,
        counted,
        measured,
        unmeasured,
        excluded,
        state,
        violatedat,
        complete,
      });
    }
  }
  return out;
}

function windows(level: Level, slice: number, context: EvaluationContext): Span[] {
  if ('rolling' in level.window) {
    const until = Math.floor(context.now / slice) * slice;
    return [{ from: until - fixedMilliseconds(level.window.rolling)!, until }];
  }
  if (!('anchor' in level.window)) throw new Error('not known here');
  const anchor = Date.parse(level.window.anchor);
  const every = fixedMilliseconds(level.window.every)!;
  const spans: Span[] = [];
  for (let from = anchor - 1000 * every; from < context.until; from += every)
    if (from + every > context.from) spans.push({ from, until: from + every });
  return spans;
}

function held(level: Level, context: EvaluationContext, slice: number): Set<number> {
  const taken = new Set<number>();
  const planned = new Set<number>();
  for (const e of context.exclusions ?? []) {
    if (e.until <= e.from) continue;
    for (let t = Math.floor(e.from / slice) * slice; t < e.until; t += slice) {
      if (e.state === 'approved') taken.add(t);
      const m = level.maintenance;
      if (
        e.state === 'planned' &&
        m !== null &&
        e.announcedat !== undefined &&
        e.announcedat + fixedMilliseconds(m.notice)! <= Math.max(t, e.from)
      )
        planned.add(t);
    }
  }
  const used = new Map<number, number>();
  for (const t of [...planned].sort((a, b) => a - b)) {
    const period = Math.floor(t / 3_600_000);
    const sum = (used.get(period) ?? 0) + slice;
    if (sum > fixedMilliseconds(level.maintenance!.max)!) continue;
    used.set(period, sum);
    taken.add(t);
  }
  return taken;
}

function statistic(values: readonly number[], name: string): number {
  const sorted = [...values].sort((a, b) => a - b);
  switch (name) {
    case 'min':
      return sorted[0]!;
    case 'max':
      return sorted.at(-1)!;
    case 'count':
      return sorted.length;
    case 'sum':
      return sorted.reduce((a, b) => a + b, 0);
    case 'mean':
      return sorted.reduce((a, b) => a + b, 0) / sorted.length;
    default:
      return sorted[Math.max(1, Math.ceil((Number(name.slice(1)) * sorted.length) / 100)) - 1]!;
  }
}

function compare(a: number, op: string, b: number): boolean {
  return { '=': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[op]!;
}
