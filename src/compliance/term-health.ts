import type { TermState } from '../sla/port.ts';
import type { Evaluation } from './evaluation.ts';
import { counts, incidentEnd } from './reconcile-violations.ts';

export interface Health {
  readonly degraded: boolean;
  readonly terms: Readonly<Record<string, TermState>>;
}

/** The state of each term, that of its current window, and whether an incident is open; undefined once the SLA has ended. */
export function healthOf(evaluation: Evaluation): Health | undefined {
  if (evaluation.facts.ended !== undefined) return undefined;
  const terms: Record<string, TermState> = {};
  let degraded = false;
  evaluation.results.forEach((result, i) => {
    const level = evaluation.levels[i];
    if (level === undefined) return;
    const rolling = 'rolling' in level.window;
    const current = result.windows.filter(
      (window) => rolling || (window.from <= evaluation.now && evaluation.now < window.until),
    );
    terms[level.id] = current.some((window) => window.state === 'violated')
      ? 'violated'
      : current.some((window) => window.state === 'fulfilled')
        ? 'fulfilled'
        : 'undefined';
    degraded ||= result.incidents.some(
      (incident) => counts(incident) && incidentEnd(incident, evaluation) === undefined,
    );
  });
  return { degraded, terms };
}
