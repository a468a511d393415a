import type { Clock, Instant } from '../shared/clock.ts';
import { noMetrics, type Metrics } from '../shared/metrics.ts';

/** Something that is done with a fixed period. */
export interface Beat {
  readonly id: string;
  /** Starts are at `phase + n · periodMs`. Whole milliseconds. */
  readonly phase: Instant;
  readonly periodMs: number;
  /** A start that would come more than this late is not tried. */
  readonly lateMs: number;
  /** No start before, and none at or after. */
  readonly from?: Instant;
  readonly until?: Instant;
  /** `at` is the planned start. Must not reject; no other start comes while it runs. */
  run(at: Instant): Promise<void>;
}

/**
 * Why a start was not tried: no sample comes of it, not even an absent one. `running`: the one
 * before did not end early enough for this one to be in time.
 */
export type Untried = 'running' | 'late' | 'crowded';

export interface BeatFigures {
  readonly tried: number;
  readonly untried: Readonly<Record<Untried, number>>;
  /** The largest share of its period by which a tried start strayed from its planned instant. */
  readonly worstStray: number;
}

export interface Beats {
  /** A beat with the same id is replaced; what runs of it ends by itself and still counts as running. */
  set(beat: Beat): void;
  remove(id: string): void;
  has(id: string): boolean;
  readonly size: number;
  /** Runs one now, beside its schedule, unless it runs already. */
  now(id: string): void;
  figures(): BeatFigures;
  /** No more starts; resolves when nothing runs. */
  stop(): Promise<void>;
}

export interface BeatsDeps {
  readonly clock: Clock;
  readonly metrics?: Metrics;
  /** How many may run at once. Default 4,096. */
  readonly parallel?: number;
}

interface Entry {
  readonly beat: Beat;
  readonly order: number;
  next: Instant;
  gone: boolean;
}

/** The first planned start at or after `at`; undefined: none any more. */
export function nextStart(beat: Pick<Beat, 'phase' | 'periodMs' | 'from' | 'until'>, at: Instant): Instant | undefined {
  const earliest = Math.max(at, beat.from ?? -Infinity);
  const next = beat.phase + Math.ceil((earliest - beat.phase) / beat.periodMs) * beat.periodMs;
  return beat.until !== undefined && next >= beat.until ? undefined : next;
}

/**
 * Keeps the time of all collectors with one heap and one timer. A planned start is a pure function
 * of phase and period, so lateness never adds up; what is too late, or would be once the one before
 * has ended, is not tried and counted.
 */
export function createBeats(deps: BeatsDeps): Beats {
  const { clock } = deps;
  const metrics = deps.metrics ?? noMetrics;
  const parallel = deps.parallel ?? 4096;
  const entries = new Map<string, Entry>();
  const running = new Map<string, Promise<void>>();
  /** Starts that came while the one before still ran: tried after it if it ends before they are too late. */
  const waiting = new Map<string, { readonly beat: Beat; readonly at: Instant }>();
  const heap = new Heap();
  const untried: Record<Untried, number> = { running: 0, late: 0, crowded: 0 };
  let tried = 0;
  let worstStray = 0;
  let order = 0;
  let cancelTimer: (() => void) | undefined;
  let armedFor = Infinity;
  let stopped = false;

  function arm(): void {
    const top = heap.top();
    if (top === undefined || stopped || top.next === armedFor) return;
    cancelTimer?.();
    armedFor = top.next;
    // At most a minute ahead: wall time may be set meanwhile.
    cancelTimer = clock.after(Math.min(Math.max(top.next - clock.now(), 0), 60_000), () => {
      armedFor = Infinity;
      fire();
    });
  }

  function fire(): void {
    for (let top = heap.top(); top !== undefined; top = heap.top()) {
      if (top.gone) {
        heap.pop();
        continue;
      }
      const now = clock.now();
      if (top.next > now) break;
      attempt(top, now);
      // Never the same start twice, even when wall time was set back: the next one is counted from this one.
      const next = nextStart(top.beat, Math.max(top.next + 1, now - top.beat.lateMs));
      if (next === undefined) {
        heap.pop();
        entries.delete(top.beat.id);
        continue;
      }
      const skipped = Math.round((next - top.next) / top.beat.periodMs) - 1;
      if (skipped > 0) miss('late', skipped);
      top.next = next;
      heap.sink();
    }
    arm();
  }

  function attempt({ beat, next: at }: Entry, now: Instant): void {
    if (now - at > beat.lateMs) miss('late', 1);
    else if (running.has(beat.id)) {
      if (waiting.has(beat.id)) miss('running', 1);
      waiting.set(beat.id, { beat, at });
    } else if (running.size >= parallel) miss('crowded', 1);
    else begin(beat, at, now);
  }

  function begin(beat: Beat, at: Instant, now: Instant): void {
    worstStray = Math.max(worstStray, (now - at) / beat.periodMs);
    start(beat, at);
  }

  function miss(why: Untried, count: number): void {
    untried[why] += count;
    metrics.count('parley_measurements_untried_total', 'Measurements that were not tried', { why }, count);
  }

  function start(beat: Beat, at: Instant): void {
    tried += 1;
    running.set(
      beat.id,
      beat.run(at).finally(() => {
        running.delete(beat.id);
        ended(beat.id);
      }),
    );
  }

  function ended(id: string): void {
    const next = waiting.get(id);
    if (next === undefined) return;
    waiting.delete(id);
    const now = clock.now();
    if (stopped || now - next.at > next.beat.lateMs) miss('running', 1);
    else begin(next.beat, next.at, now);
  }

  function remove(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entry.gone = true;
    entries.delete(id);
    waiting.delete(id);
  }

  return {
    set(beat) {
      remove(beat.id);
      const next = nextStart(beat, clock.now());
      if (next === undefined || stopped) return;
      const entry: Entry = { beat, order: order++, next, gone: false };
      entries.set(beat.id, entry);
      heap.push(entry);
      arm();
    },
    remove,
    has: (id) => entries.has(id),
    get size() {
      return entries.size;
    },
    now(id) {
      const beat = entries.get(id)?.beat;
      if (beat === undefined || stopped || running.has(id) || running.size >= parallel) return;
      const at = clock.now();
      if ((beat.from !== undefined && at < beat.from) || (beat.until !== undefined && at >= beat.until)) return;
      start(beat, at);
    },
    figures: () => ({ tried, untried: { ...untried }, worstStray }),
    async stop() {
      stopped = true;
      cancelTimer?.();
      await Promise.all(running.values());
    },
  };
}

/** A binary heap: the earliest start on top, and of equal ones the one that was set first. */
class Heap {
  readonly #items: Entry[] = [];

  top(): Entry | undefined {
    return this.#items[0];
  }

  push(entry: Entry): void {
    const items = this.#items;
    let index = items.push(entry) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.#before(index, above)) break;
      this.#swap(index, above);
      index = above;
    }
  }

  pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.sink();
  }

  /** Puts the top in its place after its start has moved on. */
  sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let first = index;
      if (left < this.#items.length && this.#before(left, first)) first = left;
      if (right < this.#items.length && this.#before(right, first)) first = right;
      if (first === index) return;
      this.#swap(index, first);
      index = first;
    }
  }

  #before(a: number, b: number): boolean {
    const one = this.#items[a];
    const other = this.#items[b];
    if (one === undefined || other === undefined) return false;
    return one.next === other.next ? one.order < other.order : one.next < other.next;
  }

  #swap(a: number, b: number): void {
    const one = this.#items[a];
    const other = this.#items[b];
    if (one === undefined || other === undefined) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
