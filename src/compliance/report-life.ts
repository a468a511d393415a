import { isDeepStrictEqual } from 'node:util';
import type { EntityRecord } from '../occi/entity.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import type { SlaInternal } from '../sla/document.ts';
import { asJson, changed, createWrite, updateWrite, without, type Change, type Told } from './change.ts';
import { defaultTimes, type ComplianceDeps, type ComplianceTimes } from './deps.ts';
import { digestSlowly } from './digest.ts';
import { evaluateReport, completesBetween, type Evaluation, type ReportInternal } from './evaluation.ts';
import { listAll } from './facts.ts';
import { Keeper } from './keeper.ts';
import { liveReport, readSeries, type LiveReport } from './live.ts';
import { creditType, reportAttr, reportType, violationType } from './names.ts';
import { reconcileCredits } from './reconcile-credits.ts';
import { reconcileDelivery } from './reconcile-delivery.ts';
import { reconcileViolations } from './reconcile-violations.ts';
import { newReport } from './report-begin.ts';
import { documentOf } from './report-document.ts';
import type { ReportDocument } from './report-json.ts';
import { isCurrent, lookbackOf, nextEvaluation, restAfter } from './report-next.ts';
import { healthOf } from './term-health.ts';

const DAY = 86_400_000;
/** Reports kept in memory; the least used is forgotten and, when it is needed, built again. */
const MOST_LIVE = 5000;

interface Cached {
  readonly live: LiveReport;
  last?: Evaluation;
}

/** The life of reports: evaluated at each slice's end, provisional when complete, final when undisputed. */
export class ReportLife {
  readonly #deps: ComplianceDeps;
  readonly #times: ComplianceTimes;
  readonly #cache = new Map<EntityId, Cached>();
  /** One thing at a time for each report. */
  readonly #turns = new Map<EntityId, Promise<unknown>>();

  constructor(deps: ComplianceDeps) {
    this.#deps = deps;
    this.#times = { ...defaultTimes, ...deps.times };
  }

  get times(): ComplianceTimes {
    return this.#times;
  }

  /** Makes the report of the period that `at` lies in, unless it is there already. */
  async begin(sla: EntityRecord, at: Instant, lookback: Instant = at): Promise<void> {
    const record = newReport(sla, at, lookback, this.#deps.clock.now(), this.#deps.program);
    if (record !== undefined) await this.#deps.store.write([createWrite(record, { actor: 'broker' })]);
  }

  /** What is due: an evaluation, or the end of the time to dispute. */
  async onDue(record: EntityRecord): Promise<void> {
    if (record.due?.action === 'close') await this.#turn(record.id, () => this.#close(record.id));
    else await this.evaluate(record.id, false);
  }

  /** Evaluates every report of an SLA that may still change, reading everything again. */
  async evaluateAll(sla: EntityId): Promise<void> {
    for (const report of await listAll(this.#deps.store, sla, reportType)) await this.evaluate(report.id, true);
  }

  evaluate(id: EntityId, full: boolean): Promise<void> {
    return this.#turn(id, () => this.#evaluate(id, full));
  }

  /** The report as it is now: frozen, or from the last evaluation. `hashed`: with the hash of the samples. */
  document(report: EntityRecord, hashed: boolean): Promise<ReportDocument> {
    const { frozen } = report.internal as unknown as ReportInternal;
    if (frozen !== undefined) return Promise.resolve({ ...(frozen as ReportDocument), status: report.state ?? 'open' });
    return this.#turn(report.id, async () => {
      const cached = await this.#cached(report);
      const evaluation = cached.last ?? (await this.#compute(report, cached, false));
      if (evaluation === undefined) throw new RangeError(`the SLA of report ${report.id} is gone`);
      return this.#document(report, cached, evaluation, report.state ?? 'open', hashed);
    });
  }

  /** What a chart of an open or closed report shows: where its samples are. */
  async seriesOf(
    report: EntityRecord,
  ): Promise<{ readonly sla: EntityRecord; readonly levels: Evaluation['levels'] } | undefined> {
    const sla = report.parent === undefined ? undefined : await this.#deps.store.get(report.parent);
    if (sla === undefined) return undefined;
    const { document } = sla.internal as unknown as SlaInternal;
    return { sla, levels: document.levels.map(({ level }) => level) };
  }

  #turn<T>(id: EntityId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(id) ?? Promise.resolve();
    const next = before.then(work, work);
    const settled = next.catch(() => undefined).then(() => {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    }); // prettier-ignore
    this.#turns.set(id, settled);
    return next;
  }

  async #cached(report: EntityRecord): Promise<Cached> {
    let cached = this.#cache.get(report.id);
    if (cached === undefined) cached = { live: liveReport((report.internal as unknown as ReportInternal).since) };
    this.#cache.delete(report.id);
    this.#cache.set(report.id, cached);
    for (const [oldest] of this.#cache) {
      if (this.#cache.size <= MOST_LIVE) break;
      this.#cache.delete(oldest);
    }
    const { live } = cached;
    const sla = report.parent;
    if ((live.violations === undefined || live.credits === undefined) && sla !== undefined) {
      live.violations = byId(await listAll(this.#deps.store, sla, violationType));
      live.credits = byId(await listAll(this.#deps.store, sla, creditType));
    }
    return cached;
  }

  async #compute(report: EntityRecord, cached: Cached, full: boolean): Promise<Evaluation | undefined> {
    const sla = report.parent === undefined ? undefined : await this.#deps.store.get(report.parent);
    if (sla === undefined) return undefined;
    const { live } = cached;
    const now = this.#deps.clock.now();
    const before = live.through;
    const all = full || now - live.reread >= this.#times.reread;
    let evaluation = await evaluateReport(report, sla, live, now, this.#times.recheck, all, this.#deps);
    // What came late is found here, before a window's figures count.
    if (!all && before > live.since && completesBetween(evaluation, before))
      evaluation = await evaluateReport(report, sla, live, now, this.#times.recheck, true, this.#deps);
    cached.last = evaluation;
    return evaluation;
  }

  async #evaluate(id: EntityId, full: boolean): Promise<void> {
    const { store, clock, log } = this.#deps;
    const began = clock.elapsed();
    const report = await store.get(id);
    if (report === undefined) return;
    const cached = await this.#cached(report);
    if (full) {
      cached.live.violations = undefined;
      cached.live.credits = undefined;
      await this.#cached(report);
    }
    const evaluation = await this.#compute(report, cached, full);
    if (evaluation === undefined) {
      await this.#write(report, { due: null });
      return;
    }
    if (report.state !== 'open' && !(await this.#isBornOut(report, evaluation, cached))) return;
    const keeper = new Keeper(store, cached.live, clock.now(), this.#times);
    await reconcileViolations(evaluation, keeper);
    await reconcileCredits(evaluation, keeper);
    if (isCurrent(evaluation)) {
      await reconcileDelivery(evaluation, keeper);
      const health = healthOf(evaluation);
      if (health !== undefined) await this.#deps.health.report(evaluation.facts.sla.id, health);
    }
    if (keeper.missed) {
      log.debug({ report: id }, 'compliance changed meanwhile');
      cached.live.violations = undefined;
      cached.live.credits = undefined;
    }
    const cost = clock.elapsed() - began;
    this.#deps.metrics?.observe('parley_evaluation_seconds', 'Time that evaluating a report took', cost / 1000);
    await this.#goOn(report, evaluation, cached, cost);
  }

  /** Sets what comes next: the next slice, the next window to be complete, or a state of its own. */
  async #goOn(report: EntityRecord, evaluation: Evaluation, cached: Cached, cost: number): Promise<void> {
    const { now, period, facts } = evaluation;
    const rollsOn = facts.ended === undefined || facts.ended > period.until;
    if (now >= period.until && rollsOn && report.state === 'open')
      await this.begin(facts.sla, period.until, lookbackOf(evaluation));
    const attributes = { [reportAttr.until]: isoInstant(period.until) };
    if (report.state !== 'open') {
      await this.#replace(report, evaluation, cached);
      return;
    }
    const at = nextEvaluation(evaluation, this.#deps.clock.now() + restAfter(cost));
    if (at !== undefined) {
      await this.#write(report, { attributes, due: { at, action: 'evaluate' } });
      return;
    }
    const frozen = await this.#document(report, cached, evaluation, 'provisional', true);
    await this.#write(
      report,
      {
        to: 'provisional',
        attributes,
        internal: { ...report.internal, frozen: asJson(frozen) },
        due: { at: this.#deps.clock.now() + this.#times.dispute, action: 'close' },
      },
      { actor: 'broker', code: 'complete' },
    );
  }

  /** Are the samples that a frozen report was computed from still there? Otherwise it stays as it is. */
  async #isBornOut(report: EntityRecord, evaluation: Evaluation, cached: Cached): Promise<boolean> {
    const { frozen } = report.internal as unknown as ReportInternal;
    const stated = (frozen as ReportDocument | undefined)?.samples;
    if (stated === undefined || stated.count === null) return true;
    const series = await this.#series(evaluation, cached);
    const until = Date.parse(stated.until);
    const count = series.reduce((sum, { block }) => sum + block.times.filter((time) => time < until).length, 0);
    if (count >= stated.count) return true;
    this.#deps.log.warn({ report: report.id, stated: stated.count, count }, 'samples are gone: the report stays');
    return false;
  }

  /** A frozen report that comes out otherwise now is replaced by a new version that names it. */
  async #replace(report: EntityRecord, evaluation: Evaluation, cached: Cached): Promise<void> {
    const { frozen, previous } = report.internal as unknown as ReportInternal;
    const before = frozen as ReportDocument | undefined;
    const version = (before?.version ?? 1) + 1;
    const next: EntityRecord = { ...report, attributes: { ...report.attributes, [reportAttr.version]: version } };
    const status = report.state === 'provisional' ? 'provisional' : 'corrected';
    const document = await this.#document(next, cached, evaluation, status, true);
    const judged = before === undefined || !isDeepStrictEqual(figures(before), figures(document));
    if (!judged && (await this.#hashAsStated(before, evaluation, cached))) return;
    await this.#write(
      report,
      {
        to: status,
        attributes: { [reportAttr.version]: version },
        internal: {
          ...report.internal,
          frozen: asJson(document),
          previous: [...(previous ?? []), ...(before === undefined ? [] : [before])].map(asJson),
        },
        // What changes no figure gives nobody anything new to dispute.
        ...(status === 'provisional' && judged
          ? { due: { at: this.#deps.clock.now() + this.#times.dispute, action: 'close' } }
          : {}),
      },
      { actor: 'broker', code: 'corrected', detail: `Version ${version} replaces ${version - 1}` },
    );
  }

  /** The time to dispute is over: final, unless something is disputed still. */
  async #close(id: EntityId): Promise<void> {
    const { store, clock } = this.#deps;
    const report = await store.get(id);
    if (report?.state !== 'provisional' || report.due === undefined || report.due.at > clock.now()) return;
    const violations = await listAll(store, report.parent ?? id, violationType);
    if (violations.some((violation) => violation.state === 'disputed')) {
      await this.#write(report, { due: { at: clock.now() + DAY, action: 'close' } });
      return;
    }
    // Samples that came while it was provisional count: the final report is what the archive says.
    await this.#evaluate(id, true);
    const judged = await store.get(id);
    if (judged?.state !== 'provisional' || (judged.due?.at ?? 0) > clock.now()) return;
    await this.#write(judged, { to: 'final', due: null }, { actor: 'timer', code: 'undisputed' });
    this.#cache.delete(id);
  }

  /** Are the samples that a frozen report names still the same? Those that came after its time are not meant. */
  async #hashAsStated({ samples }: ReportDocument, evaluation: Evaluation, cached: Cached): Promise<boolean> {
    const until = Date.parse(samples.until);
    const { sha256 } = await digestSlowly(await this.#series(evaluation, cached), cached.live.since, until);
    return sha256 === samples.sha256;
  }

  async #document(
    report: EntityRecord,
    cached: Cached,
    evaluation: Evaluation,
    status: string,
    hashed: boolean,
  ): Promise<ReportDocument> {
    const digest = hashed
      ? await digestSlowly(await this.#series(evaluation, cached), cached.live.since, evaluation.now)
      : undefined;
    return documentOf(report, evaluation, cached.live, this.#deps.program, status, digest);
  }

  #series(evaluation: Evaluation, cached: Cached): ReturnType<typeof readSeries> {
    return readSeries(evaluation.levels, evaluation.facts.sla, cached.live.since, evaluation.now, this.#deps);
  }

  /** Writes upon whatever is stored by now, as long as the state is the same. */
  async #write(report: EntityRecord, change: Change, told?: Told): Promise<void> {
    let before = report;
    for (let tries = 0; tries < 5 && before.state === report.state; tries++) {
      const result = await this.#deps.store.write([
        updateWrite(before, changed(before, this.#deps.clock.now(), change), told),
      ]);
      if (result.ok) return;
      const stored = await this.#deps.store.get(report.id);
      if (stored === undefined) return;
      before = stored;
    }
  }
}

function byId(records: readonly EntityRecord[]): Map<EntityId, EntityRecord> {
  return new Map(records.map((record) => [record.id, record]));
}

/** What of a report can be disputed. Incidents that run on after its period are no part of it. */
function figures(document: ReportDocument): unknown {
  return [
    document.levels.map(({ level, windows }) => [level, windows]),
    document.credits.map((credit) => without(credit, 'entity')),
  ];
}
